"""The site: the graph as plain files that a browser reads, with no server and no request to another host.

``make_site`` returns every file by its path and ``write_site`` writes them into a folder. Pages are made from the store
and from the views; ``templates/`` and ``static/`` hold the layout. Other rooms import from here only.
"""

from rdfkit.base import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from imaging_trials.site.making import make_site
    from imaging_trials.site.parts import plain
    from imaging_trials.site.shapes import load_shapes
    from imaging_trials.site.terms import describe_term
    from imaging_trials.site.writing import Written, packed, write_site

__all__ = [
    "Written",
    "describe_term",
    "load_shapes",
    "make_site",
    "packed",
    "plain",
    "write_site",
]

__getattr__ = door(
    __name__,
    {
        "making": ("make_site",),
        "parts": ("plain",),
        "shapes": ("load_shapes",),
        "terms": ("describe_term",),
        "writing": (
            "Written",
            "packed",
            "write_site",
        ),
    },
)
