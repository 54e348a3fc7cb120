"""Pages of pictures: tables with the rows of their question, class diagrams, titles, and labels that are text."""

import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pyoxigraph import NamedNode, Store

from imaging_trials.model import vocabulary
from imaging_trials.model.project import PROJECT
from imaging_trials.site import parts, pictures, pictures_classes, pictures_tables
from imaging_trials.site.rendering import static_files
from imaging_trials.site.typography import typeset
from rdfkit.base import UserError
from rdfkit.sparql import saved
from rdfkit.stores.embedded import open_store
from tests.imaging_trials.site.test_pages import HOSTILE, Reader
from tests.support.drawings import DAY, SVG, answer, check_room, drawn, more, renderer

CLASS = NamedNode("http://www.w3.org/2002/07/owl#Class")


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


@pytest.fixture(scope="module")
def diagrams(store: Store) -> list[pictures_classes.Diagram]:
    return pictures_classes.diagrams(store)


@pytest.fixture(scope="module")
def pages(store: Store) -> dict[str, parts.Page]:
    return {page.path: page for page in pictures.pages(store, DAY)}


# Tables


def entries(matrix: pictures_tables.Matrix) -> set[tuple[str, str, str, str]]:
    """Return the four names of each entry: group, head, column and words."""
    found = set()
    group = ""
    for row in matrix.rows:
        group = text(row.group) or group
        assert len(row.cells) == len(matrix.columns)
        for column, cell in zip(matrix.columns, row.cells, strict=True):
            found |= {(group, text(row.head), text(column), text(one)) for one in cell}
    return found


def text(cell: parts.Cell) -> str:
    return "".join(one if isinstance(one, str) else one.words for one in cell)


def test_each_edition_is_in_the_cells_of_its_row() -> None:
    rows = answer("sites-by-modality-and-agent")
    found = entries(pictures_tables.by_site(rows))
    used = [(row["edition"], row["agent"]) for row in rows if row["usedWith"]]
    for row in rows:
        site, edition = typeset(row["siteName"]) or "no body site named", typeset(row["editionName"])
        modality, agent = row["modalityName"] or "No modality named", typeset(row["agentName"]) or "no agent named"
        if row["agent"] and row["modality"] and not row["usedWith"]:
            assert (site, "no agent named", modality, edition) in found
            assert ((site, agent, "No modality named", edition) in found) == (
                (row["edition"], row["agent"]) not in used
            )
        else:
            assert (site, agent, modality, edition) in found
    assert {one[3] for one in found} == {typeset(row["editionName"]) for row in rows}
    assert len(found) == len(rows)


def test_mri_is_not_used_with_a_tracer_of_pet() -> None:
    found = entries(pictures_tables.by_site(answer("sites-by-modality-and-agent")))
    name = "ESUR MRI of uterine cervical cancer, 2021"
    assert {one[1:3] for one in found if one[3] == name} == {
        ("[¹⁸F]FDG", "PET/CT"),
        ("no agent named", "magnetic resonance imaging"),
    }


def test_agents_have_the_documents_and_approvals_of_the_answer() -> None:
    rows = answer("agents-at-a-glance")
    found = entries(pictures_tables.agents(rows))
    assert {one[1] for one in found} == {typeset(row["agentName"]) for row in rows}
    for kind, begin in (("hasDocumentKind", "has "), ("hasRegulatoryStatus", "")):
        for row in rows:
            if row["property"].endswith(kind):
                words = f"{begin or row['valueName'] + ' '}{typeset(row['recordName'])}"
                reported = " (reported)" if row["assertionStatus"].endswith("/reported") else ""
                assert any(one[1] == typeset(row["agentName"]) and one[3] == words + reported for one in found), words
    documents = [row for row in rows if row["property"].endswith("hasDocumentKind")]
    assert sum(one[3].startswith("has ") for one in found) == len(documents) > 15
    assert ("", "[¹⁸F]DCFBC", "CAEPR", "none known") in found


# Class diagrams


def test_each_class_is_in_one_diagram(store: Store, diagrams: list[pictures_classes.Diagram]) -> None:
    here = Counter(one.iri for diagram in diagrams for one in diagram.classes if one.is_here)
    own = {
        quad.subject.value
        for quad in store.quads_for_pattern(None, vocabulary.TYPE, CLASS, PROJECT.graph_iri("vocabulary"))
        if isinstance(quad.subject, NamedNode) and PROJECT.is_own(quad.subject.value)
    }
    assert here == dict.fromkeys(own, 1)
    assert len(here) > 40


