"""A citation as statements: the article under its registry's IRI, its parts by position under ours.

The field table of docs/import.md says which field becomes which term. Comments and corrections are events of the
publication that was commented on or corrected, whichever record says so, and both ends are named.
"""

import hashlib
from collections.abc import Iterator
from functools import lru_cache

from imaging_trials.bibliography import Citation, CitedJournal, Dated, Link, date_of_citation
from imaging_trials.imports.statements import Statements, iri, literal, position, said, term, typed
from imaging_trials.model import PROJECT
from rdfkit.base import clip

PUBMED = "https://pubmed.ncbi.nlm.nih.gov/"
DOI = "https://doi.org/"
PMC = "https://www.ncbi.nlm.nih.gov/pmc/articles/"
TRIAL = "https://clinicaltrials.gov/study/"
ORCID = "https://orcid.org/"
MESH = "http://id.nlm.nih.gov/mesh/"
UNII = "https://precision.fda.gov/uniisearch/srs/unii/"
NLM_CATALOG = "https://www.ncbi.nlm.nih.gov/nlmcatalog/"
ISSN = "https://portal.issn.org/resource/ISSN/"

ERRATUM_TYPES = ("D016425", "Published Erratum")
"""The publication type of errata, by its MeSH identifier and its name."""

RELATIONS = {
    "AssociatedDataset": ("data-release", True),
    "AssociatedPublication": ("data-release", False),
    "CommentIn": ("comment", True),
    "CommentOn": ("comment", False),
    "CorrectedandRepublishedIn": ("corrected-republication", True),
    "CorrectedandRepublishedFrom": ("corrected-republication", False),
    "ErratumIn": ("correction", True),
    "ErratumFor": ("correction", False),
    "ExpressionOfConcernIn": ("expression-of-concern", True),
    "ExpressionOfConcernFor": ("expression-of-concern", False),
    "OriginalReportIn": ("patient-summary", False),
    "RepublishedIn": ("republication", True),
    "RepublishedFrom": ("republication", False),
    "ReprintIn": ("reprint", True),
    "ReprintOf": ("reprint", False),
    "RetractedandRepublishedIn": ("retracted-republication", True),
    "RetractedandRepublishedFrom": ("retracted-republication", False),
    "RetractionIn": ("retraction", True),
    "RetractionOf": ("retraction", False),
    "SummaryForPatientsIn": ("patient-summary", True),
    "UpdateIn": ("update", True),
    "UpdateOf": ("update", False),
}
"""PubMed's kinds of comments and corrections (RefType): our kind of event, and whether it happened to the record."""

LEFT_OUT_RELATIONS = ("Cites",)
"""The list of references of an article is not imported."""

LANGUAGES = {
    "alb": "sq", "ara": "ar", "arm": "hy", "baq": "eu", "bul": "bg", "bur": "my", "cat": "ca", "chi": "zh", "cze": "cs",
    "dan": "da", "dut": "nl", "eng": "en", "est": "et", "fin": "fi", "fre": "fr", "geo": "ka", "ger": "de", "gre": "el",
    "heb": "he", "hin": "hi", "hrv": "hr", "hun": "hu", "ice": "is", "ind": "id", "ita": "it", "jpn": "ja", "kor": "ko",
    "lat": "la", "lav": "lv", "lit": "lt", "mac": "mk", "mao": "mi", "may": "ms", "nor": "no", "per": "fa", "pol": "pl",
    "por": "pt", "rum": "ro", "rus": "ru", "slo": "sk", "slv": "sl", "spa": "es", "srp": "sr", "swe": "sv", "tha": "th",
    "tib": "bo", "tur": "tr", "ukr": "uk", "vie": "vi", "wel": "cy",
}  # fmt: skip
"""Codes of languages as PubMed has them (ISO 639-2, bibliographic) with those of language tags (ISO 639-1)."""


UNKNOWN_LANGUAGE = "und"
"""The language tag of a text whose record does not say its language (BCP 47, from ISO 639-2)."""


