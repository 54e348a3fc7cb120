"""Radionuclide notations: every way to write a nuclide gives the same, and text that only looks like one is kept."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imaging_trials.model.nuclide_notation import (
    MEDICAL,
    NAMES,
    SYMBOLS,
    fold,
    is_plausible,
    normalize,
    search_key,
    without_nuclides,
)
from tests.support.growth import is_linear

SUPERSCRIPT = str.maketrans("0123456789m", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵐ")

nuclides = st.sampled_from(
    [
        (symbol, name, mass)
        for symbol, name in zip(SYMBOLS, NAMES, strict=True)
        for mass in range(1, 320)
        if is_plausible(symbol, mass)
    ]
)


def spellings(symbol: str, name: str, mass: str) -> list[str]:
    """Return the ways to write a nuclide that cannot be mistaken for anything else."""
    return [
        f"{mass}{symbol}",
        f"({mass}){symbol}",
        f"[{mass}]{symbol}",
        f"[{mass}{symbol}]",
        f"({mass}{symbol})",
        f"{mass}-{symbol}",
        f"{symbol}-{mass}",
        f"{symbol}‑{mass}",
        f"{symbol} - {mass}",
        f"[{symbol}-{mass}]",
        f"({symbol}-{mass})",
        f"^{mass}^{symbol}",
        f"^{{{mass}}}{symbol}",
        f"<sup>{mass}</sup>{symbol}",
        mass.translate(SUPERSCRIPT) + symbol,
        symbol + mass.translate(SUPERSCRIPT),
        f"{name}-{mass}",
        f"{name} {mass}",
        f"{name.capitalize()}-{mass}",
        f"{name.upper()} {mass}",
        f"{name.capitalize()} {symbol}-{mass}",
        f"{name} ({mass}{symbol})",
        f"{name}-{mass} ({mass}{symbol})",
    ]


@given(nuclides, st.sampled_from(["", "m"]))
def test_all_spellings_of_a_nuclide_are_equal(nuclide: tuple[str, str, int], metastable: str) -> None:
    symbol, name, number = nuclide
    mass = f"{number}{metastable}"
    for spelling in spellings(symbol, name, mass):
        assert normalize(spelling) == f"{mass}{symbol}", spelling


@given(nuclides, st.sampled_from(["", "m"]))
def test_symbol_and_number_are_a_nuclide_unless_ambiguous(nuclide: tuple[str, str, int], metastable: str) -> None:
    symbol, name, number = nuclide
    mass = f"{number}{metastable}"
    lookalike = mass + symbol in {"1H", "2H", "3H", "12B"}
    for spelling in (f"{symbol} {mass}", f"{symbol}{mass}"):
        assert normalize(spelling) == (spelling if lookalike else f"{mass}{symbol}")
    if not lookalike:
        assert normalize(f"{name.capitalize()} {symbol} {mass}") == f"{mass}{symbol}"


@given(nuclides, st.sampled_from(["FES", "PSMA-11", "panitumumab", "DOTATATE", "fluciclovine"]))
def test_the_place_of_the_nuclide_does_not_matter(nuclide: tuple[str, str, int], name: str) -> None:
    symbol, element, mass = nuclide
    keys = {
        search_key(f"{before}{gap}{after}")
        for spelling in spellings(symbol, element, str(mass))
        for before, after in ((spelling, name), (name, spelling))
        for gap in ("-", " ", "‐", " - ")
    }
    assert keys == {f"{mass}{symbol} {search_key(name)}"}
    assert search_key(f"[{mass}{symbol}]{name}") in keys
    assert search_key(f"[{mass}{symbol}]{symbol}-{name}") in keys


pieces = st.sampled_from(
    ["18", "99m", "68", "F", "Tc", "Ga", "m", "f", "tc", "fluorine", "technetium", "PSMA", "11",
     *"-–[](){}^ .,/²¹ᵐ", "<sup>", "</sup>", "[18F]", "F-18", "Tc-99m"]
)  # fmt: skip


@given(st.one_of(st.lists(pieces, max_size=12).map("".join), st.text(max_size=40)))
@example("[18F]F-F-18")
@example("fluorine fluorine-18F 18")
def test_normalization_is_idempotent(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once
    assert search_key(once) == search_key(text)


@given(st.text(alphabet=st.characters(exclude_categories=["N"]), max_size=40))
def test_a_name_without_a_number_is_unchanged(text: str) -> None:
    assert normalize(text) == text


@pytest.mark.parametrize(
    "name",
    [
        "PSMA-11", "PSMA-617", "MIRD 26", "MIRD Pamphlet No. 26", "CT", "S-100", "p53", "CD105", "CD20", "CA-125",
        "HER2", "IL-2", "PD-L1", "H2 blocker", "histone H3", "vitamin B12", "COVID-19", "version 2.18F", "cm²",
        "phase 1/2", "2000 Thyroid Nodules", "NCT00578656", "in 111 patients", "10.1007/s00259-016-3415-4", "37 C",
    ],
)  # fmt: skip
def test_text_that_only_looks_like_a_nuclide_is_kept(name: str) -> None:
    assert normalize(name) == name
    assert without_nuclides(search_key(name)) == search_key(name)


@pytest.mark.parametrize(
    ("name", "normal"),
    [
        ("(18)F-NaF PET/CT", "18F NaF PET/CT"),
        ("[89Zr]-panitumumab", "89Zr panitumumab"),
        ("[68Ga]Ga-PSMA-11", "68Ga PSMA-11"),
        ("technetium Tc 99m sestamibi", "99mTc sestamibi"),
        ("99Tcm-MDP", "99mTc MDP"),
        ("99Tc(m)", "99mTc"),
        ("(99m)Tc", "99mTc"),
        ("TC-99M MDP", "99mTc MDP"),
        ("lu-177 dotatate", "177Lu dotatate"),
        ("fludeoxyglucose F18", "fludeoxyglucose 18F"),
        ("fluoroestradiol (18F)", "fluoroestradiol 18F"),
        ("N-[18F]fluoro", "N 18F fluoro"),
        ("[15O]H2O", "15O H2O"),
        ("Therapy With Radium-223", "Therapy With 223Ra"),
        ("cesium-131 and caesium-137", "131Cs and 137Cs"),
        ("11C-13N", "11C 13N"),
        ("F-18, Ga-68", "18F, 68Ga"),
    ],
)
def test_notations_inside_a_name_are_replaced(name: str, normal: str) -> None:
    assert normalize(name) == normal


def test_medical_nuclides_need_no_capitals() -> None:
    for nuclide in MEDICAL:
        assert normalize(nuclide) == nuclide
        mass = nuclide.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklnopqrstuvwxyz")
        symbol = nuclide.removeprefix(mass)
        assert normalize(f"{symbol.lower()}-{mass}") == nuclide
        assert normalize(f"{symbol.upper()}{mass.upper()}") == nuclide


def test_the_element_table_is_in_order() -> None:
    assert len(SYMBOLS) == len(NAMES) == 103
    for number, symbol in {1: "H", 9: "F", 26: "Fe", 43: "Tc", 53: "I", 71: "Lu", 88: "Ra", 92: "U", 103: "Lr"}.items():
        assert SYMBOLS[number - 1] == symbol


def test_folding_removes_accents_and_capitals() -> None:
    assert fold("  Sjögreen-  Gleisner K ") == "sjogreen- gleisner k"


@pytest.mark.parametrize("text", ["-", "(", "18 ", "F-18 ", "1", "f-", " ", "fluorine ", "[18F]F-", "fluorine 18 "])
def test_work_grows_with_the_name_and_no_faster(text: str) -> None:
    assert is_linear(lambda length: normalize(text * (length // len(text)) + "18F"), 8000)
