"""A trial of the Clinical Trials Search API of the National Cancer Institute, version 2.

Source: a stored answer of that API (no description of it was at hand). A trial becomes the same classes as a study of
ClinicalTrials.gov, with the concepts of NCI's thesaurus that NCI gave to its diseases and interventions. Statuses stay
in NCI's words, as they differ from the register's. Contacts, investigators and criteria are never read.
"""

from typing import Any

from imaging_trials.bibliography import Unusable
from imaging_trials.imports.studies import fields
from imaging_trials.imports.studies.legacy_xml import code
from imaging_trials.imports.studies.study import Elsewhere, Study, of_record

_PHASES = {
    "O": ["EARLY_PHASE1"], "I": ["PHASE1"], "I_II": ["PHASE1", "PHASE2"], "II": ["PHASE2"],
    "II_III": ["PHASE2", "PHASE3"], "III": ["PHASE3"], "IV": ["PHASE4"], "NA": ["NA"],
}  # fmt: skip
"""NCI's phases, and those of the register; "O" is a phase 0."""

_KINDS = {"BIOLOGICAL_VACCINE": "BIOLOGICAL", "PROCEDURE_SURGERY": "PROCEDURE"}
"""NCI's kinds of interventions that have another name in the register."""

_NO_MAXIMUM = "999 Years"
_OTHER_IDS = ("nci_id", "ccr_id", "ctep_id", "dcp_id")
_MASKED = {
    "role_subject": "PARTICIPANT",
    "role_caregiver": "CARE_PROVIDER",
    "role_investigator": "INVESTIGATOR",
    "role_outcome_assessor": "OUTCOMES_ASSESSOR",
}
_NOT_MASKED = ("", "NO", "N", "FALSE")


class _Object:
    """A JSON object in which values of another type than expected count as absent, with a warning."""

    def __init__(self, value: dict[str, Any], warnings: list[str], path: str = "") -> None:
        self.value, self.warnings, self.path = value, warnings, path

    def text(self, name: str) -> str:
        """Return a text, or ""."""
        value = self.value.get(name)
        if value is None or isinstance(value, str):
            return (value or "").encode("utf-8", "replace").decode()
        self._odd(name, "no text")
        return ""

    def texts(self, name: str) -> list[str]:
        """Return the texts of a list, or the only one."""
        value = self.value.get(name)
        values = [value] if isinstance(value, str) else value or []
        if isinstance(values, list):
            return [one.encode("utf-8", "replace").decode() for one in values if isinstance(one, str)]
        self._odd(name, "no list")
        return []

    def inside(self, name: str) -> "_Object":
        """Return the object in this one, or an empty one."""
        value = self.value.get(name)
        if value is not None and not isinstance(value, dict):
            self._odd(name, "no object")
        return _Object(value if isinstance(value, dict) else {}, self.warnings, f"{self.path}{name}.")

    def items(self, name: str) -> "list[_Object]":
        """Return the objects in a list."""
        value = self.value.get(name) or []
        if not isinstance(value, list):
            self._odd(name, "no list")
            return []
        return [_Object(one, self.warnings, f"{self.path}{name}.") for one in value if isinstance(one, dict)]

    def _odd(self, name: str, what: str) -> None:
        self.warnings.append(f"the value of '{self.path}{name}' is {what}")


def study(value: dict[str, Any], place: str) -> Study | Unusable:
    """Return the study of an object of the API, or why it is none; ``place`` is what messages call it by."""
    warnings: list[str] = []
    trial = _Object(value, warnings)
    diseases = [one for one in trial.items("diseases") if _is_own(one)]
    arms, concepts = _arms(trial)
    protocol = fields.Protocol(
        identification_module=_identification(trial),
        status_module=_status(trial),
        sponsor_collaborators_module=fields.Sponsors(
            fields.Sponsor(lead) if (lead := trial.text("lead_org")) else None,
            [fields.Sponsor(one.text("name")) for one in trial.items("collaborators")],
        ),
        description_module=fields.Description(trial.text("brief_summary").replace("\\", "\\\\")),
        conditions_module=fields.Conditions([one.text("name") for one in diseases], trial.texts("keywords")),
        design_module=_design(trial),
        arms_interventions_module=arms,
        outcomes_module=_outcomes(trial),
        eligibility_module=_eligibility(trial.inside("eligibility").inside("structured")),
        contacts_locations_module=fields.Sites(
            [
                fields.Site(
                    one.text("org_name"),
                    one.text("org_city"),
                    one.text("org_state_or_province"),
                    one.text("org_country"),
                    one.text("recruitment_status"),
                )
                for one in trial.items("sites")
            ]
        ),
    )
    found = of_record(fields.Record(protocol_section=protocol), place, warnings)
    if not isinstance(found, Study):
        return found
    elsewhere = Elsewhere(
        nci_id=trial.text("nci_id"),
        disease_concepts=tuple(one.text("nci_thesaurus_concept_id") for one in diseases),
        intervention_concepts=concepts,
    )
    return found._replace(source="nci", elsewhere=elsewhere)


