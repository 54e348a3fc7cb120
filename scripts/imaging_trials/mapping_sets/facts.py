"""The content of a copy of a vocabulary in any format: statements about identifiers."""

from typing import Literal, NamedTuple

from rdfkit.base import namespaces

Property = Literal["term", "label", "synonym", "deprecated", "replaced"]
"""What a `Fact` is about; ``term`` only says that the identifier is there."""


class Fact(NamedTuple):
    """One statement of a file about an identifier; identifier and value are as the file writes them."""

    id: str
    property: Property
    value: str = ""


MAX_NESTING_DEPTH = 1000
"""Of JSON and XML. ijson's memory grows with the square of the depth."""

REPLACED_BY = "http://purl.obolibrary.org/obo/IAO_0100001"
PROPERTIES: dict[str, Property] = {
    namespaces.expand("rdfs:label"): "label",
    namespaces.expand("skos:prefLabel"): "label",
    namespaces.expand("skos:altLabel"): "synonym",
    "http://www.geneontology.org/formats/oboInOwl#hasExactSynonym": "synonym",
    namespaces.expand("owl:deprecated"): "deprecated",
    namespaces.expand("dcterms:isReplacedBy"): "replaced",
    REPLACED_BY: "replaced",
}
"""The meaning of the RDF properties that are read."""

TRUE = ("true", "1")
"""How a boolean can say yes."""


def is_english(language: str | None) -> bool:
    """Return whether a literal with this language tag counts as a label; one without a tag does."""
    return language is None or language == "en" or language.startswith("en-")
