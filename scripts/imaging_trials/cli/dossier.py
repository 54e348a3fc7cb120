"""``imt dossier``: what one needs to open a trial with an agent, each line with its source."""

import argparse
import sys

from imaging_trials.graph.project import PROJECT
from imaging_trials.views import agent_report as dossier
from imaging_trials.views import currency as audit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what ``imt dossier`` takes."""
    parser.add_argument("agent", metavar="AGENT", help="an agent by name, notation (F-18 FES, [18F]FES), CURIE or IRI")
    parser.add_argument("--format", choices=list(dossier.WRITERS), default="text", help="how to print (default: text)")
    parser.add_argument(
        "--on", metavar="DATE", help="the day to judge guidelines by, as YYYY-MM-DD (default: the release date)"
    )


def run(args: argparse.Namespace) -> int:
    """Print the dossier; 0 when done."""
    from rdfkit.stores import embedded as stores

    day = audit.day(args.on) if args.on is not None else ""
    store = stores.open_store(PROJECT)
    agent = dossier.find_agent(store, args.agent)
    made = dossier.make(store, agent, day or audit.release_day(store))
    sys.stdout.write(dossier.WRITERS[args.format](store, made))
    return 0
