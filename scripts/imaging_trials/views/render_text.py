"""Views as text for people: cards, explanations, currency reports and agent reports."""

import sys
from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import Literal, NamedNode, Quad

from imaging_trials.model import PROJECT, dates, read
from imaging_trials.views.agent_report import AgentReport
from imaging_trials.views.currency import STATUSES, CurrencyReport
from imaging_trials.views.explanation import Explanation, Statement
from imaging_trials.views.phrases import plain
from imaging_trials.views.summary_card import Card, CardLine, CorrectionLine, Decay, Links
from imaging_trials.views.values import Expression, ExternalTerm, Members, Value, local_name
from rdfkit.base import table, terminal_columns, visible, width

MAX_LABEL_COLUMNS = 40
"""How wide the column of labels of an agent report may be."""

MAX_PROPERTY_COLUMNS = 30
"""How wide the column of properties of a card may be."""

MAX_LITERAL_CHARACTERS = 100
"""How much of a literal an explanation shows."""

_RULE = "-" * 72
_GRAPHS = {
    "vocabulary": "the vocabulary",
    "concepts": "the concept schemes",
    "alignments": "the alignments",
    "dataset": "the dataset's description",
    "links": "the mapping sets",
}

_Row = tuple[str, list[str]]
"""A label and the texts next to it, one on each line."""


# Values and sources


def thing_text(thing: read.Thing) -> str:
    """Return ``label (curie)``, the CURIE of a thing without label, or ``<iri>``."""
    if thing.label != thing.curie:
        return f"{visible(thing.label)} ({thing.curie})"
    return f"<{thing.curie}>" if thing.curie == thing.iri.value else thing.curie


def value_text(value: Value) -> str:
    """Return a value of a card: a literal as it is, a thing by label and CURIE, an expression in brackets."""
    if isinstance(value, Literal):
        return value.value
    if isinstance(value, read.Thing):
        return thing_text(value)
    if isinstance(value, ExternalTerm):
        return f"{value.label} {thing_text(value.thing)}"
    return _expression(value)


def _expression(value: Value) -> str:
    if isinstance(value, Members):
        return f"({' '.join(_expression(one) for one in value.values)})"
    if isinstance(value, Expression):
        parts = "; ".join(f"{local_name(name)} {_expression(one)}" for name, one in value.parts)
        return f"[{parts or '...'}]"
    return value.curie if isinstance(value, read.Thing) else str(value)


def source_text(source: read.Source) -> str:
    """Return a source with its address and the day on which it was checked."""
    if PROJECT.graph_name(source.iri).startswith("import/"):
        return imported_text(source)
    address = f" {source.address}" if source.address else ""
    return f"{thing_text(read.Thing(source.iri, source.label))}{address}{_checked(source)}"


def imported_text(source: read.Source) -> str:
    """Return a version of an imported record: its address at the registry, its day, and the day of the import."""
    record = source.address.value if source.address else source.curie
    return f"{record}, {source.label}, imported {source.checked_on}"


def provenance_text(provenance: read.Provenance) -> str:
    """Return where a statement comes from: the section of the page, the curated source, the mapping set, the graph."""
    source = provenance.source
    if provenance.is_inferred:
        return "computed"
    if not source:
        return _GRAPHS.get(provenance.graph, provenance.graph)
    if provenance.graph == "page":
        return f"page: {source.label}"
    if provenance.graph == "links":
        return f"mapping set {source.curie}: {source.label}"
    if provenance.graph.startswith("import/"):
        return imported_text(source)
    return f"{provenance.graph}: {source.curie}{_checked(source)}"


def _checked(source: read.Source) -> str:
    return f", {dates.checked(source.checked_on)}" if source.checked_on else ""


# Cards


def cards(found: Sequence[Card]) -> str:
    """Return cards as text, with a rule between them."""
    return f"\n{_RULE}\n\n".join("\n\n".join(_card(card)) + "\n" for card in found)


def _card(card: Card) -> Iterator[str]:
    yield _head(card)
    for block in card.blocks:
        yield _block(block.title, [_row(card, line) for line in block.lines])
    if card.uses:
        yield _block("Use", [("in statements", [str(card.uses)])])
    if card.decay:
        yield _block("Decay", [*_decay(card, card.decay)])
    if card.links:
        yield _block("What points here", [_link_row(links) for links in card.links])
    if card.sources:
        yield "\n".join(["Sources", *(f"  {visible(source_text(source))}" for source in card.sources)])


