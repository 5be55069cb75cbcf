"""The card itself: rows that stay where they are, days to tap, pages of choices, guidance that opens and closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers.chat import Button
from handlers.checklist.choosing import in_rows
from tests.handlers.site import SMALL, Site, button, card, site, title

if TYPE_CHECKING:
    from tests.handlers.phone import Bench

MANY = (
    """
| survey | | | |
| | type | name | label |
| | select_one unit | where | 哪个单位 |
| | select_multiple unit | all | 哪些单位 |
| | select_one short | short | 哪一档 |
| choices | | | |
| | list_name | name | label |
| | short | a | 一二三四五六 |
| | short | b | 甲 |
| | short | c | 乙 |
"""
    + "".join(f"| | unit | u{n} | 第{n}项目部 |\n" for n in range(1, 131))
    + """| settings | | | |
| | form_title | form_id | version |
| | 多选表 | many | 1 |
"""
)


@pytest.fixture
async def small(bench: Bench) -> Site:
    here = await site(bench, SMALL)
    await here.enter()
    return here


@pytest.fixture
async def many(bench: Bench) -> Site:
    here = await site(bench, MANY)
    await here.enter()
    return here


def shape(labels_of: Site) -> list[int]:
    return [len(row) for row in card(labels_of.one).buttons]


async def test_choosing_does_not_move_the_buttons(many: Site):
    await many.at(3)
    before = shape(many)
    await many.one.tap("一二三四五六")
    await many.at(3)
    assert "● 一二三四五六" in card(many.one).labels
    assert shape(many)[:2] == before[:2]


@pytest.mark.parametrize(("label", "across"), [("八个字的一项答案", 2), ("在岗", 4), ("十一二三四五六七八九十", 1)])
def test_as_many_stand_in_a_row_as_fit(label: str, across: int):
    assert len(in_rows([Button(f"☐ {label}", "x")] * 4)[0]) == across


async def test_very_many_choices_are_shown_a_page_at_a_time(many: Site):
    assert len(card(many.one).labels) <= 50
    assert "第40项目部" in card(many.one).labels
    await many.one.tap("2/4 ›")
    await many.one.tap("3/4 ›")
    assert "‹ 2/4" in card(many.one).labels
    await many.one.tap("第81项目部")
    assert await many.answers() == {"where": "u81"}
    await many.at(1)
    assert "● 第81项目部" in card(many.one).labels, "it opens on the page with the answer"


async def test_ticking_stays_on_its_page(many: Site):
    await many.at(2)
    await many.one.tap("2/4 ›")
    await many.one.tap("第41项目部")
    await many.one.tap("第42项目部")
    assert {"☑ 第41项目部", "☑ 第42项目部"} <= set(card(many.one).labels)
    assert await many.answers() == {"all": "u41 u42"}


async def test_the_days_are_called_in_english_as_on_a_calendar(small: Site):
    await small.at(4, small.two)
    assert card(small.two).labels[:2] == ["Today", "Yesterday"]


async def test_a_day_is_tapped(small: Site):
    await small.at(4)
    assert card(small.one).labels[:2] == ["今天", "昨天"]
    await small.one.tap("昨天")
    assert await small.answers() == {"day": "2026-10-20"}
    assert small.one.toast == "第4题：2026-10-20"
    assert title(small.one).startswith("5. ")
    await small.at(4)
    assert "● 昨天" in card(small.one).labels


async def test_a_day_on_an_old_card_is_the_day_it_was_and_overwrites_nothing_unseen(small: Site):
    await small.at(4)
    today, shown = button(card(small.one), "今天"), card(small.one).id
    await small.bench.wait(days=1)
    await small.one.press(today, shown)
    assert await small.answers() == {"day": "2026-10-21"}
    await small.at(4)
    await small.one.text("2026-10-01")
    await small.one.press(today, shown)
    assert await small.answers() == {"day": "2026-10-01"}
    assert small.one.toast == "内容后来改过，请再看一眼。"


async def test_a_day_that_is_none_or_no_date_question_is_refused(small: Site):
    for args in ("4:0:20261399:0", "4:0:0:0", "4:0:99999999999:0", "3:0:20261020:0"):
        await small.one.press(f"checklist.day:{small.visit_id}:{args}", 1)
        assert await small.answers() == {}


async def test_the_hint_of_a_number_says_its_range(small: Site):
    await small.at(3)
    assert "请发一个整数，0至60。" in card(small.one).text
    await small.at(3, small.two)
    assert "Send a whole number, 0 to 60." in card(small.two).text


async def test_guidance_opens_a_line_a_grade_and_closes(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    before = card(phone).text
    await phone.tap("ⓘ")
    lines = card(phone).text.splitlines()
    assert [line[:3] for line in lines if line.startswith(("到位：", "部分：", "未落实"))] == [
        "到位：",
        "部分：",
        "未落实",
    ]
    await phone.tap("ⓘ")
    assert card(phone).text == before
    await phone.tap("ⓘ")
    assert len(card(phone).text) > len(before)


async def test_a_long_note_is_cut_on_the_card_and_whole_where_it_is_written(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.text("长" * 500)
    assert "✎ " + "长" * 119 + "…\n\n✓ 第1题备注已记" in card(phone).text
    await phone.tap("✎")
    assert "长" * 500 in card(phone).text
