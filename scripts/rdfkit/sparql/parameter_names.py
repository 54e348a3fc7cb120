"""The thing that a parameter's value names without regard to case: by local name, notation or label.

Only a value that is not the IRI of a described thing gets here, so this is not imported for the others.
"""

from pyoxigraph import Literal, NamedNode, Store

from rdfkit.base import MAX_NAME_CHARACTERS, WELL_KNOWN, Project, UserError, nearest

ByName = dict[str, set[NamedNode]]
"""Things by each of their names, folded."""

_NAME_PROPERTIES = (
    WELL_KNOWN["skos"] + "notation",
    WELL_KNOWN["skos"] + "prefLabel",
    WELL_KNOWN["skos"] + "altLabel",
    WELL_KNOWN["rdfs"] + "label",
)
_MIN_PART_CHARACTERS = 3
"""How long a part of a name must be for an error to offer the name."""

_MAX_SHOWN = 12
"""How many things an error lists."""

_MAX_OFFERED = 3
"""How many near things an error offers."""


def by_name(project: Project, store: Store, prefix: str) -> ByName:
    """Return the things with a prefix that have a name, by their notations, labels and local names, folded.

    A thing without any name is not found: to read all subjects of a graph would take four times as long.
    """
    found: ByName = {}
    namespace = project.prefixes[prefix] if prefix else ""
    own = tuple(project.expand(curie) for curie in project.label_properties)
    for name in (*_NAME_PROPERTIES, *own):
        for quad in store.quads_for_pattern(None, NamedNode(name), None, None):
            thing, text = quad.subject, quad.object
            if isinstance(thing, NamedNode) and isinstance(text, Literal) and thing.value.startswith(namespace):
                found.setdefault(_folded(text.value), set()).add(thing)
    if namespace:
        for thing in {thing for named in found.values() for thing in named}:
            found.setdefault(_folded(thing.value.removeprefix(namespace)), set()).add(thing)
    return found


def find(project: Project, names: ByName, prefix: str, iri: str, value: str) -> NamedNode | None:
    """Return the thing with a prefix ("" for any thing) that a value names, or None.

    ``iri`` is the value as an IRI, or "" if it is none: then a notation or a label may be meant. Case makes no
    difference, nor does the length of white space. A local name comes before other names. Raises UserError, which says
    what it is about only by "it", if several things have the name.
    """
    if len(value) > MAX_NAME_CHARACTERS:
        return None
    if iri:
        wanted = _folded(iri)
        found = {thing for named in names.values() for thing in named if _folded(thing.value) == wanted}
    else:
        wanted = _folded(value)
        named = names.get(wanted, set())
        found = {thing for thing in named if _folded(_shown(project, prefix, thing)) == wanted} or named
    if len(found) > 1:
        raise UserError(
            f"it names {_some(sorted(_shown(project, prefix, thing) for thing in found))}; give one of these."
        )
    return next(iter(found), None)


def unknown(project: Project, names: ByName, prefix: str, value: str) -> str:
    """Return the end of the error for a value that names nothing: what has a name near it, or else what there is."""
    wanted = _folded(value[: 2 * MAX_NAME_CHARACTERS].removeprefix(project.prefixes[prefix] if prefix else ""))
    near = [*nearest(wanted.replace(" ", "-"), names), *nearest(wanted, names)]
    near += [name for name in sorted(names) if len(wanted) >= _MIN_PART_CHARACTERS and wanted in name]
    found = dict.fromkeys(one for name in near for one in sorted(_shown(project, prefix, it) for it in names[name]))
    hint = f"did you mean {' or '.join([*found][:_MAX_OFFERED])}?"
    if not prefix:
        return (
            f"nothing has that name; {hint}"
            if found
            else "give an IRI, such as agent:fes or <https://example.org/fes>."
        )
    if not found:
        every = {_shown(project, prefix, thing) for named in names.values() for thing in named}
        hint = f"the graph has {_some(sorted(every))}."
    return f"nothing with the prefix {prefix}: has that name; {hint}"


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _shown(project: Project, prefix: str, thing: NamedNode) -> str:
    """Return how a user may give a thing: its local name, or its CURIE if a thing of any kind may be meant."""
    return thing.value.removeprefix(project.prefixes[prefix]) if prefix else project.shorten(thing.value)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _MAX_SHOWN} more" if len(names) > _MAX_SHOWN else ""
    return (", ".join(names[:_MAX_SHOWN]) or "none") + more
