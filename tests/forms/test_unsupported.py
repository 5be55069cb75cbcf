"""What a chat cannot do is said by row: a warning where the form can be filled without, an error where it cannot."""

from __future__ import annotations

import pytest

from forms.convert import convert
from forms.problems import FormError


def survey(*rows: str, choices: str = "") -> bytes:
    head = "| survey |\n| | type | name | label | required | appearance | relevant |\n"
    head += "| | text | first | First | | | |\n"
    return (head + "".join(f"| | {row} |\n" for row in rows) + choices).encode()


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("bearing | b | B | | |", "degrees"),
        ("background-audio | b | | | |", "recording"),
        ("text | b | B | | printer:org.x |", "cannot print"),
        ("integer | b | B | yes | counter |", "typed"),
        ("text | b | B | yes | ex:org.x(a=1) |", "another app"),
    ],
)
def test_form_that_can_be_filled_without_is_used_with_a_warning(row: str, says: str) -> None:
    warnings = convert(survey(row), "f.md").warnings
    assert any(says in one.message and one.row == 3 for one in warnings), warnings


@pytest.mark.parametrize(
    "row", ["bearing | b | B | yes | |", "bearing | b | B | ${first} = 'x' | |", "text | b | B | true() | printer:x |"]
)
def test_required_answer_that_a_chat_cannot_give_is_an_error(row: str) -> None:
    with pytest.raises(FormError) as caught:
        convert(survey(row), "f.md")
    (problem,) = caught.value.problems
    assert (problem.sheet, problem.row) == ("survey", 3)


def test_silenced_question_can_still_be_referred_to() -> None:
    made = convert(survey("bearing | b | B | | | ${first} = 'x'", "note | n | Bearing: ${b} | | |"), "f.md")
    assert made.form.questions["/data/b"].kind == "hidden"
    assert made.form.definitions["/data/b"].relevant is not None


def test_search_is_told_with_the_cure() -> None:
    choices = "| choices |\n| | list_name | name | label |\n| | c | a | A |\n"
    warnings = convert(survey("select_one c | s | S | | search('fruit') |", choices=choices), "f.md").warnings
    assert any("select_one_from_file" in one.message for one in warnings)


def test_type_that_nobody_knows_is_named_with_its_row() -> None:
    with pytest.raises(FormError) as caught:
        convert(survey("teleport | t | T | | |"), "f.md")
    (problem,) = caught.value.problems
    assert (problem.row, problem.column) == (3, "type")
    assert "teleport" in problem.message


@pytest.mark.parametrize(
    "kind", ["caseid", "comments", "text audit", "speed violations count", "sensor_stream sound_level"]
)
def test_what_another_app_records_by_itself_stays_empty_with_a_warning(kind: str) -> None:
    made = convert(survey(f"{kind} | b | | | |", "note | n | Case ${b} | | |"), "f.md")
    assert made.form.questions["/data/b"].kind == "hidden"
    assert [one.row for one in made.warnings if "cannot record" in one.message] == [3]


@pytest.mark.parametrize("kind", ["select_one", "select_multiple", "rank"])
def test_select_without_a_list_is_told_so(kind: str) -> None:
    with pytest.raises(FormError) as caught:
        convert(f"| survey |\n| | type | name | label |\n| | {kind} | q | Q |\n".encode(), "a.md")
    (found,) = caught.value.problems
    assert (found.sheet, found.row, found.column) == ("survey", 2, "type")
    assert found.message.startswith(f"“{kind}” does not say which list of choices it offers.")
