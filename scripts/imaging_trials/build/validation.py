"""Validation: the shipped graph, or anybody's files with it as context, against shapes, terms and axioms."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.inference import closure as reason
from rdfkit.rdf import named_graphs as layers
from rdfkit.rdf import rdflib_adapter as bridge
from rdfkit.rdf import reading as rdf
from rdfkit.shacl import report
from rdfkit.shacl import source_locations as locate
from rdfkit.shacl import undefined_terms as gate
from rdfkit.shacl import validate as validators
from rdfkit.shacl.report import Report, Result, Term, term_text
from rdfkit.stores import embedded as store

if TYPE_CHECKING:
    import rdflib

AUTHORING = "authoring.ttl"
"""The shapes that hold this repository to its own style, and nobody else."""

_DATA = ("graph:page", "graph:curated")
_USER = "user"
_NOT_KEPT = re.compile(r"[0-9a-f]{20,32}|c14n\d+")
"""Labels of blank nodes that the parser made up, or that nodes of the shipped vocabulary have."""


@dataclass(frozen=True)
class Context:
    """What files are validated against, loaded once: the shipped graph, the shapes, our terms."""

    root: Path
    store: Store
    quads: list[Quad]
    """What is in the store: to read them from a list is four times as fast."""
    ground: validators.Ground
    known: gate.Terms

    @property
    def data(self) -> "rdflib.Graph":
        """The shipped graph in rdflib."""
        return self.ground.data

    @property
    def shapes(self) -> "rdflib.Graph":
        """The shapes in rdflib."""
        return self.ground.shapes


def load_context(root: Path | None = None, *, authoring: bool = False) -> Context:
    """Return the shipped graph, closed, and the shapes; with ``authoring``, the repository's house rules too.

    ``root`` is the folder of another repository like ours. Raises UserError if one of its files is missing or broken.
    """
    shipped = store.from_sources(PROJECT.at(root)) if root else store.open_store(PROJECT)
    root = root or PROJECT.root
    shapes = _shapes(root, authoring=authoring)
    quads = list(shipped)
    return Context(root, shipped, quads, validators.Ground(quads, shapes), gate.terms_of_store(shipped))


def _shapes(root: Path, *, authoring: bool) -> list[Quad]:
    files = sorted(path for path in (root / "shapes").glob("*.ttl") if authoring or path.name != AUTHORING)
    if not files:
        raise UserError(f"{root / 'shapes'} holds no shapes (*.ttl): restore the folder from the repository.")
    return [quad for path in files for quad in rdf.read(path)]


def validate_shipped(shipped: Store, root: Path | None = None, *, engine: str = "reference") -> Report:
    """Return what the shapes, house rules included, find in the merge of all graphs of ``shipped``.

    The reference ``engine`` checks the shapes themselves first, against SHACL's own shapes. Raises UserError where they
    break those, and as ``validators.validate`` does.
    """
    ground = validators.Ground(list(shipped), _shapes(root or PROJECT.root, authoring=True))
    inferred = PROJECT.graph_iri(layers.INFERRED)
    places: dict[Term, str] = {}
    for quad in shipped:
        if quad.graph_name != inferred and isinstance(quad.graph_name, NamedNode):
            name = PROJECT.shorten(quad.graph_name.value)
            places[_term(quad.subject)] = min(name, places.get(_term(quad.subject), name))
    results, checked = validators.validate(ground, engine=engine, check_shapes=True)
    return Report(
        triples=len({quad.triple for quad in ground.quads}),
        checked=len(checked),
        unchecked=_unchecked((node for node, place in places.items() if place in _DATA), checked),
        results=_placed(results, places, "graph:inferred"),
    )


def validate_repository(root: Path | None = None, *, engine: str = "auto") -> Report:
    """Return everything wrong with the repository's own graph: shapes, undefined terms, contradictions.

    The graph is read from its sources and closed anew. ``engine`` is one of ``validators.ENGINES``. Raises UserError
    where the graph can't be read.
    """
    root = root or PROJECT.root
    made = layers.read_sources(PROJECT.at(root))
    closure = reason.close(PROJECT, made, root / "ontology" / "rules")
    found = replace(
        validate_shipped(made, root, engine=engine),
        undefined=tuple(gate.check_repository(root)),
        contradictions=tuple(closure.contradictions),
    )
    if not (found.results or found.undefined or found.contradictions):
        return found
    files = [*(path for _, path in layers.source_files(PROJECT.at(root))), *sorted((root / "shapes").glob("*.ttl"))]
    sources = (locate.Source(path.relative_to(root).as_posix(), path, "turtle", rdf.read(path)) for path in files)
    return locate.located(found, sources, made, _shapes(root, authoring=True))


def validate_files(
    files: Sequence[Path], syntax: str | None = None, context: Context | None = None, *, engine: str = "auto"
) -> Report:
    """Return what is wrong with somebody's RDF files: shapes, undefined terms, contradictions.

    The files are taken as one graph, with the whole shipped graph as context, so that they can refer to our agents and
    concepts; named graphs are merged. Only their own nodes are judged: the subjects in them, and things they mention
    that the shipped graph does not describe. What follows by our vocabulary is taken into account as far as it says
    something about properties; classes that are only inferred are not, or a value of a wrong class would make itself
    right by the range of its property.

    ``syntax`` is a key of ``rdf.FORMATS`` for files whose extension does not tell, ``engine`` one of
    ``validators.ENGINES``. Raises UserError for a file that can't be read as RDF.
    """
    read = _renamed((str(path), rdf.read(path, syntax, base=rdf.file_base(path))) for path in files)
    context = context or load_context()  # only now: what is broken is told soon, and in little memory
    found = _validate_read(read, context, engine)
    return locate.located(found, _sources(files, syntax, read), context.store, context.ground.shape_quads)


def _sources(files: Sequence[Path], syntax: str | None, read: list[tuple[str, list[Quad]]]) -> list[locate.Source]:
    return [
        locate.Source(name, path, rdf.syntax_of(path, syntax), quads)
        for path, (name, quads) in zip(files, read, strict=True)
    ]


def validate_own(
    files: Sequence[Path], shapes: Sequence[Path], syntax: str | None = None, *, engine: str = "auto"
) -> Report:
    """Return what somebody's own shapes find in their RDF files.

    The files alone are the data graph, and nothing is inferred, so that any SHACL engine gives the same results: what
    the shapes need of the shipped graph is given as a file, too. All targets are looked at. ``syntax`` is that of the
    data files. Raises UserError where there is no data, for a file that can't be read as RDF, and as
    ``validators.validate`` does.
    """
    if not files:
        raise UserError("Shapes of your own need data of your own: name the RDF files to check before --shapes.")
    read = _renamed((str(path), rdf.read(path, syntax, base=rdf.file_base(path))) for path in files)
    quads = [quad for _, found in read for quad in found]
    ground = validators.Ground(
        quads,
        [quad for _, found in _renamed((str(path), rdf.read(path)) for path in shapes) for quad in found],
        ", ".join(map(str, shapes)),
    )
    results, checked = validators.validate(ground, engine=engine, check_shapes=True)
    found = Report(
        triples=len(ground.graph),
        checked=len(checked),
        unchecked=_unchecked({quad.subject for quad in quads}, checked),
        results=_placed(results, _places(read, Store()) if results else {}, "-"),
    )
    return locate.located(found, _sources(files, syntax, read), Store(), ground.shape_quads)


def _validate_read(read: list[tuple[str, list[Quad]]], context: Context, engine: str = "auto") -> Report:
    quads = [quad for _, found in read for quad in found]
    triples = {quad.triple for quad in quads}
    inferred, contradictions = _close(context, quads)
    places = _places(read, context.store)
    results, checked = validators.validate(context.ground, triples | inferred, places.keys(), engine=engine)
    own = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
    undefined = [finding for name, found in read for finding in gate.check_quads(found, name, context.known, own)]
    return Report(
        triples=len(triples),
        checked=len(checked),
        unchecked=_unchecked({quad.subject for quad in quads}, checked),
        results=_placed(results, places, "-"),
        undefined=tuple(sorted(undefined)),
        contradictions=tuple(contradictions),
    )


def validate(
    source: "str | Path | rdflib.Graph | Sequence[str | Path] | None" = None, *, syntax: str | None = None
) -> "tuple[bool, rdflib.Graph, str]":
    """Validate a file, several, an rdflib graph or dataset, or (``None``) the shipped graph, for Python users.

    Returns what ``pyshacl.validate`` returns: whether there is no violation, the W3C validation report as an rdflib
    graph, and the same as text. ``syntax`` is that of files whose extension does not tell (see ``rdf.FORMATS``).
    Raises UserError for what can't be read as RDF.
    """
    import rdflib

    if source is None:
        found = validate_repository()
    elif isinstance(source, rdflib.Graph):
        found = _validate_read(_renamed([("graph", _quads(source))]), load_context())
    else:
        several = [source] if isinstance(source, str | Path) else source
        found = validate_files([Path(file) for file in several], syntax)
    text = "\n".join([*report.lines(found), report.summary(found)])
    return found.conforms(), bridge.to_rdflib_graph(report.as_triples(found), PROJECT.prefixes), text


def _quads(source: "rdflib.Graph") -> Iterator[Quad]:
    parts = ((s, p, o) for s, p, o, *_ in (source.quads() if hasattr(source, "quads") else source))
    for subject, predicate, value in parts:
        try:
            yield Quad(*(bridge.from_rdflib(term) for term in (subject, predicate, value)))  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            raise UserError(f"The graph holds '{subject} {predicate} {value}', which is no RDF: {error}.") from error


def _renamed(read: Iterable[tuple[str, Iterable[Quad]]]) -> list[tuple[str, list[Quad]]]:
    """Return the quads of each file, blank nodes renamed: told apart, and the same every time."""
    found = []
    taken: set[str] = set()
    for name, given in read:
        quads = list(given)
        if any(isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode) for quad in quads):
            names: dict[BlankNode, BlankNode] = {}
            ends = ((_rename(quad.subject, names, taken), _rename(quad.object, names, taken)) for quad in quads)
            quads = [Quad(s, quad.predicate, o, quad.graph_name) for quad, (s, o) in zip(quads, ends, strict=True)]
        found.append((name, quads))
    return found


def _rename(term: Any, names: dict[BlankNode, BlankNode], taken: set[str]) -> Any:
    """Return the node that a blank node of one file is called: as there, unless that is made up or taken."""
    if isinstance(term, BlankNode) and term not in names:
        label, number = term.value, 0
        while label in taken or _NOT_KEPT.fullmatch(label):
            number += 1
            label = f"anon{len(taken) + number}"
        taken.add(label)
        names[term] = BlankNode(label)
    return names.get(term, term)


def _places(read: list[tuple[str, list[Quad]]], shipped: Store) -> dict[Term, str]:
    """Return the nodes that are the files' own, each with the first file that describes or else mentions it."""
    places: dict[Term, str] = {}
    for name, quads in read:
        for quad in quads:
            places.setdefault(_term(quad.subject), name)
    for name, quads in read:
        for quad in quads:
            value = _term(quad.object)
            if value not in places and (isinstance(value, Literal) or not _is_described(value, shipped)):
                places[value] = name
    return places


