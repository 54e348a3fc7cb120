"""``imt load``: put the graph into a triple store, and check that it is there."""

import argparse
import functools
import sys
from collections.abc import Iterable
from pathlib import Path

from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pyoxigraph import Quad

    from rdfkit.stores.load import State

_EPILOG = """\
imt load --to http://127.0.0.1:7878                        an Oxigraph server
imt load --to http://127.0.0.1:8890 --user dba             Virtuoso; the password from IMT_PASSWORD, or asked for
imt load --to URL --kind generic                           any store with SPARQL query and update at URL
imt load --to QUERY-URL --kind generic --update-url URL --store-url URL
                                                           one with addresses of their own for them
imt load --to URL --dry-run                                what is there, and what would be done

A graph is sent beside its place (its name with .loading), compared there, and then copied to its place by SPARQL
update, so a load that fails leaves the old graph as it was. A second run sends only what is not there yet.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``imt load`` takes."""
    parser.formatter_class = functools.partial(argparse.RawDescriptionHelpFormatter, width=100)
    parser.epilog = _EPILOG
    add = parser.add_argument
    add("--to", metavar="URL", required=True, help="the store; for a generic one, its SPARQL endpoint")
    add("--kind", choices=("oxigraph", "virtuoso", "generic"), help="what store it is (default: as it says itself)")
    add("--graph", action="append", default=[], metavar="NAME", help="load only this named graph; may be repeated")
    add("--from", dest="source", type=Path, metavar="FILE", help="load this TriG or N-Quads file, not our own graph")
    add("--replace", action="store_true", help="put ours in the place of graphs that are there with other content")
    add("--dry-run", action="store_true", help="say what would be done, and change nothing")
    add("--user", metavar="NAME", help="who to be; the password comes from IMT_PASSWORD, or is asked for")
    add("--via", choices=("store", "update"), help="send by Graph Store Protocol, or by SPARQL update in batches")
    add("--in-place", action="store_true", help="for a store that cannot copy graphs: write straight to their place")
    add("--query-url", metavar="URL", help="where the store answers queries")
    add("--update-url", metavar="URL", help="where it takes updates")
    add("--store-url", metavar="URL", help="where it speaks the Graph Store Protocol")
    add("--timeout", type=float, default=120.0, metavar="SECONDS", help="how long a request may take (default: 120)")
    add("--within", type=float, default=3600.0, metavar="SECONDS", help="how long all may take (default: 3600)")
    add("--retries", type=int, default=4, metavar="N", help="how often to ask a busy store again (default: 4)")


def run(args: argparse.Namespace) -> int:
    """Load; return 0, or 1 where ``--dry-run`` finds what a load without ``--replace`` would refuse."""
    from rdfkit.stores import graphstore, load
    from rdfkit.stores import http_auth as login
    from rdfkit.stores.http import Client

    _check(args)
    wanted = load.contents(_quads(args.source), args.graph)
    tell = _progress if sys.stderr.isatty() else _silence
    client = Client(
        login.credentials(args.user), timeout=args.timeout, total=args.within, retries=args.retries, tell=tell
    )
    states: list[State] = []
    try:
        to = graphstore.target(
            client, args.to, args.kind, query=args.query_url, update=args.update_url, store=args.store_url
        )
        to = graphstore.by_way_of(to, args.via)
        states = load.survey(client, to, wanted, tell)
        if args.dry_run:
            tell("")
            return _say_what_would_be_done(states, to.url, replace=args.replace)
        if not args.replace:
            load.refuse_others(states)
        load.load(client, to, wanted, states, in_place=args.in_place, tell=tell)
    except (UserError, KeyboardInterrupt):
        tell("")
        if not args.dry_run and states:
            sys.stdout.write(_table(states))
            sys.stdout.flush()
        raise
    tell("")
    sys.stdout.write(_table(states))
    print(_sum(states, to.url))
    return 0


def _check(args: argparse.Namespace) -> None:
    from math import isfinite

    for flag, value in (("--timeout", args.timeout), ("--within", args.within)):
        if not (isfinite(value) and 0 < value <= 7 * 86400):
            raise UserError(f"{flag} takes seconds, more than 0 and at most a week, and not {value:g}.")
    if not 0 <= args.retries <= 100:
        raise UserError(f"--retries takes a number from 0 to 100, and not {args.retries}.")


def _quads(source: Path | None) -> "Iterable[Quad]":
    if source is None:
        from rdfkit.stores import embedded as store

        return store.open_store(PROJECT)
    from rdfkit.rdf import reading as rdf

    return rdf.read(source)


def _say_what_would_be_done(states: "list[State]", url: str, *, replace: bool) -> int:
    from rdfkit.stores.load import Found

    words = {
        Found.ABSENT: "would be loaded",
        Found.SAME: "whole already, would be left alone",
        Found.OTHER: "would be replaced" if replace else "other content, would be refused without --replace",
    }
    for state in states:
        state.now = words[state.found]
    sys.stdout.write(_table(states))
    print(f"Nothing was changed in {url}.")
    return 1 if not replace and any(state.found is Found.OTHER for state in states) else 0


def _table(states: "list[State]") -> str:
    from rdfkit.base.text import table

    rows = [
        [state.name, f"{state.triples:,}", "?" if state.stored is None else f"{state.stored:,}", state.now]
        for state in states
    ]
    return table(("graph", "triples here", "in the store", "state"), rows, "graph")


def _sum(states: "list[State]", url: str) -> str:
    triples = sum(state.triples for state in states)
    graphs = f"{len(states)} graphs" if len(states) > 1 else "1 graph"
    there = sum(state.now == "whole already" for state in states)
    before = f" ({there} of them before)" if there else ""
    return f"{triples:,} triples in {graphs} stand in {url}{before}, counted there and read back the same."


def _progress(doing: str) -> None:
    sys.stderr.write(f"\r\x1b[K{doing and doing + ' ...'}")
    sys.stderr.flush()


def _silence(_: str) -> None:
    pass
