"""``imt dossier``: report what one needs to open a trial with an agent, each line with its source."""

import argparse
import sys

from imaging_trials import views
from imaging_trials.cli import beside
from imaging_trials.model import dates
from imaging_trials.views import formats


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``imt dossier``."""
    parser.add_argument(
        "agent", metavar="PHARMACEUTICAL_AGENT", help="an agent by name, notation (F-18 FES, [18F]FES), CURIE or IRI"
    )
    beside.add_arguments(parser, as_of=False)
    formats.add_argument(parser, "agent report")
    parser.add_argument(
        "--as-of",
        metavar="DATE",
        help="judge the guidelines on this day, YYYY-MM-DD (default: the release date, or that of the last import)",
    )


def run(args: argparse.Namespace) -> int:
    """Print the report and return 0."""
    as_of = dates.day(args.as_of) if args.as_of is not None else ""
    store = beside.view(args, as_of)
    agent = views.find_agent(store, args.agent)
    report = views.for_agent(store, agent, as_of or views.release_day(store))
    sys.stdout.write(formats.renderer("agent report", args.format)(report))
    return 0