def test_diagrams_have_their_classes_and_relations(
    diagrams: list[pictures_classes.Diagram], pages: dict[str, parts.Page]
) -> None:
    sections = pages[pictures_classes.PATH].more
    assert isinstance(sections, list)
    for diagram, section in zip(diagrams, sections, strict=True):
        check_room(section.drawing)
        seen = drawn(section.drawing)
        titles = Counter(one.text for one in seen.all("text", "title"))
        assert titles == Counter(one.label for one in diagram.classes)
        assert len(seen.all("rect", "class here")) == sum(one.is_here for one in diagram.classes)
        labels = Counter(one.text for one in seen.all("text", "name"))
        assert labels == Counter(each.label for one in diagram.relations for each in one.properties)
        assert len(seen.all("path", "relation")) == len(seen.all("path", "head")) == len(diagram.relations)
        assert len(seen.all("path", "hollow")) == sum(not one.properties for one in diagram.relations)
        assert len(section.table.rows) == len(diagram.classes)


def test_a_relation_leads_from_its_domain_to_its_range(diagrams: list[pictures_classes.Diagram]) -> None:
    agents = next(one for one in diagrams if one.title == "Agents and their components")
    named = {
        (one.tail, one.head): [each.label for each in one.properties] for one in agents.relations if one.properties
    }
    assert named[PROJECT.expand("imt:Radionuclide"), PROJECT.expand("imt:ChemicalElement")] == ["is nuclide of"]
    kinds = [(one.tail, one.head) for one in agents.relations if not one.properties]
    assert (PROJECT.expand("imt:PharmaceuticalAgent"), PROJECT.expand("imt:Substance")) in kinds
    nuclide = next(one for one in agents.classes if one.label == "radionuclide")
    assert {"mass number: integer", "decays by: concept"} <= set(nuclide.lines)


def test_a_missing_program_is_named(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(UserError, match=r"needs the command graphviz-pure.*pip install 'imaging-trials\[site\]'"):
        pictures_classes.page(store)


# Pages


def test_drawings_are_accessible_and_have_no_style(pages: dict[str, parts.Page]) -> None:
    known = set(re.findall(r"\.([a-z-]+)", static_files()["static/style.css"].decode()))
    for path, page in pages.items():
        html = renderer().html(page).decode()
        assert "<table" in html or path == pictures.LISTING
        for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
            root = ET.fromstring(svg)
            assert not [one for one in root.iter() if "style" in one.attrib]
            assert {name for one in root.iter() for name in one.get("class", "").split()} <= known
            if root.get("aria-hidden") != "true":
                (title, about) = root[0], root[1]
                assert (title.tag, about.tag, root.get("role")) == (f"{SVG}title", f"{SVG}desc", "img")
                assert title.text
                assert about.text
                assert root.get("aria-labelledby") == f"{title.get('id')} {about.get('id')}"


def test_each_picture_is_drawn_from_the_committed_answer(store: Store) -> None:
    for one in pictures.PICTURES:
        assert pictures.rows(store, saved.find(PROJECT, one.query)) == answer(one.query), one.name


@pytest.mark.parametrize("one", pictures.PICTURES, ids=lambda one: one.name)
def test_labels_of_strangers_are_text(one: pictures.Picture) -> None:
    def page(label: str) -> bytes:
        rows = [
            {
                key: label if (value and key.endswith("Name")) or key == "notation" else value
                for key, value in row.items()
            }
            for row in answer(one.query)
        ]
        shown = one.show(rows, DAY)
        return renderer().html(parts.Page("x.html", "x", parts=shown.tables, template="picture.html", more=more(shown)))

    html = page(" ".join(HOSTILE))
    found, safe = Reader(html), Reader(page("a word"))
    assert {tag for tag, _ in found.tags} == {tag for tag, _ in safe.tags}
    assert not [name for _, attributes in found.tags for name in attributes if name.startswith("on")]
    for svg in re.findall(r"<svg.*?</svg>", html.decode(), re.DOTALL):
        ET.fromstring(svg)
    shown = "".join(found.texts)
    assert all(words.split(maxsplit=1)[0] in shown for words in HOSTILE)
