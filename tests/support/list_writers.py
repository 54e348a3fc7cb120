"""Writers of reference lists in the formats that the package only reads: short, and by the formats' descriptions."""

import json
import textwrap
from collections.abc import Callable, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr


class Cited(NamedTuple):
    """What a list says of an article."""

    title: str
    authors: tuple[str, ...]
    year: str
    container: str
    doi: str
    pmid: str
    pmcid: str


Writer = Callable[[Sequence[Cited]], str]

RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:z="http://www.zotero.org/namespaces/export#"'
    ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:bib="http://purl.org/net/biblio#" xmlns:foaf="http://xmlns.com/foaf/0.1/">'
)


def ris(articles: Sequence[Cited]) -> str:
    """Return RIS as PubMed's users get it: the PMID is the accession number."""
    lines: list[str] = []
    for one in articles:
        authors = [f"AU  - {name}" for name in one.authors]
        lines += ["TY  - JOUR", f"TI  - {one.title}", *authors, f"PY  - {one.year}", f"T2  - {one.container}"]
        lines += [f"DO  - {one.doi}", "DB  - PubMed", f"AN  - {one.pmid}", f"C2  - {one.pmcid}", "ER  - ", ""]
    return "\n".join(lines)


def nbib(articles: Sequence[Cited]) -> str:
    """Return NBIB with lines of at most 90 characters."""
    records = []
    for one in articles:
        fields = [("PMID", one.pmid), ("TI", one.title), *(("AU", name) for name in one.authors), ("DP", one.year)]
        fields += [("JT", one.container), ("LID", f"{one.doi} [doi]"), ("PMC", one.pmcid)]
        lines = [
            line
            for tag, value in fields
            for line in textwrap.wrap(
                value, 84, initial_indent=f"{tag:<4}- ", subsequent_indent=" " * 6, break_long_words=False
            )
        ]
        records.append("\n".join(lines))
    return "\n" + "\n\n".join(records) + "\n"


def web_of_science(articles: Sequence[Cited]) -> str:
    """Return Web of Science's plain text."""
    lines = ["FN Clarivate Analytics Web of Science", "VR 1.0"]
    for one in articles:
        authors = [f"{'   ' if number else 'AU '}{name}" for number, name in enumerate(one.authors)]
        lines += [
            "PT J",
            *authors,
            *textwrap.wrap(f"TI {one.title}", 70, subsequent_indent="   "),
            f"SO {one.container}",
        ]
        lines += [f"PY {one.year}", f"DI {one.doi}", f"PM {one.pmid}", f"L3 {one.pmcid}", "ER", ""]
    return "\n".join([*lines, "EF", ""])


def endnote(articles: Sequence[Cited]) -> str:
    """Return EndNote's tagged format."""
    lines: list[str] = []
    for one in articles:
        authors = [f"%A {name}" for name in one.authors]
        lines += ["%0 Journal Article", f"%T {one.title}", *authors, f"%J {one.container}", f"%D {one.year}"]
        lines += [f"%R {one.doi}", "%~ PubMed", f"%M {one.pmid}", f"%2 {one.pmcid}", ""]
    return "\n".join(lines)


def endnote_xml(articles: Sequence[Cited]) -> str:
    """Return EndNote's XML."""

    def styled(name: str, text: str) -> str:
        return f'<{name}><style face="normal">{escape(text)}</style></{name}>'

    records = [
        "<record><contributors><authors>"
        + "".join(styled("author", name) for name in one.authors)
        + f"</authors></contributors><titles>{styled('title', one.title)}</titles>"
        + f"<periodical>{styled('full-title', one.container)}</periodical><dates>{styled('year', one.year)}</dates>"
        + styled("accession-num", one.pmid)
        + styled("electronic-resource-num", one.doi)
        + styled("custom2", one.pmcid)
        + styled("remote-database-name", "PubMed")
        + "</record>"
        for one in articles
    ]
    return f'<?xml version="1.0" encoding="UTF-8"?><xml><records>{"".join(records)}</records></xml>'


