"""``imt query``: list and ask the saved questions, or ask your own in SPARQL."""

import argparse
import functools
import sys

from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import named_graphs as layers
from rdfkit.sparql import results as answers
from rdfkit.sparql import saved as catalog
from rdfkit.stores import embedded as store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_EPILOG = """\
imt query                                  what can be asked, by topic
imt query --describe NAME                  what a question takes, and its SPARQL
imt query NAME --set site=bodysite:lung    a saved question, about the lung
imt query --sparql 'SELECT ...'            your own SPARQL; the house's prefixes need not be declared
imt query NAME --endpoint URL              the same question put to another SPARQL endpoint
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``imt query`` takes."""
    # A formatter that is told its width does not import shutil to measure the terminal, at every option added.
    parser.formatter_class = functools.partial(argparse.RawDescriptionHelpFormatter, width=100)
    parser.epilog = _EPILOG
    add = parser.add_argument
    add("name", nargs="?", metavar="NAME", help="a saved query, or - for SPARQL from standard input")
    add("--list", action="store_true", help="list the saved queries by topic (also without any argument)")
    add("--describe", metavar="NAME", help="print what a saved query asks, what it takes, and its SPARQL")
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="a value for a parameter of the saved query")
    add("--sparql", metavar="TEXT", help="SPARQL of your own, or - for standard input")
    add("--file", metavar="FILE", help="a file with SPARQL of your own, or - for standard input")
    datasets = (*layers.dataset_names(PROJECT), "default")
    add("--graphs", choices=datasets, help="what your own SPARQL is asked over (without it: all)")
    add("--format", choices=answers.FORMATS, default="table", help="how to print the answer (default: table)")
    add("--endpoint", metavar="URL", help="ask this SPARQL endpoint instead of the graph that comes along")
    add("--method", choices=("get", "post"), default="get", help="how to send the query to the endpoint (default: get)")
    add("--user", metavar="NAME", help="who asks the endpoint; the password comes from IMT_PASSWORD, or is asked for")
    add("--timeout", type=float, default=30.0, metavar="SECONDS", help="how long the answer may take (default: 30)")
    add("--lint", action="store_true", help="look for what engines are known to answer differently; ask nothing")
    add("--answers", action="store_true", help="for maintainers: write the committed answer of every saved query anew")


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; return 1 where the answer is empty and the query's header says that is wrong."""
    asked = [flag for flag in ("name", "describe", "sparql", "file", "list", "answers") if getattr(args, flag)]
    if len(asked) > 1:
        raise UserError(f"'imt query' does one thing at a time, and here are {' and '.join(asked)}: leave one out.")
    if args.describe:
        sys.stdout.write(_description(catalog.find(PROJECT, args.describe)))
        return 0
    if args.answers:
        for path in answers.write_committed(PROJECT, store.open_store(PROJECT)):
            print(path)
        return 0
    if args.lint:
        return _lint(args)
    if args.sparql is not None or args.file is not None or args.name == "-":
        return _ask_own(args)
    if args.name:
        return _ask_saved(args)
    sys.stdout.write(_listing([catalog.read(PROJECT, path) for path in catalog.files(PROJECT)]))
    return 0


def _ask_saved(args: argparse.Namespace) -> int:
    if args.graphs:
        raise UserError("What a saved query is asked over stands in its header: --graphs is for SPARQL of your own.")
    query = catalog.find(PROJECT, args.name)
    settings = catalog.settings(args.set)
    if args.endpoint:
        text = catalog.bind(PROJECT, query, settings)
        answer = _ask_endpoint(args, text, query.graphs)
    else:
        catalog.refuse_federated(query)
        opened = store.open_store(PROJECT)
        text = catalog.bind(PROJECT, query, settings, opened)
        answer = answers.ask(PROJECT, opened, text, query.graphs)
    if answers.write(PROJECT, answer, args.format, sys.stdout) or not query.empty_is_wrong:
        return 0
    sys.stdout.flush()
    print(f"imt: The answer to '{query.id}' is empty, and its header says that is wrong.", file=sys.stderr)
    return 1


def _ask_own(args: argparse.Namespace) -> int:
    from rdfkit.sparql import guard as sparql

    if args.set:
        raise UserError("SPARQL of your own has no parameters: write the value into the query, and leave out --set.")
    text = _own_text(args)
    sparql.check(text, embedded=not args.endpoint)
    dataset: str | None = args.graphs or "all"
    if sparql.names_its_dataset(text):
        if args.graphs:
            raise UserError("The query says by FROM what it is asked over: leave out FROM, or --graphs.")
        dataset = None
    if args.endpoint:
        answers.write(
            PROJECT, _ask_endpoint(args, sparql.with_prefixes(text, PROJECT.prefixes), dataset), args.format, sys.stdout
        )
        return 0
    if dataset == "default":
        raise UserError("--graphs default is an endpoint's own default graph: name one with --endpoint URL.")

    def ask() -> int:
        answer = answers.ask(PROJECT, store.open_store(PROJECT), text, dataset, project_prefixes=True)
        answers.write(PROJECT, answer, args.format, sys.stdout)
        return 0

    return _in_time(args, ask)


