"""Codes of ClinicalTrials.gov for the design of a study, and the concepts for them.

The concepts have the codes as notations; `tests/imaging_trials/imports/test_codes.py` compares both.
"""

from typing import NamedTuple

from imaging_trials.imports.statements import said, term
from imaging_trials.imports.trial_parts import slug


class Coded(NamedTuple):
    """A field with a code: its property, the property for a code in no list, and what is said for each known code."""

    printed: str
    said: dict[str, str]


def _coded(name: str, prefix: str, codes: str, others: dict[str, str] | None = None) -> Coded:
    """Return the field of the property ``has<name>``; a concept is named as its code, but for those in ``others``."""
    concepts = {code: slug(code) for code in codes.split()} | (others or {})
    known = {code: said(term(f"imt:has{name}"), term(f"{prefix}:{concept}")) for code, concept in concepts.items()}
    return Coded(term(f"imt:{name[0].lower()}{name[1:]}AsPrinted"), known)


STUDY_TYPE = _coded("StudyType", "studytype", "INTERVENTIONAL OBSERVATIONAL EXPANDED_ACCESS")
MASKING = _coded("Masking", "masking", "NONE SINGLE DOUBLE TRIPLE QUADRUPLE")
DESIGN = {
    "primary_purpose": _coded(
        "PrimaryPurpose",
        "primarypurpose",
        "TREATMENT PREVENTION DIAGNOSTIC SUPPORTIVE_CARE SCREENING HEALTH_SERVICES_RESEARCH BASIC_SCIENCE "
        "DEVICE_FEASIBILITY OTHER",
        {"ECT": "education"},
    ),
    "allocation": _coded("Allocation", "allocation", "RANDOMIZED NON_RANDOMIZED", {"NA": "not-applicable"}),
    "intervention_model": _coded(
        "InterventionModel", "interventionmodel", "SINGLE_GROUP PARALLEL CROSSOVER FACTORIAL SEQUENTIAL"
    ),
    "observational_model": _coded(
        "ObservationalModel",
        "observationalmodel",
        "COHORT CASE_CONTROL CASE_ONLY CASE_CROSSOVER ECOLOGIC_OR_COMMUNITY FAMILY_BASED DEFINED_POPULATION "
        "NATURAL_HISTORY OTHER",
    ),
    "time_perspective": _coded("TimePerspective", "timeperspective", "RETROSPECTIVE PROSPECTIVE CROSS_SECTIONAL OTHER"),
}
"""The fields of the design with a code, by name."""
