"""The report of ``imt build``: what was read and inferred, the answers to three questions, and next steps."""

import os

from pyoxigraph import QuerySolutions

from imaging_trials.build import build
from imaging_trials.model import PROJECT
from rdfkit.base import table
from rdfkit.rdf import named_graphs
from rdfkit.sparql import results, saved

SHOWN = ("agents-with-both-documents", "guidelines-by-body-site", "listed-guidelines-by-society")
"""The saved queries whose answers the report shows."""

_MAX_ROWS = 5
_MAX_CELL_CHARACTERS = 44
_MAX_RULES = 6


def report(built: build.BuildResult) -> str:
    """Return the report of a build: what was read, found, inferred and written, and next steps; or its problems."""
    if built.problems:
        count = len(built.problems)
        head = "One problem: nothing was written." if count == 1 else f"{count} problems: nothing was written."
        return "\n".join([head, *(f"  {problem}" for problem in built.problems)])
    parts = [_what_was_read(built), _what_holds(built), _what_was_inferred(built)]
    parts += [_question(built, name) for name in SHOWN]
    parts += [_what_was_written(built), _what_next()]
    return "\n\n".join(part for part in parts if part)


def _what_was_read(built: build.BuildResult) -> str:
    read = {name: count for name, count in built.triples.items() if name != named_graphs.INFERRED}
    lines = [f"Read {sum(read.values()):,} triples from {sum(built.files_read.values())} files:"]
    lines += [f"  {name:<11}{count:>7,} from {built.files_read.get(name, 0)}" for name, count in read.items()]
    return "\n".join(lines)


def _what_holds(built: build.BuildResult) -> str:
    found = "No triple in two graphs, no contradiction"
    if not built.verdict:
        return f"{found}; terms and shapes were not checked (--no-validate)."
    return f"{found}, no undefined term.\nValid by SHACL (pySHACL; the shapes themselves too). {built.verdict}"


def _what_was_inferred(built: build.BuildResult) -> str:
    closure = built.closure
    if built.reasoner == "owlrl":
        return f"Inferred {closure.kept:,} triples with owlrl."
    total = sum(closure.by_rule.values())
    lines = [f"Inferred {closure.kept:,} triples by OWL 2 RL rules (ontology/rules/):"]
    rules = sorted(closure.by_rule.items(), key=lambda entry: (-entry[1], entry[0]))
    for rule, count in rules[:_MAX_RULES]:
        lines.append(f"  {count:>6,}  {rule:<11}{_in_words(rule)}")
    rest = sum(count for _, count in rules[_MAX_RULES:])
    if rest:
        lines.append(f"  {rest:>6,}  by {len(rules) - _MAX_RULES} more")
    if total > closure.kept:
        lines.append(
            f"  {total - closure.kept:>6,}  of these were needed for inference on class expressions, and not kept"
        )
    return "\n".join(lines)


def _in_words(rule: str) -> str:
    """Return the first sentence of the comment at the head of a rule's file."""
    text = (PROJECT.root / "ontology" / "rules" / f"{rule}.ru").read_text(encoding="utf-8")
    words = " ".join(line.removeprefix("# ") for line in text.splitlines()[1:4] if line.startswith("#"))
    return words.partition(". ")[0] + "."


def _question(built: build.BuildResult, name: str) -> str:
    """Return a saved query with the first rows of its answer, or nothing if there is no such query."""
    path = next((path for path in saved.files(PROJECT) if path.stem == name), None)
    if path is None:
        return ""
    query = saved.read(PROJECT, path)
    answer = results.ask(PROJECT, built.graph, query.text, query.dataset)
    if not isinstance(answer, QuerySolutions):
        return ""
    names = [variable.value for variable in answer.variables]
    # A column with an IRI is left out if another column has its name.
    kept = [index for index, name in enumerate(names) if f"{name}Name" not in names]
    rows = [[_clipped(results.short(PROJECT, row[index])) for index in kept] for row in answer]
    lines = table([names[index] for index in kept], rows[:_MAX_ROWS]).splitlines()
    if len(rows) > _MAX_ROWS:
        lines[-1] = f"({_MAX_ROWS} of {len(rows)} rows)"
    return "\n".join([f"{query.summary}  (imt query {query.id})", *(f"  {line}" for line in lines)])


def _clipped(text: str) -> str:
    return text if len(text) <= _MAX_CELL_CHARACTERS else f"{text[: _MAX_CELL_CHARACTERS - 3]}..."


def _what_was_written(built: build.BuildResult) -> str:
    shown = os.path.relpath(built.folder)
    lines = [f"Written to {built.folder if shown.startswith('..') else shown}/:"]
    width = max(map(len, built.written)) + 1
    for name, words in built.written.items():
        lines.append(f"  {name:<{width}}{(built.folder / name).stat().st_size:>10,} bytes  {words}")
    return "\n".join(lines)


def _what_next() -> str:
    return """Try next:
  imt query --list            every saved query
  imt show '[18F]FES'         one agent, with its documents and sources
  imt cite --format bibtex    the twenty guidelines, for your reference manager
  imt site                    all of it as pages: then open dist/site/index.html"""
