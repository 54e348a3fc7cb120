"""What is served, where, and within which limits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pyoxigraph import Store

from rdfkit.base import Project
from rdfkit.serving.messages import Request, Response
from rdfkit.serving.protocol import Limits

Routes = Mapping[str, tuple[frozenset[str], Callable[[Request], Response]]]
"""By path: the methods, and the function that answers. A path that ends with ``/`` is for everything below it."""

REST = "*"
"""In place of a path: everything else."""


@dataclass(frozen=True)
class Introduction:
    """What the start page says about the graph: plain text, and a query to start with."""

    title: str
    text: str
    example: str
    note: str


@dataclass(frozen=True)
class Address:
    """The host and port to listen on, whether pages of other sites may use the server (CORS), and its other names."""

    host: str
    port: int
    cors: bool
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Service:
    """A server: the project, its start page, its address and its limits.

    ``opened`` opens the store to read from; it is called in each worker. ``routes`` returns what is answered besides
    SPARQL; it is called in each worker, with its store.
    """

    project: Project
    introduction: Introduction
    address: Address
    limits: Limits
    opened: Callable[[], Store]
    routes: Callable[[Store], Routes] | None = None
