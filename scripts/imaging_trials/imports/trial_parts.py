"""The parts of a trial: what is said about arms, interventions, sponsors, outcomes, sites, references and documents.

Their IRIs are ours, with the number of the trial and the position. Statements are put together from text that was made
before, because a file may have half a million studies.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter
from typing import Any

from imaging_trials.imports.articles import PUBMED, TRIAL
from imaging_trials.imports.statements import Statements, coded, position, quoted, said, term, typed
from imaging_trials.imports.studies.study import Study, date_of
from imaging_trials.model import PROJECT, identifiers
from rdfkit.base import clip

INTERVENTION_KINDS = (
    "BEHAVIORAL", "BIOLOGICAL", "COMBINATION_PRODUCT", "DEVICE", "DIAGNOSTIC_TEST", "DIETARY_SUPPLEMENT", "DRUG",
    "GENETIC", "PROCEDURE", "RADIATION", "OTHER",
)  # fmt: skip

NCIT = "http://purl.obolibrary.org/obo/NCIT_"
"""The IRIs of NCI's thesaurus, as in data/links/ncit.sssom.tsv."""

NCIT_CODE = re.compile(r"C[0-9]{1,9}", re.ASCII)

TYPE, _NAME = term("rdf:type"), term("imt:nameAsPrinted")
INTEGER = typed("", "integer")[1:]
_TRUE, _FALSE = typed("true", "boolean"), typed("false", "boolean")


class Fields:
    """Fields of one class of the record, and the properties that they become."""

    def __init__(self, properties: dict[str, str]) -> None:
        """Take the names of the fields with the CURIEs of their properties."""
        self.get = attrgetter(*properties)
        self.terms = tuple(term(curie) for curie in properties.values())

    def of(self, value: object) -> Iterable[tuple[str, Any]]:
        """Return pairs of a property and a value, which may be empty."""
        return zip(self.terms, self.get(value), strict=True)


_OTHER_ID = Fields(
    {"id": "imt:identifierAsPrinted", "type": "imt:identifierTypeAsPrinted", "domain": "imt:issuerAsPrinted"}
)
_ARM = Fields({"label": "imt:nameAsPrinted", "type": "imt:armTypeAsPrinted"})
_SPONSOR = Fields({"name": "imt:nameAsPrinted", "sponsor_class": "imt:sponsorClassAsPrinted"})
_OUTCOME = Fields({"measure": "imt:nameAsPrinted", "time_frame": "imt:timeFrameAsPrinted"})
_DOCUMENT_KINDS = {
    "has_protocol": "protocol",
    "has_sap": "statistical analysis plan",
    "has_icf": "informed consent form",
}
_PARTS = {
    "arm": ("imt:Arm", "imt:isArmOf"),
    "outcome": ("imt:OutcomeMeasure", "imt:isOutcomeMeasureOf"),
    "reference": ("imt:TrialReference", "imt:isReferenceOf"),
    "site": ("imt:TrialSite", "imt:isTrialSiteOf"),
    "sponsorship": ("imt:Sponsorship", "imt:isSponsorshipOf"),
    "trialdocument": ("imt:TrialDocument", "imt:isTrialDocumentOf"),
    "trialidentifier": ("imt:TrialIdentifier", "imt:isIdentifierOf"),
}
_WRITTEN_PARTS = {
    prefix: (PROJECT.expand(f"{prefix}:"), said(TYPE, term(kind)), term(of)) for prefix, (kind, of) in _PARTS.items()
}
"""The prefix of the parts of a trial: what their IRIs begin with, their class, and the property that leads to it."""


def slug(code: str) -> str:
    """Return the last part of the IRI of the concept for a code."""
    return code.lower().replace("_", "-")


_KIND_TERMS = {code: term(f"intervention:{slug(code)}") for code in INTERVENTION_KINDS}


def thing_of(study: Study) -> tuple[str, str]:
    """Return the IRI of a trial as a term, and the key in the IRIs of its parts."""
    return f"<{TRIAL}{study.nct_id}>", study.nct_id.lower()


