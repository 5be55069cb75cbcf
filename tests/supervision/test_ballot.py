"""Questions as people type them, what is an answer, and how answers are counted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.ballot import CHOICE, MATRIX, NUMBER, SCALE, TEXT, Question, Unclear, counted, items_of, typed


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("您有什么建议？", Question(TEXT, "您有什么建议？")),
        ("1. 学习有帮助吗？\nA. 很有\nB、不大", Question(CHOICE, "学习有帮助吗？", ("很有", "不大"))),
        ("有帮助吗？\n很有/有一些/不大", Question(CHOICE, "有帮助吗？", ("很有", "有一些", "不大"))),
        ("打几分？\n1-10", Question(SCALE, "打几分？", low=1, high=10)),
        ("去了几次？\n#", Question(NUMBER, "去了几次？")),
        ("请评价\n- 德\n- 能\n好/中/差", Question(MATRIX, "请评价", ("好", "中", "差"), ("德", "能"))),
    ],
)
def test_a_question_is_read_from_its_lines(words: str, question: Question):
    assert typed(words) == question
    assert Question.from_data(question.as_data()) == question


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (" \n", "empty"),
        ("问" * 301, "long"),
        ("问\n只有一个", "choices"),
        ("问\n" + "\n".join(map(str, range(13))), "choices"),
        ("问\n甲\n甲", "same"),
        ("问\n" + "长" * 61 + "\n乙", "label"),
        ("问\n5-5", "scale"),
        ("问\n1-99", "scale"),
    ],
)
def test_what_is_no_question_says_why(words: str, why: str):
    with pytest.raises(Unclear) as refused:
        typed(words)
    assert refused.value.why == why


@given(st.text("问甲乙1-5#/\n .、", max_size=40))
def test_whatever_is_typed_is_a_question_or_unclear(words: str):
    try:
        question = typed(words)
    except Unclear:
        return
    assert items_of([question])


def test_a_matrix_is_asked_as_a_sequence_and_all_is_counted():
    questions = [typed("请评价\n- 德\n- 能\n好/差"), typed("几分\n1-5"), typed("几次\n#"), typed("建议")]
    items = items_of(questions)
    assert [(one.key, one.text) for one in items] == [
        ("1.1", "德"),
        ("1.2", "能"),
        ("2", "几分"),
        ("3", "几次"),
        ("4", "建议"),
    ]
    assert [one.accepts("1") for one in items] == [True] * 5
    assert [one.accepts("2") for one in items] == [False, False, True, True, True]
    assert [one.accepts("²") for one in items] == [False, False, False, False, True]
    assert [one.accepts("") for one in items] == [False] * 5
    tally: dict[str, Any] = {}
    for answers in ({"1.1": "0", "1.2": "1", "2": "4", "3": "2.5", "4": "无"}, {"1.1": "0", "3": "1"}):
        counted(tally, items, answers, "浙江省|")
    assert tally == {"浙江省|": {"1.1": [2, 0], "1.2": [0, 1], "2": [0, 0, 0, 0, 1], "3": [2, 3.5]}}
