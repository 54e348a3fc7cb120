"""The ``imt`` command: finds the module of the command asked for, runs it, and turns errors into one sentence."""

import argparse
import importlib
import io
import os
import sys

from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError

TYPE_CHECKING = False  # the typing module would cost every `imt query` 2 ms
if TYPE_CHECKING:
    from typing import NoReturn

COMMANDS = {
    "build": ("imaging_trials.cli.build", "read the sources, infer, validate, and write the graph to dist/"),
    "validate": ("imaging_trials.cli.validate", "check the graph, or files of your own, against the shapes"),
    "query": ("imaging_trials.cli.query", "list and ask the saved questions, or ask your own in SPARQL"),
    "why": ("imaging_trials.cli.why", "say which triples make a row of an answer, and where each comes from"),
    "show": ("imaging_trials.cli.show", "describe one thing, with its sources, by name, notation, DOI, PMID or IRI"),
    "audit": (
        "imaging_trials.cli.audit",
        "say what is superseded, corrected or incomplete, here or in a list of yours",
    ),
    "dossier": ("imaging_trials.cli.dossier", "bring together what a trial with an agent needs, with sources"),
    "links": ("imaging_trials.cli.links", "list the mappings to other vocabularies, and check them against copies"),
    "cite": ("imaging_trials.cli.cite", "print the citations in NLM style, BibTeX, RIS or CSL-JSON"),
    "diff": ("imaging_trials.cli.diff", "say what changed between two releases, files or git revisions"),
    "load": ("imaging_trials.cli.load", "put the graph into a triple store, and check that it is there"),
    "serve": ("imaging_trials.cli.serve", "answer SPARQL over HTTP on this machine, read-only"),
}
"""Name of a command, and the module that has its ``add_arguments(parser)`` and ``run(args) -> int``, and its help."""


class _Parser(argparse.ArgumentParser):
    """An argument parser that reports a mistake as the one sentence that every other error is."""

    def error(self, message: str) -> "NoReturn":
        """Raise UserError, which `main` prints."""
        raise UserError(f"{message[:1].upper()}{message[1:]}: see '{self.prog} --help'.")

    def _get_formatter(self) -> argparse.HelpFormatter:
        # Asked for with every argument declared; left to itself it imports shutil, 3 ms, to learn the terminal's width.
        try:
            width = os.get_terminal_size().columns - 2
        except OSError:
            width = 118
        return self.formatter_class(prog=self.prog, width=max(width, 60))  # type: ignore[call-arg]


def _help() -> str:
    lines = [
        "usage: imt COMMAND [...]",
        "",
        "NCI's page 'Imaging Trials Resources' as a graph that can be asked, cited and checked.",
        "",
        *(f"  {name:<10}{words}" for name, (_, words) in COMMANDS.items()),
        "",
        "  imt COMMAND --help   what a command takes",
        "  imt --version        which version this is",
        "  --debug              with any command: show where an error came from",
        "",
        "Exit codes: 0 fine; 1 the data does not conform, or the answer is empty where it must not be;",
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
    code: int = module.run(parser.parse_args(rest))
    return code


def _sentence(error: BaseException) -> str:
    """Return the sentence to print for an error: its own, or one for what nothing below had foreseen."""
    text = " ".join(str(error).split())
    cause = error.__context__ or error
    if isinstance(cause, (OSError, RuntimeError)) and "Corruption" in str(cause):  # as RocksDB calls it
        from rdfkit.stores import embedded as store

        store.forget(PROJECT)
        return "The stored graph in the cache folder was damaged and has been removed: run the command again."
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}; mend that and run again, or see where it happened with --debug."
    kind = type(error).__name__
    return f"Something went wrong that should not have ({kind}: {text[:200]}): run again with --debug to see where."


def _write_utf8() -> None:
    """Make files and pipes UTF-8, as RDF is, and a terminal that lacks a letter print something in its place."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8")


def main(argv: list[str] | None = None) -> int:
    """Run ``imt`` with the arguments given, or those of the process, and return its exit code.

    An UserError, and any error not foreseen, becomes one sentence on standard error and exit code 2; with ``--debug``
    the traceback comes before it. A reader that stops reading (``imt query ... | head``) is no error.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    _write_utf8()
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # What is left in the buffer would raise again when Python closes standard output at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SystemExit as ended:  # argparse, after printing help
        return ended.code if isinstance(ended.code, int) else 0
    except KeyboardInterrupt:
        print("imt: Stopped.", file=sys.stderr)
        return 130
    except Exception as error:  # noqa: BLE001 - this is where every error ends
        if debug:
            import traceback

            traceback.print_exc()
        print(f"imt: {_sentence(error)}", file=sys.stderr)
        return 2
    return code
