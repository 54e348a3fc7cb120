"""``imt query``: list and answer the saved queries, or answer your own SPARQL."""

import argparse
import functools
import os
import sys

from imaging_trials import questions
from imaging_trials.cli import beside
from imaging_trials.model import PROJECT
from imaging_trials.views import formats
from rdfkit.base import UserError
from rdfkit.rdf import named_graphs
from rdfkit.sparql import results, saved
from rdfkit.stores import embedded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_EPILOG = """\
imt query                                    lists the saved queries by topic
imt query --describe NAME                    shows the parameters of a question, and its SPARQL
imt query NAME --param site=bodysite:lung    answers a saved query, for the lung
imt query --sparql 'SELECT ...'              answers your own SPARQL; the project's prefixes need no declaration
imt query NAME --data FOLDER                 answers it over imported records, or RDF files of your own, too
imt query NAME --endpoint URL                sends the same question to another SPARQL endpoint
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``imt query``."""
    # A formatter with a fixed width does not import shutil to measure the terminal for every option.
    parser.formatter_class = functools.partial(argparse.RawDescriptionHelpFormatter, width=100)
    parser.epilog = _EPILOG
    add = parser.add_argument
    add("name", nargs="?", metavar="NAME", help="a saved query, or - for SPARQL from standard input")
    add("--list", action="store_true", help="list the saved queries by topic (the default without arguments)")
    add("--describe", metavar="NAME", help="print the question, the parameters and the SPARQL of a saved query")
    add("--param", action="append", default=[], metavar="KEY=VALUE", help="a value for a parameter of a saved query")
    add("--sparql", metavar="TEXT", help="your own SPARQL, or - for standard input")
    add("--file", metavar="FILE", help="a file with your own SPARQL, or - for standard input")
    datasets = (*named_graphs.dataset_names(PROJECT), "default")
    add("--dataset", choices=datasets, help="the named graphs that your own SPARQL is run on (default: all)")
    beside.add_arguments(parser)
    formats.add_argument(parser, "answer")
    add("--endpoint", metavar="URL", help="ask this SPARQL endpoint instead of the embedded graph")
    add("--method", choices=("get", "post"), default="get", help="the HTTP method for the endpoint (default: get)")
    add(
        "--user", metavar="NAME", help="user name for the endpoint; the password is read from IMT_PASSWORD or asked for"
    )
    add("--timeout", type=float, default=30.0, metavar="SECONDS", help="time limit of the answer (default: 30)")
    add("--lint", action="store_true", help="report constructs that engines evaluate differently, without running it")
    add(
        "--update-answers",
        action="store_true",
        help="for maintainers: write the committed answers of all saved queries",
    )


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; return 1 if the answer is empty and the query's header says it may not be."""
    actions = ("name", "describe", "sparql", "file", "list", "update_answers")
    if args.data and (args.endpoint or args.update_answers):
        raise UserError(
            "--data is for the embedded graph: leave out --data, or load the data into the endpoint's store."
        )
    given = [action.replace("_", "-") for action in actions if getattr(args, action)]
    if len(given) > 1:
        raise UserError(f"'imt query' does one thing at a time, and it got {' and '.join(given)}: leave one out.")
    if args.describe:
        sys.stdout.write(_description(questions.find(args.describe)))
        return 0
    if args.update_answers:
        from imaging_trials.imports import data
        from rdfkit.sparql import snapshots

        for path in snapshots.update(PROJECT, embedded.open_store(PROJECT), data.open_records):
            print(path)
        return 0
    if args.lint:
        return _lint(args)
    if args.sparql is not None or args.file is not None or args.name == "-":
        return _ask_own(args)
    if args.name:
        return _ask_saved(args)
    sys.stdout.write(_listing(questions.every()))
    return 0


def _ask_saved(args: argparse.Namespace) -> int:
    if args.dataset:
        raise UserError("The header of a saved query names its dataset: --dataset is for SPARQL of your own.")
    query = questions.find(args.name)
    settings = saved.settings(args.param)
    if args.endpoint:
        names = embedded.open_store(PROJECT) if settings else None
        text = questions.bound(query, settings, names, others=True).text
        is_empty = not results.write(PROJECT, _ask_endpoint(args, text, query.dataset), args.format, sys.stdout)
    else:
        saved.refuse_federated(query)

        open_store = beside.opener(args, infer=query.dataset == "all")

        def ask() -> int:
            opened = open_store()
            answer = questions.answer(opened, questions.bound(query, settings, opened))
            return int(not results.write(PROJECT, answer, args.format, sys.stdout))

        from rdfkit.base import watchdog

        is_empty = bool(watchdog.run(ask, _seconds(args), "ask for less, or raise --timeout", _say))
    if not is_empty or query.may_be_empty:
        return 0
    sys.stdout.flush()
    print(f"imt: The answer to '{query.id}' is empty, and its header says 'may-be-empty: false'.", file=sys.stderr)
    return 1


