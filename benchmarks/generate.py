"""Generate records of the project's model, valid or with faults: the same arguments always give the same lines.

The records are copies of ``record.ttl``, one for each number. A fault is one edit of one record. Arguments are the
number of triples and, for faults, the share of records that have one; N-Triples are written to stdout. Validate them
with the shipped graph as context.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random

from pyoxigraph import RdfFormat, parse

from imaging_trials.model.project import PROJECT

NUMBER = "0000000"
Lines = list[str]


@cache
def record() -> tuple[str, ...]:
    """Return the lines of the record with the number 0000000, as N-Triples."""
    text = (Path(__file__).parent / "record.ttl").read_text(encoding="utf-8")
    prefixes = "".join(f"@prefix {name}: <{namespace}> .\n" for name, namespace in PROJECT.prefixes.items())
    return tuple(f"{quad} ." for quad in parse(input=prefixes + text, format=RdfFormat.TURTLE))


def _line(subject: str, predicate: str, value: str = "") -> str:
    """Return the start of the line of a statement: terms given as CURIEs, the value as in N-Triples."""
    return " ".join([_iri(subject), _iri(predicate), _iri(value) if re.match(r"\w+:", value) else value]).rstrip()


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"<{PROJECT.prefixes[prefix]}{local}>"


def _without(*begins: str) -> Callable[[Lines], Lines]:
    """Return the edit that removes the lines with this start."""
    return lambda lines: [line for line in lines if not line.startswith(begins)]


def _with(*added: str) -> Callable[[Lines], Lines]:
    """Return the edit that adds lines."""
    return lambda lines: [*lines, *(f"{line} ." for line in added)]


def _instead(begin: str, by: str) -> Callable[[Lines], Lines]:
    """Return the edit that replaces the line with this start."""
    return lambda lines: [f"{by} ." if line.startswith(begin) else line for line in lines]


def _day(text: str) -> str:
    return f'"{text}"^^<{PROJECT.prefixes["xsd"]}date>'


def _integer(text: str) -> str:
    return f'"{text}"^^<{PROJECT.prefixes["xsd"]}integer>'


_ARTICLE, _EVENT, _AGENT, _AUTHOR = (
    "article:g0000000",
    "event:g0000000-issue",
    "agent:g0000000",
    "authorship:g0000000-1",
)
_EDITION, _TRIAL, _MAPPING = "edition:g0000000-2", "trial:g0000000", "mapping:g0000000"

FAULTS: dict[str, Callable[[Lines], Lines]] = {
    "no label": _without(_line(_ARTICLE, "skos:prefLabel")),
    "two labels": _with(_line(_ARTICLE, "skos:prefLabel", '"Another label"@en')),
    "label without language": _instead(_line(_AGENT, "skos:prefLabel"), _line(_AGENT, "skos:prefLabel", '"[18F]x"')),
    "label in German": _instead(_line(_TRIAL, "skos:prefLabel"), _line(_TRIAL, "skos:prefLabel", '"Studie"@de')),
    "label with extra spaces": _instead(
        _line(_TRIAL, "skos:prefLabel"), _line(_TRIAL, "skos:prefLabel", '"a  trial"@en')
    ),
    "no provenance": _without(_line(_TRIAL, "imt:isStatedIn")),
    "stated in no section": _with(_line(_TRIAL, "imt:isStatedIn", "phase:phase-2")),
    "no title": _without(_line(_ARTICLE, "dcterms:title")),
    "published in no journal": _with(_line(_ARTICLE, "imt:isPublishedIn", _AGENT)),
    "a literal for a thing": _with(_line(_ARTICLE, "imt:isPublishedIn", '"EJNMMI"')),
    "DOI that does not match the pattern": _with(_line(_ARTICLE, "imt:doi", '"doi:10.5555/0000000"')),
    "DOI of another in capitals": _with(_line("article:g0000000-other", "imt:doi", '"10.5555/MADE-UP.0000000"')),
    "PMID of another": _with(_line("article:g0000000-other", "imt:pmid", '"90000000"')),
    "link without DOI": _without(_line(_ARTICLE, "imt:doi")),
    "no authors": _without(_line(_AUTHOR, "imt:isAuthorshipOf"), _line("authorship:g0000000-2", "imt:isAuthorshipOf")),
    "gap between authors": _instead(
        _line("authorship:g0000000-3", "imt:position"), _line("authorship:g0000000-3", "imt:position", _integer("5"))
    ),
    "two authors at one position": _instead(
        _line("authorship:g0000000-3", "imt:position"), _line("authorship:g0000000-3", "imt:position", _integer("1"))
    ),
    "place zero": _with(_line(_AUTHOR, "imt:position", _integer("0"))),
    "position that is not an integer": _with(
        _line("authorship:g0000000-3", "imt:position", '"2.5"^^<' + PROJECT.prefixes["xsd"] + "decimal>")
    ),
    "person of an organization": _with(_line(_AUTHOR, "imt:isByOrganization", "organization:g0000000")),
    "no date": _without(_line(_EVENT, "imt:earliestDay")),
    "days in the wrong order": _instead(
        _line(_EVENT, "imt:latestDay"), _line(_EVENT, "imt:latestDay", _day("2024-04-01"))
    ),
    "day that does not exist": _instead(
        _line(_EVENT, "imt:latestDay"), _line(_EVENT, "imt:latestDay", _day("2024-05-32"))
    ),
    "day as a string": _instead(_line(_EVENT, "imt:latestDay"), _line(_EVENT, "imt:latestDay", '"2024-05-31"')),
    "day with a zone": _with(_line(_EVENT, "imt:latestDay", _day("2024-05-31Z"))),
    "day in another month": _instead(
        _line(_EVENT, "imt:earliestDay"), _line(_EVENT, "imt:earliestDay", _day("2024-04-01"))
    ),
    "kind of event that is not in the list": _instead(
        _line(_EVENT, "imt:hasEventKind"), _line(_EVENT, "imt:hasEventKind", "modality:pet")
    ),
    "edition supersedes itself": _with(_line(_EDITION, "imt:directlySupersedes", _EDITION)),
    "editions in a circle": _with(_line("edition:g0000000-1", "imt:directlySupersedes", _EDITION)),
    "supersession not stated": _without(_line(_EDITION, "imt:directlySupersedes")),
    "edition of two series": _with(_line(_EDITION, "imt:isEditionOf", "guideline:other")),
    "radiopharmaceutical without nuclide": _without(_line(_AGENT, "imt:hasRadionuclide")),
    "two nuclides": _with(_line(_AGENT, "imt:hasRadionuclide", "nuclide:zr-89")),
    "contrast agent with nuclide": _with(_line(_AGENT, "imt:hasAgentKind", "agentkind:contrast-agent")),
    "unused parent compound": _without(_line(_AGENT, "imt:hasParentCompound"), _line(_AGENT, "imt:isBasedOn")),
    "trial number that does not match the pattern": _instead(
        _line(_TRIAL, "imt:nctId"), _line(_TRIAL, "imt:nctId", '"NCT9"')
    ),
    "unused intervention": _without(_line(_TRIAL, "imt:usesIntervention")),
    "mapping without a statement": _without(_line("substance:g0000000", "skos:exactMatch")),
    "confidence above one": _with(
        _line(_MAPPING, "sssom:confidence", '"1.5"^^<' + PROJECT.prefixes["xsd"] + "decimal>")
    ),
    "correction of what is not printed": _instead(
        _line("correction:g0000000", "imt:valueAsPrinted"), _line("correction:g0000000", "imt:valueAsPrinted", '"1-2"')
    ),
    "listing under a year of no date": _instead(
        _line("listing:g0000000-1", "imt:labelYear"), _line("listing:g0000000-1", "imt:labelYear", _integer("1999"))
    ),
    "IRI outside of the project's pattern": lambda lines: [line.replace("/trial/g0", "/trial/G_0") for line in lines],
}
"""Kinds of faults, each an edit of the record 0000000."""


def lines(triples: int, *, share: float = 0.0, seed: int = 0) -> Iterator[str]:
    """Yield at least so many N-Triples lines: whole records, of which a share, drawn with ``seed``, has a fault.

    The kinds of faults take turns, so every kind occurs if there are at least as many faulty records as kinds.
    """
    chance = Random(seed)
    written = number = 0
    kinds = _in_turns()
    while written < triples:
        number += 1
        edited = list(record())
        if share and chance.random() < share:
            edited = FAULTS[next(kinds)](edited)
        text = f"{number:0{len(NUMBER)}}"
        for line in edited:
            yield line.replace(NUMBER, text)
        written += len(edited)


def planted(triples: int, *, share: float, seed: int = 0) -> dict[str, list[str]]:
    """Return the numbers of the records that have each kind of fault, for the same arguments as ``lines``."""
    chance = Random(seed)
    found: dict[str, list[str]] = {}
    written = number = 0
    kinds = _in_turns()
    while written < triples:
        number += 1
        edited = list(record())
        if share and chance.random() < share:
            kind = next(kinds)
            found.setdefault(kind, []).append(f"{number:0{len(NUMBER)}}")
            edited = FAULTS[kind](edited)
        written += len(edited)
    return found


def _in_turns() -> Iterator[str]:
    while True:
        yield from FAULTS


def main() -> None:
    """Write the lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("triples", type=int, help="how many to write, at least")
    parser.add_argument("--share", type=float, default=0.0, help="of records with a fault, from 0 to 1")
    parser.add_argument("--seed", type=int, default=0, help="of the draw of faulty records")
    args = parser.parse_args()
    written = lines(args.triples, share=args.share, seed=args.seed)
    while block := "\n".join(islice(written, 10_000)):
        sys.stdout.write(block + "\n")


if __name__ == "__main__":
    main()
