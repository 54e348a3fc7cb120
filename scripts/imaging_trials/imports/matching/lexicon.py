"""The names and words that are looked for in records, read from the graph: nothing of it is in the code.

Names are the labels of agents and of the molecules that they are based on, recorded names (`imt:AgentName`) and the
labels that exact mappings give. How a word is read (`imt:MatchWord`) is an editorial decision with its reason.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pyoxigraph import NamedNode, Store

from imaging_trials.imports.matching.text import ELEMENTS, GREEK_NAMES, TIED, Item, items
from imaging_trials.model import PROJECT, read, vocabulary

MIN_SKELETON = 10
"""The letters of the shortest name that is also recognized in pieces, such as fluoro-17β-estradiol."""

MAX_PIECES = 24
"""The words, positions and nuclides that such a name may have."""

MIN_PIECE = 4
"""The letters of the shortest first piece of such a name."""

_MIN_REST = 3  # letters of an abbreviation behind the symbol that it shares: F-MISO
_POSITIONS = frozenset(("anti", "cis", "trans"))
_ALONE = frozenset(("brand", "code"))
_MAX_STRICT = 3  # letters of an abbreviation of a technique whose capitals count: a pet is no PET
_SCANNERS = ("ct", "mr")  # short, and in many phrases that have no rarer word
_LABELS = (vocabulary.PREF_LABEL, vocabulary.ALT_LABEL, vocabulary.NAME_AS_PRINTED)

Words = tuple[str, ...]


class Name(NamedTuple):
    """What a sequence of words can mean.

    ``agents`` has IRIs of agents (or of one group) with the nuclide that each needs, "" if none; ``substance`` is the
    molecule without label, or "". ``use`` is a slug of the scheme word-use. ``label`` is how an abbreviation is
    written, "" if the name is none. ``vetoes`` exclude it if they are in the same text.
    """

    agents: dict[str, str]
    substance: str = ""
    use: str = "needs-nuclide"
    label: str = ""
    is_group: bool = False
    is_common_word: bool = False
    is_evidence: bool = True
    vetoes: tuple[Words, ...] = ()


class Technique(NamedTuple):
    """A name of an imaging technique, its concept, how those of its words are written whose capitals count, vetoes."""

    words: Words
    concept: str
    written: Words
    vetoes: tuple[Words, ...]


class Lexicon(NamedTuple):
    """Everything that the matcher looks up. Keys of phrases are their first words."""

    names: dict[str, list[tuple[Words, Name]]]
    skeletons: dict[str, tuple[Name, frozenset[str]]]
    """A name without positions (fluoroestradiol): the name, and the positions (16, alpha) that its molecule has."""
    beginnings: frozenset[str]
    """What a name of ``skeletons`` begins with."""
    nuclides: dict[str, Name]
    """Agents that are called by their nuclide alone."""
    glued: dict[str, int]
    shared: dict[tuple[str, str], Words]
    """The symbol of a nuclide and the word beside it that make an abbreviation: F and miso."""
    vetoes: dict[str, list[Words]]
    connects: dict[str, list[Words]]
    longest_connection: int
    techniques: dict[str, list[Technique]]
    of_agent: dict[str, frozenset[str]]
    """The imaging techniques of an agent, with the narrower ones."""
    exact: dict[str, str]
    """An identifier (an IRI) elsewhere, and the agent, substance or technique that is exactly the same."""
    broader: dict[str, tuple[str, ...]]
    bases: dict[str, frozenset[str]]
    """The molecules that an agent is based on."""
    molecules: frozenset[str]
    """Those of all agents."""
    scores: dict[str, int]
    pharmaceuticals: frozenset[str]
    triggers: frozenset[str]
    """Runs of letters; a text without any of them has no name of an agent."""
    modality_triggers: frozenset[str]


def _term(curie: str) -> NamedNode:
    return NamedNode(PROJECT.expand(curie))


def is_position(word: str) -> bool:
    """Return whether a word in a chemical name says where a part is: a number, a letter, alpha."""
    return len(word) == 1 or word.isdigit() or word in GREEK_NAMES or word in _POSITIONS


def _words(text: str) -> Words:
    return tuple(one.word for one in items(text, {}) if not one.nuclide)


class _Builder:
    """Collects names; those with the same words become one."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.names: dict[Words, Name] = {}
        self.positions: dict[str, set[str]] = {}
        self.nuclides: dict[str, Name] = {}
        self.exact_mappings: dict[NamedNode, list[NamedNode]] = {}
        self.exact: dict[str, str] = {}
        self.broader: dict[str, tuple[str, ...]] = {}
        self._read_mappings()
        self._uses_of = read.all_objects(store, _term("imt:hasWordUse"))
        self.uses: dict[Words, list[NamedNode]] = {}
        for one in read.members(store, _term("imt:MatchWord")):
            self.uses.setdefault(_words(self.label(one)), []).append(one)

    def _read_mappings(self) -> None:
        """Keep the exact mappings of a thing, and the identifiers that are exactly, or broader than, a thing."""
        kinds = tuple(PROJECT.prefixes[one] for one in ("agent", "substance", "modality", "procedure"))
        subjects, predicates, objects = (
            read.all_objects(self.store, name)
            for name in (vocabulary.MAPS_SUBJECT, vocabulary.MAPS_PREDICATE, vocabulary.MAPS_OBJECT)
        )
        for mapping in sorted(subjects, key=lambda one: one.value):
            for subject in subjects[mapping]:
                is_exact = vocabulary.EXACT_MATCH in predicates.get(mapping, ())
                if is_exact:
                    self.exact_mappings.setdefault(subject, []).append(mapping)
                if not subject.value.startswith(kinds):
                    continue
                for elsewhere in objects.get(mapping, ()):
                    if is_exact:
                        self.exact[elsewhere.value] = subject.value
                    elif _term("skos:broadMatch") in predicates.get(mapping, ()):
                        self.broader[elsewhere.value] = (*self.broader.get(elsewhere.value, ()), subject.value)

    def label(self, thing: NamedNode) -> str:
        return read.text(self.store, thing, vocabulary.PREF_LABEL)

    def labels(self, thing: NamedNode) -> list[str]:
        """Return the labels of a thing, and those that exact mappings give it."""
        own = [text for name in _LABELS for text in read.texts(self.store, thing, name)]
        mapped = [
            text
            for mapping in self.exact_mappings.get(thing, ())
            for text in read.texts(self.store, mapping, vocabulary.OBJECT_LABEL)
        ]
        return list(dict.fromkeys(own + mapped))

    def of_use(self, use: str) -> Iterator[tuple[NamedNode, Words]]:
        wanted = _term(f"worduse:{use}")
        for words, nodes in self.uses.items():
            yield from ((one, words) for one in nodes if wanted in self.uses_of(one))

    def uses_of(self, word: NamedNode) -> list[NamedNode]:
        return self._uses_of.get(word, [])

    def vetoes_of(self, word: NamedNode) -> tuple[Words, ...]:
        """Return the phrases that exclude a word."""
        return tuple(_words(self.label(one)) for one in read.subjects(self.store, _term("imt:isVetoOf"), word))

    def add(self, text: str, agent: str, nuclide: str, *, substance: str = "", is_alone: bool = False) -> None:
        """Add a name of an agent, of its nuclide, and of the molecule if it is that of the molecule too."""
        found = items(text, {})
        own = next((one.nuclide for one in found if one.nuclide), "")
        if own and own != nuclide:
            return  # "Panitumumab ^64^Cu" would be another agent
        words = _without_symbol(found)
        if not words:
            self.nuclides[nuclide] = Name({agent: nuclide}, use="means-nothing-else")
            return
        is_alone = is_alone or not nuclide
        old = self.names.get(words, Name({}))
        use = "means-nothing-else" if is_alone else old.use
        label = old.label or _abbreviation(found)
        self.names[words] = old._replace(
            agents={**old.agents, agent: nuclide}, substance=old.substance or substance, use=use, label=label
        )
        self.positions.setdefault(agent, set()).update(word for word in words if is_position(word))