def _head(card: Card) -> str:
    thing, iri = card.thing, card.thing.iri.value
    lines = [visible(thing.label)] if thing.label != thing.curie else []
    lines.append(f"{thing.curie}  <{iri}>" if thing.curie != iri else f"<{iri}>")
    if card.kinds:
        lines.append(", ".join(dict.fromkeys(visible(kind.label) for kind in card.kinds)))
    return "\n".join([*lines, *(visible(text) for text in card.definitions)])


def _row(card: Card, line: CardLine | CorrectionLine) -> _Row:
    if isinstance(line, CorrectionLine):
        return _correction(card, line)
    texts = [value_text(value) for value in line.values]
    if line.property.iri in dates.PROPERTIES:
        texts = [dates.shown(text) for text in texts]
    if line.sources:
        names = (", ".join((local_name(one.iri), *filter(None, [one.checked_on]))) for one in line.sources)
        mark = f"  [{'; '.join(names)}]"
        texts = [text + mark for text in texts]
    return line.property.label, texts


def _correction(card: Card, line: CorrectionLine) -> _Row:
    printed = f"'{line.printed}'" if line.printed else "nothing"
    where = "" if line.thing == card.thing else f" of {_described(line.thing)}"
    sources = (f"source: {thing_text(read.Thing(one.iri, one.label))}{_checked(one)}" for one in line.sources)
    return "correction", [
        f"{line.property.label}{where}: printed {printed}, should be '{line.corrected}'",
        f"because: {line.rationale}",
        *sources,
    ]


def _described(thing: read.Thing) -> str:
    return thing.curie if thing.label == thing.curie else f"{thing.curie} ({visible(thing.label)})"


def _decay(card: Card, decay: Decay) -> Iterator[_Row]:
    of_what = "" if decay.nuclide == card.thing else f", of {_described(decay.nuclide)}"
    yield "half-life", [f"{decay.half_life.text}{of_what}"]
    if decay.half_life.data_set:
        yield "data set", [decay.half_life.data_set]
    if decay.sources:
        yield "source", [source_text(source) for source in decay.sources]
    if decay.remaining:
        yield f"left after {decay.after}", [decay.remaining.text]


def _link_row(links: Links) -> _Row:
    texts = [thing_text(thing) for thing in links.subjects]
    if links.omitted:
        texts.append(f"... and {links.omitted} more (--all lists them)")
    return f"<- {links.property.label}{' (computed)' if links.is_inferred else ''}", texts


def _block(title: str, rows: list[_Row]) -> str:
    column = min(max(width(label) for label, _ in rows), MAX_PROPERTY_COLUMNS)
    printed = [title]
    for label, texts in rows:
        for number, text in enumerate(texts):
            left = "" if number else label
            printed.append(f"  {left}{' ' * (column - width(left))}  {visible(text)}".rstrip())
    return "\n".join(printed)


# Explanations


def explanation(found: Explanation) -> str:
    """Return an explanation as text; a statement that was explained before is not explained again."""
    return "\n".join([f"Row {found.row} of {found.query}:", *_explanation(found)]) + "\n"


def _explanation(found: Explanation) -> Iterator[str]:
    column = max((len(name) for name, _ in found.values), default=0)
    yield from (f"  {name:<{column}}  {_term(value)}" for name, value in found.values)
    yield ""
    yield _count(len(found.statements))
    graph = ""
    seen: set[Quad] = set()
    for statement in found.statements:
        if statement.graph != graph:
            graph = statement.graph
            yield from ("", graph)
        yield from _statement(statement, "  ", seen)
    if found.depends_on_absence:
        yield from ("", "The row also depends on what is not in the graph: the query uses NOT EXISTS or MINUS.")


def _count(number: int) -> str:
    if number == 0:
        return "No triple is needed for this row: it does not depend on the data."
    if number == 1:
        return "1 triple is needed for this row; removing it removes the row."
    return f"{number} triples are needed for this row; removing any one removes the row."