def _is_described(node: NamedNode | BlankNode, shipped: Store) -> bool:
    return next(iter(shipped.quads_for_pattern(node, None, None, None)), None) is not None


def _term(term: Any) -> Term:
    """Return a term of a quad as what it can only be here: the reader lets no triple terms in."""
    assert not isinstance(term, Triple)  # noqa: S101
    return term  # type: ignore[no-any-return]


def _unchecked(own: Iterable[Any], checked: set[str]) -> tuple[str, ...]:
    missed = (node for node in own if isinstance(node, NamedNode) and str(node) not in checked)
    return tuple(sorted(term_text(node) for node in missed))


def _placed(results: Iterable[Result], places: dict[Term, str], elsewhere: str) -> tuple[Result, ...]:
    found = (replace(result, file=places.get(result.focus, elsewhere)) for result in results)
    return tuple(sorted(found, key=Result.sort_key))


def _close(context: Context, quads: list[Quad]) -> tuple[set[Triple], list[reason.Contradiction]]:
    """Return what follows from the files and the shipped graph together, and what they contradict each other in.

    From a contradiction anything follows, so then nothing is inferred.
    """
    together = Store()
    together.bulk_extend(context.quads)
    user = PROJECT.graph_iri(_USER)
    together.bulk_extend(Quad(quad.subject, quad.predicate, quad.object, user) for quad in quads)
    closure = reason.close(PROJECT, together, context.root / "ontology" / "rules", tidy=False)
    if closure.contradictions:
        return set(), closure.contradictions
    added = together.quads_for_pattern(None, None, None, PROJECT.graph_iri(layers.INFERRED))
    kind = PROJECT.expand("rdf:type")
    new = (quad.triple for quad in added if quad.predicate.value != kind and quad not in context.store)
    return {triple for triple in new if reason.is_kept(triple)}, []
