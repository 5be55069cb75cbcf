"""The walk by thumb: what comes next, what may wait, what is never a dead end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.handlers.site import SMALL, UNIT, add_unit, button, card, plan, site, title

if TYPE_CHECKING:
    from tests.handlers.phone import Bench

MOST_TAPS = 1.2
MOST_MESSAGES = 4

UNITS = [
    ("party_group", 1, ["party_group"]),
    ("trade", 2, ["committee", "trade", "market"]),
    ("region", 3, ["committee", "service"]),
    ("branch", 5, ["branch", "realestate", "market"]),
    ("plain", 4, []),
]


@pytest.mark.parametrize(("code", "level", "tags"), UNITS, ids=[one[0] for one in UNITS])
async def test_a_straight_walk_takes_few_taps_and_leaves_few_messages(
    bench: Bench, code: str, level: int, tags: list[str]
):
    """Counted from the greeting to the summary: opening the visit and handing it in are taps too."""
    await add_unit(bench, code, "某单位党委", level, tags)
    here = await site(bench, unit=code)
    phone, taps, items = here.one, 0, 0
    await phone.start()
    await phone.text("今日督导")
    while "提交" not in card(phone).labels:
        assert taps < 40, "going round in circles"
        await phone.tap("✅")
        taps, items = taps + 1, items + 1
    await phone.tap("提交")
    taps += 1
    assert (await here.visit()).state == "submitted"
    assert items >= 18
    assert taps / items <= MOST_TAPS
    assert len(phone.bot_said) <= MOST_MESSAGES
    assert (taps, len(phone.bot_said)) == (items + 1, 2)


async def test_one_of_several_visits_costs_one_tap_more(bench: Bench):
    here = await site(bench)
    await plan(bench, unit="ZJ01")
    await here.one.text("/today")
    assert title(here.one) == "1. 浙江省区域管理公司党委"
    await here.one.tap("1. 浙江")
    assert title(here.one).startswith("1. 领导机构")


async def test_coming_back_days_later_is_the_same_card_at_the_same_place(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for _ in range(3):
        await phone.tap("✅")
    before = card(phone).text
    await bench.wait(days=2)
    await phone.text("/today")
    assert card(phone).text == before


async def test_every_item_can_be_passed_and_come_back_to(bench: Bench):
    here = await site(bench, SMALL)
    phone = await here.enter()
    for item in range(2, 10):
        await phone.tap("▶")
        assert title(phone).startswith(f"{item}. ")
    await phone.tap("▶")
    assert "还差" in card(phone).text
    await phone.tap("9·")
    for item in range(8, 0, -1):
        await phone.tap("◀")
        assert title(phone).startswith(f"{item}. ")
    assert await here.answers() == {}


async def test_a_double_tap_on_the_way_on_goes_one_step(bench: Bench):
    here = await site(bench, SMALL)
    phone = await here.enter()
    on, shown = button(card(phone), "▶"), card(phone).id
    await phone.press(on, shown)
    await phone.press(on, shown)
    assert title(phone).startswith("2. ")


async def test_what_is_not_required_holds_nobody_up_but_is_asked_once(bench: Bench):
    here = await site(bench, SMALL)
    phone = await here.enter()
    assert title(phone) == "1. 请拍门牌"
    await phone.tap("▶")
    await phone.photo()
    await phone.text("12")
    await phone.tap("▶")  # the date may be left out
    assert title(phone) == "5. 职工怎么说"
    for _ in range(2):
        await phone.tap("▶")
    await phone.tap("✅")
    await phone.tap("✅")
    await phone.tap("✅")
    assert "都齐了" in card(phone).text
    await phone.tap("提交")
    assert (await here.visit()).state == "submitted"


async def test_nothing_can_be_handed_in_that_lacks_what_is_required(bench: Bench):
    here = await site(bench, SMALL)
    phone = await here.enter()
    await phone.press(f"visit.submit:{here.visit_id}", 1)
    assert "还不能提交：" in card(phone).text
    assert (await here.visit()).state == "planned"
    await phone.tap("去第2题")
    assert title(phone).startswith("2. ")


# --- follow-ups ---


async def test_a_required_note_let_wait_is_not_asked_again_at_once(bench: Bench):
    here = await site(bench, SMALL)
    phone = await here.at(8)
    await phone.tap("❌")
    assert "请写一句具体情况" in card(phone).text
    await phone.tap("稍后补")
    assert "过期几个" in card(phone).text
    await phone.text("3")
    assert title(phone) == "9. 没有备注的一题"
    assert await here.answers() == {"fire_ok": "no", "expired": "3"}
    await phone.tap("☰")
    assert "8❌⚠" in card(phone).text
    await phone.tap("8❌")
    assert "请写一句具体情况" in card(phone).text
    await phone.text("瓶身生锈")
    assert (await here.answers())["fire_note"] == "瓶身生锈"


async def test_letting_everything_wait_ends_on_the_overview(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for _ in range(22):
        await phone.tap("❌")
        await phone.tap("稍后补")
        while "跳过" in card(phone).labels:
            await phone.tap("跳过")
    assert "22题缺照片或说明" in card(phone).text
    assert "▶ 第1题" in card(phone).labels
    await phone.tap("▶ 第1题")
    assert "请拍一张能说明问题的照片" in card(phone).text


async def test_a_text_besides_the_note_is_asked_for_and_taken(bench: Bench):
    here = await site(bench, SMALL)
    phone = await here.at(7)
    await phone.tap("❌")
    assert "请拍一张出口" in card(phone).text
    await phone.photo()
    assert "堵了几处" in card(phone).text
    await phone.tap("跳过")
    assert "谁负责" in card(phone).text
    await phone.text("老李")
    assert await here.answers() == {"door": "no", "who": "老李"}
    assert title(phone).startswith("8. ")


async def test_ticking_several_ends_with_done_and_the_form_may_forbid_a_combination(bench: Bench):
    here = await site(bench, SMALL)
    phone = await here.at(6)
    assert "选好了" not in card(phone).labels
    await phone.tap("灯")
    await phone.tap("绳")
    await phone.tap("不缺")
    assert phone.toast == "「不缺」只能单选。"
    await phone.tap("灯")
    assert (await here.answers())["lacking"] == "rope"
    await phone.tap("选好了")
    assert title(phone).startswith("7. ")


async def test_a_follow_up_of_several_may_be_left_empty_unless_required(bench: Bench):
    here = await site(bench)
    phone = await here.at(3)
    await phone.tap("◐")
    assert "台账缺少的内容" in card(phone).text
    await phone.tap("跳过")
    assert title(phone).startswith("4. ")
    await here.at(15)
    await phone.tap("◐")
    await phone.tap("稍后")
    assert title(phone).startswith("16. ")
    await phone.tap("☰")
    assert "第15题缺「" in card(phone).text


async def test_choosing_otherwise_drops_the_follow_up_and_brings_it_back(bench: Bench):
    here = await site(bench, SMALL)
    phone = await here.at(8)
    await phone.tap("❌")
    await phone.text("瓶身生锈")
    await phone.text("3")
    await here.at(8)
    assert "✎ 瓶身生锈" in card(phone).text
    await phone.tap("✅")
    assert (await here.answers())["fire_ok"] == "yes"
    await here.at(8)
    assert "过期几个" not in card(phone).text
    await phone.tap("❌")
    assert title(phone).startswith("9. "), "both follow-ups were answered before and still are"


async def test_the_way_back_to_the_question_from_a_follow_up(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.tap("❌")
    await phone.tap("改选")
    assert "● ❌ 未落实" in card(phone).labels
    await phone.tap("▶")
    assert "请拍一张能说明问题的照片" in card(phone).text
    await phone.tap("改选")
    await phone.tap("✅")
    assert (await here.answers())["i01"] == "done"
    assert title(phone).startswith("2. ")


# --- notes and guidance ---


async def test_a_note_can_be_left_alone_added_to_and_cleared(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.tap("✎")
    assert card(phone).labels == ["↩ 不记了"]
    await phone.tap("不记了")
    await phone.tap("✎")
    await phone.text("分工写在墙上")
    await phone.text("2人说不清")
    assert (await here.answers())["i01_note"] == "分工写在墙上\n2人说不清"
    await phone.tap("✎ 记一句")
    await phone.tap("清空")
    assert phone.toast == "已清空，历史记录中仍可查到。"
    assert "i01_note" not in await here.answers()
    assert await here.history("i01_note") == ["分工写在墙上", "分工写在墙上\n2人说不清", ""]


async def test_a_note_somebody_has_added_to_is_not_cleared_unseen(bench: Bench):
    here = await site(bench)
    first, second = await here.enter(), await here.enter(here.two)
    await first.text("一")
    await first.tap("✎ 记一句")
    await second.text("two")
    await first.tap("清空")
    assert first.toast == "内容后来改过，请再看一眼。"
    assert (await here.answers())["i01_note"] == "一\ntwo"


async def test_what_each_answer_means_is_a_tap_away(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    before = card(phone).text
    await phone.tap("ⓘ")
    assert len(card(phone).text) > len(before)
    await phone.tap("✅")
    assert title(phone).startswith("2. ")


async def test_a_note_of_many_pages_still_fits_on_the_card_and_is_kept_whole(bench: Bench):
    here = await site(bench, SMALL)
    phone = await here.at(8)
    for _ in range(3):
        await phone.text("长" * 3900)
    assert len((await here.answers())["fire_note"]) == 3 * 3900 + 2
    await phone.tap("✎ 记一句")
    await phone.tap("不记了")
    await phone.tap("☰")


async def test_the_form_s_own_note_stands_on_its_item(bench: Bench):
    here = await site(bench)
    phone = await here.at(21)
    await phone.tap("◐")
    shown = card(phone).text
    await here.at(21)
    assert shown.startswith(UNIT)
    assert title(phone).startswith("21. ")
