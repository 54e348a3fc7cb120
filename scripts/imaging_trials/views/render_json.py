"""Views as JSON, and currency reports as CSV."""

import csv
import io
import json

from imaging_trials.views.currency import CurrencyReport, CurrencyStatus
from imaging_trials.views.explanation import Explanation, Statement
from imaging_trials.views.findings import Finding
from imaging_trials.views.phrases import plain
from imaging_trials.views.render_text import provenance_text
from rdfkit.base import visible

_COLUMNS = ("on", "asked", "place", "thing", "doi", "pmid", "status", "finding", "date", "what", "why", "sources")


def explanation(found: Explanation) -> str:
    """Return an explanation as JSON: terms in the syntax of N-Triples, graphs as IRIs, premises nested."""
    return _text(
        {
            "query": found.query,
            "row": found.row,
            "values": {name: str(value) for name, value in found.values},
            "dependsOnAbsence": found.depends_on_absence,
            "triples": [_statement(statement) for statement in found.statements],
        }
    )


def _statement(statement: Statement) -> dict[str, object]:
    quad = statement.quad
    found: dict[str, object] = {
        "subject": str(quad.subject),
        "predicate": str(quad.predicate),
        "object": str(quad.object),
        "graph": getattr(quad.graph_name, "value", ""),
    }
    if statement.rule:
        return {**found, "rule": statement.rule, "premises": [_statement(one) for one in statement.premises]}
    sources = [
        {"source": one.source.iri.value if one.source else None, "words": provenance_text(one)}
        for one in statement.provenance
    ]
    return {**found, "sources": sources, **({"matches": list(statement.matches)} if statement.matches else {})}


def currency(report: CurrencyReport) -> str:
    """Return a currency report as JSON."""
    return _text({"on": report.as_of, "articles": [_status(one) for one in report.statuses]})


def _status(status: CurrencyStatus) -> dict[str, object]:
    return {
        "asked": status.asked,
        "place": status.place,
        "thing": status.thing.iri.value if status.thing else None,
        "doi": status.doi,
        "pmid": status.pmid,
        "status": status.status,
        "findings": [_finding(one) for one in status.findings],
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "kind": finding.kind,
        "certainty": finding.certainty,
        "date": finding.date,
        "what": plain(finding.what),
        "why": finding.why,
        "things": [thing.value for thing in finding.things],
        "sources": [source.iri.value for source in finding.sources],
    }


def currency_as_csv(report: CurrencyReport) -> str:
    """Return a currency report as CSV, a row for each finding."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in report.statuses:
        thing = one.thing.curie if one.thing else ""
        head = (report.as_of, one.asked, one.place, thing, one.doi, one.pmid, one.status)
        for finding in one.findings:
            sources = " ".join(source.curie for source in finding.sources)
            row = (*head, finding.words, finding.date, plain(finding.what), finding.why, sources)
            writer.writerow([visible(cell) for cell in row])
    return text.getvalue()


def _text(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
