"""The guides: the pages of ``docs/`` and the README, rendered."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from imaging_trials.model import PROJECT
from imaging_trials.site import addresses, parts
from imaging_trials.site.addresses import Link
from imaging_trials.site.typography import typeset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token
    from markupsafe import Markup

LISTING = "guides.html"

FILES = (
    "README.md", "docs/audit.md", "docs/stores.md", "docs/serve.md", "docs/federated.md", "docs/shapes.md",
    "docs/site.md", "docs/authoring.md", "CONTRIBUTING.md", "docs/design.md", "docs/naming.md",
    "docs/iri-policy.md", "docs/owl.md", "docs/proofs.md",
)  # fmt: skip
"""The files that are guides, in the order of the list."""

_TITLES = {"README.md": "Start here"}
"""The title of a guide that is not its own first heading."""

_HOME = Link("Home", addresses.HOME)
_NO_WORD = re.compile(r"[^\w\- ]")
_MARKUP = re.compile(r"[`*\[\]]|\([^()]*\)")


class Body(NamedTuple):
    """A rendered guide, and whether it is safe as HTML: it is, since raw HTML in Markdown is shown as text."""

    html: "Markup"


def pages() -> Iterator[parts.Page]:
    """Yield the page of each guide, and that which lists them. Files that are not there are left out."""
    found = [name for name in FILES if (PROJECT.root / name).is_file()]
    rows = []
    for name in found:
        text = (PROJECT.root / name).read_text(encoding="utf-8")
        title, lead, html = _rendered(name, text, found)
        rows.append(((Link(title, path(name)),), (lead,)))
        yield parts.Page(
            path=path(name),
            title=title,
            trail=(_HOME, Link("Guides", LISTING)),
            template="guide.html",
            more=Body(html),
        )
    lead = "How to use the graph, add to it, and check it." if rows else "The guides are part of a checkout."
    table = parts.Table("", ("Guide", "What it is about"), tuple(rows))
    yield parts.Page(LISTING, "Guides", (_HOME,), lead, (table,) if rows else ())


def path(name: str) -> str:
    """Return the path of the page of a guide."""
    return f"guides/{Path(name).stem.lower()}.html"


def _rendered(name: str, text: str, known: "Sequence[str]") -> "tuple[str, str, Markup]":
    """Return the title of a guide, its first sentence, and the rest as HTML."""
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    tokens = reader.parse(text)
    title = _TITLES.get(name, Path(name).stem)
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        title = _TITLES.get(name, tokens[1].content.replace("`", ""))
        tokens = tokens[3:]
    paragraphs = (place for place, one in enumerate(tokens) if one.type == "paragraph_open")
    lead = next((tokens[place + 1].content for place in paragraphs), "")
    seen: dict[str, int] = {}
    heading, tables = title, []
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", _anchor(tokens[place + 1].content, seen))
            heading = _MARKUP.sub("", tokens[place + 1].content)
        if token.type == "table_open":
            tables.append(heading)
        if "text-align:right" in str(token.attrs.pop("style", "")):  # the policy of the pages forbids style attributes
            token.attrSet("class", "number")
        for child in token.children or []:
            _lead_to_pages(child, name, known)
            if child.type == "text":
                child.content = typeset(child.content)
    before, *parted = reader.renderer.render(tokens, reader.options, {}).split("<table>")
    html = before + "".join(
        f'<div class="scroll" role="region" tabindex="0" aria-label="{name_of}"><table>{part}'
        for name_of, part in zip(_names(tables), parted, strict=True)
    )
    html = html.replace("</table>", "</table></div>").replace("<pre>", '<pre tabindex="0">')
    words = " ".join(_MARKUP.sub("", lead).split()).partition(". ")[0].rstrip(".:")
    return title, f"{words}.", Markup(html)  # noqa: S704 - raw HTML in Markdown is text


def _names(headings: "Sequence[str]") -> Iterator[str]:
    """Yield a name for each table, escaped: its heading, with a number if the section has several."""
    from markupsafe import escape

    for place, one in enumerate(headings):
        number = headings[: place + 1].count(one)
        yield str(escape(f"{one}, table {number}" if headings.count(one) > 1 else one))


def _lead_to_pages(token: "Token", name: str, known: "Sequence[str]") -> None:
    """Let a link to another guide lead to its page; a link to another file of the repository leads nowhere."""
    if token.type != "link_open":
        return
    target, hash_sign, anchor = str(token.attrGet("href") or "").partition("#")
    if target.startswith(("https://", "http://")):
        token.attrSet("rel", "external noopener")
        return
    if not target and anchor:
        return
    full = (Path(name).parent / target).as_posix()
    parent = [part for part in full.split("/") if part != "."]
    while ".." in parent:
        place = parent.index("..")
        del parent[max(place - 1, 0) : place + 1]
    file = "/".join(parent)
    if file in known:
        token.attrSet("href", f"../{path(file)}{hash_sign}{anchor}")
    else:
        token.attrs.pop("href", None)
        token.attrSet("title", f"{file}, in the repository")


def _anchor(heading: str, seen: dict[str, int]) -> str:
    """Return the anchor of a heading, as the usual hosts of repositories make it."""
    name = _NO_WORD.sub("", heading.lower()).replace(" ", "-")
    count = seen.get(name, 0)
    seen[name] = count + 1
    return f"{name}-{count}" if count else name
