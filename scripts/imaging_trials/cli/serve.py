"""``imt serve``: answer the saved questions and SPARQL queries over HTTP on this machine, read-only."""

import argparse
from pathlib import Path

from imaging_trials.cli import beside
from imaging_trials.model import PROJECT
from rdfkit.base import UserError
from rdfkit.serving import Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pyoxigraph import Store

_MAX_TIMEOUT_SECONDS = 86400
_MAX_PORT = 65535

_EPILOG = """\
imt serve                                                    at http://127.0.0.1:7878
curl 'http://127.0.0.1:7878/questions/guidelines-by-body-site?site=lung'
curl -G http://127.0.0.1:7878/query --data-urlencode 'query=ASK { ?s ?p ?o }'
imt query NAME --endpoint http://127.0.0.1:7878/query        a saved query, sent to it
"""

_TITLE = "Imaging Trials Graph"
_TEXT = (
    "NCI's page “Imaging Trials Resources” as a graph: imaging agents, their documents, trials, guidelines, and "
    "what superseded those."
)
_EXAMPLE = """\
PREFIX imt: <https://w3id.org/imaging-trials/vocab#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?agent ?name
WHERE { ?agent a imt:PharmaceuticalAgent ; skos:prefLabel ?name }
ORDER BY ?name
"""
_NOTE = (
    "This project is not affiliated with the National Cancer Institute. It provides information, not medical advice."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``imt serve``."""
    limits = Limits()
    beside.add_arguments(parser)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, for this machine only)")
    add("--port", type=int, default=7878, help="port to listen on (default: 7878); 0 for a free one, which is printed")
    add("--timeout", type=float, default=limits.max_seconds, metavar="SECONDS",
        help=f"time limit of a query (default: {limits.max_seconds:g})")  # fmt: skip
    add("--max-rows", type=int, default=limits.max_rows, metavar="N",
        help=f"limit for the rows or triples of an answer (default: {limits.max_rows})")  # fmt: skip
    add("--max-body", type=int, default=limits.max_body_bytes, metavar="BYTES",
        help=f"limit for the size of a request, and of its query (default: {limits.max_body_bytes})")  # fmt: skip
    add("--name", action="append", default=[], metavar="HOST",
        help="a further host name of this server, such as that of a reverse proxy; may be repeated")  # fmt: skip
    add("--site", type=Path, metavar="DIR", help="serve the site that 'imt site' wrote there (default: dist/site/)")
    add("--cors", action="store_true", help="let pages of other sites send queries (CORS)")


def run(args: argparse.Namespace) -> int:
    """Serve until the process gets SIGINT or SIGTERM."""
    from functools import partial

    from imaging_trials import questions
    from rdfkit.serving import Address, Introduction, Service, serve

    if not 0 < args.timeout < _MAX_TIMEOUT_SECONDS:
        raise UserError(f"--timeout takes seconds, more than 0 and less than a day, and not {args.timeout:g}.")
    for option, value in (("--max-rows", args.max_rows), ("--max-body", args.max_body)):
        if value < 1:
            raise UserError(f"{option} takes a whole number above 0, and not {value}.")
    if not 0 <= args.port <= _MAX_PORT:
        raise UserError(f"--port takes 0 to {_MAX_PORT}, and not {args.port}.")
    limits = Limits(max_seconds=args.timeout, max_rows=args.max_rows, max_body_bytes=args.max_body)
    introduction = Introduction(_TITLE, _TEXT, _EXAMPLE, _NOTE)
    if args.site is not None and not (args.site / "index.html").is_file():
        raise UserError(f"{args.site} has no site: write one there with 'imt site -o {args.site}'.")
    site = args.site or (Path("dist") if PROJECT.is_installed else PROJECT.dist) / "site"
    more = partial(questions.routes, limits=limits, site=site)
    address = Address(args.host, args.port, args.cors, tuple(args.name))

    def opened() -> "Store":
        return beside.opener(args)()  # in a worker: this process never opens a store, or it could not fork

    return serve(Service(PROJECT, introduction, address, limits, opened, more))
