"""What changed between two versions of a form, and what it means for the answers there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forms.changes import changes
from forms.convert import convert
from forms.problems import english

if TYPE_CHECKING:
    from forms.changes import Change
    from forms.form import Form

SURVEY = (
    "| text | a | A | | |", "| integer | b | B | ${a} != '' | |", "| select_one c | s | S | | |",
    "| begin repeat | r | R | | |", "| text | x | X | | |", "| end repeat | | | | |", "| calculate | k | | | 1 |",
)  # fmt: skip


def form(survey: tuple[str, ...] = SURVEY, choices: str = "pq", version: str = "1", form_id: str = "f") -> Form:
    lines = ["| survey |", "| | type | name | label | relevant | calculation |", *(f"| {row}" for row in survey)]
    lines += ["| choices |", "| | list_name | name | label |", *(f"| | c | {one} | {one.upper()} |" for one in choices)]
    lines += ["| settings |", "| | form_id | version |", f"| | {form_id} | {version} |"]
    return convert("\n".join(lines).encode(), "f.md").form


def told(survey: tuple[str, ...] = SURVEY, **about: str) -> list[Change]:
    return changes(form(), form(survey, **{"version": "2", **about}))


def swapped(old: str, new: str) -> tuple[str, ...]:
    return tuple(row.replace(old, new) for row in SURVEY)


def test_same_questions_under_a_new_version_are_no_change() -> None:
    assert told() == []


def test_versions_must_differ() -> None:
    assert [one.kind for one in told(version="1")] == ["version"]


def test_another_form_loses_everything() -> None:
    assert [(one.kind, one.lost) for one in told(form_id="g")] == [("form_id", True)]


@pytest.mark.parametrize(
    ("old", "new", "path", "kind", "lost"),
    [
        ("| A |", "| A2 |", "/data/a", "label", False),
        ("!= ''", "= 'x'", "/data/b", "relevant", False),
        ("| integer |", "| decimal |", "/data/b", "type", True),
        ("| integer |", "| text |", "/data/b", "type", False),
        ("| text | x", "| date | x", "/data/r/x", "type", True),
        ("| 1 |", "| 2 |", "/data/k", "calculate", False),
        ("select_one", "select_multiple", "/data/s", "type", False),
    ],
)
def test_change_is_named_with_what_becomes_of_answers(old: str, new: str, path: str, kind: str, lost: bool) -> None:
    found = told(swapped(old, new))
    assert [(one.path, one.kind, one.lost) for one in found] == [(path, kind, lost)]
    assert found[0].means


def test_choices_taken_away_leave_answers_without_a_place() -> None:
    gone, come = told(choices="qz")
    assert (gone.said(english)[0], gone.lost) == ("No longer offered: p.", True)
    assert (come.said(english)[0], come.lost) == ("Newly offered: z.", False)


def test_question_added_and_one_removed_are_told() -> None:
    found = told((*swapped("${a}", "${b}")[2:], "| text | new | New | | |"))
    assert {(one.path, one.kind, one.lost) for one in found} >= {
        ("/data/new", "added", False),
        ("/data/a", "removed", True),
    }


def test_question_moved_into_a_repeat_is_not_carried_over() -> None:
    found = told((SURVEY[0], SURVEY[1], SURVEY[3], SURVEY[2], *SURVEY[4:]))
    assert [(one.path, one.kind, one.lost) for one in found] == [
        ("/data/r/s", "moved", True),
        ("/data/s", "removed", True),
    ]


def test_group_that_becomes_a_repeat_is_told() -> None:
    found = told(swapped(" repeat ", " group "))
    assert [(one.path, one.kind) for one in found] == [("/data/r", "repeat")]
