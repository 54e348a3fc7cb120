"""``imt site``: write the graph as a static site that a browser reads from files or from any host."""

import argparse
from pathlib import Path

from imaging_trials.model import PROJECT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``imt site``."""
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, help="the folder to write (default: dist/site/, see below)"
    )
    parser.epilog = (
        "Without --output, the site of a checkout is written into its own dist/site/, and that of an installed package "
        "into dist/site/ in the working folder. An earlier site there is replaced."
    )


def run(args: argparse.Namespace) -> int:
    """Write the site and return 0."""
    from imaging_trials.site import make_site, write_site
    from rdfkit.stores import embedded

    folder = args.output or (Path("dist") if PROJECT.is_installed else PROJECT.dist) / "site"
    written = write_site(make_site(embedded.open_store(PROJECT)), folder)
    megabytes = written.size / 1_000_000
    print(f"Wrote {written.pages:,} pages and {written.files - written.pages:,} other files, {megabytes:.1f} MB.")
    print(f"Open {written.folder / 'index.html'}")
    return 0
