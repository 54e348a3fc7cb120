"""Markup in titles: HTML, entities and TeX become text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging_trials.bibliography.markup import from_tex, plain_text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r"{\"u}, \"u, \'{\i}, {\v S}, \v{s}, \c c, \ss{}, \o, \AA ngstr\"om", "ü, ü, í, Š, š, ç, ß, ø, Ångström"),
        (r"$^{18}$F, \textsuperscript{18}F, CO$_2$, $\alpha$-emitter, \textalpha", "18F, 18F, CO2, α-emitter, α"),
        (r"{PET}/{CT} \& 50\% of A\_B a_b a^b", "PET/CT & 50% of A_B a_b a^b"),
        (r"\textbackslash{}alpha \textbraceleft{} \{x\}", r"\alpha { {x}"),
        (r"\url{https://doi.org/10.1000/a\_b}", "https://doi.org/10.1000/a_b"),
        (r"\emph{In vivo} imaging~of", "In vivo imaging of"),
        ("no TeX", "no TeX"),
    ],
)
def test_tex_becomes_text(written: str, text: str) -> None:
    assert from_tex(written) == text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("<i>In vivo</i>  <jats:sup>18</jats:sup>F", "In vivo 18F"),
        ('<span class="nocase">PET</span>', "PET"),
        ("&lt;sup&gt;68&lt;/sup&gt;Ga &amp;amp; more", "68Ga & more"),
        ("p < 0.05 and n > 3, a<b and c>d", "p < 0.05 and n > 3, a<b and c>d"),
    ],
)
def test_tags_and_entities_become_text(written: str, text: str) -> None:
    assert plain_text(written) == text


@given(st.text(alphabet=r"""\{}$^_~"'`=.cvuHabi &<>;/#""", max_size=60))
def test_any_text_is_decoded(text: str) -> None:
    from_tex(text)
    plain_text(text)