def thing_of(citation: Citation) -> tuple[str, str]:
    """Return the IRI of what a citation is of, as a term, and the key in the IRIs of its parts.

    The IRI is that of PubMed, or else of the DOI or of PubMed Central. What has no identifier gets one of ours, from
    its title, first author, journal and date.
    """
    if citation.pmid:
        return iri(f"{PUBMED}{citation.pmid}/"), f"pubmed-{citation.pmid}"
    if citation.doi:
        doi = citation.doi.lower()
        return iri(DOI + doi), f"doi-{_digest(doi)}"
    if citation.pmcid:
        return iri(f"{PMC}{citation.pmcid}/"), citation.pmcid.lower()
    journal = citation.journal or CitedJournal()
    issued = citation.issued.printed if citation.issued else ""
    first = citation.authors[0].name if citation.authors else ""
    key = f"reference-{_digest(chr(10).join((citation.title, first, journal.title or journal.abbreviation, issued)))}"
    return iri(PROJECT.expand(f"article:{key}")), key


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def statements(citation: Citation, *, abstracts: bool = False) -> tuple[Statements, list[str]]:
    """Return the statements of a citation, without a graph, and warnings about what was left out.

    Without ``abstracts`` the abstract is left out: it may be under its publisher's copyright.
    """
    made = Statements()
    warnings = list(citation.warnings)
    thing, key = thing_of(citation)
    is_erratum = any(name in ERRATUM_TYPES for one in citation.publication_types for name in (*one.mesh, one.name))
    is_erratum = is_erratum and bool(_dates(citation))
    made.add(
        thing,
        "rdf:type",
        term("imt:Publication" if citation.kind == "book" else "imt:Erratum" if is_erratum else "imt:Article"),
    )
    _identify(made, thing, citation)
    if citation.title.strip("[]. ").casefold() == "not available":
        warnings.append("its database has no title of it")
    else:
        tag = "en" if citation.is_title_in_english else next(_tags(citation), UNKNOWN_LANGUAGE)
        made.text(thing, "dcterms:title", citation.title, tag)
    others = (tag for tag in _tags(citation) if tag != "en")
    made.text(thing, "dcterms:alternative", citation.vernacular_title, next(others, UNKNOWN_LANGUAGE))
    for code in citation.languages:
        made.text(thing, "dcterms:language", code)
    made.text(thing, "imt:titleOfBook", citation.book)
    for name in ("volume", "issue", "pages"):
        made.text(thing, f"imt:{name}", getattr(citation, name))
    if citation.journal:
        _journal(made, thing, key, citation.journal)
    _publication_events(made, thing, key, citation, is_erratum=is_erratum)
    _people(made, thing, key, citation)
    _headings(made, thing, citation)
    for number in citation.trials:
        trial = iri(TRIAL + number)
        made.add(thing, "imt:reportsTrial", trial)
        made.add(trial, "rdf:type", term("imt:Trial"))
        made.text(trial, "imt:nctId", number)
    for place, link in enumerate(citation.links, 1):
        if why_not := _link(made, f"{key}-{place}", link, citation, is_erratum=is_erratum):
            warnings.append(why_not)
    if abstracts:
        made.text(thing, "dcterms:abstract", citation.abstract)
    return made, warnings


def _tags(citation: Citation) -> Iterator[str]:
    """Yield the languages of a text as language tags."""
    for written in citation.languages:
        code = written.partition("-")[0].partition("_")[0].lower()
        if len(code) in (2, 3) and code.isascii() and code.isalpha() and code not in ("und", "mul"):
            yield LANGUAGES.get(code, code)


def _identify(made: Statements, thing: str, citation: Citation) -> None:
    made.text(thing, "imt:pmid", citation.pmid)
    made.text(thing, "imt:doi", citation.doi)
    made.text(thing, "imt:pmcid", citation.pmcid)
    made.text(thing, "imt:publisherItemId", citation.publisher_item_id)
    links = (
        iri(DOI + citation.doi.lower()) if citation.doi else "",
        iri(f"{PUBMED}{citation.pmid}/") if citation.pmid else "",
        iri(f"{PMC}{citation.pmcid}/") if citation.pmcid else "",
    )
    for link in links:
        if link and link != thing and "%" not in link:  # encoded, it would not be the DOI as printed
            made.add(thing, "schema:sameAs", link)


def _journal(made: Statements, thing: str, key: str, journal: CitedJournal) -> None:
    if journal.nlm_id and journal.nlm_id.isascii() and journal.nlm_id.isalnum():
        node = iri(NLM_CATALOG + journal.nlm_id)
    elif journal.issns:
        node = iri(ISSN + journal.issns[-1])
    else:
        node = iri(PROJECT.expand(f"journal:{key}"))
    made.add(thing, "imt:isPublishedIn", node)
    made.add(node, "rdf:type", term("imt:Journal"))
    made.text(node, "imt:nameAsPrinted", journal.abbreviation or journal.title)
    made.text(node, "dcterms:title", journal.title, UNKNOWN_LANGUAGE)
    made.text(node, "imt:nlmId", journal.nlm_id)
    for issn in journal.issns:
        made.text(node, "imt:issn", issn)


def _dates(citation: Citation) -> list[Dated]:
    """Return the dates of publication, the earliest first."""
    dates = [one for one in (citation.issued, citation.online, citation.ahead_of_print) if one]
    return sorted(dates, key=lambda one: one.earliest)


def _publication_events(made: Statements, thing: str, key: str, citation: Citation, *, is_erratum: bool) -> None:
    for kind, date in (
        ("issue-publication", citation.issued),
        ("online-publication", citation.online),
        ("ahead-of-print", citation.ahead_of_print),
    ):
        if date:
            _event(made, iri(PROJECT.expand(f"event:{key}-{kind}")), thing, kind, date)
    if is_erratum:
        _dated(made, thing, citation.issued or _dates(citation)[0])


def _event(made: Statements, event: str, thing: str, kind: str, date: Dated) -> None:
    rest = made.about(event)
    rest += [_class("imt:Event"), said(term("imt:isEventOf"), thing)]
    rest.append(said(term("imt:hasEventKind"), term(f"eventkind:{kind}")))
    _dated(made, event, date)


