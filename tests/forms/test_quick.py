"""Bursts typed without looking at the card are filed right, and ordinary words are left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import quick
from forms.convert import convert
from forms.form import Form

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = """
| survey |
| | type | name | label::English (en) | label::中文 (zh_CN) | appearance |
| | begin group | i1 | Item | 项 | field-list |
| | select_one r | q1 | Q1 | 问1 | |
| | text | n1 | Note | 记 | |
| | end group | | | | |
| | select_one yn | q2 | Q2 | 问2 | |
| | integer | q3 | Q3 | 问3 | |
| choices |
| | list_name | name | label::English (en) | label::中文 (zh_CN) |
| | r | full | ✅ In place | ✅ 到位 |
| | r | part | ◐ Partly | ◐ 部分 |
| | r | none | ❌ Not done | ❌ 未落实 |
| | r | na | — Not applicable | — 不适用 |
| | yn | yes | Yes | 是 |
| | yn | no | No | 否 |
| settings |
| | form_id | default_language |
| | t | 中文 (zh_CN) |
"""
FORM = Form.parse(convert(SOURCE.encode(), "q.md").xform)

Filed = list[tuple[int | None, str | None, str]]


def filed(text: str) -> Filed:
    return [(entry.number, entry.choice, entry.note) for entry in quick.read(text, FORM)]


@pytest.mark.parametrize(
    ("text", "number", "choice", "note"),
    [
        ("1 ✗ 记录缺失", 1, "none", "记录缺失"),
        ("1 ❌ 未落实 缺表", 1, "none", "缺表"),
        ("1 ×", 1, "none", ""),
        ("1 x no deadline", 1, "none", "no deadline"),
        ("1 X", 1, "none", ""),
        ("1 ✅", 1, "full", ""),
        ("1✅", 1, "full", ""),
        ("1 ✔️ 很好", 1, "full", "很好"),
        ("1 √", 1, "full", ""),
        ("1 △ 差一点", 1, "part", "差一点"),
        ("1 部分 台账未更新", 1, "part", "台账未更新"),
        ("1 未落实，没有记录", 1, "none", "没有记录"),
        ("1 in place, thanks", 1, "full", "thanks"),
        ("1 partly ledger out of date", 1, "part", "ledger out of date"),
        ("1 Not done: no ledger", 1, "none", "no ledger"),
        ("1. not applicable", 1, "na", ""),
        ("1 — 无", 1, "na", "无"),
        ("1 - 无", 1, "na", "无"),
        ("1 na", 1, "na", ""),
        ("１　✗　全角", 1, "none", "全角"),
        ("第1题 ✅", 1, "full", ""),
        ("第１题：部分", 1, "part", ""),
        ("第1题未落实", 1, "none", ""),
        ("#1 ✗ late", 1, "none", "late"),
        ("item 1: partly", 1, "part", ""),
        ("2 是", 2, "yes", ""),
        ("2 对", 2, "yes", ""),
        ("2 no", 2, "no", ""),
        ("2 ✗", 2, "no", ""),
    ],
)
def test_line_with_a_choice_is_filed(text: str, number: int, choice: str, note: str) -> None:
    assert filed(text) == [(number, choice, note)]


@pytest.mark.parametrize(
    "text",
    [
        "9 people came",
        "1 people came",
        "1 xylophone",
        "12x",
        "99 ✅",
        "hello",
        "2026年",
        "1 部分台账",
        "3 35",
        "",
        "✅",
        "一题",
        "0 ✅",
        "1 none of the sheets is signed",
        "1 part of the ledger is missing",
        "2 no minutes were kept",
    ],
)
def test_ordinary_text_is_not_an_answer(text: str) -> None:
    assert [entry for entry in quick.read(text, FORM) if entry.matched] == []


def test_a_sentence_that_begins_like_an_answer_is_doubted_and_one_that_only_sounds_like_a_stored_name_is_not() -> None:
    assert quick.read("2 no minutes were kept", FORM)[0].doubtful == 2
    assert quick.read("1 none of the sheets is signed", FORM)[0].doubtful is None
    assert filed("2 no: minutes were not kept") == [(2, "no", "minutes were not kept")]
    assert filed("#2 no minutes were kept") == [(2, "no", "minutes were kept")]
    assert filed("#1 none of the sheets is signed") == [(1, None, "none of the sheets is signed")]
    assert filed("1 in place as they say") == [(1, "full", "as they say")]
    assert filed("1 ❌ none") == [(1, "none", "")]


def test_number_alone_names_its_screen() -> None:
    assert filed("1") == [(1, None, "")]
    assert filed("第3题") == [(3, None, "")]


def test_words_after_an_explicit_number_are_a_note() -> None:
    assert filed("第1题 台账未更新") == [(1, None, "台账未更新")]
    assert filed("#3 see the ledger") == [(3, None, "see the ledger")]


def test_several_lines_are_several_entries_and_the_others_are_told() -> None:
    found = quick.read("1 ✅\n\n今天路上堵车\n2 ✗ 没有", FORM)
    assert [(entry.number, entry.choice, entry.line) for entry in found] == [
        (1, "full", "1 ✅"), (None, None, "今天路上堵车"), (2, "no", "2 ✗ 没有"),
    ]  # fmt: skip


def test_answers_on_one_line_are_parted() -> None:
    assert filed("1✅ 2✗") == [(1, "full", ""), (2, "no", "")]
    assert filed("1✅2✗") == [(1, "full", ""), (2, "no", "")]


def test_letters_that_stand_for_signs_part_a_line_too() -> None:
    assert filed("1 ✅ 2 x 口号多") == [(1, "full", ""), (2, "no", "口号多")]
    assert filed("1 x 2 √") == [(1, "none", ""), (2, "yes", "")]
    assert filed("1 对 2 对") == [(1, "full", ""), (2, "yes", "")]


@pytest.mark.parametrize(
    "note", ["长 2 x 宽 3", "2 x 3 米", "共 20 x 30 张", "有 2x 份", "有 2 对话", "2 xylophones", "30 对", "见 2 错"]
)
def test_a_number_and_a_letter_in_a_note_part_nothing(note: str) -> None:
    assert filed(f"1 ❌ {note}") == [(1, "none", note)]


def test_only_the_choices_on_offer_count() -> None:
    offer_none: Callable[[object], tuple[()]] = lambda _screen: ()  # noqa: E731 - a choice filter that leaves nothing
    assert not quick.read("1 ✅", FORM, offer_none)[0].matched


@given(st.text(max_size=60))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    for entry in quick.read(text, FORM):
        assert entry.matched == (entry.screen is not None)
        if entry.choice is not None:
            assert entry.screen is not None
            assert entry.screen.main is not None
            assert entry.choice in {choice.value for choice in entry.screen.main.choices}


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("１ ❌ 雷同，没有事例（见台账）：３处", "雷同，没有事例（见台账）：３处"),
        ("　1✗，缺签到！", "缺签到！"),
        ("1 没有签到，没有签到。", ""),
    ],
)
def test_a_note_keeps_the_punctuation_it_was_written_with(line: str, note: str):
    (entry,) = quick.read(line, FORM)
    assert entry.note == note
    assert entry.line == line.strip()
