"""The functions of ``import imaging_trials as it``: the graph, its queries, shapes and views.

`graph`, `dataset`, `query` and `validate` return rdflib objects; the views (`show`, `dossier`, `audit`, `explain`,
`mappings`) return frozen dataclasses with IRIs, labels and sources in them; `cite` returns text; `frame` returns a data
frame of pandas. Literals come as they are in the graph: ``rdflib.NORMALIZE_LITERALS`` and every other setting stay
the user's.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Store

from imaging_trials import questions
from imaging_trials.model import PROJECT
from rdfkit.base import UserError, clip, offer
from rdfkit.rdf import named_graphs, rdflib_adapter
from rdfkit.sparql import guard, results
from rdfkit.stores import beside, embedded

if TYPE_CHECKING:
    import pandas as pd
    import rdflib
    from rdflib.query import Result

    from imaging_trials.build import validation
    from imaging_trials.mapping_sets import Mapping
    from imaging_trials.views import AgentReport, Card, CurrencyReport, Explanation


Beside = str | Path | Iterable[str | Path]
"""RDF files and folders of imports beside the shipped graph."""


class _Ask(Protocol):
    """Sends a query to the embedded store or to an endpoint."""

    def __call__(self, text: str, dataset: str | None, *, project_prefixes: bool = False) -> results.Answer: ...


def graph(*names: str, data: Beside = (), as_of: str | None = None) -> "rdflib.Graph":
    """Return the merge of named graphs as one rdflib graph, with the project's prefixes.

    Names are those of graphs (``page``, ``curated``, ``inferred`` …) or of datasets (``all``, the default, or
    ``asserted``). The graph is a copy, which you may change.

    ``data`` are RDF files of your own or folders of ``imt import``: their triples are in ``all`` and ``asserted``, of
    imported records those of the newest versions, or with ``as_of`` of those that were the newest on that day
    (``YYYY-MM-DD``).

    >>> import imaging_trials as it
    >>> len(it.graph("page")) < len(it.graph())
    True

    Raises UserError for a name that is neither, and for data that cannot be read.
    """
    return rdflib_adapter.to_rdflib_graph(_quads(names or ("all",), _store(data, as_of)), PROJECT.prefixes)


def dataset() -> "rdflib.Dataset":
    """Return the complete graph as an rdflib dataset, every triple in its named graph.

    >>> import imaging_trials as it
    >>> sorted(str(g.identifier).rpartition("/")[2] for g in it.dataset().graphs() if len(g))[:3]
    ['alignments', 'concepts', 'curated']
    """
    return rdflib_adapter.to_rdflib_dataset(_quads(("all",), embedded.open_store(PROJECT)), PROJECT.prefixes)


def query(  # noqa: PLR0913 - each has its name
    what: str,
    /,
    *,
    dataset: str | None = None,
    endpoint: str | None = None,
    login: tuple[str, str] | None = None,
    timeout: float = 30.0,
    data: Beside = (),
    as_of: str | None = None,
    **parameters: Any,
) -> "Result":
    """Return the answer to a saved query, by its name, or to SPARQL text, as ``rdflib.Graph.query`` does.

    ``parameters`` are those of the saved query, as Python values, rdflib terms, or text as ``imt query --param`` takes
    it. SPARQL text need not declare the project's prefixes; it is evaluated over ``dataset`` (``all``, the default,
    ``asserted``, ``page``). A saved query names its dataset in its header. The embedded Oxigraph answers, or the SPARQL
    ``endpoint`` at an address within ``timeout`` seconds; ``login`` is a user and a password for it. ``data`` and
    ``as_of`` are as in `graph`.

    >>> import imaging_trials as it
    >>> [str(row.agentName) for row in it.query("agents-with-both-documents")]
    ['[18F]FES', '[18F]FLT', '[18F]FMISO']
    >>> it.query("ASK { agent:fes imt:hasAgentKind agentkind:radiopharmaceutical }").askAnswer
    True

    Raises UserError as ``imt query`` does.
    """
    if endpoint is not None and data:
        raise UserError("data is for the embedded graph: leave out data, or load them into the endpoint's store.")
    opened = _store(data, as_of) if endpoint is None else None
    ask: _Ask = partial(_ask_endpoint, endpoint or "", login, timeout)
    if opened is not None:
        ask = partial(results.ask, PROJECT, opened)
    if what == "" or any(not (c.isalnum() or c in "-_") for c in what):
        answer = _answer_to_text(ask, what, dataset, parameters, embedded=opened is not None)
        return rdflib_adapter.to_rdflib_result(answer, PROJECT.prefixes)
    if dataset is not None:
        raise UserError(f"The header of '{what}' names its dataset: leave out dataset.")
    names = (opened or embedded.open_store(PROJECT)) if parameters else None
    asked = questions.bound(what, parameters, names, others=opened is None)
    return rdflib_adapter.to_rdflib_result(ask(asked.text, asked.dataset), PROJECT.prefixes)


def frame(name: str, /, **parameters: Any) -> "pd.DataFrame":
    """Return the answer to a saved query as a data frame of pandas, with a type for each column.

    Whole numbers are ``Int64``, other numbers ``Float64``, days ``datetime64[s]``, IRIs CURIEs; what is not bound is
    missing. ``attrs`` of the frame has the question and the version of the graph. pandas comes with the extra
    ``imaging-trials[pandas]``.

    Raises UserError as `query` does, and if pandas is not installed.
    """
    store = embedded.open_store(PROJECT)
    asked = questions.bound(name, parameters, store)
    made = questions.frame(*questions.rows_of(questions.answer(store, asked)))
    made.attrs = {"question": asked.query.summary, "name": asked.query.id, "version": PROJECT.version}
    return made


def validate(
    source: "str | Path | rdflib.Graph | Iterable[str | Path] | None" = None,
    *,
    shapes: "str | Path | rdflib.Graph | Iterable[str | Path] | None" = None,
    engine: str = "auto",
    check_shapes: bool = True,
    curation: bool = False,
) -> "tuple[bool, rdflib.Graph, str]":
    """Return whether data conforms, the validation report as a graph, and as text, as ``pyshacl.validate`` does.

    ``source`` is a file, several files, or an rdflib graph; it is validated by the common shapes, with the complete
    graph as context, and with ``curation`` by the curation shapes too. Without it, the complete graph is validated, by
    both. With ``shapes`` of your own, the source alone is validated, by these only.
    ``engine`` is ``pyshacl``, ``fast``, which gives the same results, or ``auto``: fast, and pySHACL for shapes that it
    does not support. With ``check_shapes=False``, what is not valid in shapes of your own is left out and noted in the
    text.

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

    Raises UserError for a file that cannot be read as RDF, for a graph with a triple that RDF does not allow, for
    shapes that are not valid or use what is not supported, and for ``curation`` beside shapes of your own.
    """
    from imaging_trials.build import validation
    from rdfkit.shacl import report

    data = [] if source is None else _data(source, "graph")
    if shapes is not None:
        if curation:
            raise UserError("curation adds to the shapes of this repository: leave out shapes or curation.")
        own = _data(shapes, "the graph of shapes")
        found = validation.validate_by_shapes(data, own, engine=engine, check_shapes=check_shapes)
    elif source is None:
        found = validation.validate_repository(engine=engine)
    else:
        found = validation.validate_data(data, engine=engine, curation=curation)
    text = "\n".join([*report.lines(found), report.summary(found)])
    return found.conforms(), rdflib_adapter.to_rdflib_graph(report.as_triples(found), PROJECT.prefixes), text


def _data(source: "str | Path | rdflib.Graph | Iterable[str | Path]", name: str) -> "list[validation.Data]":
    """Return the data in an rdflib graph, which the report calls ``name``, or in files."""
    import rdflib

    from imaging_trials.build import validation

    if isinstance(source, rdflib.Graph):
        return validation.read_graph(source, name)
    return validation.read_files([Path(file) for file in ([source] if isinstance(source, str | Path) else source)])


def show(
    what: str,
    /,
    *,
    max_links: int | None = 12,
    after: str | None = None,
    data: Beside = (),
    as_of: str | None = None,
) -> "Card":
    """Return what the graph says about one thing, with the sources, as ``imt show`` prints it.

    ``what`` is a label or a part of one, a notation (``F-18 FES``), a CURIE, a DOI, PMID or PMCID, or an IRI. At most
    ``max_links`` links of a kind are returned (None: all); ``after`` is a time such as ``2h``, to compute the activity
    that remains of a radionuclide. ``data`` and ``as_of`` are as in `graph`.

    >>> import imaging_trials as it
    >>> card = it.show("¹⁸F-FES")
    >>> card.thing.label
    '[18F]FES'
    >>> [kind.label for kind in card.kinds]
    ['pharmaceutical agent']

    Raises UserError if nothing, or more than one thing, has that name.
    """
    from imaging_trials import views
    from imaging_trials.model import lookup

    store = _view(data, as_of)
    return views.for_thing(store, lookup.resolve(store, what), max_links=max_links, after=after)


def cite(*what: str, format: str = "nlm", corrected: bool = False) -> str:  # noqa: A002 - the command's word
    """Return citations as text: of the things named, or of all articles that the page lists, in its order.

    ``format`` is ``nlm``, ``bibtex``, ``ris`` or ``csl-json``; ``corrected`` corrects misprints.

    >>> import imaging_trials as it
    >>> it.cite("hurwitz").partition(",")[0]
    'Hurwitz M'
    >>> len(it.cite().splitlines())
    20

    Raises UserError for an unknown format, and for a name that leads to no article.
    """
    from imaging_trials import bibliography
    from imaging_trials.views import formats

    offered = formats.names("citations")
    if format not in offered:
        raise UserError(f"There is no format '{clip(format)}' for citations: {offer(format, offered)}")
    store = embedded.open_store(PROJECT)
    articles = bibliography.find_articles(store, what)
    if format != "nlm":  # keys must be unique
        articles = list(dict.fromkeys(articles))
    records = [bibliography.read_record(store, article, corrected=corrected) for article in articles]
    return formats.renderer("citations", format)(records)


def audit(references: str | None = None, /, *, as_of: str | None = None, data: Beside = ()) -> "CurrencyReport":
    """Return the status of the listed guidelines, or of those in a list of references, on a day (``YYYY-MM-DD``).

    ``references`` is the text of a list in any format that ``imt audit`` reads, such as RIS, NBIB, BibTeX, CSL-JSON, or
    one DOI, PMID, PMCID or citation on each line. Without ``as_of`` the day is the release date of the graph.
    Corrections and retractions that records in ``data`` announce count too (see `graph`); the day is then that of the
    last import, if that is later.

    >>> import imaging_trials as it
    >>> [status.status for status in it.audit("10.1007/s00259-017-3670-z").statuses]
    ['superseded']

    Raises UserError for a day or a list that cannot be read.
    """
    from imaging_trials import bibliography, views
    from imaging_trials.model import dates

    store = _view(data, as_of)
    day = dates.day(as_of) if as_of is not None else views.release_day(store)
    if references is None:
        return views.listed_articles(store, day)
    return views.of_references(store, bibliography.read_references(references, "the list"), day)


def dossier(agent: str, /, *, as_of: str | None = None, data: Beside = ()) -> "AgentReport":
    """Return what a trial with an agent needs: its identity, documents, contacts, guidelines and their status.

    ``data`` is as in `graph`.

    >>> import imaging_trials as it
    >>> report = it.dossier("FMISO")
    >>> report.agent.label, [section.title for section in report.sections][:2]
    ('[18F]FMISO', ['What it is', 'Applications'])

    Raises UserError if nothing, or more than one agent, has that name, and for a day that cannot be read.
    """
    from imaging_trials import views
    from imaging_trials.model import dates

    store = _view(data, as_of)
    day = dates.day(as_of) if as_of is not None else views.release_day(store)
    return views.for_agent(store, views.find_agent(store, agent), day)


def explain(
    name: str, /, *, row: int = 1, data: Beside = (), as_of: str | None = None, **parameters: Any
) -> "Explanation":
    """Return the triples that produce a row of the answer to a saved query, and the provenance of each.

    Rows are counted from 1. Removing any one of the triples removes the row. ``data`` and ``as_of`` are as in
    `graph`; a triple of an imported record comes with the version of the record and the day of import.

    >>> import imaging_trials as it
    >>> len(it.explain("agents-with-both-documents", row=2).statements)
    5

    Raises UserError for an unknown query, parameter or row, and for a row that does not follow from single triples.
    """
    store = _store(data, as_of)
    return questions.explain(store, questions.bound(name, parameters, store), row)


def mappings(what: str | None = None, /) -> "list[Mapping]":
    """Return the mappings to other vocabularies: all of them, or those of one thing or of a code of a vocabulary.

    >>> import imaging_trials as it
    >>> [m.object for m in it.mappings("agent:fdg") if m.object.startswith("unii:")][:1]
    ['unii:0Z5B2CJX4D']

    Raises UserError if nothing, or more than one thing, has that name.
    """
    from imaging_trials import mapping_sets

    every = [mapping for one in mapping_sets.read_sets(PROJECT.root) for mapping in one.mappings]
    if what is None:
        return every
    return mapping_sets.mappings_of(every, what)


def _answer_to_text(
    ask: "_Ask", text: str, dataset: str | None, parameters: dict[str, Any], *, embedded: bool
) -> results.Answer:
    if parameters:
        raise UserError("SPARQL of your own has no parameters: write the value into the query.")
    guard.check(text, embedded=embedded)
    if guard.names_its_dataset(text):
        if dataset is not None:
            raise UserError("The query names its dataset with FROM: leave out FROM, or dataset.")
        return ask(text, None, project_prefixes=True)
    return ask(text, dataset or "all", project_prefixes=True)


def _ask_endpoint(  # noqa: PLR0913 - what a request consists of
    url: str,
    who: tuple[str, str] | None,
    timeout: float,
    text: str,
    dataset: str | None,
    *,
    project_prefixes: bool = False,
) -> results.Answer:
    """Ask an endpoint as `results.ask` asks the embedded store."""
    from rdfkit.stores import Login, ask_endpoint, endpoint_graphs

    graphs = endpoint_graphs(PROJECT, dataset) if dataset in named_graphs.dataset_names(PROJECT) else []
    text = guard.with_prefixes(text, PROJECT.prefixes) if project_prefixes else text
    if not 0 < timeout < 86400:
        raise UserError(f"timeout takes seconds, more than 0 and less than a day, not {timeout:g}.")
    return ask_endpoint(url, text, graphs, timeout=timeout, login=Login(*who) if who else None)


def _store(data: Beside, as_of: str | None) -> Store:
    """Return the shipped graph, with data beside it if there are any; a sentence about what they lack is a warning."""
    if not data:
        return embedded.open_store(PROJECT)
    from warnings import warn

    from imaging_trials import imports
    from imaging_trials.model import dates

    names = [data] if isinstance(data, str | Path) else [*data]
    day = dates.day(as_of) if as_of is not None else ""
    return imports.data.open_store(names, as_of=day, note=lambda sentence: warn(sentence, stacklevel=4))


def _view(data: Beside, as_of: str | None) -> Store:
    """Return the same for the views, which read quads."""
    return beside.viewed(PROJECT, _store(data, as_of))


def _quads(names: tuple[str, ...], opened: Store) -> Iterator[Quad]:
    known = {PROJECT.graph_name(iri): iri for iri in opened.named_graphs() if isinstance(iri, NamedNode)}
    datasets = named_graphs.dataset_names(PROJECT)
    chosen: dict[NamedNode | BlankNode | DefaultGraph, None] = {}
    for name in names:
        if name in known:
            chosen[known[name]] = None
        elif name in datasets:
            chosen.update(dict.fromkeys(named_graphs.searched(PROJECT, opened, name, "")[0]))
        else:
            raise UserError(f"There is no graph '{clip(name)}': {offer(name, sorted({*known, *datasets}))}")
    for iri in chosen:
        yield from opened.quads_for_pattern(None, None, None, iri)