def _without_symbol(found: list[Item]) -> Words:
    """Return the words of a name without the symbol that repeats that of its nuclide: [68Ga]Ga-PSMA-11."""
    symbols = {symbol_of(one.nuclide).lower() for one in found if one.nuclide}
    return tuple(one.word for one in found if not one.nuclide and not (one.word in symbols and len(one.word) > 1))


def _abbreviation(found: list[Item]) -> str:
    """Return the letters of a name that is an abbreviation (two capitals in a word of at most seven letters), or ""."""
    words = [one.raw for one in found if not one.nuclide]
    letters = "".join(word for word in words if word.isalpha())
    capitals = sum(one.isupper() for one in letters)
    return letters if len(letters) <= 7 and capitals > 1 else ""


def _collect(made: _Builder) -> None:
    store = made.store
    for agent in read.members(store, vocabulary.PHARMACEUTICAL_AGENT):
        if read.subjects(store, vocabulary.IS_BASED_ON, agent):
            continue  # a molecule that is an agent itself: it is added as the base of others
        labels = [made.label(one) for one in read.objects(store, agent, vocabulary.HAS_RADIONUCLIDE)]
        nuclide = next((one.nuclide for text in labels for one in items(text, {}) if one.nuclide), "")
        for text in made.labels(agent):
            made.add(text, agent.value, nuclide)
        for name in read.subjects(store, vocabulary.IS_NAME_OF, agent):
            kinds = {one.value.rpartition("/")[2] for one in read.objects(store, name, _term("imt:hasNameKind"))}
            made.add(made.label(name), agent.value, nuclide, is_alone=bool(kinds & _ALONE))
        for base in read.objects(store, agent, vocabulary.IS_BASED_ON):
            for text in made.labels(base):
                made.add(text, agent.value, nuclide, substance=base.value)
    for use in ("means-nothing-else", "needs-nuclide-or-modality", "needs-nuclide", "is-no-evidence-of-imaging"):
        for word, words in made.of_use(use):
            _decide(made, word, words, use)


