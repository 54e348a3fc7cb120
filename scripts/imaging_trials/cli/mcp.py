"""``imt mcp``: serve the saved questions to an assistant, over standard input and output."""

import argparse

from imaging_trials.model import PROJECT
from rdfkit.base import UserError

_EPILOG = """\
An assistant starts this command by itself. In its settings:
{"mcpServers": {"imaging-trials": {"command": "uvx", "args": ["--from", "imaging-trials[mcp]", "imt", "mcp"]}}}
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``imt mcp``: it has none."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG


def run(_: argparse.Namespace) -> int:
    """Serve until standard input ends. Raises UserError if the package for it is missing."""
    from rdfkit.stores import embedded

    try:
        from imaging_trials.cli.assistant import server
    except ModuleNotFoundError as error:
        if not str(error.name).startswith("mcp"):
            raise
        raise UserError("'imt mcp' needs another package: pip install 'imaging-trials[mcp]'.") from None
    server.serve(embedded.open_store(PROJECT))
    return 0
