"""The part of an agent's report that comes from programs: whom to ask, phases and sizes of trials, review, support."""

from pyoxigraph import NamedNode, Quad, Store

from imaging_trials.model import read, vocabulary
from imaging_trials.views.phrases import joined, plain
from imaging_trials.views.report_lines import LineData, line, object_of, subject_of, text_of, thing_line


def contacts(store: Store, agent: NamedNode) -> list[LineData]:
    """Return the programs to ask, who runs them, and whom they consult."""
    lines = []
    for program, why in _programs(store, agent):
        runs = read.quads(store, program, vocabulary.IS_RUN_BY)
        names = joined(read.thing(store, object_of(quad)) for quad in runs)
        by = (", run by ", *names) if names else ()
        lines.append(line("program", (read.thing(store, program), *by), *why, *runs))
        lines += [thing_line(store, "it consults", quad) for quad in read.quads(store, program, vocabulary.CONSULTS)]
    return lines


def phases(store: Store, agent: NamedNode) -> list[LineData]:
    """Return the phases of each program, the sizes of its trials, and remarks about it."""
    lines = []
    for program, why in _programs(store, agent):
        of_it: list[tuple[str, list[LineData]]] = []
        named: set[NamedNode] = set()
        for quad in read.quads(store, program, vocabulary.HAS_PROGRAM_PHASE):
            names = read.quads(store, object_of(quad), vocabulary.CORRESPONDS_TO_PHASE)
            named.update(object_of(one) for one in names)
            phrase = joined(read.thing(store, object_of(one)) for one in names)
            called = (*phrase, ", called ", read.thing(store, object_of(quad)))
            of_it.append((plain(phrase), [line("phase", called, quad, *names), *_sizes(store, object_of(quad))]))
        of_it += [
            (read.label(store, object_of(quad)), [thing_line(store, "phase", quad)])
            for quad in read.quads(store, program, vocabulary.COVERS_PHASE)
            if object_of(quad) not in named
        ]
        if of_it:
            lines.append(line("program", (read.thing(store, program),), *why))
            lines += [one for _, some in sorted(of_it, key=lambda one: one[0]) for one in some]
            lines += _remarks(store, program)
    return lines or [line("program", "the graph knows of none for this agent")]


def support(store: Store, agent: NamedNode) -> list[LineData]:
    """Return the review boards of the agent's holders, and the services that programs offer."""
    lines = []
    holders = read.objects(store, agent, vocabulary.IS_LISTED_AS_HELD_BY)
    for board in read.members(store, vocabulary.REVIEW_BOARD):
        why = [quad for holder in holders for quad in read.quads(store, board, vocabulary.IS_UNIT_OF, holder)]
        if why:
            short = read.text(store, board, vocabulary.ABBREVIATION)
            in_brackets = (f" ({short})",) if short else ()
            lines.append(line("review board", (read.thing(store, board), *in_brackets), *why))
    for program, _ in _programs(store, agent):
        for quad in read.quads(store, program, vocabulary.OFFERS_SERVICE):
            service = read.thing(store, object_of(quad))
            lines.append(line("support", (service, ", for trials of ", read.thing(store, program)), quad))
    return lines or [line("review board", "the graph knows of none for this agent")]


def _programs(store: Store, agent: NamedNode) -> list[tuple[NamedNode, list[Quad]]]:
    """Return the programs that evaluate agents of this kind, then those of its holders and their units, and why."""
    kinds = read.objects(store, agent, vocabulary.HAS_AGENT_KIND)
    holders = read.objects(store, agent, vocabulary.IS_LISTED_AS_HELD_BY)
    found = []
    for program in read.members(store, vocabulary.PROGRAM):
        why = [quad for kind in kinds for quad in read.quads(store, program, vocabulary.EVALUATES_KIND, kind)]
        evaluates = bool(why)
        for quad in read.quads(store, program, vocabulary.IS_RUN_BY):
            runner = object_of(quad)
            if runner in holders:
                why.append(quad)
            why += [unit for holder in holders for unit in read.quads(store, runner, vocabulary.IS_UNIT_OF, holder)]
        if why:
            found.append((not evaluates, program.value, program, why))
    return [(program, why) for _, _, program, why in sorted(found, key=lambda one: one[:2])]


def _sizes(store: Store, phase: NamedNode) -> list[LineData]:
    lines = []
    for quad in read.quads(store, None, vocabulary.IS_ENROLLMENT_FOR, phase):
        enrollment = subject_of(quad)
        qualifiers = read.literals(store, enrollment, vocabulary.QUALIFIER)
        counts = read.literals(store, enrollment, vocabulary.PARTICIPANT_COUNT)
        number = " ".join(text_of(one) for one in (*qualifiers, *counts))
        lines.append(line("size", f"{number} participants", quad, *qualifiers, *counts))
    return lines


def _remarks(store: Store, program: NamedNode) -> list[LineData]:
    """Return what the page says about a program together with an organization that it consults."""
    lines = []
    for organization in read.objects(store, program, vocabulary.CONSULTS):
        for quad in read.quads(store, None, vocabulary.IS_ABOUT, program):
            both = read.quads(store, subject_of(quad), vocabulary.IS_ABOUT, organization)
            if both:
                summaries = read.literals(store, subject_of(quad), vocabulary.SUMMARY)
                lines += [line("remark", text_of(one), quad, *both, one) for one in summaries]
    return lines
