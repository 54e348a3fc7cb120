"""The guides: the pages of ``docs/`` and the README, rendered."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Store

from imaging_trials.model import PROJECT
from imaging_trials.site import addresses, parts, pictures_statements
from imaging_trials.site.addresses import Link
from imaging_trials.site.typography import typeset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token
    from markupsafe import Markup

LISTING = "guides.html"

FILES = {
    "Begin": ("docs/start.md", "README.md", "docs/cookbook.md"),
    "Understand": ("docs/model.md", "docs/naming.md", "docs/iri-policy.md", "docs/owl.md", "docs/design.md"),
    "Use": ("docs/audit.md", "docs/shapes.md", "docs/stores.md", "docs/serve.md", "docs/federated.md", "docs/site.md"),
    "Take part": ("CONTRIBUTING.md", "docs/authoring.md", "docs/proofs.md"),
}
"""The files that are guides, by the titles of their groups."""

_TITLES = {"README.md": "What there is"}
"""The title of a guide that is not its own first heading."""

_HOME = Link("Home", addresses.HOME)
_NO_WORD = re.compile(r"[^\w\- ]")
_MARKUP = re.compile(r"[`*\[\]]|\([^()]*\)")


class Facts(NamedTuple):
    """Statements of the graph that a guide shows as Turtle, below a heading."""

    title: str
    turtle: str


class Guide(NamedTuple):
    """A guide: its title, its first sentence, and the rest as HTML, with the statements of which a picture follows."""

    title: str
    lead: str
    body: "tuple[Markup | Facts, ...]"


def pages(store: Store) -> Iterator[parts.Page]:
    """Yield the page of each guide, and that which lists them. Files that are not there are left out."""
    found = [name for names in FILES.values() for name in names if (PROJECT.root / name).is_file()]
    made = {name: rendered(name, (PROJECT.root / name).read_text(encoding="utf-8"), found) for name in found}
    for name, guide in made.items():
        facts = [piece for piece in guide.body if isinstance(piece, Facts)]
        drawn = iter(pictures_statements.drawings(store, facts))
        yield parts.Page(
            path=path(name),
            title=guide.title,
            trail=(_HOME, Link("Guides", LISTING)),
            template="guide.html",
            more=[next(drawn) if isinstance(piece, Facts) else piece for piece in guide.body],
        )
    lead = "How to use the graph, add to it, and check it." if made else "The guides are part of a checkout."
    tables = [
        parts.Table(
            title,
            ("Guide", "What it is about"),
            tuple(((Link(made[name].title, path(name)),), (made[name].lead,)) for name in names if name in made),
        )
        for title, names in FILES.items()
    ]
    yield parts.Page(LISTING, "Guides", (_HOME,), lead, tuple(one for one in tables if one.rows))


def path(name: str) -> str:
    """Return the path of the page of a guide."""
    return f"guides/{Path(name).stem.lower()}.html"


def rendered(name: str, text: str, known: "Sequence[str]") -> Guide:
    """Return a guide from Markdown. Raw HTML in it is text. ``known`` are the files that have a page."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    tokens = reader.parse(text)
    title = _TITLES.get(name, Path(name).stem)
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        title = _TITLES.get(name, tokens[1].content.replace("`", ""))
        tokens = tokens[3:]
    paragraphs = (place for place, one in enumerate(tokens) if one.type == "paragraph_open")
    lead = next((tokens[place + 1].content for place in paragraphs), "")
    words = " ".join(_MARKUP.sub("", lead).split()).partition(". ")[0].rstrip(".:")
    seen: dict[str, int] = {}
    heading, tables, facts, ends = title, [], [], []
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", _anchor(tokens[place + 1].content, seen))
            heading = _MARKUP.sub("", tokens[place + 1].content)
        elif token.type == "table_open":
            tables.append(heading)
        elif token.type == "fence" and token.info == "turtle" and "@prefix" not in token.content:
            facts.append(Facts(heading, token.content))
            ends.append(place + 1)
        if "text-align:right" in str(token.attrs.pop("style", "")):  # the policy of the pages forbids style attributes
            token.attrSet("class", "number")
        for child in token.children or []:
            _lead_to_pages(child, name, known)
            if child.type == "text":
                child.content = typeset(child.content)
    names = _names(tables)
    starts = [0, *ends]
    chunks = [
        _scrolling(reader.renderer.render(tokens[start:end], reader.options, {}), names)
        for start, end in zip(starts, [*ends, len(tokens)], strict=True)
    ]
    body = [piece for pair in zip(chunks, facts, strict=False) for piece in pair] + chunks[len(facts) :]
    return Guide(title, f"{words}.", tuple(body))


def _scrolling(html: str, names: Iterator[str]) -> "Markup":
    """Return HTML in which each table has a region of its own that scrolls, with one of the names, and code can too."""
    from markupsafe import Markup

    before, *parted = html.split("<table>")
    html = before + "".join(
        f'<div class="scroll" role="region" tabindex="0" aria-label="{next(names)}"><table>{part}' for part in parted
    )
    html = html.replace("</table>", "</table></div>").replace("<pre>", '<pre tabindex="0">')
    return Markup(html)  # noqa: S704 - raw HTML in Markdown is text


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
