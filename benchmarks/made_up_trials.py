"""Made-up trials in the JSON of ClinicalTrials.gov, always the same: ``python -m benchmarks.made_up_trials FOLDER N``.

They have few fields each, with the names of agents of the graph in some. No trial is one of the register's.
"""

import argparse
import json
from pathlib import Path
from typing import Any

STATUSES = ("RECRUITING", "COMPLETED", "TERMINATED", "WITHDRAWN", "NOT_YET_RECRUITING")
PHASES: tuple[list[str], ...] = (["PHASE1"], ["PHASE2"], ["PHASE1", "PHASE2"], ["PHASE3"], ["NA"], [])
PURPOSES = ("TREATMENT", "DIAGNOSTIC", "SUPPORTIVE_CARE")
DRUGS = ("[18F]FMISO", "F-18 FLT", "Made-up drug")
A_FILE = 100
"""The trials of a file."""


def study(number: int) -> dict[str, Any]:
    """Return a made-up trial; one of 250 uses [18F]FMISO, one of 250 [18F]FLT."""
    drug = DRUGS[min(number % 250, 2)]
    status = STATUSES[number % 5]
    status_module = {"overallStatus": status, "lastUpdateSubmitDate": f"2026-{number % 9 + 1:02}-{number % 28 + 1:02}"}
    if status in ("TERMINATED", "WITHDRAWN"):
        status_module["whyStopped"] = "Too few people took part"
    return {
        "protocolSection": {
            "identificationModule": {"nctId": f"NCT{92_000_000 + number}", "briefTitle": f"Made-up trial {number}"},
            "statusModule": status_module,
            "designModule": {
                "studyType": "INTERVENTIONAL",
                "phases": PHASES[number % 6],
                "designInfo": {"primaryPurpose": PURPOSES[number % 3]},
            },
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": f"Made-Up Center {number % 97}", "class": "OTHER"}},
            "armsInterventionsModule": {"interventions": [{"type": "DRUG", "name": drug}]},
        },
        "hasResults": False,
    }


def write(folder: Path, count: int) -> None:
    """Write so many trials into files of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, count, A_FILE):
        lines = (json.dumps(study(number)) for number in range(start, min(start + A_FILE, count)))
        (folder / f"trials-{start // A_FILE:04}.json").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    given = parser.parse_args()
    write(given.folder, given.count)
    print(f"{given.count:,} made-up trials in {given.folder}")
