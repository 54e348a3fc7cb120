"""What Python users call: the graph, its queries and its shapes, as rdflib objects.

``import imaging_trials as it`` offers these as ``it.graph``, ``it.dataset``, ``it.query``, ``it.validate``. Terms come
as they stand in the graph: ``rdflib.NORMALIZE_LITERALS`` and every other setting stay the user's.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from imaging_trials import answers, bridge, catalog, layers, paths, sparql, store
from imaging_trials.errors import ImtError

if TYPE_CHECKING:
    import rdflib
    from rdflib.query import Result


def graph(*names: str) -> "rdflib.Graph":
    """Return the merge of named graphs as one rdflib graph, with the house prefixes.

    Names are those of graphs (``page``, ``curated``, ``inferred`` …) or of datasets (``all``, the default, or
    ``asserted``). The graph is a copy: change it as you like. Raises ImtError for a name that is neither.
    """
    return bridge.to_rdflib_graph(_quads(names or ("all",)))


def dataset() -> "rdflib.Dataset":
    """Return the complete graph as an rdflib dataset, every triple in its named graph."""
    return bridge.to_rdflib_dataset(_quads(("all",)))


def query(what: str, /, *, graphs: str | None = None, **parameters: Any) -> "Result":
    """Return the answer to a saved query, by its name, or to SPARQL text, as ``rdflib.Graph.query`` does.

    ``parameters`` are those of the saved query, as Python values, rdflib terms, or text as ``--set`` takes it. SPARQL
    text may use the house prefixes undeclared; it is asked over ``graphs`` (``all``, the default, ``asserted``,
    ``page``), a saved query over what its header says. Oxigraph answers. Raises ImtError as ``imt query`` does.
    """
    opened = store.open_store()
    if what == "" or any(not (c.isalnum() or c in "-_") for c in what):
        return bridge.to_rdflib_result(_answer_to_text(opened, what, graphs, parameters))
    if graphs is not None:
        raise ImtError(f"What '{what}' is asked over stands in its header: leave out graphs.")
    saved = catalog.find(paths.root(), what)
    catalog.refuse_federated(saved)
    text = catalog.bind(saved, {name: typed(value) for name, value in parameters.items()}, opened)
    return bridge.to_rdflib_result(answers.ask(opened, text, saved.graphs))


def validate(
    source: "str | Path | rdflib.Graph | Iterable[str | Path] | None" = None,
) -> "tuple[bool, rdflib.Graph, str]":
    """Return what ``imt validate`` says, as ``pyshacl.validate`` does: conforms or not, the report's graph, its text.

    ``source`` is a file, several files, or an rdflib graph of the user's, which is judged with the complete graph as
    context; without it, the complete graph is judged itself. Raises ImtError for a file that can't be read as RDF.
    """
    import tempfile

    import rdflib

    from imaging_trials import report, validation

    if source is None:
        found = validation.validate_repository()
    elif isinstance(source, rdflib.Graph):
        triples = [_triple(*triple) for triple in source]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "graph.nt"
            file.write_bytes(answers.ntriples(triples))
            found = validation.validate_files([file])
    else:
        files = [source] if isinstance(source, str | Path) else source
        found = validation.validate_files([Path(file) for file in files])
    text = "\n".join([*report.lines(found), report.summary(found)])
    return found.conforms(), bridge.to_rdflib_graph(report.as_triples(found)), text


def _answer_to_text(opened: Store, text: str, graphs: str | None, parameters: dict[str, Any]) -> answers.Answer:
    if parameters:
        raise ImtError("SPARQL of your own has no parameters: write the value into the query.")
    sparql.check(text)
    if sparql.names_its_dataset(text):
        if graphs is not None:
            raise ImtError("The query says by FROM what it is asked over: leave out FROM, or graphs.")
        return answers.ask(opened, text, None, house_prefixes=True)
    return answers.ask(opened, text, graphs or "all", house_prefixes=True)


def _quads(names: tuple[str, ...]) -> Iterator[Quad]:
    opened = store.open_store()
    known = {layers.graph_name(iri): iri for iri in layers.dataset(opened, "all")}
    chosen: dict[NamedNode, None] = {}
    for name in names:
        if name in known:
            chosen[known[name]] = None
        elif name in layers.DATASETS:
            chosen.update(dict.fromkeys(layers.dataset(opened, name)))
        else:
            offered = sorted({*known, *layers.DATASETS})
            near = catalog.nearest(name, offered)
            offer = f"did you mean {' or '.join(near)}?" if near else f"choose of {', '.join(offered)}."
            raise ImtError(f"There is no graph '{catalog.clip(name)}': {offer}")
    for iri in chosen:
        yield from opened.quads_for_pattern(None, None, None, iri)


def _triple(*terms: Any) -> Triple:
    subject, predicate, object_ = map(bridge.from_rdflib, terms)
    if isinstance(subject, Literal) or not isinstance(predicate, NamedNode):
        raise ImtError(f"The graph holds a triple that RDF does not allow, about {catalog.clip(str(subject))}.")
    return Triple(subject, predicate, object_)


def typed(value: Any) -> str:
    """Return a Python value as ``--set`` takes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
