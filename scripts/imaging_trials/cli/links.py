"""``imt links``: the mapping sets listed, and checked against the rules and against copies of other vocabularies."""

import argparse
import sys
from pathlib import Path

from imaging_trials.graph.project import PROJECT
from imaging_trials.mappings import sssom as links
from rdfkit.base.errors import UserError

_COLUMNS = ("set", "subject_id", "subject_label", "predicate_id", "object_id", "object_label", "confidence", "comment")
_IN_TABLE = _COLUMNS[:6]

_AGAINST = """\
a copy of the vocabulary: OWL/XML, RDF/XML, Turtle or another RDF syntax, OBO, an OBO graph in JSON, or a table (.tsv)
with the columns id and label, and if need be deprecated and replaced_by; above 5 million triples give OBO or JSON"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``imt links``."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|check")
    listing = actions.add_parser("list", help="print the mappings", allow_abbrev=False)
    listing.add_argument("--for", dest="what", metavar="WHAT", help="a thing of ours, or another vocabulary's code")
    listing.add_argument("--format", choices=("table", "tsv", "json"), default="table")
    check = actions.add_parser("check", help="check the mappings, or hold them against a copy", allow_abbrev=False)
    check.add_argument("--against", type=Path, metavar="FILE", help=_AGAINST)
    for action in (listing, check):
        action.add_argument("--set", metavar="NAME", help="one mapping set, such as ncit")


def run(args: argparse.Namespace) -> int:
    """List (0, or 1 where nothing is mapped) or check (0, or 1 where something is wrong)."""
    sets = links.read_sets(PROJECT.root)
    if not sets:
        raise UserError(f"{PROJECT.root / links.FOLDER} holds no mapping set.")
    return _list(sets, args) if args.action == "list" else _check(sets, args)


def _list(sets: list[links.MappingSet], args: argparse.Namespace) -> int:
    chosen = [links.named(sets, args.set)] if args.set else sets
    rows = [(one, mapping) for one in chosen for mapping in one.mappings]
    if args.what is not None:
        wanted = _wanted(sets, args.what)
        rows = [row for row in rows if wanted & {row[1].subject_iri, row[1].object_iri}]
    table = [
        (
            one.name,
            mapping.subject,
            mapping.subject_label,
            mapping.predicate,
            mapping.object,
            mapping.object_label,
            mapping.confidence,
            mapping.comment,
        )
        for one, mapping in rows
    ]
    if args.format == "json":
        import json

        text = json.dumps([dict(zip(_COLUMNS, row, strict=True)) for row in table], indent=2, ensure_ascii=False) + "\n"
    elif args.format == "tsv":
        text = "".join("\t".join(row) + "\n" for row in (_COLUMNS, *table))
    else:
        from rdfkit.base import text as tables

        text = tables.table(_IN_TABLE, [row[: len(_IN_TABLE)] for row in table], "mapping")
    sys.stdout.write(text)
    return 0 if rows else 1


def _wanted(sets: list[links.MappingSet], what: str) -> set[str]:
    """Return the IRIs that ``what`` means: a code, CURIE or IRI of another vocabulary, else a thing of ours."""
    text = what.strip().removeprefix("<").removesuffix(">")
    objects = {
        mapping.object_iri
        for one in sets
        for mapping in one.mappings
        if text == mapping.object_iri or text.casefold() in {mapping.object.casefold(), mapping.code.casefold()}
    }
    if objects:
        return objects
    from imaging_trials.graph import lookup
    from rdfkit.stores import embedded as store

    return {lookup.resolve(store.open_store(PROJECT), what).value}


def _check(sets: list[links.MappingSet], args: argparse.Namespace) -> int:
    from imaging_trials.mappings import checks as linkcheck

    if args.against:
        compared = linkcheck.against(sets, args.against, args.set or "")
        found: tuple[linkcheck.Problem, ...] = compared.problems
        what = f"{compared.rows} mappings of {compared.set.name} against {args.against}"
        if 2 * sum(problem.kind == "gone" for problem in found) > compared.rows:
            what += "; more than half are gone, so it may be a part of the vocabulary only"
    else:
        from rdfkit.stores import embedded as store

        one = links.named(sets, args.set) if args.set else None
        chosen = [one] if one else sets
        # Two sets can break a rule together, so all are looked at and then those asked for are told.
        ours = {each.path.name for each in chosen}
        found = tuple(
            p for p in linkcheck.problems(sets, store.open_store(PROJECT)) if p.where.partition(":")[0] in ours
        )
        what = f"{sum(len(each.mappings) for each in chosen)} mappings in {len(chosen)} sets against the house's rules"
    for problem in found:
        print(problem)
    print(f"{'Checked' if not found else f'{len(found)} to mend; checked'} {what}.")
    return 1 if found else 0
