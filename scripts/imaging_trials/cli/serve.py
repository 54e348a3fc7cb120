"""``imt serve``: answer SPARQL over HTTP on this machine, read-only."""

import argparse

from rdfkit.base.errors import UserError
from rdfkit.stores.server.limits import Limits

_EPILOG = """\
imt serve                                                    at http://127.0.0.1:7878/query
curl -G http://127.0.0.1:7878/query --data-urlencode 'query=ASK { ?s ?p ?o }'
imt query NAME --endpoint http://127.0.0.1:7878/query        a saved question, put to it
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``imt serve`` takes."""
    limits = Limits()
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="where to listen (default: 127.0.0.1, which only this machine can reach)")
    add("--port", type=int, default=7878, help="port to listen on (default: 7878); 0 takes a free one and prints it")
    add("--timeout", type=float, default=limits.seconds, metavar="SECONDS",
        help=f"how long a query may take (default: {limits.seconds:g})")  # fmt: skip
    add("--max-rows", type=int, default=limits.rows, metavar="N",
        help=f"how many rows or triples an answer may have (default: {limits.rows})")  # fmt: skip
    add("--max-body", type=int, default=limits.body, metavar="BYTES",
        help=f"how long a request, and the query in it, may be (default: {limits.body})")  # fmt: skip
    add("--cors", action="store_true", help="let pages of other sites ask (CORS)")


def run(args: argparse.Namespace) -> int:
    """Serve until the process is told to stop."""
    from rdfkit.stores.server import run as serving

    if not 0 < args.timeout < 86400:
        raise UserError(f"--timeout takes seconds, more than 0 and at most a day, and not {args.timeout:g}.")
    for option, value in (("--max-rows", args.max_rows), ("--max-body", args.max_body)):
        if value < 1:
            raise UserError(f"{option} takes a whole number above 0, and not {value}.")
    if not 0 <= args.port < 65536:
        raise UserError(f"--port takes 0 to 65535, and not {args.port}.")
    limits = Limits(seconds=args.timeout, rows=args.max_rows, body=args.max_body)
    return serving.run(serving.Where(args.host, args.port, args.cors), limits)
