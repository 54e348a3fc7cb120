"""All checks of a shapes graph, and the error that lists what they found with the lines of the files."""

from collections.abc import Collection, Iterable, Sequence

from pyoxigraph import Quad

from rdfkit.base import Project, UserError
from rdfkit.shacl.checking import queries, recursion, terms, wellformed
from rdfkit.shacl.checking.problems import MAX_PROBLEMS_SHOWN, Names, Problem
from rdfkit.shacl.engine.graph import Graph
from rdfkit.shacl.locating.places import Source, locations


def problems(names: Names) -> list[Problem]:
    """Return what is wrong in a shapes graph, each sentence once: first what stops every engine."""
    found = [*recursion.check(names), *queries.check(names), *terms.check(names), *wellformed.check(names)]
    first = {(each.triple, each.text): each for each in found}
    return sorted(first.values(), key=lambda each: not each.always)


def usable(project: Project, quads: Collection[Quad]) -> tuple[list[Quad], list[Problem]]:
    """Return the shapes without the triples that are wrong, and what was wrong; nothing in it stops every engine.

    Without one triple another one may be wrong: a list, or a shape without its path.
    """
    kept, left_out = list(quads), list[Problem]()
    while wrong := [each for each in problems(Names(project, Graph.from_triples(kept))) if not each.always]:
        left_out += wrong
        triples = {" ".join(each.triple) for each in wrong}
        kept = [quad for quad in kept if str(quad.triple) not in triples]
    return kept, left_out


def lines(found: Sequence[Problem], sources: Iterable[Source]) -> list[str]:
    """Return a line for each problem, in the order of the files, with its place if that is known, and how many more."""
    sources = list(sources)
    places: dict[str, tuple[int, int]] = {}
    for number, source in enumerate(sources):
        for index, quad in enumerate(source.quads):
            places.setdefault(str(quad.triple), (number, index))
    first = sorted(found, key=lambda each: places.get(" ".join(each.triple), (len(sources), 0)))[:MAX_PROBLEMS_SHOWN]
    located = zip(locations(sources, [each.triple for each in first]), first, strict=True)
    # A nested node is read before the triple that leads to it.
    in_order = sorted(located, key=lambda pair: (pair[0].file, pair[0].line, pair[0].column) if pair[0] else ("", 0, 0))
    texts = [
        f"{place.file}:{place.line}:{place.column}: {each.text}" if place else each.text for place, each in in_order
    ]
    left = len(found) - len(first)
    return [*dict.fromkeys(texts), *([f"... and {left} more"] if left > 0 else [])]


def notes(found: Sequence[Problem], sources: Iterable[Source]) -> list[str]:
    """Return the lines of what was left out of the shapes."""
    title = ["Left out of the shapes, which are not valid SHACL:"] if found else []
    return [*title, *(f"  {text}" for text in lines(found, sources))]


def error(found: Sequence[Problem], sources: Iterable[Source], shapes_name: str) -> UserError:
    """Return the error for what a check found: one line for each problem, with its file and line if they are known."""
    texts = lines(found, sources)
    if any(each.always for each in found):
        if len(texts) == 1:
            has_place = texts[0] != found[0].text
            return UserError(texts[0] if has_place else f"The shapes in {shapes_name} cannot be used: {texts[0]}")
        title = f"The shapes in {shapes_name} cannot be used: fix these lines."
    else:
        title = (
            f"The shapes in {shapes_name} are not valid SHACL: fix these lines, or add --no-check-shapes to validate "
            "without them."
        )
    return UserError(title, texts)
