"""Validation of the shipped graph, or of a user's data with it as context, by shapes, terms and axioms."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from imaging_trials.model import PROJECT
from rdfkit.base import UserError, printable
from rdfkit.inference import Prepared, closure, prepare
from rdfkit.rdf import described_twice, named_graphs, rdflib_adapter, reading
from rdfkit.shacl import Source, Term, ValidationInput, locate, report, term_text, undefined_terms, validate
from rdfkit.stores import from_sources, open_store

if TYPE_CHECKING:
    import rdflib

_DATA = ("graph:page", "graph:curated")
MAX_BYTES_IN_MEMORY = 50_000_000
"""Of the files of one validation: larger ones pass a window of records at a time, with the same report."""

_GZIP_RATIO = 15
"""How many times larger decompressed N-Quads usually are."""

_MADE_LABEL = re.compile(r"[0-9a-f]{20,32}|c14n\d+")
"""Labels of blank nodes that the parser makes, or that nodes of the shipped vocabulary have."""


@dataclass(frozen=True)
class Context:
    """What a user's data is validated against, loaded once: the shipped graph, the shapes, the defined terms.

    ``quads`` is the content of ``store``: reading a list takes a quarter of the time.
    """

    root: Path
    store: Store
    quads: list[Quad]
    given: ValidationInput
    known: undefined_terms.DefinedTerms

    @cached_property
    def closed(self) -> Prepared:
        """The graph as the context of inference, made when it is first needed."""
        return prepare(PROJECT, self.quads, PROJECT.at(self.root).rules)


@dataclass(frozen=True)
class Data:
    """RDF to validate: its name in the report, its quads, and for a file its path and syntax."""

    name: str
    quads: list[Quad]
    path: Path | None = None
    syntax: str = ""


def load_context(root: Path | None = None, *, curation: bool = False) -> Context:
    """Return the shipped graph, closed, and the common shapes; with ``curation``, the curation shapes too.

    ``root`` is the folder of another checkout. Raises UserError if one of its files is missing or broken.
    """
    shipped = from_sources(PROJECT.at(root)) if root else open_store(PROJECT)
    root = root or PROJECT.root
    shapes = _shapes(root, curation=curation)
    quads = list(shipped)
    known = undefined_terms.defined_in_store(PROJECT, shipped)
    return Context(root, shipped, quads, ValidationInput(PROJECT, quads, shapes, trusted=True), known)


def _shapes(root: Path, *, curation: bool) -> list[Quad]:
    files = named_graphs.shape_files(PROJECT.at(root), curation=curation)
    if not files:
        raise UserError(f"{root / 'shapes'} has no shapes (common/*.ttl): restore the folder from the repository.")
    return [quad for path in files for quad in reading.read(path)]


def validate_shipped(shipped: Store, root: Path | None = None, *, engine: str = "pyshacl") -> report.Report:
    """Return the results of all shapes, curation shapes included, on the merge of all graphs of ``shipped``.

    pySHACL first validates the shapes themselves against SHACL's own shapes. Raises UserError if they are not valid,
    and as `rdfkit.shacl.validate` does.
    """
    given = ValidationInput(PROJECT, list(shipped), _shapes(root or PROJECT.root, curation=True))
    inferred = PROJECT.graph_iri(named_graphs.INFERRED)
    graphs: dict[Term, str] = {}
    for quad in shipped:
        if quad.graph_name != inferred and isinstance(quad.graph_name, NamedNode):
            name = PROJECT.shorten(quad.graph_name.value)
            graphs[_term(quad.subject)] = min(name, graphs.get(_term(quad.subject), name))
    results, checked = validate(given, engine=engine)
    return report.Report(
        PROJECT,
        triples=len({quad.triple for quad in given.quads}),
        checked=len(checked),
        unchecked=_unchecked((node for node, graph in graphs.items() if graph in _DATA), checked),
        results=with_files(results, graphs, "graph:inferred"),
    )


def validate_repository(root: Path | None = None, *, engine: str = "auto") -> report.Report:
    """Return everything that is wrong with the graph of a checkout.

    That is results of shapes, things that are described twice, undefined terms and contradictions.

    The graph is read from its sources and closed. ``engine`` is one of `rdfkit.shacl.ENGINES`. Raises UserError if the
    graph cannot be read.
    """
    root = root or PROJECT.root
    project = PROJECT.at(root)
    made = named_graphs.read_sources(project)
    closed = closure.close(project, made)
    found = validate_shipped(made, root, engine=engine)
    repeated = {_of_repeated(each): each.locations for each in described_twice.described_twice(project)}
    found = replace(
        found,
        results=(*found.results, *repeated),
        undefined=tuple(undefined_terms.check_repository(project)),
        contradictions=tuple(closed.contradictions),
    )
    if not (found.results or found.undefined or found.contradictions):
        return found
    files = [*(path for _, path in named_graphs.source_files(project)), *named_graphs.shape_files(project)]
    sources = (Source(path.relative_to(root).as_posix(), path, "turtle", reading.read(path)) for path in files)
    located = locate(found, sources, made, _shapes(root, curation=True))
    locations = dict(located.locations)
    for result, (first, *others) in repeated.items():
        locations[result] = (*others, first)  # the second description is one too many
    return replace(located, locations=locations)


def _of_repeated(found: described_twice.DescribedTwice) -> report.Result:
    component = PROJECT.shapes + "DescribedTwice"
    return report.Result(
        file=found.locations[1].file,
        focus=NamedNode(found.subject),
        label="",
        path=None,
        value=None,
        component=component,
        severity=PROJECT.expand("sh:Violation"),
        shape=NamedNode(component),
        constraint=None,
        messages=(f"Described in {found.places}: put its statements in one block.",),
    )


def read_files(files: Iterable[Path], syntax: str | None = None) -> list[Data]:
    """Return the data in RDF files, with blank nodes of each file its own and with the same labels every time.

    ``syntax`` is a key of ``reading.FORMATS``, for files whose extension does not say it. Raises UserError for a file
    that cannot be read as RDF.
    """
    return _relabeled(
        Data(str(path), reading.read(path, syntax, base=reading.file_base(path)), path, reading.syntax_of(path, syntax))
        for path in files
    )


def read_graph(graph: "rdflib.Graph", name: str) -> list[Data]:
    """Return the data in an rdflib graph or dataset. Raises UserError for a triple that RDF does not allow."""
    quads = []
    for subject, predicate, value, *_ in graph.quads() if hasattr(graph, "quads") else graph:
        try:
            quads.append(Quad(*map(rdflib_adapter.from_rdflib, (subject, predicate, value))))  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            triple = printable(f"{subject} {predicate} {value}")
            raise UserError(f"The graph has '{triple}', which is not an RDF triple ({error}): remove it.") from error
    return _relabeled([Data(name, quads)])


def validate_files(
    files: Iterable[Path],
    syntax: str | None = None,
    context: Context | None = None,
    *,
    engine: str = "auto",
    curation: bool = False,
) -> report.Report:
    """Return what is wrong with a user's RDF files, as `validate_data` does; large ones pass a window at a time."""
    files = list(files)
    if engine != "pyshacl" and _are_large(files):
        from imaging_trials.build import streaming

        context = context or load_context(curation=curation)
        if not isinstance(context.given.prepared, str):
            named = [streaming.File(path, reading.syntax_of(path, syntax)) for path in files]
            try:
                return streaming.validate_streams(named, context)
            except streaming.AxiomsError:
                pass  # what one statement says can change what is inferred from every other: it takes all of them
    return validate_data(read_files(files, syntax), context, engine=engine, curation=curation)


