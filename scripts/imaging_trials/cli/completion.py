"""Completion at the TAB key, by argcomplete: commands, options, names of questions, parameters and example values.

The shell runs ``imt`` with ``_ARGCOMPLETE`` set. Only the arguments of the command on the line are declared.
"""

import argparse
import importlib
import os
from collections.abc import Mapping

from rdfkit.base import UserError


def complete(commands: Mapping[str, tuple[str, str]]) -> None:
    """Write what may come next, and end the process; return if argcomplete is not installed."""
    try:
        import argcomplete
    except ModuleNotFoundError:
        return
    words = os.environ.get("COMP_LINE", "").split()
    parser = argparse.ArgumentParser(prog="imt")
    parser.add_argument("--version", action="store_true")
    below = parser.add_subparsers()
    for name, (module, _) in commands.items():
        command = below.add_parser(name)
        if name in words[1:2]:
            importlib.import_module(module).add_arguments(command)
            command.add_argument("--debug", action="store_true")
            _add_completers(name, command)
    argcomplete.autocomplete(parser, always_complete_options=False)


def _add_completers(command: str, parser: argparse.ArgumentParser) -> None:
    if command not in {"query", "explain"}:
        return
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to the actions of a parser
        if action.dest in {"name", "describe"}:
            action.completer = _questions  # type: ignore[attr-defined]
        elif action.dest == "param":
            action.completer = _settings  # type: ignore[attr-defined]


def _questions(**_: object) -> list[str]:
    from imaging_trials import questions

    return questions.names()


def _settings(prefix: str, parsed_args: argparse.Namespace, **_: object) -> list[str]:
    """Return ``agent=`` for each parameter, and with a ``=`` its default and examples."""
    from imaging_trials import questions

    try:
        query = questions.find(parsed_args.name or "")
    except UserError:
        return []
    name, equals, _value = prefix.partition("=")
    if not equals:
        return [f"{one.name}=" for one in query.parameters]
    return [
        f"{name}={value}"
        for one in query.parameters
        if one.name == name
        for value in dict.fromkeys((one.default, *one.examples))
    ]
