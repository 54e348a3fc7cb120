"""What is served, where, and within which limits."""

from dataclasses import dataclass

from rdfkit.base import Project
from rdfkit.stores.server.request import Limits


@dataclass(frozen=True)
class Introduction:
    """What the start page says about the graph: plain text, and a query to start with."""

    title: str
    text: str
    example: str
    note: str


@dataclass(frozen=True)
class Address:
    """The host and port to listen on, and whether pages of other sites may send queries (CORS)."""

    host: str
    port: int
    cors: bool


@dataclass(frozen=True)
class Service:
    """A SPARQL endpoint: the project whose graph it serves, its start page, its address and its limits."""

    project: Project
    introduction: Introduction
    address: Address
    limits: Limits