def _decide(made: _Builder, word: NamedNode, words: Words, use: str) -> None:
    """Read a name as an editorial decision says."""
    store = made.store
    name = made.names.get(words, Name({}))
    if use == "is-no-evidence-of-imaging":
        made.names[words] = name._replace(is_evidence=False)
        return
    agents = dict(name.agents)
    is_group = False
    for thing in read.objects(store, word, vocabulary.IS_WORD_FOR):
        nuclides = {one.nuclide for text in made.labels(thing) for one in items(text, {}) if one.nuclide}
        is_group = read.is_a(store, thing, _term("imt:AgentGroup"))
        known = next((one.agents[thing.value] for one in made.names.values() if thing.value in one.agents), "")
        agents[thing.value] = known or next(iter(sorted(nuclides)), "")
    made.names[words] = name._replace(
        agents=agents, use=use, label=_abbreviation(items(made.label(word), {})), is_group=is_group,
        vetoes=made.vetoes_of(word),
        is_common_word=_term("worduse:is-a-common-word") in made.uses_of(word),
    )  # fmt: skip


def _by_first(phrases: Iterable[Words]) -> dict[str, list[Words]]:
    found: dict[str, list[Words]] = {}
    for words in phrases:
        found.setdefault(words[0], []).append(words)
    return {first: sorted(those, key=len, reverse=True) for first, those in found.items()}


def _narrower(store: Store, concept: NamedNode) -> frozenset[str]:
    below = read.subjects(store, vocabulary.BROADER, concept)
    return frozenset({concept.value}).union(*(_narrower(store, one) for one in below))


def symbol_of(nuclide: str) -> str:
    """Return the symbol of a nuclide.

    >>> symbol_of("99mTc"), symbol_of("18F"), symbol_of("")
    ('Tc', 'F', '')
    """
    return nuclide.lstrip("0123456789").removeprefix("m")


_UPWARDS = ("needs-nuclide", "needs-nuclide-or-modality", "means-nothing-else").index


def _skeletons(made: _Builder) -> dict[str, tuple[Name, frozenset[str]]]:
    """Return long names without positions; those that become one are one."""
    found: dict[str, tuple[Name, frozenset[str]]] = {}
    for words, name in made.names.items():
        joined = "".join(word for word in words if not is_position(word))
        if len(joined) >= MIN_SKELETON and joined.isalpha() and not name.is_group:
            old, known = found.get(joined, (name, frozenset()))
            both = old._replace(
                agents={**old.agents, **name.agents},
                substance=old.substance or name.substance,
                use=max(old.use, name.use, key=_UPWARDS),
                vetoes=old.vetoes + name.vetoes,
            )
            found[joined] = (both, known.union(*(made.positions.get(agent, ()) for agent in name.agents)))
    return found