def _is_own(one: _Object) -> bool:
    """Return whether the trial itself has a concept, and not only a concept that is broader (``TREE``)."""
    return one.text("inclusion_indicator") in ("TRIAL", "")


def _identification(trial: _Object) -> fields.Identification:
    others = [fields.OtherId(one.text("value"), one.text("name")) for one in trial.items("other_ids")]
    return fields.Identification(
        nct_id=trial.text("nct_id"),
        org_study_id_info=fields.OtherId(own) if (own := trial.text("protocol_id")) else None,
        secondary_id_infos=[*(fields.OtherId(id_, name) for name in _OTHER_IDS if (id_ := trial.text(name))), *others],
        brief_title=trial.text("brief_title"),
        official_title=trial.text("official_title"),
        acronym=trial.text("acronym"),
    )


def _status(trial: _Object) -> fields.Status:
    def day(name: str) -> fields.Day | None:
        text = trial.text(f"{name}_date")
        return fields.Day(text, code(trial.text(f"{name}_date_type_code"))) if text else None

    return fields.Status(
        overall_status=trial.text("current_trial_status"),
        why_stopped=trial.text("why_study_stopped"),
        status_verified_date=trial.text("record_verification_date"),
        start_date_struct=day("start"),
        primary_completion_date_struct=day("primary_completion"),
        completion_date_struct=day("completion"),
    )


def _design(trial: _Object) -> fields.Design:
    kind, phase = code(trial.text("study_protocol_type")), trial.text("phase")
    masking = trial.inside("masking")
    count = trial.value.get("minimum_target_accrual_number")
    return fields.Design(
        study_type=code(trial.text("study_subtype_code")) or kind if kind == "NON_INTERVENTIONAL" else kind,
        phases=_PHASES.get(phase, [phase] if phase else []),
        design_info=fields.DesignInfo(
            allocation=code(masking.text("allocation_code")),
            intervention_model=code(trial.text("interventional_model")),
            observational_model=code(trial.text("study_model_code")),
            primary_purpose=code(trial.text("primary_purpose")),
            masking_info=fields.Masking(
                code(masking.text("masking")),
                [role for name, role in _MASKED.items() if masking.text(name).upper() not in _NOT_MASKED],
            ),
        ),
        enrollment_info=fields.Enrollment(count, "minimum_target_accrual_number") if type(count) is int else None,
    )


def _arms(trial: _Object) -> tuple[fields.Arms, tuple[tuple[int, str], ...]]:
    """Return arms and interventions; one that several arms have is there once, by its name and its concept."""
    arms: list[fields.Arm] = []
    found: dict[tuple[str, str], fields.Intervention] = {}
    for arm in trial.items("arms"):
        label = arm.text("name")
        arms.append(fields.Arm(label, code(arm.text("type"))))
        for one in filter(_is_own, arm.items("interventions")):
            key = (one.text("name"), one.text("nci_thesaurus_concept_id"))
            kind = code(next(iter(one.texts("type")), ""))
            kind = _KINDS.get(kind, kind)
            made = found.setdefault(key, fields.Intervention(kind, key[0], one.texts("synonyms"), []))
            made.arm_group_labels.append(label)
    concepts = tuple((number, concept) for number, (_, concept) in enumerate(found, 1) if concept)
    return fields.Arms(arms, list(found.values())), concepts


def _outcomes(trial: _Object) -> fields.Outcomes:
    levels: dict[str, list[fields.Outcome]] = {"PRIMARY": [], "SECONDARY": [], "OTHER": []}
    for one in trial.items("outcome_measures"):
        level = levels.get(one.text("type_code").upper(), levels["OTHER"])
        level.append(fields.Outcome(one.text("name"), one.text("timeframe")))
    return fields.Outcomes(*levels.values())


def _eligibility(who: _Object) -> fields.Eligibility:
    healthy = who.value.get("accepts_healthy_volunteers")
    maximum = who.text("max_age")
    return fields.Eligibility(
        healthy if isinstance(healthy, bool) else None,
        code(who.text("sex")),
        who.text("min_age"),
        "" if maximum == _NO_MAXIMUM else maximum,
    )
