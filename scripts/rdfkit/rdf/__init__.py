"""RDF files and named graphs: reading, writing, and the location of each triple in its file.

Other rooms import from here only.
"""

from rdfkit.base import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from rdfkit.rdf import (
        datatypes,
        described_twice,
        named_graphs,
        quantities,
        rdflib_adapter,
        reading,
        snippet,
        turtle_locations,
        writing,
        xml_names,
    )
    from rdfkit.rdf.named_graphs import INFERRED, INFERRED_FROM_DATA, content_key
    from rdfkit.rdf.quantities import Duration, Moment
    from rdfkit.rdf.reading import FORMATS
    from rdfkit.rdf.turtle_locations import Location
    from rdfkit.rdf.writing import ntriples, replace_file

__all__ = [
    "FORMATS",
    "INFERRED",
    "INFERRED_FROM_DATA",
    "Duration",
    "Location",
    "Moment",
    "content_key",
    "datatypes",
    "described_twice",
    "named_graphs",
    "ntriples",
    "quantities",
    "rdflib_adapter",
    "reading",
    "replace_file",
    "snippet",
    "turtle_locations",
    "writing",
    "xml_names",
]

__getattr__ = door(
    __name__,
    {
        "": (
            "datatypes",
            "described_twice",
            "named_graphs",
            "quantities",
            "rdflib_adapter",
            "reading",
            "snippet",
            "turtle_locations",
            "writing",
            "xml_names",
        ),
        "named_graphs": (
            "INFERRED",
            "INFERRED_FROM_DATA",
            "content_key",
        ),
        "quantities": (
            "Duration",
            "Moment",
        ),
        "reading": ("FORMATS",),
        "turtle_locations": ("Location",),
        "writing": (
            "ntriples",
            "replace_file",
        ),
    },
)