def _are_large(files: Iterable[Path]) -> bool:
    """Return whether files are larger than what is read into memory, and can be read several times."""
    size = 0
    for path in files:
        if not path.is_file():
            return False
        size += path.stat().st_size * (_GZIP_RATIO if path.suffix.lower() == ".gz" else 1)
    return size > MAX_BYTES_IN_MEMORY


def validate_data(
    data: Sequence[Data], context: Context | None = None, *, engine: str = "auto", curation: bool = False
) -> report.Report:
    """Return what is wrong with a user's data: results, undefined terms, contradictions.

    All data is one graph, with the whole shipped graph as context, so that it can refer to our agents and concepts;
    named graphs are merged. Only the user's own nodes are focus nodes: the subjects of the data, and its objects that
    the shipped graph does not describe. Inferred values of properties count; inferred classes do not, because the range
    of a property would make a value of a wrong class right.

    The shapes are those of ``context``, or else the common ones, with ``curation`` the curation shapes too. ``engine``
    is one of `rdfkit.shacl.ENGINES`.
    """
    context = context or load_context(
        curation=curation
    )  # takes time and memory: the data has been read before, or an error was raised
    quads = [quad for each in data for quad in each.quads]
    triples = {quad.triple for quad in quads}
    inferred, contradictions = context.closed.infer(quads, types=False)
    files = _files_of_nodes(data, context.store)
    results, checked = validate(context.given, triples | inferred, files.keys(), engine=engine)
    own = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
    undefined = [
        term
        for each in data
        for term in undefined_terms.check_quads(PROJECT, each.quads, each.name, context.known, own)
    ]
    found = report.Report(
        PROJECT,
        triples=len(triples),
        checked=len(checked),
        unchecked=_unchecked({quad.subject for quad in quads}, checked),
        results=with_files(results, files, "-"),
        undefined=tuple(sorted(undefined)),
        contradictions=tuple(contradictions),
    )
    return locate(found, _sources(data), context.store, context.given.shape_quads)


