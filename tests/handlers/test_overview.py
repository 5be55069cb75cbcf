"""The whole checklist at a glance: what does not apply, rows of numbers that come out even, pages of a long one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers.checklist.overview import COLUMNS, MOST, columns
from handlers.rows import width
from storage.campaign.campaigns import Round
from storage.visit import visits
from tests.handlers.site import card, site, title

if TYPE_CHECKING:
    from tests.handlers.phone import Bench


def long_form(items: int) -> str:
    """A checklist of as many items, every fifth of which begins a section."""
    rows = []
    for item in range(1, items + 1):
        if item % 5 == 1:
            rows.append(f"| | begin_group | part{item} | 第{item}部分{'长' * 60} | |")
        rows.append(f"| | select_one grade | q{item} | 第{item}件事 | yes |")
        if item % 5 == 0 or item == items:
            rows.append("| | end_group | | | |")
    return "\n".join(
        [
            "| survey | | | | |",
            "| | type | name | label | required |",
            *rows,
            "| choices | | | |",
            "| | list_name | name | label |",
            "| | grade | yes | ✅ 是 |",
            "| | grade | no | ❌ 否 |",
            "| settings | | | |",
            "| | form_title | form_id | version |",
            "| | 长表 | long | 1 |",
        ]
    )


@pytest.mark.parametrize("count", range(1, MOST + 1))
def test_no_number_stands_alone_in_its_row(count: int):
    across = columns(count)
    assert across in COLUMNS
    assert count % across != 1 or all(count % one == 1 for one in COLUMNS)


async def test_the_overview_says_once_what_does_not_apply_and_is_short(bench: Bench):
    here = await site(bench, unit="ZJ01")
    phone = await here.enter()
    await phone.tap("☰")
    text = card(phone).text
    assert text.startswith("萧山项目党支部 · 0/19\n一、组织领导  1· 3·\n")
    assert text.endswith("还差：19题未答。\n不适用本单位：第2、8、10题。")
    assert text.count("\n\n") == 1


async def test_an_open_overview_has_handing_in_beside_going_on(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.tap("☰")
    assert [one.label for one in card(phone).buttons[-1]] == ["◀ 列表", "ⓘ 简报", "▶ 第1题", "提交"]
    assert [one.label for one in card(phone).buttons[-2]] == ["🗣 访谈", "👥 活动"]
    assert [len(row) for row in card(phone).buttons[:-2]] == [8, 8, 6]


@pytest.mark.parametrize("who", ["one", "two"])
async def test_the_overview_of_several_fits_on_one_screen_with_its_title(bench: Bench, who: str):
    here = await site(bench)
    for phone, items in ((here.one, "1 ✅\n3 ❌\n6 ❌\n15 ❌"), (here.two, "14 ✅\n16 ◐")):
        await here.enter(phone)
        await phone.text(items)
    phone = getattr(here, who)
    await here.at(1, phone)
    await phone.tap("☰")
    shown = card(phone)
    lines = shown.text.partition("\n\n✓")[0].splitlines()
    # Measured in a browser at 360 by 740: there is room for eleven lines of 38 cells and five rows of buttons.
    assert len(shown.buttons) == 5
    assert sum(1 + (width(line) - 1) // 42 for line in lines) <= 11
    assert all(width(line) <= 38 for line in lines[1:8])
    assert all(sum(width(one.label) + 2 for one in row) <= 48 for row in shown.buttons[-2:])


async def test_a_very_long_checklist_is_shown_in_pages_that_telegram_takes(bench: Bench):
    here = await site(bench, long_form(150))
    phone = await here.enter()
    await phone.text("70")
    assert title(phone).startswith("70. ")
    await phone.tap("☰")
    shown = card(phone)
    assert len(shown.labels) <= 100
    assert "70·" in shown.labels
    assert "1·" not in shown.labels
    assert [one for one in shown.labels if "/" in one] == ["2/3"]
    await phone.tap("▶", on=shown)
    assert card(phone).labels[0] == "121·"
    await phone.text("150 ✅")
    assert "150✅" in card(phone).labels
    await phone.press(f"checklist.overview:{here.visit_id}:99", card(phone).id)
    assert "150✅" in card(phone).labels


async def _in_round(bench: Bench, visit_id: int, number: int) -> None:
    async with bench.database.begin() as db:
        visit = await visits.get(db, visit_id)
        day = bench.now.date()
        made = Round(campaign_id=visit.unit.campaign_id, number=number, starts_on=day, ends_on=day)
        db.add(made)
        await db.flush()
        visit.round_id = made.id


async def test_the_round_stands_after_the_unit(bench: Bench):
    here = await site(bench)
    await _in_round(bench, here.visit_id, 2)
    phone = await here.enter()
    assert card(phone).text.startswith("浙江省区域管理公司党委 · 第二轮\n")
    await here.enter(here.two)
    assert card(here.two).text.startswith("浙江省区域管理公司党委 · round 2\n")