class Trial(Statements):
    """The statements of one study, and what its parts are named by."""

    def __init__(self, study: Study) -> None:
        """Begin without statements about a study."""
        super().__init__()
        self.trial, self.key = thing_of(study)
        self.own = self.about(self.trial)
        """What is said about the trial itself."""
        self.warnings = study.warnings
        self._of_trial = {prefix: said(of, self.trial) for prefix, (_, _, of) in _WRITTEN_PARTS.items()}

    def part(self, prefix: str, number: int) -> list[str]:
        """Add a part of the trial by its position and return the list of what is said about it."""
        begin, kind, _ = _WRITTEN_PARTS[prefix]
        self.of[f"<{begin}{self.key}-{number}>"] = rest = [kind, self._of_trial[prefix], position(number)]
        return rest


def add_text(rest: list[str], predicate: str, value: str, language: str = "") -> None:
    """Add a statement with a text, unless the text is empty or was contact data only."""
    if value and (written := quoted(value)) != '""':
        rest.append(f" {predicate} {written}{language}\n")


def add_code(rest: list[str], predicate: str, value: str) -> None:
    """Add a statement with a code or a place, unless it is empty."""
    if value and (written := coded(value)) != '""':
        rest.append(f" {predicate} {written}\n")


def add_fields(rest: list[str], fields: Fields, value: object) -> None:
    """Add statements with texts."""
    for predicate, text in fields.of(value):
        if text and (written := coded(text) if len(text) < _SHORT else quoted(text)) != '""':
            rest.append(f" {predicate} {written}\n")


def add_flag(rest: list[str], predicate: str, value: bool | None) -> None:
    """Add whether something is so, if it is known."""
    if value is not None:
        rest.append(said(predicate, _TRUE if value else _FALSE))


_SHORT = 20
"""Texts of fewer characters are likely to come again."""


def identifiers_of(made: Trial, study: Study) -> None:
    """Add the identifiers that others gave to the trial."""
    named = study.record.protocol_section.identification_module
    first = [] if named.org_study_id_info is None else [named.org_study_id_info]
    for number, one in enumerate([*first, *named.secondary_id_infos], 1):
        add_fields(made.part("trialidentifier", number), _OTHER_ID, one)


def interventions_of(made: Trial, study: Study) -> None:
    """Add arms and interventions; two interventions may have one name, so that their positions name them."""
    module = study.record.protocol_section.arms_interventions_module
    concepts = dict(study.elsewhere.intervention_concepts)
    arms: dict[str, list[list[str]]] = {}
    for number, arm in enumerate(module.arm_groups, 1):
        rest = made.part("arm", number)
        add_fields(rest, _ARM, arm)
        arms.setdefault(arm.label, []).append(rest)
    for number, one in enumerate(module.interventions, 1):
        part = f"<{_INTERVENTION}{made.key}-{number}>"
        made.of[part] = rest = [_INTERVENTION_CLASS, said(_HAS_KIND, _KIND_TERMS.get(one.type) or _KIND_TERMS["OTHER"])]
        made.own.append(said(_USES, part))
        add_text(rest, _NAME, one.name)
        if not one.name:
            made.warnings.append(f"intervention {number} has no name")
        if one.type not in _KIND_TERMS:
            add_code(rest, term("imt:interventionKindAsPrinted"), one.type)
            made.warnings.append(f"the kind of intervention '{clip(one.type)}' is in no list: it was kept as printed")
        for other in one.other_names:
            if other != one.name:
                add_text(rest, term("skos:altLabel"), other, "@en")
        for label in one.arm_group_labels:
            for about_arm in arms.get(label, ()):
                about_arm.append(said(_USES_IN_ARM, part))
        if number in concepts and NCIT_CODE.fullmatch(concepts[number]):
            rest.append(said(term("imt:hasInterventionConcept"), f"<{NCIT}{concepts[number]}>"))