def _dated(made: Statements, thing: str, date: Dated) -> None:
    made.text(thing, "imt:dateAsPrinted", date.printed)
    made.about(thing).extend(_days(date.earliest, date.latest))


@lru_cache(maxsize=20_000)
def _days(earliest: str, latest: str) -> tuple[str, str]:
    return said(term("imt:earliestDay"), typed(earliest, "date")), said(term("imt:latestDay"), typed(latest, "date"))


def _people(made: Statements, thing: str, key: str, citation: Citation) -> None:
    if citation.is_incomplete_in_authors:
        made.add(thing, "imt:isIncompleteInAuthors", typed("true", "boolean"))
    of, begin = said(term("imt:isAuthorshipOf"), thing), iri(PROJECT.expand(f"authorship:{key}-"))[:-1]
    by_group, by_person, name = _class("imt:GroupAuthorship"), _class("imt:PersonAuthorship"), term("imt:nameAsPrinted")
    for number, author in enumerate(citation.authors, 1):
        kind = by_group if author.is_group else by_person
        rest = made.of[f"{begin}{number}>"] = [kind, of, position(number), f" {name} {literal(author.name)}\n"]
        if author.is_group:
            group = iri(PROJECT.expand(f"organization:{key}-{number}"))
            rest.append(said(term("imt:isByOrganization"), group))
            made.add(group, "rdf:type", term("imt:Organization"))
            made.text(group, "imt:nameAsPrinted", author.name)
        elif author.orcid:
            person = iri(ORCID + author.orcid)
            rest.append(said(term("imt:isByPerson"), person))
            made.add(person, "rdf:type", term("imt:Person"))
            made.text(person, "imt:orcid", author.orcid)
    of, begin = said(term("imt:isInvestigatorshipOf"), thing), iri(PROJECT.expand(f"investigatorship:{key}-"))[:-1]
    kind = _class("imt:Investigatorship")
    for number, one in enumerate(citation.investigators, 1):
        place = f"{begin}{number}>"
        made.of[place] = [kind, of, position(number)]
        made.text(place, "imt:nameAsPrinted", one.name)


def _class(curie: str) -> str:
    return said(term("rdf:type"), term(curie))


def _headings(made: Statements, thing: str, citation: Citation) -> None:
    for one in citation.publication_types:
        for ui in one.mesh:
            made.add(thing, "imt:hasPublicationType", iri(MESH + ui))
        made.text(thing, "imt:publicationTypeAsPrinted", one.name)
    for one in citation.mesh_headings:
        for ui in one.mesh:
            made.add(thing, "imt:hasMeshHeading", iri(MESH + ui))
        if one.is_major and one.mesh:
            made.add(thing, "imt:hasMajorMeshHeading", iri(MESH + one.mesh[0]))
        made.text(thing, "imt:meshHeadingAsPrinted", one.name)
    for one in citation.substances:
        for ui in one.mesh:
            made.add(thing, "imt:namesSubstance", iri(MESH + ui))
        if one.unii:
            made.add(thing, "imt:namesSubstance", iri(UNII + one.unii))
        made.text(thing, "imt:substanceAsPrinted", one.name)
    for word in citation.keywords:
        made.text(thing, "dcat:keyword", word)


def _link(made: Statements, key: str, link: Link, citation: Citation, *, is_erratum: bool) -> str:
    """Add the event of a comment or correction and its other end; return the reason if it is left out, or ""."""
    if link.kind in LEFT_OUT_RELATIONS:
        return ""
    if link.kind not in RELATIONS:
        return f"the kind of comment or correction '{clip(link.kind)}' is unknown"
    kind, is_of_record = RELATIONS[link.kind]
    thing = thing_of(citation)[0]
    other = thing_of(Citation(name="", pmid=link.pmid, doi=link.doi))[0]
    if not (link.pmid or link.doi):
        other = iri(PROJECT.expand(f"article:{key}"))
    if other == thing:
        return f"the record names itself in {link.kind}"
    date = (date_of_citation(link.printed) if is_of_record else next(iter(_dates(citation)), None)) or _span(citation)
    if date is None:
        return f"no date is known for {link.kind}"
    made.add(other, "rdf:type", term("imt:Publication"))
    made.text(other, "imt:pmid", link.pmid)
    made.text(other, "imt:doi", link.doi)
    made.text(other, "imt:citationAsPrinted", link.printed.rstrip("."))
    event = iri(PROJECT.expand(f"event:{key}-{kind}"))
    _event(made, event, thing if is_of_record else other, kind, date)
    made.add(event, "imt:isAnnouncedBy", other if is_of_record else thing)
    if is_erratum and kind == "correction" and not is_of_record:
        made.add(thing, "imt:corrects", other)
    return ""


def _span(citation: Citation) -> Dated | None:
    """Return when something happened of which only the record says that it did: between its publication and its last
    change.
    """
    dates = _dates(citation)
    if not dates:
        return None
    latest = citation.revised or dates[-1].latest
    return Dated("", dates[0].earliest, max(latest, dates[0].earliest))
