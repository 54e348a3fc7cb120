"""The legacy XML of ClinicalTrials.gov (``clinical_study``), whose downloads ended in June 2024.

Source: NLM, "public.xsd". A record becomes the same classes as that of the API's version 2. Words such as "Active, not
recruiting" become the codes of version 2 (``ACTIVE_NOT_RECRUITING``), so that both formats say the same. Dates stay as
printed. MeSH headings are there by name only. Contacts, officials and results are never read.
"""

import re
from typing import TYPE_CHECKING

from imaging_trials.bibliography import Unusable
from imaging_trials.imports.studies import fields
from imaging_trials.imports.studies.study import Elsewhere, Study, of_record
from rdfkit.base import UserError, clip

if TYPE_CHECKING:
    from lxml.etree import _Element

_NOT_IN_CODE = re.compile(r"[^A-Z0-9]+")
_OTHER_CODES = {
    "ANTICIPATED": "ESTIMATED", "ESTIMATE": "ESTIMATED", "N_A": "NA", "UNKNOWN_STATUS": "UNKNOWN",
    "EDUCATIONAL_COUNSELING_TRAINING": "ECT", "U_S_FED": "FED", "PHASE_0": "EARLY_PHASE1",
    "EARLY_PHASE_1": "EARLY_PHASE1", "PHASE_1": "PHASE1", "PHASE_2": "PHASE2", "PHASE_3": "PHASE3",
    "PHASE_4": "PHASE4", "NONE_OPEN_LABEL": "NONE", "OPEN_LABEL": "NONE", "OBSERVATIONAL_PATIENT_REGISTRY":
    "OBSERVATIONAL",
}  # fmt: skip
"""Words of the XML, as codes, and those of the API's version 2 where they differ."""


def code(text: str) -> str:
    """Return a word of the XML as the code of the API's version 2.

    >>> code("Active, not recruiting"), code("Parallel Assignment"), code("Non-Randomized"), code("Anticipated")
    ('ACTIVE_NOT_RECRUITING', 'PARALLEL', 'NON_RANDOMIZED', 'ESTIMATED')
    """
    found = _NOT_IN_CODE.sub("_", text.upper()).strip("_").removesuffix("_ASSIGNMENT")
    return _OTHER_CODES.get(found, found)


def only_study(text: str, where: str) -> Study | Unusable:
    """Return the study of a file of XML. Raises UserError for XML that is broken or of another kind."""
    found = _parsed(text.encode("utf-8"))
    if isinstance(found, str):
        raise UserError(f"{where} is broken or cut off ({found}): download it again.")
    if found.tag != "clinical_study":
        raise UserError(
            f"{where} is XML whose first element is '{clip(str(found.tag))}', not a study of ClinicalTrials.gov: "
            "download the studies as JSON from https://clinicaltrials.gov/api/v2/studies."
        )
    return _study(found, "study 1")


def study(record: bytes, place: str) -> Study | Unusable:
    """Return the study in an element of XML in UTF-8, or why it is none; ``place`` is what messages call it by."""
    found = _parsed(record)
    if isinstance(found, str):
        return Unusable(place, f"the XML is broken or cut off ({found})")
    if found.tag != "clinical_study":
        return Unusable(place, f"its element is '{clip(str(found.tag))}'")
    return _study(found, place)


