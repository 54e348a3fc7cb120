"""Ask a saved question: its values put into it, its answer, and the explanation of a row.

This runs at every ``imt query``: what only some calls need is imported there.
"""

from pyoxigraph import Store

from imaging_trials.model import PROJECT
from rdfkit.base import UserError
from rdfkit.sparql import results, saved

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from collections.abc import Mapping

    from imaging_trials.views import Explanation


class Bound:
    """A saved question that is ready to be asked: ``text`` is its SPARQL with the values in place of its defaults."""

    __slots__ = ("query", "text")

    def __init__(self, query: saved.SavedQuery, text: str) -> None:
        """Take the question and its SPARQL."""
        self.query = query
        self.text = text

    @property
    def dataset(self) -> str:
        """The dataset that the question is run on, such as ``all`` or ``asserted``."""
        return self.query.dataset


def find(name: str) -> saved.SavedQuery:
    """Return the saved question ``name``; capitals, spaces and ``_`` in place of ``-`` make no difference.

    Raises UserError for an unknown name, with the nearest ones.
    """
    try:
        return saved.find(PROJECT, name)
    except UserError:
        plain = "-".join(name.casefold().replace("_", " ").replace("-", " ").split())
        if plain == name or not saved.is_slug(plain):
            raise
    return saved.find(PROJECT, plain)


def bound(
    name: "str | saved.SavedQuery", values: "Mapping[str, object]", store: Store | None, *, others: bool = False
) -> Bound:
    """Return the saved question ``name`` with values in place of its defaults.

    ``values`` are texts as ``imt query --param`` takes them, or Python or JSON values; `arguments.texts` says which
    forms of a value are the same. ``store`` is where names of things are looked up; without values it is not used.
    ``others`` says that the question is sent to another store, which may answer what the embedded engine does not, and
    may describe other things.

    Raises UserError for an unknown question or parameter, with the nearest names, for a value that is not of its type,
    and, without ``others``, for a question that also asks another server.
    """
    query = find(name) if isinstance(name, str) else name
    if not others:
        saved.refuse_federated(query)
    if not values:
        return Bound(query, query.text)
    from imaging_trials.questions import arguments

    texts = arguments.texts(query, values, store)
    return Bound(query, saved.bind(PROJECT, query, texts, store, others=others))


def answer(store: Store, asked: Bound) -> results.Answer:
    """Return the answer of a store to a question. Raises UserError if the engine cannot answer it."""
    return results.ask(PROJECT, store, asked.text, asked.dataset)


def explain(store: Store, asked: Bound, row: int) -> "Explanation":
    """Return the triples that a row of the answer needs, with their provenance; rows are counted from 1.

    Raises UserError if there is no such row, or if it does not follow from single triples.
    """
    from imaging_trials import views

    return views.explain_row(store, asked.query.id, asked.text, asked.dataset, row)
