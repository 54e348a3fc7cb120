"""``imt load``: load the graph into a triple store and verify it there."""

import argparse
import functools
import sys
from collections.abc import Iterable
from pathlib import Path

from imaging_trials.model import PROJECT
from rdfkit.base import UserError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pyoxigraph import Quad

    from rdfkit.stores import GraphTransfer

_MAX_SECONDS = 7 * 86400
_MAX_RETRIES = 100

_EPILOG = """\
imt load --to http://127.0.0.1:7878                        an Oxigraph server
imt load --to http://127.0.0.1:8890 --user dba             Virtuoso; the password from IMT_PASSWORD, or typed
imt load --to URL --store generic                          any store with SPARQL query and update at URL
imt load --to QUERY-URL --store generic --update-url URL --store-url URL
                                                           a store with separate addresses for them
imt load --to URL --dry-run                                what the store has, and what would be done

A graph is written to a staging graph (its name with .loading), compared there, and then copied to its own name by
SPARQL update, so a load that fails leaves the old graph unchanged. A second run sends only what is missing.
Two loads into one store wait for each other. Literals are compared by value: a store may return 1.0 as 1.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``imt load``."""
    parser.formatter_class = functools.partial(argparse.RawDescriptionHelpFormatter, width=100)
    parser.epilog = _EPILOG
    add = parser.add_argument
    add("--to", metavar="URL", required=True, help="the store; for a generic one, its SPARQL endpoint")
    add("--store", choices=("oxigraph", "virtuoso", "generic"), help="which store it is (default: by its own answer)")
    add("--graph", action="append", default=[], metavar="NAME", help="load only this named graph; may be repeated")
    add("--default-graph", metavar="NAME", help="load triples that are in no named graph into this one")
    add("--from", dest="source", type=Path, metavar="FILE", help="load this TriG or N-Quads file, not our own graph")
    add("--replace", action="store_true", help="overwrite graphs of the store that have other content")
    add("--dry-run", action="store_true", help="show what would be done, and change nothing")
    add("--user", metavar="NAME", help="user name; the password comes from IMT_PASSWORD, or is typed")
    add("--protocol", choices=("graph-store", "update"), help="Graph Store Protocol, or SPARQL update in batches")
    add("--no-staging", action="store_true", help="write directly, for a store that cannot copy graphs")
    add("--query-url", metavar="URL", help="address for queries")
    add("--update-url", metavar="URL", help="address for updates")
    add("--store-url", metavar="URL", help="address for the Graph Store Protocol")
    add("--timeout", type=float, default=120.0, metavar="SECONDS", help="time limit of one request (default: 120)")
    add("--total-timeout", type=float, default=3600.0, metavar="SECONDS", help="time limit of all (default: 3600)")
    add("--wait", type=float, default=60.0, metavar="SECONDS", help="how long to wait for another load (default: 60)")
    add("--retries", type=int, default=4, metavar="N", help="how often to try again a busy store (default: 4)")


def run(args: argparse.Namespace) -> int:
    """Load; return 0, or 1 if ``--dry-run`` finds what a load without ``--replace`` would refuse."""
    from rdfkit.stores import Client, content, credentials, graphstore, load, lock

    _check(args)
    wanted = content.contents(PROJECT, _quads(args.source), args.graph, args.default_graph)
    report = _progress if sys.stderr.isatty() else _silence
    client = Client(
        credentials(args.user),
        timeout=args.timeout,
        total=args.total_timeout,
        retries=args.retries,
        report=report,
    )
    transfers: list[GraphTransfer] = []
    try:
        to = graphstore.target(
            client, args.to, args.store, query=args.query_url, update=args.update_url, graphs=args.store_url
        )
        to = graphstore.with_protocol(to, args.protocol)
        if not args.dry_run:
            lock.wait_until_free(client, to, args.wait, report)
        transfers = load.survey(PROJECT, client, to, wanted, report)
        if args.dry_run:
            report("")
            return _print_plan(transfers, to.url, replace=args.replace)
        if not args.replace:
            load.refuse_others(transfers)
        load.load(
            client,
            to,
            wanted,
            transfers,
            replace=args.replace,
            staging=not args.no_staging,
            wait=args.wait,
            report=report,
        )
    except (UserError, KeyboardInterrupt):
        report("")
        if not args.dry_run and transfers:
            sys.stdout.write(_table(transfers))
            sys.stdout.flush()
        raise
    report("")
    sys.stdout.write(_table(transfers))
    print(_summary(transfers, to.url))
    return 0


