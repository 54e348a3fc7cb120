"""Runs of `imt load`, and what a store contains afterwards."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize

from imaging_trials import cli
from imaging_trials.model.project import PROJECT
from rdfkit.stores import graphstore
from rdfkit.stores.graphstore import Target
from rdfkit.stores.http import Client, Login
from tests.support.servers import Server

GRAPHS = ("concepts", "curated", "page")
TRIPLES = 60
LOADED = dict.fromkeys(GRAPHS, f"{TRIPLES} loaded")
COMPLETE = dict.fromkeys(GRAPHS, f"{TRIPLES} already complete")
ABSENT = dict.fromkeys(GRAPHS, "0 absent")
ALL = dict.fromkeys(GRAPHS, TRIPLES)


@dataclass
class Run:
    """What a run of the command printed; ``outcomes`` has the count and the outcome of each graph."""

    code: int
    out: str
    error: str

    @property
    def outcomes(self) -> dict[str, str]:
        """The rows of the table: by graph, the number of triples in the store and the outcome."""
        rows = re.findall(r"(?m)^([\w./:-]+) +[\d,]+ +([\d,?]+) +(.*)$", self.out)
        return {name: f"{number} {words}" for name, number, words in rows}

    @property
    def states(self) -> dict[str, str]:
        """The outcome of each graph, without the count."""
        return {name: words.partition(" ")[2] for name, words in self.outcomes.items()}


Load = Callable[..., Run]


def run(read: Callable[[], tuple[str, str]], url: str, *arguments: str) -> Run:
    """Run `imt load`; ``read`` returns what was printed since it was last called."""
    read()
    code = cli.main(["load", "--to", url, *arguments])
    out, error = read()
    assert error.count("\n") == (code == 2), error
    return Run(code, out, error)


def quads(text: str) -> bytes:
    """Return N-Quads of a few graphs whose literals are all ``text``."""
    says = NamedNode("http://example.org/says")
    made = [
        Quad(NamedNode(f"http://example.org/{name}{number}"), says, Literal(text), PROJECT.graph_iri(name))
        for name in GRAPHS
        for number in range(TRIPLES)
    ]
    written = serialize(made, format=RdfFormat.N_QUADS)
    assert written
    return written


def half_of(text: str, path: Path) -> Path:
    """Write every second of the quads to a file, and return it."""
    path.write_bytes(b"".join(quads(text).splitlines(keepends=True)[::2]))
    return path


def connected(server: Server) -> tuple[Client, Target]:
    """Return a client and the addresses of a server."""
    login = Login(server.user, server.password or "") if server.user else None
    client = Client(login, timeout=60, total=300)
    return client, graphstore.target(client, server.base, server.store, query=None, update=None, graphs=None)


def stored(server: Server) -> dict[str, int]:
    """Return the number of triples of each graph in the store, without the records of loads."""
    client, to = connected(server)
    query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    response = client.request("GET", f"{to.query}?query={query.replace(' ', '%20')}", accept="text/csv")
    rows = [line.split(",") for line in response.body.decode().split("\r\n")[1:] if line]
    return {name.rpartition("/")[2]: int(number) for name, number in rows if not name.startswith("urn:rdfkit:load:")}