def _ask_own(args: argparse.Namespace) -> int:
    from rdfkit.sparql import guard

    if args.param:
        raise UserError("SPARQL of your own has no parameters: write the value into the query, and leave out --param.")
    text = _own_text(args)
    guard.check(text, embedded=not args.endpoint)
    dataset: str | None = args.dataset or "all"
    if guard.names_its_dataset(text):
        if args.dataset:
            raise UserError("The query names its dataset with FROM: leave out FROM, or --dataset.")
        dataset = None
    if args.endpoint:
        results.write(
            PROJECT, _ask_endpoint(args, guard.with_prefixes(text, PROJECT.prefixes), dataset), args.format, sys.stdout
        )
        return 0
    if dataset == "default":
        raise UserError(
            "--dataset default means an endpoint's own default graph: name the endpoint with --endpoint URL."
        )

    open_store = beside.opener(args, infer=dataset in {"all", None})

    def ask() -> int:
        answer = results.ask(PROJECT, open_store(), text, dataset, project_prefixes=True)
        results.write(PROJECT, answer, args.format, sys.stdout)
        return 0

    return _in_time(args, ask)


def _in_time(args: argparse.Namespace, work: "Callable[[], int]") -> int:
    from rdfkit.base import sandbox

    return sandbox.run(work, _seconds(args), "ask for less, or raise --timeout")


def _say(error: UserError) -> None:
    os.write(2, f"imt: {error}\n".encode(errors="replace"))  # sys.stderr could wait for a lock of the main thread


def _seconds(args: argparse.Namespace) -> float:
    if not 0 < args.timeout < 86400:
        raise UserError(f"--timeout takes seconds, more than 0 and less than a day, not {args.timeout:g}.")
    return float(args.timeout)


def _lint(args: argparse.Namespace) -> int:
    from rdfkit.sparql import guard, portability

    if args.sparql is not None or args.file is not None or args.name == "-":
        where, text = args.file if args.file not in {None, "-"} else "your query", _own_text(args)
    elif args.name:
        query = questions.find(args.name)
        where, text = query.id, query.text
    else:
        raise UserError("--lint checks one query: name a saved one, or give your own with --sparql or --file.")
    guard.check(text, embedded=False)
    found = portability.findings(text, PROJECT.prefixes)
    for finding in found:
        print(f"{where}:{finding.line}:{finding.column}: {finding.message} ({finding.rule})")
    if not found:
        print(f"{where}: no pattern that engines are known to answer differently.")
    return 1 if found else 0


def _ask_endpoint(args: argparse.Namespace, text: str, dataset: str | None) -> results.Answer:
    from rdfkit.stores import ask_endpoint, credentials, endpoint_graphs

    graphs = endpoint_graphs(PROJECT, dataset) if dataset in named_graphs.dataset_names(PROJECT) else []
    login = credentials(args.user)
    return ask_endpoint(args.endpoint, text, graphs, method=args.method, timeout=_seconds(args), login=login)


def _own_text(args: argparse.Namespace) -> str:
    """Return the SPARQL given as text, as a file, or on standard input."""
    if args.sparql not in {None, "-"}:
        return str(args.sparql)
    from rdfkit.base import streams
    from rdfkit.sparql import guard

    if args.file in {None, "-"}:
        where, data = "standard input", sys.stdin.buffer.read(guard.MAX_QUERY_BYTES + 1)
    else:
        where = args.file
        try:
            with streams.open_input(args.file) as file:
                data = file.read(guard.MAX_QUERY_BYTES + 1)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise UserError(f"{where} cannot be read as a query: {why}.") from None
    if len(data) > guard.MAX_QUERY_BYTES:
        raise UserError(f"{where} has more than {guard.MAX_QUERY_BYTES:,} bytes, which is not a query: check the name.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{where} is not UTF-8 at byte {error.start}: save the query as UTF-8.") from None


def _listing(queries: list[saved.SavedQuery]) -> str:
    if not queries:
        raise UserError(f"{PROJECT.root / 'queries'} has no saved query: restore the folder from the repository.")
    width = max(len(query.id) for query in queries)
    lines: list[str] = []
    topic = ""
    for query in queries:
        if query.topic != topic:
            topic = query.topic
            lines += ["", topic] if lines else [topic]
        lines.append(f"  {query.id:<{width}}  {query.summary}")
    if any(query.data for query in queries):
        lines += ["", "The questions of 'imports' are about imported records: add yours with --data FOLDER."]
    lines += ["", f"{len(queries)} questions. Answer one: imt query NAME. Its parameters: imt query --describe NAME."]
    return "\n".join(lines) + "\n"


def _description(query: saved.SavedQuery) -> str:
    lines = [query.summary, "", query.description, ""]
    lines += [f"dataset: {questions.OVER.get(query.dataset, query.dataset)}", f"tags: {', '.join(query.tags)}"]
    if query.service:
        lines.append(f"federated: run it in an engine that has the graph and can query {query.service}")
    if query.data:
        lines.append(
            f"imported records: name yours with --data; the committed answer is over the made-up ones in {query.data}"
        )
    for parameter in query.parameters:
        type_ = questions.type_text(parameter)
        lines += ["", f"--param {parameter.name}={parameter.default}", f"  {parameter.description} ({type_})"]
        if parameter.examples:
            lines.append(f"  for example {', '.join(parameter.examples)}")
    return "\n".join([*lines, "", questions.sparql(query)]) + "\n"
