"""OBO files and OBO graphs in JSON, as the facts that `vocabularies` reads.

fastobo refuses files that are published with malformed cross-references (CHMO, MAxO and RBO have some), which do not
matter here. So only the clauses that do matter are read.
Sources: OBO 1.4 (http://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html), OBO graphs
(https://github.com/geneontology/obographs).
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from imaging_trials.mapping_sets.facts import MAX_NESTING_DEPTH, REPLACED_BY, Fact
from rdfkit.base import UserError

_SYNONYM = re.compile(r'(?<!\\)"((?:[^"\\]|\\.)*+)"\s++EXACT\b')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "W": " "}


def read(path: Path) -> Iterator[Fact]:
    """Yield what an OBO file says. Raises UserError, with the line, for a clause without a colon."""
    with path.open(encoding="utf-8-sig") as file:
        frame = id_ = ""
        for number, raw in enumerate(file, 1):
            line = raw.strip()
            if line.startswith("["):
                frame, id_ = line, ""
                continue
            tag, colon, value = line.partition(":")
            if not frame or not line or line.startswith("!"):
                continue
            if not colon:
                raise UserError(f"{path}:{number}: is not an OBO clause such as 'name: lung'; fix it there.")
            if tag == "id":
                id_ = _id(value)
                yield Fact(id_, "term")
            elif id_:
                yield from _clause(id_, tag, value.strip())


def _clause(id_: str, tag: str, value: str) -> Iterator[Fact]:
    if tag == "name":
        yield Fact(id_, "label", _text(value))
    elif tag == "synonym" and (found := _SYNONYM.match(value)):
        yield Fact(id_, "synonym", _text(found[1]))
    elif tag == "is_obsolete" and value.startswith("true"):
        yield Fact(id_, "deprecated")
    elif tag == "replaced_by":
        yield Fact(id_, "replaced", _id(value))
    elif tag == "alt_id":  # the identifier of a term that was merged into this one
        yield Fact(_id(value), "deprecated")
        yield Fact(_id(value), "replaced", id_)


def _id(value: str) -> str:
    return value.partition(" !")[0].partition(" {")[0].strip()


def _text(value: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), value)


def is_graph(path: Path) -> bool:
    """Return whether a JSON file begins as an OBO graph; it could be JSON-LD too."""
    with path.open(encoding="utf-8-sig") as file:
        start = file.read(4096)
    return '"graphs"' in start and '"@context"' not in start


def read_graph(path: Path) -> Iterator[Fact]:
    """Yield what the nodes of an OBO graph say, one node in memory at a time.

    Raises UserError for broken JSON, for JSON that is nested too deep, and for a node without an id.
    """
    import ijson

    with path.open("rb") as file:
        file.seek(3 if file.read(3) == b"\xef\xbb\xbf" else 0)
        events = ijson.parse(_with_limited_depth(ijson.basic_parse(file), path))
        try:
            for node in ijson.items(events, "graphs.item.nodes.item"):
                if not isinstance(node, dict) or not isinstance(node.get("id"), str):
                    raise UserError(f"{path}: a node of its graph has no id; give a complete OBO graph.")
                yield from _node(node["id"], node)
        except (ijson.JSONError, ValueError) as error:
            what = " ".join(str(error).partition("\n")[0].split())
            raise UserError(f"{path}: is not an OBO graph in JSON ({what}); give a complete one.") from error


def _with_limited_depth(events: Iterable[tuple[str, Any]], path: Path) -> Iterator[tuple[str, Any]]:
    depth = 0
    for event in events:
        if event[0] in ("start_map", "start_array"):
            depth += 1
            if depth > MAX_NESTING_DEPTH:
                raise UserError(f"{path}: is nested more than {MAX_NESTING_DEPTH} deep; give a copy of a vocabulary.")
        elif event[0] in ("end_map", "end_array"):
            depth -= 1
        yield event


def _node(id_: str, node: dict[str, Any]) -> Iterator[Fact]:
    label, meta = node.get("lbl"), node.get("meta")
    if isinstance(label, str):
        yield Fact(id_, "label", label)
    elif node.get("type"):  # a node with neither label nor type is only referred to
        yield Fact(id_, "term")
    if not isinstance(meta, dict):
        return
    if meta.get("deprecated") is True:
        yield Fact(id_, "deprecated")
    for synonym in _dicts(meta.get("synonyms")):
        if synonym.get("pred") == "hasExactSynonym":
            yield Fact(id_, "synonym", str(synonym.get("val")))
    for value in _dicts(meta.get("basicPropertyValues")):
        if value.get("pred") == REPLACED_BY:
            yield Fact(id_, "replaced", str(value.get("val")))


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