class _Ties(NamedTuple):
    """See `Lexicon`: names that are written without a gap between them and their nuclide."""

    glued: dict[str, int]
    shared: dict[tuple[str, str], Words]


def _ties(names: dict[Words, Name]) -> _Ties:
    ties = _Ties({}, {})
    for words, name in names.items():
        first = words[0]
        for symbol in {symbol_of(nuclide) for nuclide in name.agents.values() if nuclide and first.isalpha()}:
            ties.glued[symbol.lower() + first] = len(symbol)
            if name.label and first.startswith(symbol.lower()):
                ties.glued.setdefault(first, 0)
                rest = first[len(symbol) :]
                if len(rest) >= _MIN_REST:
                    ties.shared[symbol, rest] = words
            if name.label and first.endswith(symbol.lower()) and len(words) == 1:
                rest = first[: -len(symbol)]
                ties.shared[symbol, rest] = words
                ties.glued[rest] = TIED
    return ties


def _triggers(made: _Builder, beginnings: frozenset[str], ties: _Ties) -> frozenset[str]:
    """Return runs of letters of which each name has at least one."""
    found = {max((word for word in words if word.isalpha()), key=len) for words in made.names}
    found |= set(ties.glued) | {rest for _, rest in ties.shared}
    found |= {one for one in beginnings if len(one) >= MIN_PIECE}
    for symbol in map(symbol_of, made.nuclides):
        found |= {symbol.lower(), *(name for name, other in ELEMENTS.items() if other == symbol)}
    return frozenset(found)


def read_lexicon(store: Store) -> Lexicon:
    """Return what the matcher looks up, from the complete graph."""
    made = _Builder(store)
    _collect(made)
    names: dict[str, list[tuple[Words, Name]]] = {}
    for words, name in made.names.items():
        names.setdefault(words[0], []).append((words, name))
    skeletons = _skeletons(made)
    beginnings = frozenset(joined[:size] for joined in skeletons for size in range(1, len(joined) + 1))
    ties = _ties(made.names)
    techniques = _techniques(made)
    agents = read.members(store, vocabulary.PHARMACEUTICAL_AGENT)
    bases = {
        agent.value: frozenset(one.value for one in read.objects(store, agent, vocabulary.IS_BASED_ON))
        for agent in agents
    }
    return Lexicon(
        names=names,
        skeletons=skeletons,
        beginnings=beginnings,
        nuclides=made.nuclides,
        glued=ties.glued,
        shared=ties.shared,
        vetoes=_by_first(words for _, words in made.of_use("means-something-else")),
        connects=_by_first(words for _, words in made.of_use("connects")),
        longest_connection=max(len(words) for _, words in made.of_use("connects")),
        techniques={
            first: [one for one in techniques if one.words[0] == first]
            for first in {one.words[0] for one in techniques}
        },
        of_agent={agent.value: _techniques_of(store, agent) for agent in agents},
        exact=made.exact,
        broader=made.broader,
        bases=bases,
        molecules=frozenset().union(*bases.values()),
        scores={
            one.value.rpartition("/")[2]: read.number(store, one, _term("imt:ruleScore"), 0)
            for one in read.subjects(store, vocabulary.IN_SCHEME, _term("concept:match-rule"))
        },
        pharmaceuticals=frozenset(agent.value for agent in agents),
        triggers=_triggers(made, beginnings, ties),
        modality_triggers=frozenset(
            next((word for word in one.words if word in _SCANNERS), max(one.words, key=len)) for one in techniques
        ),
    )


def _techniques_of(store: Store, agent: NamedNode) -> frozenset[str]:
    """Return the imaging techniques of an agent and the narrower ones."""
    named = read.objects(store, agent, vocabulary.HAS_MODALITY)
    return frozenset().union(*(_narrower(store, one) for one in named))


def _techniques(made: _Builder) -> list[Technique]:
    """Return the names of imaging techniques, the longest first."""
    found: list[Technique] = []
    for word, words in made.of_use("names-modality"):
        written = tuple(
            one.raw if one.raw.isupper() and len(one.raw) <= _MAX_STRICT else "" for one in items(made.label(word), {})
        )
        concepts = read.objects(made.store, word, vocabulary.IS_WORD_FOR)
        found += [Technique(words, concept.value, written, made.vetoes_of(word)) for concept in concepts]
    return sorted(found, key=lambda one: -len(one.words))
