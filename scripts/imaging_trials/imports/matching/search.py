"""Names of agents and of imaging techniques in a text, by rules and not by likeness.

The order of the rules is that of docs/import.md. An agent with a radionuclide is found by the name of its molecule only
together with that nuclide in the same noun phrase; a different nuclide there excludes it. The longest name wins.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from imaging_trials.imports.matching.lexicon import MAX_PIECES, MIN_PIECE, Lexicon, Name, Words, is_position, symbol_of
from imaging_trials.imports.matching.phrases import IN_NAME, MAX_BETWEEN, Phrases, is_tight, only
from imaging_trials.imports.matching.text import words_of

MAX_TEXT_CHARACTERS = 20_000
"""The longest text that is looked at as a whole; of a longer one, its beginning."""

_BEFORE_TECHNIQUE = frozenset(" -/(")


class Found(NamedTuple):
    """What a text names: IRIs of a thing, the rule (a slug of match-rule), and the place in the text.

    ``kind`` is ``agent``, ``substance``, ``group`` or ``modality``. ``is_evidence`` says whether an agent is given for
    imaging only.
    """

    kind: str
    thing: str
    rule: str
    start: int
    end: int
    is_evidence: bool = True


class _Span(NamedTuple):
    """A name at the items from ``first`` up to, and without, ``last``; ``nuclides`` are inside it."""

    first: int
    last: int
    name: Name
    nuclides: tuple[str, ...] = ()
    is_exact: bool = True
    is_veto: bool = False


class _Bound(NamedTuple):
    """A nuclide that labels a name, and the items of both, from the first up to, and without, the last."""

    nuclide: str
    first: int
    last: int


def may_name_agents(words: Iterable[str], lexicon: Lexicon) -> bool:
    """Return whether any of the words of a text (`words_of`) belongs to a name; if not, `agents_in` finds nothing."""
    return not lexicon.triggers.isdisjoint(words)


def may_name_techniques(words: Iterable[str], lexicon: Lexicon) -> bool:
    """Return whether any of the words of a text belongs to an imaging technique."""
    return not lexicon.modality_triggers.isdisjoint(words)


def agents_in(text: str, lexicon: Lexicon) -> list[Found]:
    """Return the agents, molecules and groups that a text names, in their order."""
    text = text[:MAX_TEXT_CHARACTERS]
    return _Text(text, lexicon).agents()


def techniques_in(text: str, lexicon: Lexicon) -> list[Found]:
    """Return the imaging techniques that a text names, in their order."""
    text = text[:MAX_TEXT_CHARACTERS]
    return _Text(text, lexicon, with_nuclides=False).techniques()


def filtered(text: str, lexicon: Lexicon) -> list[Found]:
    """Return what `agents_in` returns, which is not called for a text without any word of a name."""
    return agents_in(text, lexicon) if may_name_agents(words_of(text), lexicon) else []


def _closes(text: str) -> bool:
    """Return whether a bracket in a text was opened before it."""
    return text.count("]") > text.count("[") or text.count(")") > text.count("(")


def _opens(text: str) -> bool:
    """Return whether a bracket in a text is closed behind it."""
    return text.count("[") > text.count("]") or text.count("(") > text.count(")")


class _Text(Phrases):
    """One text, its items, and what is found in it."""

    def agents(self) -> list[Found]:
        spans = self._chosen()
        made = [one for span in spans if not span.is_veto for one in self._judge(span)]
        labeled = {base for one in made if one.kind == "agent" for base in self.lexicon.bases.get(one.thing, ())}
        return [one for one in made if not (one.kind == "substance" and one.thing in labeled)]

    def techniques(self) -> list[Found]:
        found = []
        done = 0
        for at, item in enumerate(self.items):
            if at < done or item.word not in self.lexicon.techniques:
                continue
            technique = self.technique_at(at)
            if technique is not None:
                done = at + len(technique.words)
                if not self.is_vetoed(at, technique):
                    found.append(self._found(Found("modality", technique.concept, "modality-name", 0, 0), at, done))
        return found

    # Where names are

    def _chosen(self) -> list[_Span]:
        """Return the names in the text; of those that overlap the longest."""
        spans = [span for at in range(len(self.items)) for span in self._at(at)]
        if not spans:
            return []
        spans += [_Span(at, at + len(words), Name({}), is_veto=True) for at, words in self.other_meanings]
        spans.sort(key=lambda one: (one.first - one.last, one.is_veto, not one.is_exact))
        taken: set[int] = set()
        chosen = []
        for span in spans:
            places = range(span.first, span.last)
            if taken.isdisjoint(places):
                taken.update(places)
                chosen.append(span)
        return sorted(chosen, key=lambda one: one.first)

    def _at(self, at: int) -> Iterator[_Span]:
        """Yield every name that begins at an item."""
        one = self.items[at]
        lexicon = self.lexicon
        if one.nuclide and (name := lexicon.nuclides.get(one.nuclide)):
            yield _Span(at, at + 1, name)
        for words, name in lexicon.names.get(one.word, ()):
            if span := self._spelled(at, words, name):
                yield span
        yield from self._shared(at)
        if len(one.word) >= MIN_PIECE and one.word in lexicon.beginnings:
            yield from self._in_pieces(at)

    def _spelled(self, at: int, words: Words, name: Name) -> _Span | None:
        """Return a name whose words follow each other, nuclides between them left aside."""
        place, nuclides = at, []
        for number, word in enumerate(words):
            while number and place < len(self.items) and self.items[place].nuclide:
                nuclides.append(self.items[place].nuclide)
                place += 1
            if place >= len(self.items) or self.items[place].word != word:
                return None
            if number and not only(self.items[place].gap, IN_NAME):
                return None
            place += 1
        if not self._has_its_positions(words, self.positions_before(at)):
            return None
        return _Span(at, place, name, tuple(nuclides))

    def _has_its_positions(self, words: Words, positions: set[str]) -> bool:
        """Return whether a molecule can have these positions in front of its name: 4-fluoroestradiol is another one."""
        joined = "".join(word for word in words if not is_position(word))
        return joined not in self.lexicon.skeletons or self._are_known(joined, positions)

    def _are_known(self, joined: str, positions: set[str]) -> bool:
        known = self.lexicon.skeletons[joined][1]
        return all(word in known or (word.isalpha() and len(word) == 1 and word != "d") for word in positions)

    def _shared(self, at: int) -> Iterator[_Span]:
        """Yield an abbreviation in two pieces, one of them shared with its nuclide or tied by a hyphen: 18F-MISO."""
        if at + 1 >= len(self.items):
            return
        one, other = self.items[at], self.items[at + 1]
        if not is_tight(other.gap):
            return
        label, beside = (one, other) if one.nuclide else (other, one)
        if label.nuclide:
            symbol = symbol_of(label.nuclide)
        elif one.raw.isalpha() and other.raw.isalpha() and other.gap == "-":
            symbol, beside = one.raw, other
        else:
            return
        words = self.lexicon.shared.get((symbol, beside.word))
        if words is None:
            return
        is_behind = words[0].startswith(beside.word) and not words[0].endswith(beside.word)
        if is_behind != (beside is one):
            return
        for spelled, name in self.lexicon.names[words[0]]:
            if spelled == words:
                yield _Span(at, at + 2, name, (label.nuclide,) if label.nuclide else ())

    def _in_pieces(self, at: int) -> Iterator[_Span]:
        """Yield a chemical name in pieces, whatever positions are between them: fluoro-17β-estradiol."""
        joined, nuclides, places = "", [], self.positions_before(at)
        if is_position(self.items[at].word):
            return
        for place in range(at, min(at + MAX_PIECES, len(self.items))):
            one = self.items[place]
            if place > at and not only(one.gap, IN_NAME):
                return
            if one.nuclide:
                nuclides.append(one.nuclide)
            elif is_position(one.word):
                places.add(one.word)
            else:
                joined += one.word
                if joined not in self.lexicon.beginnings:
                    return
                if joined in self.lexicon.skeletons:
                    name, _ = self.lexicon.skeletons[joined]
                    if self._are_known(joined, places):
                        yield _Span(at, place + 1, name, tuple(nuclides), is_exact=False)

    # What a name means where it is

    def _judge(self, span: _Span) -> Iterator[Found]:
        """Yield what a name means where it is."""
        name = span.name
        if self._goes_on(span):
            return
        bound = [_Bound(one, span.first, span.last) for one in span.nuclides] or [*self._beside(span)]
        if bound:
            own = [*self._labeled(name, bound)]
            yield from own
            if own or any(name.agents.values()):
                return  # another nuclide is the label of another agent
        if name.is_group or self._is_preceded(span):
            return
        if name.use == "means-nothing-else":
            yield from self._alone(span)
            return
        with_technique = [] if self.said.intersection(name.vetoes) else [*self._before_technique(span)]
        yield from with_technique
        if name.substance and not name.label and not with_technique:
            yield self._found(Found("substance", name.substance, "base-substance", 0, 0), span.first, span.last)

    def _labeled(self, name: Name, bound: list[_Bound]) -> Iterator[Found]:
        """Yield the agents whose own nuclide is beside the name."""
        first, last = min(one.first for one in bound), max(one.last for one in bound)
        labels = {one.nuclide for one in bound}
        rule = "group-name" if name.is_group else "acronym-and-nuclide" if name.label else "name-and-nuclide"
        kind = "group" if name.is_group else "agent"
        for agent, nuclide in name.agents.items():
            if nuclide and nuclide in labels:
                yield self._found(Found(kind, agent, rule, 0, 0, is_evidence=name.is_evidence), first, last)

    def _alone(self, span: _Span) -> Iterator[Found]:
        """Yield the agents of a name that means nothing else."""
        name = span.name
        is_acronym = bool(name.label) and any(name.agents.values())
        if is_acronym and not self._is_written(span):
            return
        rule = "acronym-alone" if is_acronym else "full-name"
        for agent in name.agents:
            yield self._found(Found("agent", agent, rule, 0, 0, is_evidence=name.is_evidence), span.first, span.last)

    def _before_technique(self, span: _Span) -> Iterator[Found]:
        """Yield the agents of a name directly before an imaging technique of theirs."""
        name = span.name
        if name.use != "needs-nuclide-or-modality" or not self._is_written(span) or self._is_plain_english(name):
            return
        technique = self.technique_at(span.last, _BEFORE_TECHNIQUE)
        rule = "acronym-and-modality" if name.label else "name-and-modality"
        for agent in name.agents if technique else ():
            if technique and technique.concept in self.lexicon.of_agent.get(agent, ()):
                last = span.last + len(technique.words)
                yield self._found(Found("agent", agent, rule, 0, 0), span.first, last)

    def _found(self, found: Found, first: int, last: int) -> Found:
        start, end = self.items[first].start, self.items[last - 1].end
        printed = self.text[start:end]
        if self.text[start - 1 : start] in ("[", "(") and _closes(printed):
            start -= 1
        if self.text[end : end + 1] in ("]", ")") and _opens(printed):
            end += 1
        return found._replace(start=start, end=end)

    def _goes_on(self, span: _Span) -> bool:
        """Return whether a number is tied to the end of a name, which makes it another one: FLT3, PSMA-617."""
        behind = self.items[span.last] if span.last < len(self.items) else None
        return bool(behind and behind.word.isdigit() and behind.gap in ("", "-"))

    def _is_preceded(self, span: _Span) -> bool:
        """Return whether a word is tied to the beginning of a name, which makes it another one: c-MET, AlF-PSMA-11."""
        if not span.first:
            return False
        before, gap = self.items[span.first - 1], self.items[span.first].gap
        if before.nuclide or before.word.isdigit() or gap not in ("", "-"):
            return gap == "" and before.word.isdigit()
        if not span.name.label:
            return False
        return not any(
            (found := self.technique_at(at)) and at + len(found.words) == span.first
            for at in range(max(0, span.first - MAX_BETWEEN), span.first)
        )

    def _is_written(self, span: _Span) -> bool:
        """Return whether an abbreviation is written as it is meant, capitals included; hyphens do not count."""
        if not span.name.label:
            return True
        letters = "".join(one.raw for one in self.items[span.first : span.last] if one.raw.isalpha())
        return letters == span.name.label

    def _is_plain_english(self, name: Name) -> bool:
        return name.is_common_word and self.is_in_capitals

    def _beside(self, span: _Span) -> Iterator[_Bound]:
        """Yield the nuclides that label a name, each with the items from the first to the last of both."""
        if (at := self.nuclide_before(span.first)) is not None:
            yield _Bound(self.items[at].nuclide, at, span.last)
        if (at := self.nuclide_behind(span.last)) is not None:
            yield _Bound(self.items[at].nuclide, span.first, at + 1)
