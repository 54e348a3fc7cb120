"""Half-lives, and the activity of a radionuclide that remains after a time."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials.model import vocabulary
from imaging_trials.model.project import PROJECT
from imaging_trials.views import decay
from rdfkit.base.errors import UserError
from rdfkit.stores.embedded import open_store
from tests.conftest import Imt

HOUR = 3600.0


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


def of(store: Store, curie: str) -> decay.HalfLife:
    found = decay.half_life(store, NamedNode(PROJECT.expand(curie)))
    assert found
    return found


def a_half_life(seconds: float, uncertainty: float | None = None) -> decay.HalfLife:
    nothing = NamedNode("https://example.org/x")
    return decay.HalfLife(nothing, nothing, str(seconds), "", "s", seconds, uncertainty, "")


@pytest.mark.parametrize(
    ("nuclide", "words", "seconds"),
    [
        ("nuclide:c-11", "1221.8 ± 0.8 s", 1221.8),
        ("nuclide:f-18", "109.77 ± 0.05 min", 109.77 * 60),
        ("nuclide:tc-99m", "6.0072 ± 0.0009 h", 6.0072 * 3600),
        ("nuclide:lu-177", "6.6443 ± 0.0009 d", 6.6443 * 86400),
    ],
)
def test_a_half_life_is_read_in_the_unit_of_its_data_set(
    store: Store, nuclide: str, words: str, seconds: float
) -> None:
    found = of(store, nuclide)
    assert (found.text, found.data_set) == (words, "ENSDF")
    assert found.seconds == pytest.approx(seconds)


# Computed by hand: 2 h of fluorine-18 are 120/109.77 = 1.09319 half-lives, and 2^-1.09319 = 0.46872.
@pytest.mark.parametrize(
    ("nuclide", "after", "fraction", "half_lives"),
    [
        ("nuclide:f-18", "2h", 0.46872, 1.09319),
        ("nuclide:ga-68", "67.71 min", 0.5, 1),
        ("nuclide:tc-99m", "1 d", 0.062708, 3.99521),
        ("nuclide:ra-223", "0 s", 1, 0),
        ("nuclide:zr-89", "156.82h", 0.25, 2),
    ],
)
def test_remaining_activity_agrees_with_hand_computation(
    store: Store, nuclide: str, after: str, fraction: float, half_lives: float
) -> None:
    left = decay.remaining(of(store, nuclide), decay.duration(after))
    assert left.fraction == pytest.approx(fraction, rel=2e-5)
    assert left.half_lives == pytest.approx(half_lives, rel=2e-5)


def test_uncertainty_follows_from_that_of_the_half_life(store: Store) -> None:
    # 0.46872 x ln 2 x 1.09319 x 0.05/109.77 = 0.0001618
    left = decay.remaining(of(store, "nuclide:f-18"), 2 * HOUR)
    assert left.uncertainty == pytest.approx(0.0001618, rel=1e-3)
    assert left.text == "46.872 ± 0.016 % (1.093 half-lives)"
    assert decay.remaining(a_half_life(10), 5).uncertainty is None


@given(st.floats(1e-3, 1e9), st.floats(0, 1e10), st.floats(0, 1e10))
def test_activity_decreases_with_time(half: float, one: float, other: float) -> None:
    sooner, later = sorted((one, other))
    before, after = (decay.remaining(a_half_life(half), when).fraction for when in (sooner, later))
    assert 0 <= after <= before <= 1


@given(st.floats(1e-3, 1e9), st.integers(0, 40))
def test_each_half_life_halves_the_activity(half: float, times: int) -> None:
    before, after = (decay.remaining(a_half_life(half), half * n).fraction for n in (times, times + 1))
    assert after == pytest.approx(before / 2)


@given(st.floats(1, 1e9), st.floats(0, 0.5), st.floats(0, 1e12))
def test_remaining_activity_always_has_a_text(half: float, share: float, seconds: float) -> None:
    words = decay.remaining(a_half_life(half, half * share), seconds).text
    assert words.endswith(" half-lives)")
    assert "nan" not in words


@given(st.floats(1, 1e6), st.floats(0.01, 5))
def test_uncertainty_agrees_with_a_longer_half_life(half: float, times: float) -> None:
    small = half * 1e-5
    left = decay.remaining(a_half_life(half, small), half * times)
    longer = decay.remaining(a_half_life(half + small), half * times)
    assert left.uncertainty == pytest.approx(longer.fraction - left.fraction, rel=1e-2)


@pytest.mark.parametrize(
    ("words", "seconds"), [("2h", 7200), ("90 min", 5400), ("1.5 d", 129600), (" .5s ", 0.5), ("0h", 0)]
)
def test_a_time_is_a_number_and_a_unit(words: str, seconds: float) -> None:
    assert decay.duration(words) == seconds


@pytest.mark.parametrize(
    "words", ["", "2", "h", "-2h", "2 hours", "1e3 s", "2h 30min", "nan s", "٣h", "1.h", "9" * 400 + "s"]
)
def test_other_texts_are_not_times(words: str) -> None:
    with pytest.raises(UserError, match=r"is not a time: .*'90 min'") as refused:
        decay.duration(words)
    assert len(str(refused.value)) < 200


@given(st.text(max_size=20))
def test_any_text_is_a_time_or_one_sentence(words: str) -> None:
    try:
        assert math.isfinite(decay.duration(words))
    except UserError as error:
        assert "\n" not in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    ("value", "unit"), [("0", "MIN"), ("-1", "MIN"), ("INF", "MIN"), ("soon", "MIN"), ("1", "YR"), ("1", None)]
)
def test_an_unreadable_half_life_is_named(value: str, unit: str | None) -> None:
    nuclide, quantity = (NamedNode(PROJECT.expand(one)) for one in ("nuclide:f-18", "quantity:half-life-of-f-18"))
    curated = PROJECT.graph_iri("curated")
    wrong = Store()
    wrong.add(Quad(nuclide, vocabulary.HAS_HALF_LIFE, quantity, curated))
    wrong.add(Quad(quantity, vocabulary.NUMERIC_VALUE, Literal(value), curated))
    if unit:
        wrong.add(Quad(quantity, vocabulary.HAS_UNIT, NamedNode(PROJECT.prefixes["unit"] + unit), curated))
    with pytest.raises(UserError, match="quantity:half-life-of-f-18 cannot be read"):
        decay.half_life(wrong, nuclide)


def test_show_has_the_half_life_of_nuclide_and_agent(imt: Imt) -> None:
    assert "half-life  109.77 ± 0.05 min\n" in imt("show", "nuclide:f-18").stdout
    assert "half-life  109.77 ± 0.05 min, of nuclide:f-18 (fluorine-18)\n" in imt("show", "FES").stdout
    assert "half-life" not in imt("show", "ferumoxytol").stdout


def test_show_has_the_activity_after_a_time(imt: Imt) -> None:
    done = imt("show", "Tc-99m", "--after", "6.0072 h")
    assert (done.returncode, done.stderr) == (0, "")
    assert "left after 6.0072 h  50.0000 ± 0.0052 % (1 half-lives)\n" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("ferumoxytol", "--after", "2h"), "agent:ferumoxytol (ferumoxytol) has no half-life in the graph"),
        (("FES", "--after", "two hours"), "'two hours' is not a time"),
        (("FES", "--after", ""), "'' is not a time"),
        (("FES", "--after", "2h", "--format", "ttl"), "--after changes the card only"),
    ],
)
def test_show_refuses_a_time_that_it_cannot_use(imt: Imt, arguments: tuple[str, ...], sentence: str) -> None:
    done = imt("show", *arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert sentence in done.stderr
