"""CSL-YAML, as pandoc reads it: the items of CSL-JSON under ``references:``, or as a list.

Source: pandoc, "User's Guide", section "Specifying bibliographic data".
"""

import re
from typing import TYPE_CHECKING, Any

from imaging_trials.bibliography import csl
from imaging_trials.bibliography.reference import Reference
from rdfkit.base import UserError, printable

if TYPE_CHECKING:
    import yaml

MAX_DEPTH = 30
"""How deeply YAML may be nested."""

START = re.compile(
    r"^(?:references:[ \t]*(?:\[|\n\s{0,40}-\s)|-[ \t]{1,8}(?:id|title|type|author|editor|issued|abstract|accessed"
    r"|annote|citation-key|container-title|collection-title|DOI|doi|URL|ISBN|ISSN|PMID|PMCID|genre|issue|keyword|language"
    r"|note|page|publisher|source|volume):(?:[ \t]|$))",
    re.MULTILINE,
)
"""A line that only this format has."""


def read(text: str, where: str) -> list[Reference]:
    """Return the references of CSL-YAML.

    ``where`` is the name of the list in messages. Raises UserError for YAML that cannot be read.

    >>> [(one.title, one.pmid) for one in read("references:\\n- title: A title\\n  PMID: 28283702\\n", "the list")]
    [('A title', '28283702')]
    """
    found: list[Any] = []
    for document in _documents(text, where):
        held = document.get("references") if isinstance(document, dict) else document
        found += held if isinstance(held, list) else []
    return csl.read_items(found, where, "YAML")


def _documents(text: str, where: str) -> list[Any]:
    """Return the documents of a YAML text, each scalar as a text: no number, no day, nothing to run.

    The events of the parser are put together here, so that no nesting is too deep for the stack. Markdown after the
    end of a document is not read.
    """
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    documents: list[Any] = []
    open_nodes: list[tuple[list[Any], bool]] = []
    try:
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.AliasEvent):
                raise UserError(
                    f"{where}, line {_line(event)}: YAML aliases (*name) are not read: write the value in full."
                )
            if isinstance(event, yaml.ScalarEvent):
                (open_nodes[-1][0] if open_nodes else documents).append(event.value)
            elif isinstance(event, yaml.CollectionStartEvent):
                if len(open_nodes) >= MAX_DEPTH:
                    raise UserError(f"{where}, line {_line(event)}: the YAML is nested too deeply there: simplify it.")
                open_nodes.append(([], isinstance(event, yaml.MappingStartEvent)))
            elif isinstance(event, yaml.CollectionEndEvent):
                parts, is_mapping = open_nodes.pop()
                (open_nodes[-1][0] if open_nodes else documents).append(_mapping(parts) if is_mapping else parts)
    except yaml.MarkedYAMLError as error:
        if documents and "expected '<document start>'" in str(error.problem):
            return documents  # Markdown after the YAML
        mark = error.problem_mark or error.context_mark
        place = f", line {mark.line + 1}" if mark else ""
        raise UserError(f"{where}{place}: the YAML is broken ({printable(str(error.problem))}): fix it.") from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: an escape that is no character
        raise UserError(f"{where}: the YAML cannot be read ({printable(str(error))}): fix it.") from None
    return documents


def _line(event: "yaml.Event") -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _mapping(parts: list[Any]) -> dict[str, Any]:
    """Return a mapping from its keys and values in turn; a key that is not a text is left out."""
    pairs = zip(parts[::2], parts[1::2], strict=False)
    return {key: value for key, value in pairs if isinstance(key, str)}
