"""All checks of a shapes graph, and the error that lists what they found with the lines of the files."""

from collections.abc import Collection, Iterable, Sequence

from pyoxigraph import Quad

from rdfkit.base import Project, UserError
from rdfkit.shacl.checking import queries, recursion, terms, wellformed
from rdfkit.shacl.checking.problems import Names, Problem
from rdfkit.shacl.engine.graph import Graph
from rdfkit.shacl.locating.places import Source, locations

MAX_PROBLEMS_SHOWN = 20


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


def lines(found: Sequence[Problem], sources: Iterable[Source]) -> list[tuple[bool, str]]:
    """Return a line for each problem, in the order of the files, and whether its place is known."""
    placed = []
    for each, place in zip(found, locations(sources, [each.triple for each in found]), strict=True):
        key = (place.file, place.line, place.column) if place else ("", 0, 0)
        text = f"{place.file}:{place.line}:{place.column}: {each.text}" if place else each.text
        placed.append((*key, text, place is not None))
    return list(dict.fromkeys((is_placed, text) for *_, text, is_placed in sorted(placed)))


def notes(found: Sequence[Problem], sources: Iterable[Source]) -> list[str]:
    """Return the lines of what was left out of the shapes."""
    if not found:
        return []
    shown = [f"  {text}" for _, text in lines(found, sources)]
    left = len(shown) - MAX_PROBLEMS_SHOWN
    title = "Left out of the shapes, which are not valid SHACL:"
    return [title, *shown[:MAX_PROBLEMS_SHOWN], *([f"  ... and {left} more"] if left > 0 else [])]


def error(found: Sequence[Problem], sources: Iterable[Source], shapes_name: str) -> UserError:
    """Return the error for what a check found: one line for each problem, with its file and line if they are known."""
    placed = lines(found, sources)
    texts = [text for _, text in placed]
    left = len(texts) - MAX_PROBLEMS_SHOWN
    more = [f"... and {left} more"] if left > 0 else []
    if any(each.always for each in found):
        if len(texts) == 1:
            start = "" if placed[0][0] else f"The shapes in {shapes_name} cannot be used: "
            return UserError(start + texts[0])
        title = f"The shapes in {shapes_name} cannot be used: fix these lines."
    else:
        title = (
            f"The shapes in {shapes_name} are not valid SHACL: fix these lines, or add --no-check-shapes to validate "
            "without them."
        )
    return UserError(title, [*texts[:MAX_PROBLEMS_SHOWN], *more])