def _check(args: argparse.Namespace) -> None:
    from math import isfinite

    for option, value in (("--timeout", args.timeout), ("--total-timeout", args.total_timeout)):
        if not (isfinite(value) and 0 < value <= _MAX_SECONDS):
            raise UserError(f"{option} takes seconds, more than 0 and at most a week, and not {value:g}.")
    if not 0 <= args.wait <= _MAX_SECONDS:
        raise UserError(f"--wait takes seconds, from 0 to a week, and not {args.wait:g}.")
    if not 0 <= args.retries <= _MAX_RETRIES:
        raise UserError(f"--retries takes a number from 0 to {_MAX_RETRIES}, and not {args.retries}.")


def _quads(source: Path | None) -> "Iterable[Quad]":
    if source is None:
        from rdfkit.stores import open_store

        return open_store(PROJECT)
    from rdfkit.rdf import reading

    return reading.read(source)


def _print_plan(transfers: "list[GraphTransfer]", url: str, *, replace: bool) -> int:
    from rdfkit.stores import load

    others = "would be replaced" if replace else "would be refused without --replace"
    words = {
        load.GraphStatus.ABSENT: "would be loaded",
        load.GraphStatus.SAME: "already complete, would be skipped",
        load.GraphStatus.ALONE: "would be loaded again, with one that shares blank nodes",
        load.GraphStatus.UNLINKED: "blank nodes linked differently, " + others,
        load.GraphStatus.OTHER: "would be replaced" if replace else f"other content, {others}",
    }
    for transfer in transfers:
        transfer.outcome = words[transfer.status]
    sys.stdout.write(_table(transfers))
    print(f"Nothing was changed in {url}.")
    return 1 if not replace and any(transfer.is_other for transfer in transfers) else 0


def _table(transfers: "list[GraphTransfer]") -> str:
    from rdfkit.base import table, terminal_columns

    rows = [
        [
            transfer.name,
            f"{transfer.triples:,}",
            "?" if transfer.stored is None else f"{transfer.stored:,}",
            transfer.outcome,
        ]
        for transfer in transfers
    ]
    return table(("graph", "triples here", "in the store", "outcome"), rows, "graph", terminal_columns(sys.stdout))


def _summary(transfers: "list[GraphTransfer]", url: str) -> str:
    from rdfkit.stores import load

    triples = sum(transfer.triples for transfer in transfers)
    graphs = _counted(len(transfers), "graph")
    skipped = sum(transfer.outcome == load.GraphStatus.SAME.value for transfer in transfers)
    before = f" ({skipped} of them from before)" if skipped else ""
    size = f"{_counted(triples, 'triple')} in {graphs}"
    verb = "is" if triples == 1 else "are"
    return f"{size} {verb} in {url}{before}, counted and read back there.{_respelled(transfers)}"


def _respelled(transfers: "list[GraphTransfer]") -> str:
    pairs = [pair for transfer in transfers for pair in transfer.respelled]
    if not pairs:
        return ""
    (ours, theirs), number = pairs[0], len(pairs)
    from rdfkit.base import printable

    return (
        f"\nThe store has another spelling of the same value for {_counted(number, 'literal')}, such as "
        f"{printable(str(theirs.object))} for {printable(str(ours.object))}."
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _progress(step: str) -> None:
    sys.stderr.write(f"\r\x1b[K{step and step + ' ...'}")
    sys.stderr.flush()


def _silence(_: str) -> None:
    pass
