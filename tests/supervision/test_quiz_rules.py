"""Quiz questions as people type them, what passes, and the order in which they come."""

from __future__ import annotations

from importlib.resources import files
from random import Random

import pytest

from supervision.quiz import FEWEST, MOST, Question, Unclear, needed, order, right, sheets, typed


@pytest.mark.parametrize(
    "words",
    [
        "1. 由谁决定？\n组长\n*集体研究\n解析：不能个人擅自答复。",
        "由谁决定？\nA. 组长\nB. √集体研究\n理由: 不能个人擅自答复。",
        "由谁决定？\nA、组长\n✓ B、集体研究\nwhy: 不能个人擅自答复。",
        "由谁决定？\n组长\n集体研究 ✅\n解析：不能个人擅自答复。",
    ],
)
def test_a_question_is_read_as_people_type_it(words: str):
    assert typed(words) == Question("由谁决定？", ("组长", "集体研究"), frozenset({1}), "不能个人擅自答复。")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("  \n ", "empty"),
        ("问" * 301 + "\n*甲\n乙", "long"),
        ("问\n*甲", "choices"),
        ("问\n" + "\n".join(f"*{at}号" for at in range(7)), "choices"),
        ("问\n*甲\n" + "乙" * 61, "label"),
        ("问\n*甲\n甲", "same"),
        ("问\n甲\n乙", "right"),
        ("问\n*甲\n*乙", "right"),
        ("问\n*甲\n乙\n解析：" + "因" * 301, "reason"),
    ],
)
def test_a_question_that_cannot_be_asked_says_what_is_wrong(words: str, why: str):
    with pytest.raises(Unclear) as unclear:
        typed(words)
    assert unclear.value.why == why


def test_what_is_needed_is_rounded_up_and_at_least_one():
    assert [needed(count, mark) for count, mark in ((5, 80), (6, 80), (3, 60), (10, 100), (3, 1))] == [4, 5, 2, 10, 1]


def test_only_right_answers_count_and_any_of_several_right_ones_will_do():
    asked = [Question("一", ("甲", "乙", "丙"), frozenset({0, 2})), Question("二", ("甲", "乙"), frozenset({1}))]
    assert right(asked, {0: [2], 1: [1]}) == 2
    assert right(asked, {0: [1], 1: [0]}) == 0
    assert right(asked, {1: [1]}) == 1
    assert right(asked, {0: [0, 2]}) == 0  # one of them was asked for


def test_where_several_are_marked_all_of_them_have_to_be_chosen_and_no_other():
    asked = typed("哪些违反规定？\n*收土特产\n看记录\n*去景区\n解析：六个严禁。")
    assert asked == Question(
        "哪些违反规定？", ("收土特产", "看记录", "去景区"), frozenset({0, 2}), "六个严禁。", every=True
    )
    assert Question.from_data(asked.as_data()) == asked
    assert [asked.holds(one) for one in ([0, 2], [2, 0], [0], [0, 1, 2], [1], [])] == [True, True, *[False] * 4]


def test_every_question_comes_once_and_not_always_in_the_same_place():
    orders = {tuple(order(6, Random(at))) for at in range(40)}  # noqa: S311 - an order is no secret
    assert all(sorted(one) == list(range(6)) for one in orders)
    assert {one[0] for one in orders} == set(range(6))


@pytest.mark.parametrize("pack", ["theme-education", "workplace-safety"])
def test_the_ready_made_quizzes_of_a_pack_can_be_asked(pack: str):
    found = sheets(files("packs").joinpath(pack).joinpath("quiz.md").read_text("utf-8"))
    assert found
    for title, questions in found:
        assert title
        assert FEWEST <= len(questions) <= MOST
        assert all(one.why for one in questions)


def test_a_question_survives_being_stored():
    one = Question("一", ("甲", "乙"), frozenset({1}), "因为")
    assert Question.from_data(one.as_data()) == one