def validate_files_by_shapes(
    files: Iterable[Path],
    shapes: Iterable[Path],
    syntax: str | None = None,
    *,
    engine: str = "auto",
    check_shapes: bool = True,
) -> report.Report:
    """Return the results of a user's own shapes on RDF files, as `validate_by_shapes` does; ``syntax`` is theirs."""
    return validate_by_shapes(read_files(files, syntax), read_files(shapes), engine=engine, check_shapes=check_shapes)


def validate_by_shapes(
    data: Sequence[Data], shapes: Sequence[Data], *, engine: str = "auto", check_shapes: bool = True
) -> report.Report:
    """Return the results of a user's own shapes on a user's data.

    The data alone is the data graph, and nothing is inferred, so that every SHACL engine gives the same results. If the
    shapes need a part of the shipped graph, it must be among the data. Raises UserError if there is no data or no
    shape, and as `rdfkit.shacl.validate` does.
    """
    if not data:
        raise UserError("Shapes of your own need data of your own: name the RDF files to check before --shapes.")
    quads = [quad for each in data for quad in each.quads]
    shape_quads = [quad for each in shapes for quad in each.quads]
    name = ", ".join(each.name for each in shapes)
    given = ValidationInput(PROJECT, quads, shape_quads, name, _sources(shapes))
    given.refuse_without_shapes()
    results, checked = validate(given, engine=engine, check_shapes=check_shapes)
    found = report.Report(
        PROJECT,
        triples=len(given.graph),
        checked=len(checked),
        unchecked=_unchecked({quad.subject for quad in quads}, checked) if checked else (),
        results=with_files(results, _files_of_nodes(data, Store()) if results else {}, "-"),
        notes=given.notes(checked),
    )
    return locate(found, _sources(data), Store(), shape_quads)


def _sources(data: Iterable[Data]) -> list[Source]:
    return [Source(each.name, each.path, each.syntax, each.quads) for each in data if each.path]


def _relabeled(data: Iterable[Data]) -> list[Data]:
    """Return the data with blank nodes relabeled: those of each file its own, and with the same labels every time."""
    found = []
    taken: set[str] = set()
    for each in data:
        quads = each.quads
        if any(isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode) for quad in quads):
            labels: dict[BlankNode, BlankNode] = {}
            ends = ((relabel(quad.subject, labels, taken), relabel(quad.object, labels, taken)) for quad in quads)
            quads = [Quad(s, quad.predicate, o, quad.graph_name) for quad, (s, o) in zip(quads, ends, strict=True)]
        found.append(replace(each, quads=quads))
    return found


def relabel(term: Any, labels: dict[BlankNode, BlankNode], taken: set[str]) -> Any:
    """Return the node for a blank node of one file: it keeps its label, unless the parser made it or it is taken."""
    if isinstance(term, BlankNode) and term not in labels:
        label, number = term.value, 0
        while label in taken or _MADE_LABEL.fullmatch(label):
            number += 1
            label = f"anon{len(taken) + number}"
        taken.add(label)
        labels[term] = BlankNode(label)
    return labels.get(term, term)


def _files_of_nodes(data: Sequence[Data], shipped: Store) -> dict[Term, str]:
    """Return the nodes of a user, each with the name of the first data that describes or else mentions it."""
    files: dict[Term, str] = {}
    for each in data:
        for quad in each.quads:
            files.setdefault(_term(quad.subject), each.name)
    for each in data:
        for quad in each.quads:
            value = _term(quad.object)
            if value not in files and (isinstance(value, Literal) or not _is_described(value, shipped)):
                files[value] = each.name
    return files


def _is_described(node: NamedNode | BlankNode, shipped: Store) -> bool:
    return next(iter(shipped.quads_for_pattern(node, None, None, None)), None) is not None


def _term(term: Any) -> Term:
    """Return a term of a quad with its type here: the reader refuses triple terms."""
    assert not isinstance(term, Triple)  # noqa: S101
    return term  # type: ignore[no-any-return]


def _unchecked(own: Iterable[Any], checked: set[str]) -> tuple[str, ...]:
    missed = (node for node in own if isinstance(node, NamedNode) and str(node) not in checked)
    return tuple(sorted(term_text(PROJECT, node) for node in missed))


def with_files(results: Iterable[report.Result], files: dict[Term, str], elsewhere: str) -> tuple[report.Result, ...]:
    found = (replace(result, file=files.get(result.focus, elsewhere)) for result in results)
    return tuple(sorted(found, key=lambda result: result.sort_key(PROJECT)))
