"""Pages as HTML: one environment, in which everything that is not a template is text and never markup."""

import json
from collections.abc import Iterable
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from imaging_trials.site import addresses, downloads, machines, parts, pictures_drawing
from imaging_trials.site.statements import WORDS
from rdfkit.base import UserError

if TYPE_CHECKING:
    from jinja2 import Environment

REPORT_TO = "guides/contributing.html"
"""Where "Report an error" leads. The repository has no public address yet; put the address of its issues here."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""The content security policy of every page (https://www.w3.org/TR/CSP3/): own files only, nothing inline."""

ASKING_POLICY = POLICY.replace("trusted-types 'none'", "trusted-types imt-worker")
"""The policy of a page that starts the engine: `static/engine.js` may make the address of the worker."""

STATIC = (
    "style.css", "icon.svg", "site.js", "search.js", "engine.js", "worker.js", "explain.js", "results.js",
    "complete.js", "ask.js", "question.js", "why.js", "checking.js", "check.js", "lines.js", "own.js", "add.js",
)  # fmt: skip
"""The files in ``static/`` that pages load; each is written as it is."""

FONTS = ("reading-sans-regular.woff2", "reading-sans-semibold.woff2", "OFL.txt")
"""The files in ``fonts/``, made by ``tools/fonts.py``, with their license."""

LICENSE = "https://creativecommons.org/publicdomain/zero/1.0/"

_JSON_LD = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


class Renderer:
    """Renders pages of one release: ``version`` and ``issued`` are printed on each."""

    def __init__(self, *, version: str, issued: str, paths: frozenset[str]) -> None:
        """Load the templates. ``paths`` are those of all pages: what may be missing is linked only if it is there."""
        self._environment = _environment()
        self._environment.globals |= {
            "graph_words": WORDS,
            "license": LICENSE,
            "data_of": lambda page: _data_of(page, paths),
            "paths": paths,
            "policy": POLICY,
            "asking_policy": ASKING_POLICY,
            "report_to": REPORT_TO,
            "version": version,
            "issued": issued,
        }

    def html(self, page: parts.Page) -> bytes:
        """Return a page as HTML."""
        template = self._environment.get_template(page.template)
        text = template.render(page=page, root=addresses.root_of(page.path), json_ld=json_ld(page))
        return "\n".join(line for line in (line.rstrip() for line in text.split("\n"))).encode()

    def feed(self, entries: Iterable[machines.Entry]) -> bytes:
        """Return the feed (Atom, RFC 4287)."""
        return self._environment.get_template("feed.xml").render(entries=entries).encode()


def require_packages() -> None:
    """Raise UserError if a package that only the site needs is missing."""
    try:
        import jinja2  # noqa: F401
        import markdown_it  # noqa: F401
    except ImportError:
        raise UserError(
            "The site needs the packages jinja2 and markdown-it-py: install them with "
            "pip install 'imaging-trials[site]'."
        ) from None


def static_files() -> dict[str, bytes]:
    """Return the files that pages load, by their paths in the site."""
    room = files("imaging_trials.site")
    named = {"static": STATIC, "fonts": FONTS}
    return {f"static/{name}": (room / folder / name).read_bytes() for folder, names in named.items() for name in names}


def json_ld(page: parts.Page) -> str:
    """Return what schema.org says about a page, as JSON-LD that cannot end the element it is in; "" for other pages."""
    if not page.iri:
        return ""
    about: dict[str, Any] = {"@id": page.iri, "name": page.title, "url": addresses.permanent(page.path)}
    if page.types:
        about["@type"] = list(page.types)
    if page.lead:
        about["description"] = page.lead
    data: dict[str, Any] = {"@context": "https://schema.org", "@type": "AboutPage", "name": page.title, "about": about}
    data["url"] = addresses.permanent(page.path)
    data["isPartOf"] = {"@id": addresses.permanent(""), "@type": "WebSite"}
    data["license"] = LICENSE
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    for sign, escaped in _JSON_LD.items():
        text = text.replace(sign, escaped)
    return text


def _data_of(page: parts.Page, paths: frozenset[str]) -> list[tuple[str, str]]:
    """Return the files, with their media types, that are what a page is about: a graph, the dataset, a vocabulary.

    What describes another thing is linked as its description instead (https://signposting.org/FAIR/).
    """
    if page.path == "dataset.html":
        stems = sorted(path.removesuffix(".html") for path in paths if path.startswith("graph/"))
    elif page.path.startswith("graph/") or page.path in (addresses.VOCABULARY, addresses.SHAPES):
        stems = [page.formats]
    else:
        stems = []
    return [(stem + ending, media) for stem in stems for ending, media in downloads.MEDIA.items()]


def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    made = Environment(
        loader=PackageLoader("imaging_trials.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["at"] = pictures_drawing.at
    made.filters["web"] = addresses.web
    made.filters["permanent"] = addresses.permanent
    made.filters["escaped_json"] = Markup
    made.filters["plain_type"] = lambda one: type(one).__name__
    return made