def _in_time(args: argparse.Namespace, work: "Callable[[], int]") -> int:
    from rdfkit.base import sandbox as apart

    return apart.run(work, _seconds(args), "ask for less, or give it longer with --timeout")


def _seconds(args: argparse.Namespace) -> float:
    if not 0 < args.timeout < 86400:
        raise UserError(f"--timeout takes seconds, more than 0 and at most a day, and not {args.timeout:g}.")
    return float(args.timeout)


def _lint(args: argparse.Namespace) -> int:
    from rdfkit.sparql import guard as sparql
    from rdfkit.sparql import portability as portable

    if args.sparql is not None or args.file is not None or args.name == "-":
        where, text = args.file if args.file not in {None, "-"} else "your query", _own_text(args)
    elif args.name:
        query = catalog.find(PROJECT, args.name)
        where, text = query.id, query.text
    else:
        raise UserError("--lint looks at one query: name a saved one, or give one of your own with --sparql or --file.")
    sparql.check(text, embedded=False)
    if not sparql.asks_another_server(text):
        _in_time(args, lambda: _parse(text))
    found = portable.findings(text)
    for finding in found:
        print(f"{where}:{finding.line}:{finding.column}: {finding.message} ({finding.rule})")
    if not found:
        print(f"{where}: nothing that engines are known to answer differently.")
    return 1 if found else 0


def _parse(text: str) -> int:
    from pyoxigraph import Store

    answers.ask(PROJECT, Store(), text, None, project_prefixes=True)
    return 0


def _ask_endpoint(args: argparse.Namespace, text: str, dataset: str | None) -> answers.Answer:
    from rdfkit.stores import http_auth as login
    from rdfkit.stores import sparql_client as remote

    graphs = remote.dataset(PROJECT.root, dataset) if dataset in layers.dataset_names(PROJECT) else []
    return remote.ask(
        args.endpoint, text, graphs, method=args.method, timeout=_seconds(args), who=login.credentials(args.user)
    )


def _own_text(args: argparse.Namespace) -> str:
    """Return the SPARQL that somebody gave as text, as a file, or on standard input."""
    if args.sparql not in {None, "-"}:
        return str(args.sparql)
    from rdfkit.sparql import guard as sparql

    if args.file in {None, "-"}:
        where, data = "standard input", sys.stdin.buffer.read(sparql.MOST_BYTES + 1)
    else:
        where = args.file
        try:
            with open(args.file, "rb") as file:  # noqa: PTH123 - a Path of "" would be the folder here
                data = file.read(sparql.MOST_BYTES + 1)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise UserError(f"{where} cannot be read as a query: {why}.") from None
    if len(data) > sparql.MOST_BYTES:
        raise UserError(f"{where} has more than {sparql.MOST_BYTES:,} bytes, which is no query: check the name.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{where} is not UTF-8 at byte {error.start}: save the query as UTF-8.") from None


def _listing(queries: list[catalog.SavedQuery]) -> str:
    if not queries:
        raise UserError(f"{PROJECT.root / 'queries'} holds no saved query.")
    width = max(len(query.id) for query in queries)
    lines: list[str] = []
    topic = ""
    for query in queries:
        if query.topic != topic:
            topic = query.topic
            lines += ["", topic] if lines else [topic]
        lines.append(f"  {query.id:<{width}}  {query.question}")
    lines += ["", f"{len(queries)} questions. Ask: imt query NAME. What one takes: imt query --describe NAME."]
    return "\n".join(lines) + "\n"


def _description(query: catalog.SavedQuery) -> str:
    over = {"all": "every graph", "asserted": "every graph but the inferred one", "page": "what NCI's page says"}
    lines = [query.question, "", query.summary, ""]
    lines += [f"asked over: {over[query.graphs]}", f"tags: {', '.join(query.tags)}"]
    if query.service:
        lines.append(f"federated: run it in an engine that holds the graph and may ask {query.service}")
    for parameter in query.parameters:
        type_ = f"{parameter.type} {parameter.prefix}:" if parameter.prefix else parameter.type
        lines += ["", f"--set {parameter.name}={parameter.default}", f"  {parameter.description} ({type_})"]
        if parameter.examples:
            lines.append(f"  for example {', '.join(parameter.examples)}")
    body = "\n".join(line for line in query.text.split("\n") if not line.startswith("#+")).strip()
    return "\n".join([*lines, "", body]) + "\n"
