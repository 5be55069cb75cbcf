"""The division of labour in words, laid over a checklist."""

from __future__ import annotations

import pytest

from supervision.labour import divided, named_in, plain_title

ASPECTS = [("一、组织领导", ["1", "2", "3"]), ("二、理论学习", ["4", "5"]), ("三、学", ["6"])]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("一、组织领导", "组织领导"),
        ("（三）调研", "调研"),
        ("II. Leadership", "leadership"),
        ("4. 台账", "台账"),
        ("", ""),
    ],
)
def test_an_aspect_goes_by_its_name_without_its_number(title: str, name: str):
    assert plain_title(title) == name


@pytest.mark.parametrize(
    ("duties", "numbers"),
    [
        ("负责组织领导", "123"),
        ("理论学习、第1题", "145"),
        ("第2–4题", "234"),
        ("2至3项，第99题", "23"),
        ("全面工作", ""),
        ("", ""),
        ("学", ""),
        ("2026年进组", ""),
    ],
)
def test_duties_name_items_by_aspect_or_by_number(duties: str, numbers: str):
    assert named_in(duties, ASPECTS) == set(numbers)


def test_what_two_would_have_neither_has():
    assert divided({1: "组织领导", 2: "第3题、理论学习", 3: ""}, ASPECTS) == {
        1: {"1", "2"},
        2: {"4", "5"},
        3: set(),
    }
