"""Every edit on what a constraint reads, for constraints whose parameter does not say what breaks them."""

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from tools.mutation import patterns, queries
from tools.mutation.aims import Aim, query_of, read_by
from tools.mutation.records import Base, Edit, Node, copied, renamed
from tools.mutation.values import near, one_character_off, pool


def tries(aim: Aim, base: Base, focus: Node, *, wide: bool = False) -> Iterator[Edit]:
    """Yield every edit on what a constraint reads, those close to the focus node first; many more if ``wide``."""
    reads = read_by(aim)
    most = 60 if wide else 15
    nodes = list(dict.fromkeys(triple.subject for triple in base.triples if not isinstance(triple.subject, Triple)))
    read = [t for t in base.triples if t.predicate.value in reads or "" in reads]
    if not wide:
        read = [t for t in read if focus in {t.subject, t.object}]
    read.sort(key=lambda triple: (triple.subject != focus, triple.object != focus))
    for triple in read:
        yield Edit("drop", (triple,))
    for triple in read:
        for new in _values(triple, focus, nodes, most):
            yield Edit("change", (triple,), (Triple(triple.subject, triple.predicate, new),))
            yield Edit("second", (), (Triple(triple.subject, triple.predicate, new),))
    for name in sorted(reads - {""}):
        yield from _where_it_lacks(base, NamedNode(name), focus, nodes if wide else [focus], most)
    yield from _of_names(base, nodes)


def off_regexes(aim: Aim, base: Base) -> Iterator[Edit]:
    """Yield edits of texts that fit a pattern in the query of a constraint, so that they fit it only if weakened."""
    regexes = queries.regexes(query_of(aim))
    for triple in base.triples:
        old = triple.object
        if not isinstance(old, Literal) or triple.predicate.value not in read_by(aim):
            continue
        for text in dict.fromkeys(chain.from_iterable(_near_misses(pattern, old.value) for pattern in regexes)):
            new = Literal(text, language=old.language) if old.language else Literal(text, datatype=old.datatype)
            yield Edit("change", (triple,), (Triple(triple.subject, triple.predicate, new),))


def _near_misses(pattern: str, text: str, most: int = 12) -> Iterator[str]:
    """Yield, if a text fits a pattern, up to ``most`` near it that do not, for each weaker pattern that they fit."""
    if not re.search(pattern, text):
        return
    runs = [(run[0], *run.span()) for run in re.finditer(r"[0-9]+|[A-Za-z]+", text)]
    lengths = [text[:start] + run[:-less] + text[end:] for run, start, end in runs for less in range(1, len(run) + 1)]
    lengths += [text[:end] + run[-1] * more + text[end:] for run, _, end in runs for more in (1, 2, 3)]
    twice = [text[:at] + c * 2 + text[at:] for c in re.findall(r"(\w)\?", pattern) for at in range(len(text))]
    wrong = [new for new in (*lengths, *twice, *one_character_off(text)) if not re.search(pattern, new)]
    for weaker in patterns.weaker(pattern):
        yield from islice((new for new in wrong if re.search(weaker, new)), most)


def _where_it_lacks(base: Base, path: NamedNode, focus: Node, nodes: list[Node], most: int) -> Iterator[Edit]:
    for node in nodes:
        if not any(t.subject == node and t.predicate == path for t in base.triples):
            for new in islice((*pool().get(path.value, ()), focus, *nodes), most):
                yield Edit("add", (), (Triple(node, path, new),))
        yield Edit("add", (), (Triple(node, path, focus),))


def _of_names(base: Base, nodes: list[Node]) -> Iterator[Edit]:
    for node in nodes:
        if isinstance(node, NamedNode):
            yield copied(base, node, NamedNode(node.value + "-copy"))
    for node in nodes:
        if isinstance(node, NamedNode):
            yield renamed(base, node, NamedNode(node.value + "-X"), "rename-wrong")
            yield renamed(base, node, NamedNode(re.sub(r"([/#])(\w)([\w-]*)$", _swapped, node.value)), "rename-wrong")


def _swapped(match: "re.Match[str]") -> str:
    return f"{match[1]}{match[2].swapcase()}{match[3]}"


def _values(triple: Triple, focus: Node, nodes: list[Any], most: int) -> Iterator[Any]:
    old = triple.object
    if isinstance(old, Literal):
        yield from islice((new for new in near(old) if new != old), most)
    yield from islice((v for v in pool().get(triple.predicate.value, ()) if v != old), most)
    if not isinstance(old, Literal):
        yield from (node for node in (focus, *nodes) if node != old)
