"""A study as statements: the trial under its registry's IRI, its parts by position under ours.

The field table of docs/import.md says which field becomes which term. Contacts, officials and responsible parties are
never imported. Codes of the register become concepts where a scheme has them, else they are kept as printed.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

from imaging_trials.imports.articles import MESH, PUBMED, TRIAL
from imaging_trials.imports.statements import Statements, iri, literal, term, typed
from imaging_trials.imports.study import Study, date_of
from imaging_trials.model import PROJECT, identifiers
from rdfkit.base import clip

STATUSES = (
    "NOT_YET_RECRUITING", "RECRUITING", "ENROLLING_BY_INVITATION", "ACTIVE_NOT_RECRUITING", "SUSPENDED", "TERMINATED",
    "COMPLETED", "WITHDRAWN", "UNKNOWN", "AVAILABLE", "NO_LONGER_AVAILABLE", "TEMPORARILY_NOT_AVAILABLE",
    "APPROVED_FOR_MARKETING", "WITHHELD",
)  # fmt: skip
INTERVENTION_KINDS = (
    "BEHAVIORAL", "BIOLOGICAL", "COMBINATION_PRODUCT", "DEVICE", "DIAGNOSTIC_TEST", "DIETARY_SUPPLEMENT", "DRUG",
    "GENETIC", "PROCEDURE", "RADIATION", "OTHER",
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

DATES = {
    "startDateStruct": "start",
    "primaryCompletionDateStruct": "primary-completion",
    "completionDateStruct": "completion",
    "studyFirstPostDateStruct": "first-posting",
    "lastUpdatePostDateStruct": "update-posting",
    "resultsFirstPostDateStruct": "results-posting",
}
"""A date of the status module, and the kind of event that it is of."""

CODES = {
    "designModule.studyType": "imt:studyTypeAsPrinted",
    "designModule.designInfo.primaryPurpose": "imt:primaryPurposeAsPrinted",
    "designModule.designInfo.allocation": "imt:allocationAsPrinted",
    "designModule.designInfo.interventionModel": "imt:interventionModelAsPrinted",
    "designModule.designInfo.observationalModel": "imt:observationalModelAsPrinted",
    "designModule.designInfo.timePerspective": "imt:timePerspectiveAsPrinted",
    "designModule.designInfo.maskingInfo.masking": "imt:maskingAsPrinted",
    "designModule.enrollmentInfo.type": "imt:participantCountBasisAsPrinted",
    "eligibilityModule.sex": "imt:sexAsPrinted",
    "eligibilityModule.minimumAge": "imt:minimumAgeAsPrinted",
    "eligibilityModule.maximumAge": "imt:maximumAgeAsPrinted",
    "ipdSharingStatementModule.ipdSharing": "imt:ipdSharingAsPrinted",
    "statusModule.whyStopped": "imt:reasonStopped",
    "identificationModule.acronym": "imt:abbreviation",
}
"""A field with one text, and its property."""

BOOLEANS = {
    "eligibilityModule.healthyVolunteers": "imt:isOpenToHealthyVolunteers",
    "oversightModule.oversightHasDmc": "imt:isOverseenByDataMonitoringCommittee",
    "oversightModule.isFdaRegulatedDrug": "imt:isOfFdaRegulatedDrug",
    "oversightModule.isFdaRegulatedDevice": "imt:isOfFdaRegulatedDevice",
}
_AGE = re.compile(r"([0-9]{1,6}) (Year|Month|Week|Day|Hour|Minute)s?", re.ASCII)
_IN_A_YEAR = {
    "Year": Decimal(1), "Month": Decimal(12), "Week": Decimal("52.1775"), "Day": Decimal("365.2425"),
    "Hour": Decimal("8765.82"), "Minute": Decimal("525949.2"),
}  # fmt: skip
_MESH = re.compile(r"[CD][0-9]{4,9}", re.ASCII)
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!<>~^|-])")


def thing_of(study: Study) -> tuple[str, str]:
    """Return the IRI of a trial as a term, and the key in the IRIs of its parts."""
    return iri(TRIAL + study.nct_id), study.nct_id.lower()


def unescaped(text: str) -> str:
    r"""Return a field of Markdown as text: the register writes "\>5" and "\^68Ga".

    >>> unescaped(r"\>5 mCi of \^68Ga, \[SGOT\]")
    '>5 mCi of ^68Ga, [SGOT]'
    """
    return _ESCAPED.sub(r"\1", text)


def statements(study: Study, *, abstracts: bool = False) -> tuple[list[str], list[str]]:
    """Return the statements of a study, without a graph, and warnings.

    With ``abstracts`` the summary is there too: it may be under the rights of the data provider.
    """
    made = Statements()
    trial, _ = thing_of(study)
    made.add(trial, "rdf:type", term("imt:Trial"))
    made.text(trial, "imt:nctId", study.nct_id)
    for alias in study.texts("identificationModule.nctIdAliases"):
        made.text(trial, "imt:formerNctId", alias)
    made.text(trial, "skos:prefLabel", study.text("identificationModule.briefTitle"), "en")
    made.text(trial, "dcterms:title", study.text("identificationModule.officialTitle"), "en")
    for path, curie in CODES.items():
        made.text(trial, curie, study.text(path))
    for path, curie in BOOLEANS.items():
        if isinstance(value := study.at(path), bool):
            made.add(trial, curie, typed(str(value).lower(), "boolean"))
    for role in study.texts("designModule.designInfo.maskingInfo.whoMasked"):
        made.text(trial, "imt:maskedRoleAsPrinted", role)
    for condition in study.texts("conditionsModule.conditions"):
        made.text(trial, "imt:conditionAsPrinted", condition)
    for word in study.texts("conditionsModule.keywords"):
        made.text(trial, "dcat:keyword", word)
    _ages(made, study)
    _lists(made, study)
    _dates(made, study)
    _headings(made, study)
    for part in (_identifiers, _interventions, _sponsors, _outcomes, _sites, _references, _documents):
        part(made, study)
    if abstracts:
        made.text(trial, "dcterms:abstract", unescaped(study.text("descriptionModule.briefSummary")), "en")
    return made.lines, list(dict.fromkeys(study.warnings))


def _ages(made: Statements, study: Study) -> None:
    trial, _ = thing_of(study)
    for name in ("minimumAge", "maximumAge"):
        text = study.text(f"eligibilityModule.{name}")
        if found := _AGE.fullmatch(text):
            years = round(Decimal(found[1]) / _IN_A_YEAR[found[2]], 4).normalize()
            made.add(trial, f"imt:{name}Years", typed(f"{years:f}", "decimal"))
        elif text and text != "N/A":
            study.warnings.append(f"the age '{clip(text)}' is not understood")
    count = study.at("designModule.enrollmentInfo.count")
    if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
        made.add(trial, "imt:participantCount", typed(str(count), "integer"))


def _lists(made: Statements, study: Study) -> None:
    """Add status, last known status and phase: concepts, or codes where no scheme has them."""
    trial, _ = thing_of(study)
    for path, curie in (("overallStatus", "imt:hasTrialStatus"), ("lastKnownStatus", "imt:hasLastKnownStatus")):
        code = study.text(f"statusModule.{path}")
        if code in STATUSES:
            made.add(trial, curie, term(f"trialstatus:{_slug(code)}"))
        elif code:
            made.text(trial, "imt:statusAsPrinted", code)
            study.warnings.append(f"the status '{clip(code)}' is in no list: it was kept as printed")
    phases = tuple(sorted(study.texts("designModule.phases")))
    if phases in PHASES:
        made.add(trial, "imt:hasPhase", term(f"phase:{PHASES[phases]}"))
    elif phases:
        made.text(trial, "imt:phaseAsPrinted", ", ".join(phases))
        study.warnings.append(f"the phases '{clip(', '.join(phases))}' are in no list: they were kept as printed")
    posted = study.data.get("hasResults") is True
    submitted = study.text("statusModule.resultsFirstSubmitDate") or study.at("annotationSection.annotationModule")
    made.text(trial, "imt:statusOfResultsAsPrinted", "posted" if posted else "submitted" if submitted else "none")


def _slug(code: str) -> str:
    return code.lower().replace("_", "-")


def _dates(made: Statements, study: Study) -> None:
    for name, kind in DATES.items():
        _event(made, study, f"statusModule.{name}.date", kind, study.text(f"statusModule.{name}.type"))
    _event(made, study, "statusModule.statusVerifiedDate", "verification", "")


def _event(made: Statements, study: Study, path: str, kind: str, basis: str) -> None:
    trial, key = thing_of(study)
    if not (text := study.text(path)):
        return
    if not (date := date_of(text)):
        study.warnings.append(f"the date '{clip(text)}' is not understood")
        return
    event = iri(PROJECT.expand(f"event:{key}-{kind}"))
    made.add(event, "rdf:type", term("imt:Event"))
    made.add(event, "imt:isEventOf", trial)
    made.add(event, "imt:hasEventKind", term(f"eventkind:{kind}"))
    made.text(event, "imt:dateAsPrinted", text)
    made.add(event, "imt:earliestDay", typed(date.earliest, "date"))
    made.add(event, "imt:latestDay", typed(date.latest, "date"))
    made.text(event, "imt:dateBasisAsPrinted", basis)


def _headings(made: Statements, study: Study) -> None:
    trial, _ = thing_of(study)
    for module, curie in (
        ("conditionBrowseModule", "imt:hasConditionHeading"),
        ("interventionBrowseModule", "imt:hasInterventionHeading"),
    ):
        for one in study.items(f"derivedSection.{module}.meshes"):
            if _MESH.fullmatch(code := study.as_text(one.get("id"), module)):
                made.add(trial, curie, iri(MESH + code))


PARTS = {
    "arm": ("imt:Arm", "imt:isArmOf"),
    "outcome": ("imt:OutcomeMeasure", "imt:isOutcomeMeasureOf"),
    "reference": ("imt:TrialReference", "imt:isReferenceOf"),
    "site": ("imt:TrialSite", "imt:isTrialSiteOf"),
    "sponsorship": ("imt:Sponsorship", "imt:isSponsorshipOf"),
    "trialdocument": ("imt:TrialDocument", "imt:isTrialDocumentOf"),
    "trialidentifier": ("imt:TrialIdentifier", "imt:isIdentifierOf"),
}
"""The prefix of the parts of a trial, their class, and the property that leads to the trial."""


def _part(made: Statements, study: Study, prefix: str, number: int) -> str:
    """Add a part of a trial by its position and return its term."""
    trial, key = thing_of(study)
    kind, curie = PARTS[prefix]
    part = iri(PROJECT.expand(f"{prefix}:{key}-{number}"))
    made.add(part, "rdf:type", term(kind))
    made.add(part, curie, trial)
    made.add(part, "imt:position", typed(str(number), "integer"))
    return part


def _texts(made: Statements, study: Study, part: str, one: dict[str, object], names: dict[str, str]) -> None:
    for name, curie in names.items():
        made.text(part, curie, study.as_text(one.get(name), name))


def _identifiers(made: Statements, study: Study) -> None:
    own = study.at("identificationModule.orgStudyIdInfo")
    found = [own] if isinstance(own, dict) else []
    for number, one in enumerate([*found, *study.items("identificationModule.secondaryIdInfos")], 1):
        part = _part(made, study, "trialidentifier", number)
        names = {
            "id": "imt:identifierAsPrinted",
            "type": "imt:identifierTypeAsPrinted",
            "domain": "imt:issuerAsPrinted",
        }
        _texts(made, study, part, one, names)


def _interventions(made: Statements, study: Study) -> None:
    """Add arms and interventions; two interventions may have one name, so that their positions name them."""
    trial, key = thing_of(study)
    arms: dict[str, list[str]] = {}
    for number, one in enumerate(study.items("armsInterventionsModule.armGroups"), 1):
        part = _part(made, study, "arm", number)
        _texts(made, study, part, one, {"label": "imt:nameAsPrinted", "type": "imt:armTypeAsPrinted"})
        arms.setdefault(study.as_text(one.get("label"), "label"), []).append(part)
    for number, one in enumerate(study.items("armsInterventionsModule.interventions"), 1):
        part = iri(PROJECT.expand(f"trialintervention:{key}-{number}"))
        made.add(part, "rdf:type", term("imt:Intervention"))
        made.add(trial, "imt:usesIntervention", part)
        name, code = study.as_text(one.get("name"), "name"), study.as_text(one.get("type"), "type")
        made.text(part, "imt:nameAsPrinted", name)
        if not name:
            study.warnings.append(f"intervention {number} has no name")
        made.add(
            part,
            "imt:hasInterventionKind",
            term(f"intervention:{_slug(code)}" if code in INTERVENTION_KINDS else "intervention:other"),
        )
        if code not in INTERVENTION_KINDS:
            made.text(part, "imt:interventionKindAsPrinted", code)
            study.warnings.append(f"the kind of intervention '{clip(code)}' is in no list: it was kept as printed")
        for other in _strings(one.get("otherNames")):
            if other != name:
                made.text(part, "skos:altLabel", other, "en")
        for arm in (arm for label in _strings(one.get("armGroupLabels")) for arm in arms.get(label, ())):
            made.add(arm, "imt:usesInArm", part)


def _strings(value: object) -> Iterable[str]:
    return dict.fromkeys(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _sponsors(made: Statements, study: Study) -> None:
    lead = study.at("sponsorCollaboratorsModule.leadSponsor")
    found = [("lead", lead)] if isinstance(lead, dict) else []
    found += [("collaborator", one) for one in study.items("sponsorCollaboratorsModule.collaborators")]
    for number, (role, one) in enumerate(found, 1):
        part = _part(made, study, "sponsorship", number)
        made.text(part, "imt:sponsorRoleAsPrinted", role)
        _texts(made, study, part, one, {"name": "imt:nameAsPrinted", "class": "imt:sponsorClassAsPrinted"})


def _outcomes(made: Statements, study: Study) -> None:
    number = 0
    for level in ("primary", "secondary", "other"):
        for one in study.items(f"outcomesModule.{level}Outcomes"):
            number += 1
            part = _part(made, study, "outcome", number)
            made.text(part, "imt:outcomeLevelAsPrinted", level)
            _texts(made, study, part, one, {"measure": "imt:nameAsPrinted", "timeFrame": "imt:timeFrameAsPrinted"})


def _sites(made: Statements, study: Study) -> None:
    names = {
        "facility": "imt:nameAsPrinted",
        "city": "imt:cityAsPrinted",
        "state": "imt:regionAsPrinted",
        "country": "imt:countryAsPrinted",
        "status": "imt:siteStatusAsPrinted",
    }
    for number, one in enumerate(study.items("contactsLocationsModule.locations"), 1):
        _texts(made, study, _part(made, study, "site", number), one, names)


def _references(made: Statements, study: Study) -> None:
    """Add references; a retraction that the register names is an event of the publication."""
    _, key = thing_of(study)
    for number, one in enumerate(study.items("referencesModule.references"), 1):
        part = _part(made, study, "reference", number)
        made.text(part, "imt:referenceKindAsPrinted", study.as_text(one.get("type"), "type"))
        pmid = identifiers.normalize("pmid", study.as_text(one.get("pmid"), "pmid"))
        other = iri(f"{PUBMED}{pmid}/" if pmid else PROJECT.expand(f"article:{key}-{number}"))
        made.add(part, "imt:isReferenceTo", other)
        made.add(other, "rdf:type", term("imt:Publication"))
        made.text(other, "imt:pmid", pmid)
        made.text(other, "imt:citationAsPrinted", study.as_text(one.get("citation"), "citation"))
        if one.get("retractions"):
            study.warnings.append(f"reference {number} was retracted: import its record of PubMed for the notice")


def _documents(made: Statements, study: Study) -> None:
    kinds = {"hasProtocol": "protocol", "hasSap": "statistical analysis plan", "hasIcf": "informed consent form"}
    for number, one in enumerate(study.items("documentSection.largeDocumentModule.largeDocs"), 1):
        part = _part(made, study, "trialdocument", number)
        _texts(made, study, part, one, {"label": "imt:nameAsPrinted"})
        for name, kind in kinds.items():
            if one.get(name) is True:
                made.add(part, "imt:documentKindAsPrinted", literal(kind))
        date = date_of(study.as_text(one.get("date"), "date"))
        if date and date.earliest == date.latest:
            made.add(part, "imt:documentDay", typed(date.earliest, "date"))
