"""The fields of a study that are imported, as ClinicalTrials.gov's API of version 2 names them.

Source: NLM, OpenAPI description of the API, version 2. The classes name those fields that have a term: the others
(contacts, results) are skipped by the decoder and never in memory. Codes are texts, as a new code is no error. The
readers of other formats make the same classes.
"""

from msgspec import Struct, field


class Part(Struct, rename="camel", gc=False):
    """An object of the API. A field that a record lacks has the value that is given here."""


class OtherId(Part):
    """An identifier of a study at its sponsor or in another register."""

    id: str = ""
    type: str = ""
    domain: str = ""


class Identification(Part):
    """Numbers and titles."""

    nct_id: str = ""
    nct_id_aliases: list[str] = []
    org_study_id_info: OtherId | None = None
    secondary_id_infos: list[OtherId] = []
    brief_title: str = ""
    official_title: str = ""
    acronym: str = ""


class Day(Part):
    """A date as printed, and whether it is actual or estimated."""

    date: str = ""
    type: str = ""


class Status(Part):
    """Status and dates."""

    overall_status: str = ""
    last_known_status: str = ""
    why_stopped: str = ""
    status_verified_date: str = ""
    start_date_struct: Day | None = None
    primary_completion_date_struct: Day | None = None
    completion_date_struct: Day | None = None
    study_first_post_date_struct: Day | None = None
    last_update_submit_date: str = ""
    last_update_post_date_struct: Day | None = None
    results_first_submit_date: str = ""
    results_first_post_date_struct: Day | None = None


class Sponsor(Part):
    """A sponsor as printed."""

    name: str = ""
    sponsor_class: str = field(name="class", default="")


class Sponsors(Part):
    """Sponsor and collaborators."""

    lead_sponsor: Sponsor | None = None
    collaborators: list[Sponsor] = []


class Oversight(Part):
    """Who oversees the study."""

    oversight_has_dmc: bool | None = None
    is_fda_regulated_drug: bool | None = None
    is_fda_regulated_device: bool | None = None


class Description(Part):
    """The summary, in Markdown."""

    brief_summary: str = ""


class Conditions(Part):
    """Conditions and keywords."""

    conditions: list[str] = []
    keywords: list[str] = []


class Masking(Part):
    """Masking."""

    masking: str = ""
    who_masked: list[str] = []


class DesignInfo(Part):
    """How the study is designed."""

    allocation: str = ""
    intervention_model: str = ""
    observational_model: str = ""
    primary_purpose: str = ""
    time_perspective: str = ""
    masking_info: Masking | None = None


class Enrollment(Part):
    """The number of participants."""

    count: int | None = None
    type: str = ""


class Design(Part):
    """Type, phases and design."""

    study_type: str = ""
    phases: list[str] = []
    design_info: DesignInfo | None = None
    enrollment_info: Enrollment | None = None


class Arm(Part):
    """An arm or a group."""

    label: str = ""
    type: str = ""


class Intervention(Part):
    """An intervention, with the labels of its arms."""

    type: str = ""
    name: str = ""
    other_names: list[str] = []
    arm_group_labels: list[str] = []


class Arms(Part):
    """Arms and interventions."""

    arm_groups: list[Arm] = []
    interventions: list[Intervention] = []


class Outcome(Part):
    """An outcome measure."""

    measure: str = ""
    time_frame: str = ""


class Outcomes(Part):
    """Outcome measures."""

    primary_outcomes: list[Outcome] = []
    secondary_outcomes: list[Outcome] = []
    other_outcomes: list[Outcome] = []


class Eligibility(Part):
    """Who may take part."""

    healthy_volunteers: bool | None = None
    sex: str = ""
    minimum_age: str = ""
    maximum_age: str = ""


class Site(Part):
    """A site."""

    facility: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    status: str = ""


class Sites(Part):
    """Sites; contacts are no part of this."""

    locations: list[Site] = []


class Retraction(Part):
    """The notice of a retraction."""


class Reference(Part):
    """A reference."""

    pmid: str = ""
    type: str = ""
    citation: str = ""
    retractions: list[Retraction] = []


class References(Part):
    """References."""

    references: list[Reference] = []


class Sharing(Part):
    """The plan for sharing data of participants."""

    ipd_sharing: str = ""


class Protocol(Part):
    """The modules of the protocol section, in the order of the API."""

    identification_module: Identification = field(default_factory=Identification)
    status_module: Status = field(default_factory=Status)
    sponsor_collaborators_module: Sponsors = field(default_factory=Sponsors)
    oversight_module: Oversight = field(default_factory=Oversight)
    description_module: Description = field(default_factory=Description)
    conditions_module: Conditions = field(default_factory=Conditions)
    design_module: Design = field(default_factory=Design)
    arms_interventions_module: Arms = field(default_factory=Arms)
    outcomes_module: Outcomes = field(default_factory=Outcomes)
    eligibility_module: Eligibility = field(default_factory=Eligibility)
    contacts_locations_module: Sites = field(default_factory=Sites)
    references_module: References = field(default_factory=References)
    ipd_sharing_statement_module: Sharing = field(default_factory=Sharing)


class Heading(Part):
    """A MeSH heading."""

    id: str = ""


class Browse(Part):
    """MeSH headings that the register found for conditions or interventions, and broader ones, for the matches."""

    meshes: list[Heading] = []
    ancestors: list[Heading] = []


class Derived(Part):
    """What the register derives."""

    condition_browse_module: Browse = field(default_factory=Browse)
    intervention_browse_module: Browse = field(default_factory=Browse)


class Document(Part):
    """A document of a study."""

    label: str = ""
    date: str = ""
    has_protocol: bool | None = None
    has_sap: bool | None = None
    has_icf: bool | None = None


class Documents(Part):
    """Documents."""

    large_docs: list[Document] = []


class DocumentSection(Part):
    """The documents of a study."""

    large_document_module: Documents = field(default_factory=Documents)


class Annotation(Part):
    """What the register notes: only that there is a note is imported."""


class AnnotationSection(Part):
    """The notes of the register."""

    annotation_module: Annotation | None = None


class Record(Part):
    """A whole record."""

    protocol_section: Protocol = field(default_factory=Protocol)
    annotation_section: AnnotationSection = field(default_factory=AnnotationSection)
    document_section: DocumentSection = field(default_factory=DocumentSection)
    derived_section: Derived = field(default_factory=Derived)
    has_results: bool | None = None
