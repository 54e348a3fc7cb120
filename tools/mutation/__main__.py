"""``python -m tools.mutation``: both scores, and what is missing.

``--write`` writes the expectations in ``mutants.tsv`` again, and searches mutants for constraints that have none.
``--sharpen`` adds records for changes of queries that no test notices yet. Both take the current results of the shapes
as expected: read the difference before you commit it.
"""

import argparse
import logging
import sys
import warnings
from collections import Counter, defaultdict

from tools.mutation import records, score, weaken
from tools.mutation.aims import aims
from tools.mutation.records import Mutant
from tools.mutation.weaken import Change


def main() -> int:
    """Print the scores; return 1 if a change is neither noticed nor justified."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write mutants.tsv again")
    parser.add_argument("--sharpen", action="store_true", help="add records that notice more changes")
    args = parser.parse_args()
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    if args.write:
        from tools.mutation import search

        search.write(_progress)
    if args.sharpen:
        _sharpen()
    wrong, unbroken = _records()
    unnoticed = _shapes()
    return 1 if wrong or unbroken or unnoticed else 0


def _progress(line: str) -> None:
    if sys.stderr.isatty():
        print(line, file=sys.stderr)


def _records() -> tuple[int, int]:
    """Print the first score: records broken by one edit."""
    mutants = list(records.mutants())
    wrong = [(mutant, results) for mutant in mutants if (results := score.wrong(mutant))]
    broken = {(mutant.aimed, mutant.component) for mutant in mutants if mutant.expected == records.REPORTED}
    missing = score.unbroken(broken)
    kinds = Counter(mutant.expected for mutant in mutants)
    count = len(aims())
    print(f"Records with one edit: {len(mutants)}, of which {len(mutants) - len(wrong)} give the expected results.")
    print(f"  {kinds[records.REPORTED]} must be reported by the constraint aimed at, {kinds[records.PASSES]} pass all")
    print(f"  shapes, {kinds[records.SILENT]} must not be reported by the constraint aimed at.")
    print(f"Constraints broken by an edit: {count - len(missing)} of {count}.")
    for mutant, results in wrong:
        print(f"  WRONG {mutant.id}: expected {mutant.expected}, but the shapes report: {results}")
    for name in missing:
        print(f"  NOT BROKEN {name}")
    return len(wrong), len(missing)


def _shapes() -> int:
    """Print the second score: shapes changed in one place."""
    changes = weaken.changes()
    alive = score.survivors(changes, _progress)
    reasons = score.justified()
    equivalent = [change for change in alive if change.id in reasons]
    unnoticed = [change for change in alive if change.id not in reasons]
    stale = reasons.keys() - {change.id for change in alive}
    noticed = len(changes) - len(alive)
    share = 100 * (noticed + len(equivalent)) / len(changes)
    print(f"Shapes changed in one place: {len(changes)}, of which tests notice {noticed}; {len(equivalent)} change")
    print(
        f"  nothing that a test could see, each with its reason in equivalent.tsv: {share:.1f} % noticed or justified."
    )
    for change in unnoticed:
        print(f"  NOT NOTICED {change.id}")
    for name in sorted(stale):
        print(f"  STALE in equivalent.tsv: {name}")
    for change in equivalent:
        print(f"  justified: {change.id}: {reasons[change.id]}")
    return len(unnoticed) + len(stale)


def _sharpen() -> None:
    from tools.mutation import search

    alive = score.survivors(weaken.changes(), _progress)
    by_aim: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in alive:
        if change.declaration is None and change.aims[0].parameter == "sparql" and change.added:
            by_aim[change.aims[0].id].append(change)
    found: list[Mutant] = [mutant for mutant in records.mutants() if mutant.aimed]
    for aim in aims():
        if aim.id in by_aim:
            found += search.sharpened(aim, by_aim[aim.id])
    records.write(found)


if __name__ == "__main__":
    sys.exit(main())