_INTERVENTION, _INTERVENTION_CLASS = PROJECT.expand("trialintervention:"), said(TYPE, term("imt:Intervention"))
_USES, _HAS_KIND, _USES_IN_ARM = (
    term(f"imt:{name}") for name in ("usesIntervention", "hasInterventionKind", "usesInArm")
)


def sponsors_of(made: Trial, study: Study) -> None:
    """Add sponsor and collaborators: a printed name is no identity."""
    module = study.record.protocol_section.sponsor_collaborators_module
    found = [] if module.lead_sponsor is None else [("lead", module.lead_sponsor)]
    found += [("collaborator", one) for one in module.collaborators]
    for number, (role, one) in enumerate(found, 1):
        rest = made.part("sponsorship", number)
        add_code(rest, term("imt:sponsorRoleAsPrinted"), role)
        add_fields(rest, _SPONSOR, one)


def outcomes_of(made: Trial, study: Study) -> None:
    """Add the outcome measures, numbered through all levels."""
    module = study.record.protocol_section.outcomes_module
    number = 0
    for level, outcomes in (
        ("primary", module.primary_outcomes),
        ("secondary", module.secondary_outcomes),
        ("other", module.other_outcomes),
    ):
        for one in outcomes:
            number += 1
            rest = made.part("outcome", number)
            add_code(rest, _LEVEL, level)
            add_fields(rest, _OUTCOME, one)


_LEVEL = term("imt:outcomeLevelAsPrinted")


@lru_cache(maxsize=50_000)
def _place(*texts: str) -> tuple[str, ...]:
    """Return what is said about the place of a site and its status."""
    return tuple(
        said(name, written)
        for name, text in zip(_PLACE, texts, strict=True)
        if text and (written := quoted(text)) != '""'
    )


_PLACE = tuple(term(f"imt:{name}AsPrinted") for name in ("city", "country", "region", "siteStatus"))


def sites_of(made: Trial, study: Study) -> None:
    """Add the sites, without their contacts."""
    for number, one in enumerate(study.record.protocol_section.contacts_locations_module.locations, 1):
        rest = made.part("site", number)
        add_text(rest, _NAME, one.facility)
        rest += _place(one.city, one.country, one.state, one.status)


def references_of(made: Trial, study: Study) -> None:
    """Add references; that one was retracted is a warning, as the record of PubMed has the notice."""
    for number, one in enumerate(study.record.protocol_section.references_module.references, 1):
        rest = made.part("reference", number)
        add_code(rest, term("imt:referenceKindAsPrinted"), one.type)
        pmid = one.pmid
        if pmid and not _PMID.fullmatch(pmid):
            pmid = identifiers.normalize("pmid", pmid)
        other = f"<{PUBMED}{pmid}/>" if pmid else f"<{_ARTICLE}{made.key}-{number}>"
        rest.append(said(_IS_REFERENCE_TO, other))
        about = made.about(other)
        about.append(_PUBLICATION_CLASS)
        add_text(about, term("imt:pmid"), pmid)
        add_text(about, term("imt:citationAsPrinted"), one.citation)
        if one.retractions:
            made.warnings.append(f"reference {number} was retracted: import its record of PubMed for the notice")


_PMID = re.compile(r"[1-9][0-9]{0,7}", re.ASCII)
_ARTICLE, _IS_REFERENCE_TO = PROJECT.expand("article:"), term("imt:isReferenceTo")
_PUBLICATION_CLASS = said(TYPE, term("imt:Publication"))


def documents_of(made: Trial, study: Study) -> None:
    """Add the documents."""
    for number, one in enumerate(study.record.document_section.large_document_module.large_docs, 1):
        rest = made.part("trialdocument", number)
        add_text(rest, _NAME, one.label)
        for name, kind in _DOCUMENT_KINDS.items():
            if getattr(one, name):
                add_code(rest, term("imt:documentKindAsPrinted"), kind)
        date = date_of(one.date) if one.date else None
        if date and date.earliest == date.latest:
            rest.append(said(term("imt:documentDay"), typed(date.earliest, "date")))