def _parsed(data: bytes) -> "_Element | str":
    """Return the first element, or why there is none. No entity is read, and no DTD."""
    from lxml import etree

    parser = etree.XMLParser(
        encoding="utf-8", load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root: _Element = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return clip(str(error))
    return root


def _text(element: "_Element | None", path: str = ".") -> str:
    """Return the text of the first element of a path, on one line."""
    found = None if element is None else element.find(path)
    return "" if found is None else " ".join("".join(found.itertext()).split())


def _texts(element: "_Element", path: str) -> list[str]:
    return [text for one in element.iterfind(path) if (text := _text(one))]


def _day(element: "_Element", name: str) -> fields.Day | None:
    found = element.find(name)
    return None if found is None else fields.Day(_text(found), code(found.get("type", "")))


def _flag(element: "_Element", path: str) -> bool | None:
    return {"yes": True, "no": False}.get(_text(element, path).lower())


def _study(root: "_Element", place: str) -> Study | Unusable:
    warnings: list[str] = []
    protocol = fields.Protocol(
        identification_module=_identification(root),
        status_module=_status(root),
        sponsor_collaborators_module=fields.Sponsors(
            next((_sponsor(one) for one in root.iterfind("sponsors/lead_sponsor")), None),
            [_sponsor(one) for one in root.iterfind("sponsors/collaborator")],
        ),
        oversight_module=fields.Oversight(
            _flag(root, "oversight_info/has_dmc"),
            _flag(root, "oversight_info/is_fda_regulated_drug"),
            _flag(root, "oversight_info/is_fda_regulated_device"),
        ),
        description_module=fields.Description(_text(root, "brief_summary").replace("\\", "\\\\")),  # it is no Markdown
        conditions_module=fields.Conditions(_texts(root, "condition"), _texts(root, "keyword")),
        design_module=_design(root, warnings),
        arms_interventions_module=_arms(root),
        outcomes_module=fields.Outcomes(
            *(
                [_outcome(one) for one in root.iterfind(f"{level}_outcome")]
                for level in ("primary", "secondary", "other")
            )
        ),
        eligibility_module=_eligibility(root),
        contacts_locations_module=fields.Sites([_site(one) for one in root.iterfind("location")]),
        references_module=fields.References(
            [
                fields.Reference(_text(one, "PMID"), kind, _text(one, "citation"))
                for path, kind in (("reference", ""), ("results_reference", "RESULT"))
                for one in root.iterfind(path)
            ]
        ),
        ipd_sharing_statement_module=fields.Sharing(code(_text(root, "patient_data/sharing_ipd"))),
    )
    record = fields.Record(
        protocol_section=protocol,
        document_section=fields.DocumentSection(
            fields.Documents([_document(one) for one in root.iterfind("provided_document_section/provided_document")])
        ),
        has_results=root.find("clinical_results") is not None,
    )
    found = of_record(record, place, warnings)
    if not isinstance(found, Study):
        return found
    headings = [tuple(_texts(root, f"{name}_browse/mesh_term")) for name in ("condition", "intervention")]
    return found._replace(elsewhere=Elsewhere(headings[0], headings[1]))


def _identification(root: "_Element") -> fields.Identification:
    return fields.Identification(
        nct_id=_text(root, "id_info/nct_id"),
        nct_id_aliases=_texts(root, "id_info/nct_alias"),
        org_study_id_info=fields.OtherId(own) if (own := _text(root, "id_info/org_study_id")) else None,
        secondary_id_infos=[fields.OtherId(one) for one in _texts(root, "id_info/secondary_id")],
        brief_title=_text(root, "brief_title"),
        official_title=_text(root, "official_title"),
        acronym=_text(root, "acronym"),
    )


def _status(root: "_Element") -> fields.Status:
    return fields.Status(
        overall_status=code(_text(root, "overall_status")),
        last_known_status=code(_text(root, "last_known_status")),
        why_stopped=_text(root, "why_stopped"),
        status_verified_date=_text(root, "verification_date"),
        start_date_struct=_day(root, "start_date"),
        primary_completion_date_struct=_day(root, "primary_completion_date"),
        completion_date_struct=_day(root, "completion_date"),
        study_first_post_date_struct=_day(root, "study_first_posted"),
        last_update_submit_date=_text(root, "last_update_submitted") or _text(root, "lastchanged_date"),
        last_update_post_date_struct=_day(root, "last_update_posted"),
        results_first_submit_date=_text(root, "results_first_submitted") or _text(root, "firstreceived_results_date"),
        results_first_post_date_struct=_day(root, "results_first_posted"),
    )


def _sponsor(one: "_Element") -> fields.Sponsor:
    return fields.Sponsor(_text(one, "agency"), code(_text(one, "agency_class")))


def _design(root: "_Element", warnings: list[str]) -> fields.Design:
    phase, kind = _text(root, "phase"), code(_text(root, "study_type"))
    info = root.find("study_design_info")
    if info is None and root.find("study_design") is not None:
        warnings.append("the design is one sentence: it was left out")
    masking, _, roles = _text(info, "masking").partition("(")
    enrollment = root.find("enrollment")
    count = _text(enrollment)
    return fields.Design(
        study_type="" if kind == "NA" else kind,
        phases=["NA"] if phase == "N/A" else [code(one) for one in phase.split("/") if one],
        design_info=fields.DesignInfo(
            allocation=code(_text(info, "allocation")),
            intervention_model=code(_text(info, "intervention_model")),
            observational_model=code(_text(info, "observational_model")),
            primary_purpose=code(_text(info, "primary_purpose")),
            time_perspective=code(_text(info, "time_perspective")),
            masking_info=fields.Masking(
                code(masking), [code(one) for one in roles.rstrip(") ").split(",") if "Open" not in one and one.strip()]
            ),
        ),
        enrollment_info=None
        if enrollment is None
        else fields.Enrollment(
            int(count) if count.isascii() and count.isdigit() and len(count) < 10 else None,
            code(enrollment.get("type", "")),
        ),
    )


def _arms(root: "_Element") -> fields.Arms:
    return fields.Arms(
        [
            fields.Arm(_text(one, "arm_group_label"), code(_text(one, "arm_group_type")))
            for one in root.iterfind("arm_group")
        ],
        [
            fields.Intervention(
                code(_text(one, "intervention_type")),
                _text(one, "intervention_name"),
                _texts(one, "other_name"),
                _texts(one, "arm_group_label"),
            )
            for one in root.iterfind("intervention")
        ],
    )


def _outcome(one: "_Element") -> fields.Outcome:
    return fields.Outcome(_text(one, "measure"), _text(one, "time_frame"))


def _eligibility(root: "_Element") -> fields.Eligibility:
    volunteers = _text(root, "eligibility/healthy_volunteers").lower()
    ages = (_text(root, f"eligibility/{name}_age") for name in ("minimum", "maximum"))
    return fields.Eligibility(
        {"no": False, "accepts healthy volunteers": True, "yes": True}.get(volunteers),
        code(_text(root, "eligibility/gender")),
        *("" if age == "N/A" else age for age in ages),
    )


def _site(one: "_Element") -> fields.Site:
    place = one.find("facility/address")
    return fields.Site(
        _text(one, "facility/name"),
        _text(place, "city"),
        _text(place, "state"),
        _text(place, "country"),
        code(_text(one, "status")),
    )


def _document(one: "_Element") -> fields.Document:
    return fields.Document(
        _text(one, "document_type"),
        _text(one, "document_date"),
        *(_flag(one, f"document_has_{kind}") for kind in ("protocol", "sap", "icf")),
    )
