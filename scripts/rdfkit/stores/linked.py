"""Graphs that have blank nodes in common: a store must get them, and be asked for them, together.

In a TriG or N-Quads file a blank node may occur in several graphs (TriG 1.1, example 3). In a store it stays one node
only if one operation writes it into all of them (SPARQL 1.1 Update, 3.1.3: a label in a template means one node for
each solution), and whether it is one can only be seen from one answer, as another answer may use other labels.

Both sides are therefore compared as one graph, in which the number of its graph is part of each predicate.
"""

from collections.abc import Mapping

import pyoxigraph as ox

from rdfkit.stores import graphstore
from rdfkit.stores.content import Content, GraphName
from rdfkit.stores.graphstore import Target
from rdfkit.stores.http import Client


def difference(client: Client, to: Target, contents: Mapping[GraphName, Content]) -> str:
    """Return how the blank nodes of these graphs differ in the store, in words; an empty text if they do not.

    Each graph must be the same as there when compared alone, so that what remains are the links between graphs.
    """
    if len(contents) < 2:
        return ""
    ours = [_numbered(one, number) for number, content in enumerate(contents.values()) for one in content.blank]
    return Content(ours).difference(graphstore.read_linked(client, to, list(contents)))


def _numbered(triple: ox.Triple, number: int) -> ox.Triple:
    return ox.Triple(triple.subject, graphstore.numbered(triple.predicate, number), triple.object)
