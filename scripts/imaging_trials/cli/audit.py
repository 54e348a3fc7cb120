"""``imt audit``: how the listed articles, or those of a list of yours, stand on a given day."""

import argparse
import csv
import io
import json
import sys
from pathlib import Path

from pyoxigraph import NamedNode, Store

from imaging_trials import bibliography
from imaging_trials.graph import lookup
from imaging_trials.graph import read as facts
from imaging_trials.graph.project import PROJECT
from imaging_trials.views import currency as audit
from rdfkit.base import text as tables
from rdfkit.base.errors import UserError

FORMATS = ("table", "csv", "json")
_FIELDS = ("on", "asked", "place", "thing", "doi", "pmid", "status", "finding", "date", "what", "why", "sources")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what ``imt audit`` takes."""
    parser.add_argument(
        "list",
        nargs="?",
        metavar="LIST",
        help="a file, or - for standard input, of DOIs, PMIDs, PMCIDs or citations (NLM lines, BibTeX, RIS, CSL-JSON); "
        "without it, the articles that the page lists",
    )
    parser.add_argument("--on", metavar="DATE", help="the day to judge by, as YYYY-MM-DD (default: the release date)")
    parser.add_argument("--format", choices=FORMATS, default="table", help="how to print (default: table)")
    parser.add_argument(
        "--strict", action="store_true", help="exit 1 where something is superseded, retracted or unknown"
    )


def run(args: argparse.Namespace) -> int:
    """Print the audit; 1 with ``--strict`` where something grave was found, else 0."""
    from rdfkit.stores import embedded as stores

    references = _read(args.list) if args.list is not None else None
    day = audit.day(args.on) if args.on is not None else ""
    store = stores.open_store(PROJECT)
    day = day or audit.release_day(store)
    found = audit.listed(store, day) if references is None else audit.references(store, references, day)
    write = {"table": _table, "csv": _csv, "json": _json}[args.format]
    sys.stdout.write(write(store, found, day))
    grave = any(finding.words in audit.GRAVE for one in found for finding in one.findings)
    return 1 if args.strict and (grave or any(one.status in audit.GRAVE for one in found)) else 0


def _read(name: str) -> list[bibliography.Reference]:
    size = bibliography.MAX_LIST_BYTES + 1
    if name == "-":
        name, data = "The list", sys.stdin.buffer.read(size)
    else:
        try:
            with Path(name).open("rb") as file:
                data = file.read(size)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise UserError(
                f"{tables.visible(name)} can't be read ({why}): name a file, or - for standard input."
            ) from None
    return bibliography.read_references(bibliography.decode_references(data, name), name)


def _table(store: Store, found: list[audit.Audited], day: str) -> str:
    rows: list[tuple[str, str, str, str]] = []
    for one in found:
        name = f"{one.place}: {one.asked}" if one.place else one.asked
        for finding in one.findings:
            rows.append((name, finding.words, finding.date, finding.what))
            if finding.why:
                rows.append(("", "", "", f"  {finding.why}"))
            rows += [("", "", "", f"  [{_short(store, source)}]") for source in finding.sources]
            name = ""
    printed = tables.table(
        ("article" if not (found and found[0].place) else "reference", "finding", "date", "what"), rows
    )
    lines = printed.splitlines()[:-1]
    counts = [(status, sum(1 for one in found if one.status == status)) for status in audit.STATUSES]
    summary = ", ".join(f"{number} {status}" for status, number in counts if number)
    return "\n".join([*lines, "", f"On {day}: {summary}, of {len(found)}.", ""])


def _short(store: Store, source: NamedNode) -> str:
    name = lookup.label(store, source)
    if facts.is_a(store, source, "PageSection"):
        return f"page: {name}"
    checked = facts.text(store, source, "checkedOn")
    return f"{PROJECT.shorten(source.value)}: {name}{f', checked {checked}' if checked else ''}"


def _identifier(store: Store, one: audit.Audited, name: str) -> str:
    return facts.text(store, one.thing, name) if one.thing else ""


def _csv(store: Store, found: list[audit.Audited], day: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_FIELDS)
    for one in found:
        thing = PROJECT.shorten(one.thing.value) if one.thing else ""
        head = [
            day,
            one.asked,
            one.place,
            thing,
            _identifier(store, one, "doi"),
            _identifier(store, one, "pmid"),
            one.status,
        ]
        for finding in one.findings:
            sources = " ".join(PROJECT.shorten(source.value) for source in finding.sources)
            row = [*head, finding.words, finding.date, finding.what, finding.why, sources]
            writer.writerow([tables.visible(cell) for cell in row])
    return text.getvalue()


def _json(store: Store, found: list[audit.Audited], day: str) -> str:
    articles = [
        {
            "asked": one.asked,
            "place": one.place,
            "thing": one.thing.value if one.thing else None,
            "doi": _identifier(store, one, "doi"),
            "pmid": _identifier(store, one, "pmid"),
            "status": one.status,
            "findings": [
                {
                    "kind": finding.kind,
                    "certainty": finding.certainty,
                    "date": finding.date,
                    "what": finding.what,
                    "why": finding.why,
                    "things": [thing.value for thing in finding.things],
                    "sources": [source.value for source in finding.sources],
                }
                for finding in one.findings
            ],
        }
        for one in found
    ]
    return json.dumps({"on": day, "articles": articles}, ensure_ascii=False, indent=2) + "\n"
