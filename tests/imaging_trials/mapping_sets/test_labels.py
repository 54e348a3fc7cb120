"""Labels: names of one thing, and names of two."""

import doctest

import pytest

from imaging_trials.mapping_sets import labels


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(labels) == (0, 2)


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("glucose transmembrane transport", "D-glucose transmembrane transport", True),
        ("bone mineralisation", "bone mineralization", True),
        ("Cervix Uteri", "uterine cervix", True),
        ("Fluorothymidine F-18", "[18F]fluorothymidine", True),
        ("Neoplasms, Prostatic", "Prostatic Neoplasms", True),
        ("Phase I Trial", "Phase 1 Trial", True),
        ("Phase I Trial", "Phase II Trial", False),
        ("clinical trial phase 1/2", "clinical trial phase 2", False),
        ("thyroid cancer", "breast cancer", False),
        ("Lung", "Lung Neoplasm", False),
        ("fluorine-18 atom", "fluorine-19 atom", False),
        ("Fluorothymidine F-18", "Fluorothymidine", False),
        ("Kidney", "Wheel", False),
    ],
)
def test_labels_of_one_thing_and_of_two(ours: str, theirs: str, same: bool) -> None:
    assert labels.are_of_one_thing(ours, theirs) is same
    assert labels.are_of_one_thing(theirs, ours) is same


def test_a_synonym_makes_two_labels_one_thing() -> None:
    assert not labels.are_of_one_thing("Phase 0 Trial", "Early Phase 1 Trial")
    assert labels.are_of_one_thing("Phase 0 Trial", "Early Phase 1 Trial", ["phase 0 trial"])
