"""The line of a file with marks below a part of it."""

from rdfkit.rdf import snippet
from rdfkit.rdf.turtle_locations import Location


def of_line(text: str, column: int, end: int, line: int = 7) -> list[str]:
    return snippet.marked_line(Location("f", line, column, line, end, text), "why")


def test_the_marks_are_below_the_part() -> None:
    assert of_line("ex:a ex:p 1 .", 11, 12) == ["    7 | ex:a ex:p 1 .", "      |           ^ why"]


def test_tabs_wide_and_combining_characters() -> None:
    assert of_line("\tex:p 1", 7, 8) == ["    7 |     ex:p 1", "      |          ^ why"]
    assert of_line("'日本' 1", 6, 7) == ["    7 | '日本' 1", "      |        ^ why"]
    assert of_line("'e\u0301' 1", 6, 7) == ["    7 | 'e\u0301' 1", "      |     ^ why"]


def test_a_long_line_is_cut_around_the_part() -> None:
    shown, marks = of_line("x" * 5000 + "y" + "z" * 5000, 5001, 5002)
    assert len(shown) < 120
    assert shown[8] == shown[-1] == "…"
    assert shown[marks.index("^")] == "y"
    assert len(of_line("x" * 9000, 1, 9000)[1]) < 120


def test_a_part_of_several_lines() -> None:
    place = Location("f", 1, 3, 4, 2, "p '''a")
    assert snippet.marked_line(place) == ["    1 | p '''a", "      |   ^^^^"]


def test_no_control_character_is_shown() -> None:
    for line in of_line("ex:p '\x1b[31m\u202e\x07' .", 6, 12):
        assert line.isprintable()
