"""The statement of the files that makes a contradiction.

A contradiction follows from a few premises: statements about its members, which its rule names. The wrong statement is
a premise that the base graph does not have. If the files state several, it is the last of them, as for a value that is
one too many.
"""

from collections.abc import Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Store

from rdfkit.base import Project, namespaces
from rdfkit.inference import Contradiction
from rdfkit.shacl.locating.paths import TripleIndex, TripleRef
from rdfkit.shacl.terms import Term

_RDFS, _OWL = namespaces.RDFS, namespaces.OWL
_TYPE = namespaces.RDF + "type"
_SAME, _DIFFERENT, _NOTHING = (_OWL + name for name in ("sameAs", "differentFrom", "Nothing"))

PREMISES: dict[str, tuple[tuple[int | str, int | str, int | str], ...]] = {
    "cax-adc": ((0, _TYPE, 1), (0, _TYPE, 2)),
    "cax-dw": ((0, _TYPE, 1), (0, _TYPE, 2)),
    "cls-com": ((0, _TYPE, 1),),
    "cls-maxc1": ((0, 1, 2),),
    "cls-maxqc1": ((0, 1, 2), (2, _TYPE, 3)),
    "cls-maxqc2": ((0, 1, 2),),
    "cls-nothing2": ((0, _TYPE, _NOTHING),),
    "eq-diff1": ((0, _SAME, 1), (0, _DIFFERENT, 1)),
    "eq-diff2": ((0, _SAME, 1),),
    "eq-diff3": ((0, _SAME, 1),),
    "one-iri": ((0, _SAME, 1),),
    "prp-adp": ((0, 1, 3), (0, 2, 3)),
    "prp-asyp": ((0, 1, 2), (2, 1, 0)),
    "prp-fp": ((0, 1, 2), (0, 1, 3)),
    "prp-ifp": ((0, 2, 3), (1, 2, 3)),
    "prp-irp": ((0, 1, 0),),
    "prp-key": ((0, 2, 3), (1, 2, 3)),
    "prp-npa1": ((0, 1, 2),),
    "prp-npa2": ((0, 1, 2),),
    "prp-pdw": ((0, 1, 3), (0, 2, 3)),
}
"""The premises of each rule about its members: subject, predicate and object, each a number of a member or an IRI.

Premises that are axioms are left out.
"""


def refs_of_contradiction(
    project: Project, contradiction: Contradiction, index: TripleIndex, base: Store
) -> list[TripleRef]:
    """Return the wrong statement of the files, and then the other premises that the files state.

    If the premises come from a class expression, which is not traced, it is the first mention of a member.
    """
    found: list[TripleRef] = []
    members = [_member(project, text) for text in contradiction.members]
    for premise in PREMISES.get(contradiction.rule, ()):
        subject, predicate, value = (members[end] if isinstance(end, int) else NamedNode(end) for end in premise)
        if not isinstance(subject, Literal) and isinstance(predicate, NamedNode):
            is_type = predicate.value == _TYPE
            found += _types(index, base, subject, value) if is_type else _values(index, base, subject, predicate, value)
    if found:
        return sorted(set(found), reverse=True)
    return [ref for ref in map(index.first_mention, members) if ref][:1]


def _values(index: TripleIndex, base: Store, subject: Term, predicate: NamedNode, value: Term) -> Iterator[TripleRef]:
    """Yield the first statement of the files that a node has a value, unless the base graph has it."""
    quads = () if isinstance(subject, Literal) else base.quads_for_pattern(subject, predicate, None)
    if not any(_is(quad.object, value) for quad in quads):
        yield from [ref for other, ref in index.values(subject, predicate, {}) if _is(other, value)][:1]


def _types(index: TripleIndex, base: Store, node: Term, kind: Term) -> Iterator[TripleRef]:
    """Yield the statements of the files that make a node an instance of a class, unless the base graph says that too.

    That is its type, or the use of a property whose domain or range is the class or a subclass.
    """
    if not isinstance(kind, NamedNode) or isinstance(node, Literal):
        return
    if next(iter(base.quads_for_pattern(node, NamedNode(_TYPE), kind)), None):
        return
    classes = _subclasses(index, kind.value)
    for ref, quad in index.with_subject(node):
        if quad.predicate.value == _TYPE:
            if _iri(quad.object) in classes:
                yield ref
        elif not classes.isdisjoint(index.related(quad.predicate.value, _RDFS + "domain", to=False)):
            yield ref._replace(part="subject")
    for ref, quad in index.with_object(node):
        if not classes.isdisjoint(index.related(quad.predicate.value, _RDFS + "range", to=False)):
            yield ref._replace(part="object")


def _subclasses(index: TripleIndex, kind: str) -> set[str]:
    """Return a class and its subclasses."""
    found, waiting = {kind}, [kind]
    while waiting:
        new = set(index.related(waiting.pop(), _RDFS + "subClassOf", to=True)) - found
        found |= new
        waiting += new
    return found


def _iri(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else ""


def _is(term: object, member: Term) -> bool:
    """Return whether a term is a member of a contradiction, which has literals without datatype and language."""
    if isinstance(term, Literal) and isinstance(member, Literal):
        return term.value == member.value
    return term == member


def _member(project: Project, text: str) -> Term:
    """Return the term that a contradiction names: a CURIE, an IRI, a quoted literal, or an unnamed node."""
    if text.startswith('"'):
        return Literal(text[1:-1])
    try:
        return NamedNode(project.expand(text) if text.partition(":")[0] in project.prefixes else text)
    except ValueError:
        return BlankNode("unnamed")
