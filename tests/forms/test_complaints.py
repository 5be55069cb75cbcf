"""What pyxform says becomes a sentence of ours with its place and its cure; nothing it says is lost."""

# ruff: noqa: E501 - tables of examples
from __future__ import annotations

import string
from typing import TYPE_CHECKING

import pytest
from pyxform.errors import ErrorCode

from forms.complaints import OTHERS, UNKNOWN, problems
from forms.complaints_known import KNOWN
from forms.convert import convert
from forms.problems import FormError, Problem

if TYPE_CHECKING:
    import re


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize(("pattern", "what", "cure"), KNOWN)
def test_sentence_asks_for_no_value_that_its_pattern_does_not_give(
    pattern: re.Pattern[str], what: str, cure: str
) -> None:
    assert fields(what) | fields(cure) <= set(pattern.groupindex) - OTHERS - {"second"}


@pytest.mark.parametrize("code", [one for one in ErrorCode if not one.name.startswith("INTERNAL")])
def test_every_message_that_pyxform_has_a_number_for_is_known(code: ErrorCode) -> None:
    names = fields(code.value.msg)
    said = code.value.format(**{name: 3 if name in ("row", "other_row") else "size" for name in names})
    (found,) = problems(said)
    assert found.what != UNKNOWN
    assert found.row == (3 if "row" in names else 1 if "[row : 1]" in said else 0)
    assert found.message
    assert "{" not in found.message.replace("${", "")


def test_message_that_nobody_knows_is_passed_on_with_its_place() -> None:
    (found,) = problems("[row : 7] On the 'choices' sheet, the 'label' value is mysterious {x}.")
    assert (found.sheet, found.row, found.column) == ("choices", 7, "label")
    assert "mysterious {x}" in found.message


@pytest.mark.parametrize("columns", ["hint column", "columns constraint_message, hint"])
def test_missing_translation_is_told(columns: str) -> None:
    (found,) = problems(f"Language '中文 (zh)' is missing the survey {columns}.")
    assert "lacks the column" in found.message
    assert "hint" in found.message


def test_several_messages_are_several_problems() -> None:
    line = "[row : {}] On the 'choices' sheet, the 'name' value is invalid. Choice names must be unique for each choice list."
    found = problems("\n".join(line.format(row) for row in (2, 5)))
    assert [one.row for one in found] == [2, 5]


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ("select_one nolist | q | Q |", "no list “nolist”"), ("text | q | |", "no label"), ("calculate | q | |", "calculat"),
        ("text | | Q |", "no name"), ("text | a b | Q |", "cannot be used"), ("end group | | |", "ends nothing"),
        ("range | q | Q | step=0", "must not be 0"), ("image | q | Q | max-pixels=x", "cannot be used"),
        ("text | q | ${nobody} |", "no question called “nobody”"),
    ],
)  # fmt: skip
def test_mistake_in_a_row_is_told_with_the_row(row: str, wanted: str) -> None:
    choices = "| choices |\n| | list_name | name | label |\n| | l | a | A |\n"
    form = f"| survey |\n| | type | name | label | parameters |\n| | text | first | First | |\n| | {row} |\n{choices}"
    with pytest.raises(FormError) as caught:
        convert(form.encode(), "f.md")
    (found,) = caught.value.problems
    assert (found.sheet, found.row) == ("survey", 3), found
    assert wanted in found.message


def test_problem_survives_json_and_is_said_in_any_language() -> None:
    found = Problem(
        "There are more than {most} rows.",
        "survey",
        3,
        "name",
        cure="Ask {who}.",
        values=(("most", "5"), ("who", "王")),
    )
    assert Problem.of(found.plain()) == found
    words = {"There are more than {most} rows.": "超过 {most} 行。", "Ask {who}.": "请问{who}。", "sheet {sheet}": "{sheet} 表",
             "row {row}": "第 {row} 行", "column {column}": "{column} 列"}  # fmt: skip
    assert found.told(words.__getitem__) == "survey 表 · 第 3 行 · name 列: 超过 5 行。 → 请问王。"
    assert str(found) == "sheet survey · row 3 · column name: There are more than 5 rows. → Ask 王."


def test_language_with_a_code_as_we_read_it_is_no_complaint() -> None:
    rows = "| survey |\n| | type | name | label::中文 (zh_CN) | label::Deutsch |\n| | text | a | 甲 | A |\n"
    said = [one.message for one in convert(rows.encode(), "a.md").warnings]
    assert [one for one in said if "no code" in one] == [
        "These languages have no code: 中文 (zh_CN), Deutsch. → Write it behind the name, such as Chinese (zh) or English (en)."
    ]
    rows = rows.replace("Deutsch", "Deutsch (de)")
    assert not [one for one in convert(rows.encode(), "a.md").warnings if "no code" in one.message]
