"""A study as statements: the trial under its registry's IRI, its parts by position under ours.

The field table of docs/import.md says which field becomes which term. Contacts, officials and responsible parties are
never imported. Codes of the register become concepts where a scheme has them, else they are kept as printed. Statements
are text that is put together from terms that were made before, because a file may have half a million studies.
"""

import re
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter

from imaging_trials.imports import codes
from imaging_trials.imports.articles import MESH
from imaging_trials.imports.statements import Statements, quoted, said, term, typed
from imaging_trials.imports.studies.study import Study, date_of
from imaging_trials.imports.trial_parts import (
    INTEGER,
    NCIT,
    NCIT_CODE,
    TYPE,
    Fields,
    Trial,
    add_code,
    add_fields,
    add_flag,
    add_text,
    documents_of,
    identifiers_of,
    interventions_of,
    outcomes_of,
    references_of,
    sites_of,
    slug,
    sponsors_of,
    thing_of,
)
from imaging_trials.model import PROJECT
from rdfkit.base import clip

__all__ = ["statements", "thing_of", "unescaped"]

STATUSES = (
    "NOT_YET_RECRUITING", "RECRUITING", "ENROLLING_BY_INVITATION", "ACTIVE_NOT_RECRUITING", "SUSPENDED", "TERMINATED",
    "COMPLETED", "WITHDRAWN", "UNKNOWN", "AVAILABLE", "NO_LONGER_AVAILABLE", "TEMPORARILY_NOT_AVAILABLE",
    "APPROVED_FOR_MARKETING", "WITHHELD",
)  # fmt: skip
PHASES = {
    ("NA",): "not-applicable",
    ("EARLY_PHASE1",): "early-phase-1",
    ("PHASE1",): "phase-1",
    ("PHASE1", "PHASE2"): "phase-1-2",
    ("PHASE2",): "phase-2",
    ("PHASE2", "PHASE3"): "phase-2-3",
    ("PHASE3",): "phase-3",
    ("PHASE4",): "phase-4",
}
"""The phases of a study, a list, and the concept for them; a study without the list has no phase."""

_MESH_CODE = re.compile(r"[CD][0-9]{4,9}", re.ASCII)
_AGE = re.compile(r"([0-9]{1,6}) (Year|Month|Week|Day|Hour|Minute)s?", re.ASCII)
_IN_A_YEAR = {
    "Year": Decimal(1), "Month": Decimal(12), "Week": Decimal("52.1775"), "Day": Decimal("365.2425"),
    "Hour": Decimal("8765.82"), "Minute": Decimal("525949.2"),
}  # fmt: skip
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!<>~^|-])")

_STATUS_DATES = Fields(
    {
        "start_date_struct": "eventkind:start",
        "primary_completion_date_struct": "eventkind:primary-completion",
        "completion_date_struct": "eventkind:completion",
        "study_first_post_date_struct": "eventkind:first-posting",
        "last_update_post_date_struct": "eventkind:update-posting",
        "results_first_post_date_struct": "eventkind:results-posting",
    }
)
_OVERSIGHT = Fields(
    {
        "oversight_has_dmc": "imt:isOverseenByDataMonitoringCommittee",
        "is_fda_regulated_drug": "imt:isOfFdaRegulatedDrug",
        "is_fda_regulated_device": "imt:isOfFdaRegulatedDevice",
    }
)
_ELIGIBILITY = Fields(
    {"sex": "imt:sexAsPrinted", "minimum_age": "imt:minimumAgeAsPrinted", "maximum_age": "imt:maximumAgeAsPrinted"}
)
_AGES = Fields({"minimum_age": "imt:minimumAgeYears", "maximum_age": "imt:maximumAgeYears"})


def unescaped(text: str) -> str:
    r"""Return a field of Markdown as text: the register writes "\>5" and "\^68Ga".

    >>> unescaped(r"\>5 mCi of \^68Ga, \[SGOT\]")
    '>5 mCi of ^68Ga, [SGOT]'
    """
    return _ESCAPED.sub(r"\1", text)


