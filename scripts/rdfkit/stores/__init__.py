"""Triple stores: the embedded one, SPARQL endpoints, and loading graphs into a store.

Other rooms import only the names below. Each is loaded on first use: opening the embedded store must not import httpx.
"""

from rdfkit.base import door

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from rdfkit.stores import beside, content, embedded, graphstore, load, lock
    from rdfkit.stores.embedded import cache_folder, forget, from_sources, open_store, put
    from rdfkit.stores.http import Client, Login, credentials
    from rdfkit.stores.load import GraphTransfer
    from rdfkit.stores.sparql_client import ask_endpoint, endpoint_graphs

__all__ = [
    "Client",
    "GraphTransfer",
    "Login",
    "ask_endpoint",
    "beside",
    "cache_folder",
    "content",
    "credentials",
    "embedded",
    "endpoint_graphs",
    "forget",
    "from_sources",
    "graphstore",
    "load",
    "lock",
    "open_store",
    "put",
]

__getattr__ = door(
    __name__,
    {
        "": (
            "beside",
            "content",
            "embedded",
            "graphstore",
            "load",
            "lock",
        ),
        "embedded": (
            "cache_folder",
            "forget",
            "from_sources",
            "open_store",
            "put",
        ),
        "http": (
            "Client",
            "Login",
            "credentials",
        ),
        "load": ("GraphTransfer",),
        "sparql_client": (
            "ask_endpoint",
            "endpoint_graphs",
        ),
    },
)
