"""``imt mappings``: list the mappings to other vocabularies, or check them against rules and against copies."""

import argparse
import sys
from pathlib import Path

from imaging_trials import mapping_sets
from imaging_trials.model import PROJECT
from imaging_trials.views import formats
from rdfkit.base import UserError

_AGAINST = """\
a copy of the vocabulary: OWL/XML, RDF/XML, Turtle or another RDF syntax, OBO, an OBO graph in JSON, or a table (.tsv)
with the columns id and label, and optionally deprecated and replaced_by; with more than 5 million triples, give OBO or
JSON"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``imt mappings``."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|check")
    listing = actions.add_parser("list", help="print the mappings", allow_abbrev=False)
    listing.add_argument(
        "--for", dest="what", metavar="WHAT", help="a thing of the graph, or a code of another vocabulary"
    )
    formats.add_argument(listing, "mappings")
    check = actions.add_parser("check", help="check the mappings, or compare a set with a copy", allow_abbrev=False)
    check.add_argument("--against", type=Path, metavar="FILE", help=_AGAINST)
    for action in (listing, check):
        action.add_argument("--set", metavar="NAME", help="one mapping set, such as ncit")


def run(args: argparse.Namespace) -> int:
    """Print the mappings (return 0, or 1 if there are none) or the problems (0 if there are none, or 1)."""
    sets = mapping_sets.read_sets(PROJECT.root)
    if not sets:
        raise UserError(f"{PROJECT.root / mapping_sets.FOLDER} has no mapping set: restore the files of the project.")
    return _list(sets, args) if args.action == "list" else _check(sets, args)


def _list(sets: list[mapping_sets.MappingSet], args: argparse.Namespace) -> int:
    chosen = [mapping_sets.named(sets, args.set)] if args.set else sets
    rows = [(one, mapping) for one in chosen for mapping in one.mappings]
    if args.what is not None:
        wanted = mapping_sets.mappings_of([mapping for _, mapping in rows], args.what)
        rows = [row for row in rows if row[1] in wanted]
    sys.stdout.write(formats.renderer("mappings", args.format)(rows))
    return 0 if rows else 1


def _check(sets: list[mapping_sets.MappingSet], args: argparse.Namespace) -> int:
    if args.against:
        compared = mapping_sets.compare(sets, args.against, args.set or "")
        found = list(compared.problems)
        rows = len(compared.set.mappings)
        what = f"{rows} mappings of {compared.set.name} against {args.against}"
        if 2 * sum(problem.kind == "gone" for problem in found) > rows:
            what += "; more than half are gone, so the file may be a part of the vocabulary only"
    else:
        from rdfkit.stores import embedded

        chosen = [mapping_sets.named(sets, args.set)] if args.set else sets
        # Rows of two sets can break a rule together: all sets are checked, and the problems of the chosen ones printed.
        files = {one.path.name for one in chosen}
        found = [one for one in mapping_sets.problems(sets, embedded.open_store(PROJECT)) if one.file in files]
        what = f"{sum(len(one.mappings) for one in chosen)} mappings in {len(chosen)} sets against the project's rules"
    for problem in found:
        print(problem)
    count = f"{len(found)} problem{'' if len(found) == 1 else 's'}" if found else "No problems"
    print(f"{count}; checked {what}.")
    return 1 if found else 0