def statements(study: Study, *, abstracts: bool = False) -> tuple[Statements, list[str]]:
    """Return the statements of a study, without a graph, and warnings.

    With ``abstracts`` the summary is there too: it may be under the rights of the data provider.
    """
    made = Trial(study)
    own, protocol = made.own, study.record.protocol_section
    own.append(said(TYPE, term("imt:Trial")))
    add_code(own, term("imt:nctId"), study.nct_id)
    named = protocol.identification_module
    for alias in named.nct_id_aliases:
        add_text(own, term("imt:formerNctId"), alias)
    add_text(own, term("skos:prefLabel"), named.brief_title, "@en")
    add_text(own, term("dcterms:title"), named.official_title, "@en")
    add_text(own, term("imt:abbreviation"), named.acronym)
    for condition in protocol.conditions_module.conditions:
        add_text(own, term("imt:conditionAsPrinted"), condition)
    for word in protocol.conditions_module.keywords:
        add_text(own, term("dcat:keyword"), word)
    for some in _ALL:
        some(made, study)
    if abstracts:
        add_text(own, term("dcterms:abstract"), unescaped(protocol.description_module.brief_summary), "@en")
    return made, list(dict.fromkeys(study.warnings))


_STATUS_TERMS = {code: term(f"trialstatus:{slug(code)}") for code in STATUSES}
_PHASE_TERMS = {codes: term(f"phase:{name}") for codes, name in PHASES.items()}


def _status(made: Trial, study: Study) -> None:
    """Add the status, its dates, and what became of the results."""
    own, status = made.own, study.record.protocol_section.status_module
    for curie, code in (
        ("imt:hasTrialStatus", status.overall_status),
        ("imt:hasLastKnownStatus", status.last_known_status),
    ):
        if code in _STATUS_TERMS:
            own.append(said(term(curie), _STATUS_TERMS[code]))
        elif code:
            add_code(own, term("imt:statusAsPrinted"), code)
            if study.source != "nci":  # its statuses are its own
                made.warnings.append(f"the status '{clip(code)}' is in no list: it was kept as printed")
    add_text(own, term("imt:reasonStopped"), status.why_stopped)
    of_trial = said(term("imt:isEventOf"), made.trial)
    for kind, day in _STATUS_DATES.of(status):
        if day is not None:
            _event(made, kind, day.date, day.type, of_trial)
    _event(made, term("eventkind:verification"), status.status_verified_date, "", of_trial)
    is_submitted = status.results_first_submit_date or study.record.annotation_section.annotation_module is not None
    results = "posted" if study.record.has_results else "submitted" if is_submitted else "none"
    if study.source != "nci":
        add_code(own, term("imt:statusOfResultsAsPrinted"), results)


@lru_cache(maxsize=50_000)
def _days(text: str) -> tuple[str, ...]:
    """Return what is said about an event on a printed date; nothing if the date is not understood."""
    if not (date := date_of(text)):
        return ()
    return (
        said(term("imt:dateAsPrinted"), quoted(text)),
        said(term("imt:earliestDay"), typed(date.earliest, "date")),
        said(term("imt:latestDay"), typed(date.latest, "date")),
    )


@lru_cache
def _kind_of_event(kind: str) -> tuple[str, str]:
    """Return what the IRIs of events of a kind end with, and what is said about each."""
    return f"-{kind.rpartition('/')[2]}", said(term("imt:hasEventKind"), kind)


def _event(made: Trial, kind: str, text: str, basis: str, of_trial: str) -> None:
    if not text:
        return
    if not (days := _days(text)):
        made.warnings.append(f"the date '{clip(text)}' is not understood")
        return
    end, of_kind = _kind_of_event(kind)
    made.of[f"<{_EVENT}{made.key}{end}"] = rest = [_EVENT_CLASS, *days, of_kind, of_trial]
    add_code(rest, term("imt:dateBasisAsPrinted"), basis)


_EVENT, _EVENT_CLASS = PROJECT.expand("event:"), said(TYPE, term("imt:Event"))


