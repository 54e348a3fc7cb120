"""The ``imt`` command: runs the module of a command, and prints an error as one sentence."""

import argparse
import importlib
import io
import os
import sys

from imaging_trials.model import PROJECT
from rdfkit.base import UserError

TYPE_CHECKING = False  # typing would add 2 ms to every `imt query`
if TYPE_CHECKING:
    from typing import NoReturn

COMMANDS = {
    "build": ("imaging_trials.cli.build", "read the sources, infer, validate, and write the graph to dist/"),
    "validate": ("imaging_trials.cli.validate", "validate the graph, or your own files, against the shapes"),
    "query": ("imaging_trials.cli.query", "list and answer the saved queries, or your own SPARQL"),
    "explain": ("imaging_trials.cli.explain", "list the triples that a row of an answer needs, with their sources"),
    "show": ("imaging_trials.cli.show", "describe a thing, with its sources, by name, notation, DOI, PMID or IRI"),
    "audit": (
        "imaging_trials.cli.audit",
        "report what is superseded, corrected or incomplete, here or in your own list",
    ),
    "dossier": ("imaging_trials.cli.dossier", "collect what a trial with an agent needs, with sources"),
    "mappings": ("imaging_trials.cli.mappings", "list the mappings to other vocabularies, or check them"),
    "cite": ("imaging_trials.cli.cite", "print the citations in NLM style, BibTeX, RIS, CSL-JSON or NBIB"),
    "import": (
        "imaging_trials.cli.import_",
        "turn records of PubMed, reference lists and registered trials into N-Quads",
    ),
    "diff": ("imaging_trials.cli.diff", "show what changed between two releases, files or git revisions"),
    "load": ("imaging_trials.cli.load", "load the graph into a triple store, and compare the result"),
    "site": ("imaging_trials.cli.site", "write the graph as a static site: a page for every IRI, questions, search"),
    "mcp": ("imaging_trials.cli.mcp", "serve the questions to an assistant over stdio (Model Context Protocol)"),
    "serve": ("imaging_trials.cli.serve", "serve the saved questions and SPARQL over HTTP on this machine, read-only"),
}
"""Name of a command: the module with its ``add_arguments(parser)`` and ``run(args) -> int``, and its help text."""


class _Parser(argparse.ArgumentParser):
    """An argument parser that reports a mistake as one sentence."""

    def error(self, message: str) -> "NoReturn":
        """Raise UserError, which `main` prints."""
        raise UserError(f"{message[:1].upper()}{message[1:]}: see '{self.prog} --help'.")

    def print_help(self, file: object = None) -> None:  # noqa: ARG002 - argparse passes none
        """Print the help; argparse's own method would pass over a full disk in silence."""
        sys.stdout.write(self.format_help())

    def _get_formatter(self) -> argparse.HelpFormatter:
        # argparse asks for a formatter with every argument; its default imports shutil (3 ms) to measure the terminal.
        try:
            width = os.get_terminal_size().columns - 2
        except OSError:
            width = 118
        return self.formatter_class(prog=self.prog, width=max(width, 60))  # type: ignore[call-arg]


def _help() -> str:
    lines = [
        "usage: imt COMMAND [...]",
        "",
        "NCI's page 'Imaging Trials Resources' as a graph: query it, cite it, validate against it.",
        "",
        *(f"  {name:<10}{words}" for name, (_, words) in COMMANDS.items()),
        "",
        "  imt COMMAND --help   the arguments of a command",
        "  imt --version        the version",
        "  --debug              with any command: show the traceback of an error",
        "",
        "Exit codes: 0 success; 1 the data does not conform, or an answer is empty that may not be;",
        "2 the command could not do its work.",
    ]
    return "\n".join(lines)


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(_help())
        return 0
    name, *rest = arguments
    if name == "--version":
        from imaging_trials import __version__

        print(f"imt {__version__}")
        return 0
    if name not in COMMANDS:
        import difflib

        near = difflib.get_close_matches(name, COMMANDS, n=2, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(COMMANDS)}."
        raise UserError(f"There is no command '{name}': {hint}")
    module_name, words = COMMANDS[name]
    module = importlib.import_module(module_name)
    parser = _Parser(prog=f"imt {name}", description=words[:1].upper() + words[1:] + ".", allow_abbrev=False)
    module.add_arguments(parser)
    parse = parser.parse_intermixed_args if getattr(module, "IS_INTERMIXED", False) else parser.parse_args
    code: int = module.run(parse(rest))
    return code


def _sentence(error: BaseException) -> str:
    """Return the sentence to print for an error: its own, or one for an unexpected error."""
    text = " ".join(str(error).split())
    cause = error.__context__ or error
    if isinstance(cause, (OSError, RuntimeError)) and "Corruption" in str(cause):  # as RocksDB calls it
        from rdfkit.stores import embedded

        embedded.forget(PROJECT)
        return "The stored graph in the cache folder was damaged and has been removed: run the command again."
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}; fix that and run the command again, or add --debug for the traceback."
    kind = type(error).__name__
    return f"Unexpected error ({kind}: {text[:200]}): run the command again with --debug, and report it."


def _write_utf8() -> None:
    """Write UTF-8 to files and pipes, and replacement characters to a terminal that lacks a letter."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8")


def main(argv: list[str] | None = None) -> int:
    """Run ``imt`` with the arguments given, or those of the process, and return its exit code.

    A UserError, and any unexpected error, becomes one sentence on standard error and exit code 2; with ``--debug``
    the traceback comes before it. A reader that stops early (``imt query ... | head``) is not an error.
    """
    if None in (sys.stdin, sys.stdout, sys.stderr):
        from rdfkit.base import streams

        streams.replace_closed()
    if argv is None:
        if "_ARGCOMPLETE" in os.environ:
            from imaging_trials.cli import completion

            completion.complete(COMMANDS)
        _restart_in_utf8()
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    _write_utf8()
    try:
        code = _code_of(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return 0
    except KeyboardInterrupt:
        print("imt: Stopped.", file=sys.stderr)
        return 130
    except Exception as error:  # noqa: BLE001 - the last resort for every error
        if debug:
            import traceback

            traceback.print_exc()
        print(f"imt: {_sentence(error)}", file=sys.stderr)
        if isinstance(error, OSError):
            _drop_output()
        return 2
    return code


def _code_of(arguments: list[str]) -> int:
    try:
        return _run(arguments)
    except SystemExit as ended:  # argparse, after it has printed help
        return ended.code if isinstance(ended.code, int) else 0


def _drop_output() -> None:
    """Discard what is left in the buffer of standard output: writing it would fail again when Python ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _restart_in_utf8() -> None:
    """Start Python again in UTF-8 mode if it reads an argument in a smaller encoding, as with LC_ALL=C, and fails."""
    is_broken = any("\udc80" <= letter <= "\udcff" for argument in sys.argv for letter in argument)
    if is_broken and not sys.flags.utf8_mode and sys.getfilesystemencoding() != "utf-8" and hasattr(os, "fork"):
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606 - itself