def bibtex(articles: Sequence[Cited]) -> str:
    """Return biblatex."""
    return "\n".join(
        f"@article{{key{number},\n  title = {{{{{one.title}}}}},\n  author = {{{' and '.join(one.authors)}}},\n"
        f'  date = "{one.year}-06",\n  journaltitle = {{{one.container}}},\n  doi = {{{one.doi}}},\n'
        f"  eprint = {{{one.pmid}}}, eprinttype = {{pubmed}},\n  pmcid = {one.pmcid}\n}}\n"
        for number, one in enumerate(articles)
    )


def _item(one: Cited) -> dict[str, object]:
    names = [dict(zip(("family", "given"), name.split(", "), strict=True)) for name in one.authors]
    return {
        "title": one.title,
        "author": names,
        "issued": {"date-parts": [[int(one.year), 6]]},
        "container-title": one.container,
        "DOI": one.doi,
        "note": f"PMID: {one.pmid}\nPMCID: {one.pmcid}",
    }


def csl(articles: Sequence[Cited]) -> str:
    """Return CSL-JSON with the identifiers of NLM in the note, as Zotero writes it."""
    return json.dumps({"items": [_item(one) for one in articles]})


def csl_yaml(articles: Sequence[Cited]) -> str:
    """Return CSL-YAML."""
    import yaml

    return f"---\n{yaml.safe_dump({'references': [_item(one) for one in articles]}, allow_unicode=True)}...\n"


def crossref(articles: Sequence[Cited]) -> str:
    """Return Crossref's answer, which has no identifiers of NLM."""
    items = [{**_item(one), "note": "", "title": [one.title], "container-title": [one.container]} for one in articles]
    return json.dumps({"status": "ok", "message-type": "work-list", "message": {"items": items}}, ensure_ascii=False)


def zotero_rdf(articles: Sequence[Cited]) -> str:
    """Return Zotero's RDF, where an article's DOI is at its journal."""
    parts = []
    for number, one in enumerate(articles):
        people = ""
        for name in one.authors:
            family, given = name.split(", ")
            people += f"<rdf:li><foaf:Person><foaf:surname>{escape(family)}</foaf:surname>"
            people += f"<foaf:givenName>{escape(given)}</foaf:givenName></foaf:Person></rdf:li>"
        extra = f"PMID: {one.pmid}\nPMCID: {one.pmcid}"
        parts.append(
            f"<bib:Article rdf:about={quoteattr(f'#item_{number}')}><z:itemType>journalArticle</z:itemType>"
            f"<dcterms:isPartOf rdf:resource='#journal_{number}'/>"
            f"<bib:authors><rdf:Seq>{people}</rdf:Seq></bib:authors>"
            f"<dc:title>{escape(one.title)}</dc:title><dc:date>{one.year}-06</dc:date>"
            f"<dc:description>{extra}</dc:description></bib:Article>"
            f"<bib:Journal rdf:about='#journal_{number}'><dc:title>{escape(one.container)}</dc:title>"
            f"<dc:identifier>DOI {escape(one.doi)}</dc:identifier></bib:Journal>"
        )
    return f"{RDF}{''.join(parts)}</rdf:RDF>"


def pubmed_xml(articles: Sequence[Cited]) -> str:
    """Return PubMed's XML."""
    records = []
    for one in articles:
        people = "".join(f"<Author><LastName>{escape(name)}</LastName></Author>" for name in one.authors)
        records.append(
            f"<PubmedArticle><MedlineCitation><PMID>{one.pmid}</PMID><Article><Journal><JournalIssue><PubDate>"
            f"<Year>{one.year}</Year></PubDate></JournalIssue><Title>{escape(one.container)}</Title></Journal>"
            f"<ArticleTitle>{escape(one.title)}</ArticleTitle><AuthorList>{people}</AuthorList></Article>"
            f'</MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType="doi">{escape(one.doi)}</ArticleId>'
            f'<ArticleId IdType="pmc">{one.pmcid}</ArticleId></ArticleIdList></PubmedData></PubmedArticle>'
        )
    return f"<?xml version='1.0'?><PubmedArticleSet>{''.join(records)}</PubmedArticleSet>"


WRITERS: dict[str, Writer] = {
    one.__name__: one
    for one in (
        ris,
        nbib,
        web_of_science,
        endnote,
        endnote_xml,
        bibtex,
        csl,
        csl_yaml,
        crossref,
        zotero_rdf,
        pubmed_xml,
    )
}
"""The writers by the name of the format's module."""