def _coded(made: Trial, study: Study, coded: codes.Coded, code: str) -> None:
    """Add the concept of a code; a code in no list is kept as printed, with a warning."""
    if known := coded.said.get(code):
        made.own.append(known)
    elif code:
        add_code(made.own, coded.printed, code)
        if study.source != "nci":  # some of its codes are its own
            made.warnings.append(f"the code '{clip(code)}' is in no list: it was kept as printed")


_DESIGN = attrgetter(*codes.DESIGN)


def _design(made: Trial, study: Study) -> None:
    """Add type, phases, design, oversight and the number of participants."""
    own, protocol = made.own, study.record.protocol_section
    design = protocol.design_module
    _coded(made, study, codes.STUDY_TYPE, design.study_type)
    if phases := tuple(sorted(set(design.phases))):
        if phases in _PHASE_TERMS:
            own.append(said(term("imt:hasPhase"), _PHASE_TERMS[phases]))
        else:
            add_text(own, term("imt:phaseAsPrinted"), ", ".join(phases))
            made.warnings.append(f"the phases '{clip(', '.join(phases))}' are in no list: they were kept as printed")
    if design.design_info is not None:
        for coded, code in zip(codes.DESIGN.values(), _DESIGN(design.design_info), strict=True):
            _coded(made, study, coded, code)
        if (masking := design.design_info.masking_info) is not None:
            _coded(made, study, codes.MASKING, masking.masking)
            for role in masking.who_masked:
                add_code(own, term("imt:maskedRoleAsPrinted"), role)
    if (enrolled := design.enrollment_info) is not None:
        if enrolled.count is not None and enrolled.count >= 0:
            own.append(said(term("imt:participantCount"), f'"{enrolled.count}{INTEGER}'))
        add_code(own, term("imt:participantCountBasisAsPrinted"), enrolled.type)
    for name, value in _OVERSIGHT.of(protocol.oversight_module):
        add_flag(own, name, value)
    add_code(own, term("imt:ipdSharingAsPrinted"), protocol.ipd_sharing_statement_module.ipd_sharing)


@lru_cache
def _years(text: str) -> str:
    """Return an age in years as a term, or ""."""
    if not (found := _AGE.fullmatch(text)):
        return ""
    return typed(f"{round(Decimal(found[1]) / _IN_A_YEAR[found[2]], 4).normalize():f}", "decimal")


def _eligibility(made: Trial, study: Study) -> None:
    eligibility = study.record.protocol_section.eligibility_module
    add_fields(made.own, _ELIGIBILITY, eligibility)
    for name, text in _AGES.of(eligibility):
        if text and (years := _years(text)):
            made.own.append(said(name, years))
        elif text and text != "N/A":
            made.warnings.append(f"the age '{clip(text)}' is not understood")
    add_flag(made.own, term("imt:isOpenToHealthyVolunteers"), eligibility.healthy_volunteers)


def _headings(made: Trial, study: Study) -> None:
    """Add MeSH headings, or their names where the format has no more, and concepts of NCI's thesaurus."""
    own, derived, other = made.own, study.record.derived_section, study.elsewhere
    for curie, browse in (
        ("imt:hasConditionHeading", derived.condition_browse_module),
        ("imt:hasInterventionHeading", derived.intervention_browse_module),
    ):
        own += [said(term(curie), f"<{MESH}{one.id}>") for one in browse.meshes if _MESH_CODE.fullmatch(one.id)]
    for curie, names in (
        ("imt:conditionHeadingAsPrinted", other.condition_headings),
        ("imt:interventionHeadingAsPrinted", other.intervention_headings),
    ):
        for name in names:
            add_text(own, term(curie), name)
    for code in other.disease_concepts:
        if NCIT_CODE.fullmatch(code):
            own.append(said(term("imt:hasConditionConcept"), f"<{NCIT}{code}>"))


_ALL = (
    _status, _design, _eligibility, _headings, identifiers_of, interventions_of, sponsors_of, outcomes_of, sites_of,
    references_of, documents_of,
)  # fmt: skip
