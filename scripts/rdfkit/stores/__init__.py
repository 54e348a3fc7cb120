"""Triple stores: the embedded one, SPARQL endpoints, loading graphs into a store, and a SPARQL server.

Other rooms import only the names below. Each is loaded on first use: opening the embedded store must not import httpx.
"""

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from rdfkit.stores import graphstore as graphstore
    from rdfkit.stores import load as load
    from rdfkit.stores.embedded import cache_folder as cache_folder
    from rdfkit.stores.embedded import forget as forget
    from rdfkit.stores.embedded import from_sources as from_sources
    from rdfkit.stores.embedded import open_store as open_store
    from rdfkit.stores.embedded import put as put
    from rdfkit.stores.http import Client as Client
    from rdfkit.stores.http import Login as Login
    from rdfkit.stores.http import credentials as credentials
    from rdfkit.stores.server.request import Limits as Limits
    from rdfkit.stores.server.run import serve as serve
    from rdfkit.stores.server.service import Address as Address
    from rdfkit.stores.server.service import Introduction as Introduction
    from rdfkit.stores.server.service import Service as Service
    from rdfkit.stores.sparql_client import ask_endpoint as ask_endpoint
    from rdfkit.stores.sparql_client import endpoint_graphs as endpoint_graphs

_DOOR = {
    "graphstore": "",
    "load": "",
    **dict.fromkeys(("cache_folder", "forget", "from_sources", "open_store", "put"), "embedded"),
    **dict.fromkeys(("Client", "Login", "credentials"), "http"),
    **dict.fromkeys(("ask_endpoint", "endpoint_graphs"), "sparql_client"),
    "Limits": "server.request",
    **dict.fromkeys(("Address", "Introduction", "Service"), "server.service"),
    "serve": "server.run",
}
"""Each name and the module that has it; a name without one is a module of this room."""


def __getattr__(name: str) -> object:
    """Return a name of the door (PEP 562). Raises AttributeError for another."""
    import importlib

    if name not in _DOOR:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _DOOR[name]
    loaded = importlib.import_module(f"{__name__}.{module or name}")
    return getattr(loaded, name) if module else loaded
