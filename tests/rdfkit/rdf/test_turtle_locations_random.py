"""Random texts of the whole Turtle and TriG grammar: the scanner finds the triples that pyoxigraph reads."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support.scanned import check_document

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking, which takes minutes: a failing text is short enough."""
CHARACTERS = "aZ0_é日𝄞·-"
PREFIXES = ("", "p", "P.q", "é-1")


def spaced(draw: st.DrawFn, *, needed: bool = True) -> str:
    """Draw white space and comments; at least one character where two tokens would else be one."""
    kinds = [" ", "\n", "\t", "\r\n", "# <a> ; [ \" ' .\n", "#\r"]
    return "".join(draw(st.lists(st.sampled_from(kinds), min_size=1 if needed else 0, max_size=2)))


@st.composite
def iris(draw: st.DrawFn) -> str:
    kind = draw(st.integers(0, 5))
    if kind < 3:
        local = draw(st.text(CHARACTERS + ":.", max_size=4)).strip(".").lstrip("-·.")
        local += draw(st.sampled_from(["", "", "\\~", "%4a", "\\,x", "a.b", "\\.", ":"]))
        return f"{draw(st.sampled_from(PREFIXES))}:{local}"
    path = draw(
        st.sampled_from(["", "#a", "?x=y", "a/../b", "../../../c", "/d/./e/", "//host/f", "..", "./g:h", ".", "é"])
    )
    if kind == 3:
        return f"<{path}>"
    escape = draw(st.sampled_from(["", "\\u00e9", "\\U0001D11E", "~", "%20"]))
    return f"<http://example.org/{draw(st.text('abc/.', max_size=4))}{escape}>"


@st.composite
def literals(draw: st.DrawFn) -> str:
    if draw(st.integers(0, 3)) == 0:
        numbers = ["0", "-12", "+7", "1.5", ".5", "-0.0", "1e3", "1.E-3", ".5E+2", "007", "true", "false"]
        return str(draw(st.sampled_from(numbers)))
    quote = draw(st.sampled_from(['"', "'", '"""', "'''"]))
    pieces = [
        "a",
        "é",
        "𝄞",
        "\\n",
        "\\u0041",
        "\\U0001D11E",
        "\\\\",
        "\\'",
        '\\"',
        "#",
        "<a>",
        "@en",
        "^^",
        " . ",
        "{ [ (",
    ]
    pieces += (
        ["\n", "\r\n", "\t", quote[0] + "x", quote[0] * 2 + "x"] if len(quote) == 3 else ["'" if quote == '"' else '"']
    )
    body = "".join(draw(st.lists(st.sampled_from(pieces), max_size=5)))
    tag = draw(st.sampled_from(["", "", "@en", "@de-AT", "^^"]))
    between = draw(st.sampled_from(["", "", " ", "#\n"])) if tag else ""
    return f"{quote}{body}{quote}{between}{tag}" + (between + draw(iris()) if tag == "^^" else "")


LABELS = st.sampled_from(["_:a", "_:b.c", "_:1", "_:é-"])


@st.composite
def nodes(draw: st.DrawFn, depth: int, *, subject: bool = False) -> str:
    kind = draw(st.integers(0, 9))
    if depth and kind == 0:
        return f"[{spaced(draw, needed=False)}{draw(predicates(depth - 1))}{spaced(draw)}]"
    if depth and kind == 1:
        items = draw(st.lists(nodes(depth - 1), max_size=3))
        return f"({spaced(draw, needed=False)}" + "".join(item + spaced(draw) for item in items) + ")"
    if kind == 2:
        return draw(st.sampled_from(["[]", "[ ]", "[#\n]"]))
    if kind == 3:
        return draw(LABELS)
    return draw(iris()) if subject or kind < 6 else draw(literals())


@st.composite
def predicates(draw: st.DrawFn, depth: int) -> str:
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        values = draw(st.lists(nodes(depth), min_size=1, max_size=3))
        comma = spaced(draw) + "," + spaced(draw, needed=False)
        parts.append(draw(st.one_of(st.just("a"), iris())) + spaced(draw) + comma.join(values))
    end = draw(st.sampled_from(["", "", " ;", " ; ;"]))
    return (spaced(draw) + draw(st.sampled_from([";", "; ;"])) + spaced(draw)).join(parts) + end


@st.composite
def statements(draw: st.DrawFn) -> str:
    subject = draw(nodes(2, subject=True))
    return f"{subject}{spaced(draw)}{draw(predicates(2))}"


@st.composite
def directives(draw: st.DrawFn) -> str:
    prefix = draw(st.sampled_from(PREFIXES))
    iri = draw(st.sampled_from(["<http://example.org/ns#>", "<other/>", "<../x\\u00e9>", "<>"]))
    return str(
        draw(
            st.sampled_from(
                [
                    f"@prefix {prefix}: {iri} .",
                    f"PREFIX {prefix}:{iri}",
                    f"pReFiX # a\n{prefix}: {iri}",
                    f"@base {iri}.",
                    f"BASE{iri}",
                ]
            )
        )
    )


@st.composite
def documents(draw: st.DrawFn, *, trig: bool) -> str:
    text = spaced(draw, needed=False) + "".join(
        f"@prefix {prefix}: <http://example.org/{i}#> .\n" for i, prefix in enumerate(PREFIXES)
    )
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.integers(0, 5 if trig else 3))
        if kind == 0:
            text += draw(directives())
        elif kind < 4:
            text += draw(statements()) + spaced(draw) + "."
        else:
            label = draw(st.one_of(st.just(""), iris(), LABELS, st.just("[]")))
            label = draw(st.sampled_from(["GRAPH ", "graph\n", ""])) + label + " " if label else ""
            inner = draw(st.lists(statements(), max_size=2))
            text += f"{label}{{{spaced(draw, needed=False)}" + f"{spaced(draw)}.{spaced(draw)}".join(inner)
            text += spaced(draw) + (draw(st.sampled_from(["", "."])) if inner else "") + "}"
        text += spaced(draw)
    return text + draw(st.sampled_from(["", "# the end", "\n\n"]))


@given(text=documents(trig=False))
@settings(max_examples=20, phases=QUICK, deadline=None)
def test_any_turtle_is_scanned_as_pyoxigraph_reads_it(text: str) -> None:
    check_document(text, "turtle")


@given(text=documents(trig=True))
@settings(max_examples=20, phases=QUICK, deadline=None)
def test_any_trig_is_scanned_as_pyoxigraph_reads_it(text: str) -> None:
    check_document(text, "trig")


@pytest.mark.prove
@given(text=st.one_of(documents(trig=False), documents(trig=True)))
@settings(max_examples=1000, phases=QUICK, deadline=None)
def test_thousands_of_texts_are_scanned_as_pyoxigraph_reads_them(text: str) -> None:
    check_document(text, "trig")