def _statement(statement: Statement, margin: str, seen: set[Quad]) -> Iterator[str]:
    quad, rule = statement.quad, statement.rule
    yield f"{margin}{_term(quad.subject)} {_term(quad.predicate)} {_term(quad.object)}"
    if not rule:
        yield from (f"{margin}    {provenance_text(one)}" for one in statement.provenance)
    elif quad in seen:
        yield f"{margin}    by {rule}, as above"
    else:
        seen.add(quad)
        yield f"{margin}    by {rule} (ontology/rules/{rule}.ru) from"
        for premise in statement.premises:
            yield from _statement(premise, f"{margin}      ", seen)


def _term(term: object) -> str:
    if isinstance(term, NamedNode):
        return PROJECT.shorten(term.value)
    if isinstance(term, Literal):
        cut = len(term.value) > MAX_LITERAL_CHARACTERS
        text = f"{term.value[: MAX_LITERAL_CHARACTERS - 1]}…" if cut else term.value
        return f'"{text}"@{term.language}' if term.language else f'"{text}"'
    return str(term)


# Currency


def currency(report: CurrencyReport) -> str:
    """Return a currency report as a table of findings, and the number of things of each status."""
    rows: list[tuple[str, str, str, str]] = []
    for one in report.statuses:
        name = f"{one.place}: {one.asked}" if one.place else one.asked
        for finding in one.findings:
            rows.append((name, finding.words, dates.shown(finding.date), plain(finding.what)))
            details = [*([finding.why] if finding.why else []), *(f"[{_cited(source)}]" for source in finding.sources)]
            rows += [("", "", "", f"  {text}") for text in details]
            name = ""
    is_list = any(one.place for one in report.statuses)
    printed = table(
        ("reference" if is_list else "article", "finding", "date", "what"), rows, columns=terminal_columns(sys.stdout)
    )
    numbers = [(status, sum(one.status == status for one in report.statuses)) for status in STATUSES]
    summary = ", ".join(f"{number} {status}" for status, number in numbers if number)
    return "\n".join(
        [
            *printed.splitlines()[:-1],
            "",
            f"As of {dates.shown(report.as_of)}: {summary}, of {len(report.statuses)}.",
            "",
        ]
    )


def _cited(source: read.Source) -> str:
    return f"page: {source.label}" if source.is_section else f"{source.curie}: {source.label}{_checked(source)}"


# Agent reports


def agent_report(report: AgentReport) -> str:
    """Return an agent report as text, with numbered sources at its end."""
    numbers = SourceNumbers()
    parts = [f"{visible(report.agent.label)}\n{report.agent.curie}, guidelines as of {dates.shown(report.as_of)}"]
    for section in report.sections:
        column = min(max(width(line.label) for line in section.lines), MAX_LABEL_COLUMNS)
        printed, before = [section.title], ""
        for line in section.lines:
            label = "" if line.label == before else line.label
            before = line.label
            gap = " " * max(column - width(label), 0)
            marks = numbers.marks(line.provenance, "[{}]", is_computed=line.is_computed)
            printed.append(f"  {visible(label)}{gap}  {visible(line.text)}  {marks}")
        parts.append("\n".join(printed))
    parts.append("\n".join(["Sources", *(f"  [{number}] {text}" for text, number in numbers.listed())]))
    return "\n\n".join(parts) + "\n"


class SourceNumbers:
    """Numbers the sources of a report in the order in which they are first cited."""

    def __init__(self) -> None:
        """Start without any source."""
        self._numbers: dict[str, int] = {}

    def marks(self, provenance: Iterable[read.Provenance], form: str, *, is_computed: bool) -> str:
        """Return the numbers of sources in a form such as ``[{}]``, and ``(computed)`` if that is what a line is."""
        texts = dict.fromkeys(_reported(one) for one in provenance if not one.is_inferred)
        numbers = sorted(self._numbers.setdefault(text, len(self._numbers) + 1) for text in texts)
        marks = "".join(form.format(number) for number in numbers)
        return f"{marks} (computed)".strip() if is_computed else marks

    def listed(self) -> list[tuple[str, int]]:
        """Return the text of each source and its number."""
        return list(self._numbers.items())


def _reported(provenance: read.Provenance) -> str:
    text, source = provenance_text(provenance), provenance.source
    if source and provenance.graph == "page":
        return f"{text} (section of NCI's page Imaging Trials Resources)"
    if source and provenance.graph == "curated":
        return f"{text}: {source.label}{f' {source.address}' if source.address else ''}"
    return text
