"""What Python users call: the graph, its queries and its shapes, as rdflib objects.

``import imaging_trials as it`` offers these as ``it.graph``, ``it.dataset``, ``it.query``, ``it.validate``. Terms come
as they stand in the graph: ``rdflib.NORMALIZE_LITERALS`` and every other setting stay the user's.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pyoxigraph import NamedNode, Quad

from imaging_trials.graph import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.base.text import clip, nearest
from rdfkit.rdf import named_graphs as layers
from rdfkit.rdf import rdflib_adapter as bridge
from rdfkit.sparql import guard as sparql
from rdfkit.sparql import results as answers
from rdfkit.sparql import saved as catalog
from rdfkit.stores import embedded as store

if TYPE_CHECKING:
    import rdflib
    from rdflib.query import Result

    from imaging_trials.build import validation


class _Ask(Protocol):
    """Puts a query to the embedded store or to an endpoint."""

    def __call__(self, text: str, dataset: str | None, *, project_prefixes: bool = False) -> answers.Answer: ...


def graph(*names: str) -> "rdflib.Graph":
    """Return the merge of named graphs as one rdflib graph, with the house prefixes.

    Names are those of graphs (``page``, ``curated``, ``inferred`` …) or of datasets (``all``, the default, or
    ``asserted``). The graph is a copy: change it as you like. Raises UserError for a name that is neither.
    """
    return bridge.to_rdflib_graph(_quads(names or ("all",)), PROJECT.prefixes)


def dataset() -> "rdflib.Dataset":
    """Return the complete graph as an rdflib dataset, every triple in its named graph."""
    return bridge.to_rdflib_dataset(_quads(("all",)), PROJECT.prefixes)


def query(
    what: str,
    /,
    *,
    graphs: str | None = None,
    endpoint: str | None = None,
    login: tuple[str, str] | None = None,
    timeout: float = 30.0,
    **parameters: Any,
) -> "Result":
    """Return the answer to a saved query, by its name, or to SPARQL text, as ``rdflib.Graph.query`` does.

    ``parameters`` are those of the saved query, as Python values, rdflib terms, or text as ``--set`` takes it. SPARQL
    text may use the house prefixes undeclared; it is asked over ``graphs`` (``all``, the default, ``asserted``,
    ``page``), a saved query over what its header says. The embedded Oxigraph answers, or the SPARQL ``endpoint`` at an
    address, through SPARQLWrapper, within ``timeout`` seconds; ``login`` is a user and a password for it. Raises
    UserError as ``imt query`` does.
    """
    opened = store.open_store(PROJECT) if endpoint is None else None
    put: _Ask = partial(_ask_endpoint, endpoint or "", login, timeout)
    if opened is not None:
        put = partial(answers.ask, PROJECT, opened)
    if what == "" or any(not (c.isalnum() or c in "-_") for c in what):
        return bridge.to_rdflib_result(
            _answer_to_text(put, what, graphs, parameters, embedded=opened is not None), PROJECT.prefixes
        )
    if graphs is not None:
        raise UserError(f"What '{what}' is asked over stands in its header: leave out graphs.")
    saved = catalog.find(PROJECT, what)
    if opened is not None:
        catalog.refuse_federated(saved)
    text = catalog.bind(PROJECT, saved, {name: typed(value) for name, value in parameters.items()}, opened)
    return bridge.to_rdflib_result(put(text, saved.dataset), PROJECT.prefixes)


def validate(
    source: "str | Path | rdflib.Graph | Iterable[str | Path] | None" = None,
    *,
    shapes: "str | Path | rdflib.Graph | Iterable[str | Path] | None" = None,
    engine: str = "auto",
) -> "tuple[bool, rdflib.Graph, str]":
    """Return whether data conforms, the validation report as a graph, and as text, as ``pyshacl.validate`` does.

    ``source`` is a file, several files, or an rdflib graph; it is validated with the complete graph as context. Without
    it, the complete graph is validated. With ``shapes`` of your own, the source alone is validated, by these only.
    ``engine`` is ``pyshacl``, ``fast``, which gives the same results, or ``auto``: fast, and pySHACL for shapes that it
    does not support.

    A result of any severity means that the data does not conform (SHACL 3.6.1.1), unlike the exit code of
    ``imt validate``, which only a violation sets. Graph and text of the report agree with the first item.

    >>> import rdflib
    >>> import imaging_trials as it
    >>> data = "<http://example.org/a> <http://purl.org/dc/terms/titel> 'A' ."
    >>> conforms, graph, text = it.validate(rdflib.Graph().parse(data=data))
    >>> conforms
    False
    >>> print(text.splitlines()[0].partition(" (in: ")[0])
    graph: dcterms:titel is not in that vocabulary; did you mean dcterms:title?

    Raises UserError for a file that cannot be read as RDF, and for a graph with a triple that RDF does not allow.
    """
    from imaging_trials.build import validation
    from rdfkit.shacl import report

    data = [] if source is None else _data(source, "graph")
    if shapes is not None:
        found = validation.validate_by_shapes(data, _data(shapes, "the graph of shapes"), engine=engine)
    elif source is None:
        found = validation.validate_repository(engine=engine)
    else:
        found = validation.validate_data(data, engine=engine)
    text = "\n".join([*report.lines(found), report.summary(found)])
    return found.conforms(), bridge.to_rdflib_graph(report.as_triples(found), PROJECT.prefixes), text


def _data(source: "str | Path | rdflib.Graph | Iterable[str | Path]", name: str) -> "list[validation.Data]":
    """Return the data in an rdflib graph, which the report calls ``name``, or in files."""
    import rdflib

    from imaging_trials.build import validation

    if isinstance(source, rdflib.Graph):
        return validation.read_graph(source, name)
    return validation.read_files([Path(file) for file in ([source] if isinstance(source, str | Path) else source)])


def _answer_to_text(
    put: "_Ask", text: str, graphs: str | None, parameters: dict[str, Any], *, embedded: bool
) -> answers.Answer:
    if parameters:
        raise UserError("SPARQL of your own has no parameters: write the value into the query.")
    sparql.check(text, embedded=embedded)
    if sparql.names_its_dataset(text):
        if graphs is not None:
            raise UserError("The query says by FROM what it is asked over: leave out FROM, or graphs.")
        return put(text, None, project_prefixes=True)
    return put(text, graphs or "all", project_prefixes=True)


def _ask_endpoint(  # noqa: PLR0913 - what goes to an endpoint
    url: str,
    who: tuple[str, str] | None,
    timeout: float,
    text: str,
    dataset: str | None,
    *,
    project_prefixes: bool = False,
) -> answers.Answer:
    """Ask an endpoint as `answers.ask` asks the embedded store."""
    from rdfkit.stores import Login, ask_endpoint, endpoint_graphs

    graphs = endpoint_graphs(PROJECT, dataset) if dataset in layers.dataset_names(PROJECT) else []
    text = sparql.with_prefixes(text, PROJECT.prefixes) if project_prefixes else text
    return ask_endpoint(url, text, graphs, timeout=timeout, login=Login(*who) if who else None)


def _quads(names: tuple[str, ...]) -> Iterator[Quad]:
    opened = store.open_store(PROJECT)
    known = {PROJECT.graph_name(iri): iri for iri in layers.dataset(PROJECT, opened, "all")}
    chosen: dict[NamedNode, None] = {}
    for name in names:
        if name in known:
            chosen[known[name]] = None
        elif name in layers.dataset_names(PROJECT):
            chosen.update(dict.fromkeys(layers.dataset(PROJECT, opened, name)))
        else:
            offered = sorted({*known, *layers.dataset_names(PROJECT)})
            near = nearest(name, offered)
            offer = f"did you mean {' or '.join(near)}?" if near else f"choose of {', '.join(offered)}."
            raise UserError(f"There is no graph '{clip(name)}': {offer}")
    for iri in chosen:
        yield from opened.quads_for_pattern(None, None, None, iri)


def typed(value: Any) -> str:
    """Return a Python value as ``--set`` takes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
