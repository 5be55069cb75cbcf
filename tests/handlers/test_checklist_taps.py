"""Old cards, double taps, other people's taps, forged buttons: nothing is written unseen or in the wrong place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers.access import ACCESS
from storage.people import Role
from tests.handlers.site import SMALL, button, card, person_of, plan, site, title

if TYPE_CHECKING:
    from tests.handlers.phone import Bench

STALE = "这个按钮已过期，什么都没有改动。"
WRITES = ("answer", "change", "toggle", "clear", "remove", "undo")


# --- an old card ---


async def test_a_tap_on_an_old_card_asks_before_it_changes_anything(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    old, shown = button(card(phone), "❌"), card(phone).id
    await phone.tap("◐")
    await bench.wait(days=2)
    await phone.press(old, shown)
    assert await here.answers() == {"i01": "partial"}
    assert card(phone).text.endswith("您 于 10月21日 09:00 答了「◐ 部分」。要改为「❌ 未落实」吗？")
    assert card(phone).labels == ["改", "不改"]
    await phone.tap("不改")
    assert await here.answers() == {"i01": "partial"}
    await phone.press(old, shown)
    await phone.tap("改")
    assert await here.answers() == {"i01": "missing"}
    assert await here.history("i01") == ["partial", "missing"]


async def test_what_was_asked_about_and_changed_again_meanwhile_is_asked_again(bench: Bench):
    here = await site(bench)
    first, second = await here.enter(), await here.enter(here.two)
    await second.tap("In place")
    await first.tap("❌")
    change = button(card(first), "改", exactly=True)
    await here.at(1, second)
    await second.tap("Partly")
    await first.press(change, card(first).id)
    assert "答了「◐ 部分」" in card(first).text
    assert (await here.answers())["i01"] == "partial"
    await first.press(button(card(first), "改", exactly=True), card(first).id)
    assert (await here.answers())["i01"] == "missing"


async def test_both_choosing_the_same_is_no_conflict(bench: Bench):
    here = await site(bench)
    first, second = await here.enter(), await here.enter(here.two)
    await second.tap("In place")
    await first.tap("✅")
    assert first.toast == "第1题：✅ 到位"
    assert title(first).startswith("2. ")
    assert await here.history("i01") == ["done"]


async def test_an_old_card_of_a_follow_up_that_no_longer_applies_shows_how_things_are(bench: Bench):
    here = await site(bench)
    phone = await here.at(3)
    await phone.tap("◐")
    gap, shown = button(card(phone), "☐ 时间节点"), card(phone).id
    await phone.tap("改选")
    await phone.tap("✅")
    await phone.press(gap, shown)
    assert phone.toast == "内容后来改过，请再看一眼。"
    assert await here.answers() == {"i03": "done"}
    assert title(phone).startswith("3. ")


async def test_ticking_on_an_old_card_of_several_looks_again_first(bench: Bench):
    here = await site(bench, SMALL)
    phone = await here.at(6)
    rope, shown = button(card(phone), "绳"), card(phone).id
    await phone.tap("灯")
    await phone.press(rope, shown)
    assert phone.toast == "内容后来改过，请再看一眼。"
    assert await here.answers() == {"lacking": "lamp"}
    assert "☑ 灯" in card(phone).labels


async def test_a_card_from_before_it_was_undone_may_answer_again(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    old, shown = button(card(phone), "✅"), card(phone).id
    await phone.text("1 ❌")
    await phone.tap("撤销")
    await phone.press(old, shown)
    assert await here.answers() == {"i01": "done"}


# --- twice ---


async def test_a_double_tap_answers_once_and_goes_on_once(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    data, shown = button(card(phone), "✅"), card(phone).id
    await phone.press(data, shown)
    after = card(phone).text
    await phone.press(data, shown)
    assert (phone.toast, card(phone).text) == ("第1题：✅ 到位", after)
    assert await here.history("i01") == ["done"]


async def test_a_double_tap_on_a_box_ticks_it_once(bench: Bench):
    here = await site(bench, SMALL)
    phone = await here.at(6)
    data, shown = button(card(phone), "灯"), card(phone).id
    await phone.press(data, shown)
    await phone.press(data, shown)
    assert await here.answers() == {"lacking": "lamp"}


async def test_a_double_tap_on_handing_in_hands_in_once(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for _ in range(22):
        await phone.tap("✅")
    data, shown = button(card(phone), "提交"), card(phone).id
    await phone.press(data, shown)
    handed_in = (await here.visit()).submitted_at
    await phone.press(data, shown)
    assert (await here.visit()).submitted_at == handed_in
    assert card(phone).labels == ["↶ 撤回", "☰ 总览", "◀ 督导列表"]


# --- by somebody else ---


async def test_a_tap_by_somebody_else_reaches_nothing(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.text("1 ✅ 一句话")
    await phone.photo()
    piece = (await here.pieces())[0].id
    before = (await here.answers(), await here.evidence(), (await here.visit()).state)
    others = [
        await bench.let_in("外组督导员", Role.inspector, group="一组"),
        await bench.let_in("职工小林", Role.member, unit="ZJ"),
        await bench.let_in("联系人", Role.contact, unit="ZJ"),
        await bench.let_in("管理员", Role.admin),
        bench.stranger(),
    ]
    numbers = {"remove": f":{piece}", "look": f":{piece}", "undo": ":1"}
    for action in sorted(one for one in ACCESS if one.startswith(("checklist.", "visit."))):
        data = f"{action}:{here.visit_id}{numbers.get(action.partition('.')[2], ':1:0:0:0')}"
        for other in others:
            await other.press(data, 1)
            now = (await here.answers(), await here.evidence(), (await here.visit()).state)
            assert now == before, (action, other.name)
            assert all("浙江省" not in one.text and "一句话" not in one.text for one in other.bot_said), action


async def test_somebody_who_has_left_the_group_is_let_go_of(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    async with bench.database.begin() as db:
        person = await db.merge(await person_of(bench, phone))
        person.dismiss(Role.inspector, bench.now)
        person.appoint(Role.inspector, bench.now, group_id=(await bench.group("一组")).id)
    data, shown = button(card(phone), "✅"), card(phone).id
    await phone.press(data, shown)
    assert (phone.toast, await here.answers()) == (STALE, {})
    await phone.text("一句话")
    await phone.photo()
    assert (await here.answers(), await here.evidence()) == ({}, {})
    assert phone.last.text.startswith("现在没有打开的督导，所以没有保存。")


async def test_undoing_reaches_only_what_one_sent_oneself(bench: Bench):
    here = await site(bench)
    first, second = await here.enter(), await here.enter(here.two)
    message = await first.text("1 ✅")
    await second.press(f"checklist.undo:{here.visit_id}:{message}", 1)
    assert second.alert
    await second.press(f"checklist.undo:{here.visit_id}:1:9999999", 1)
    assert await here.answers() == {"i01": "done"}


GARBAGE = ("", "x", "-1", "9" * 19, "9" * 30)


async def test_forged_numbers_change_nothing(bench: Bench):
    here = await site(bench, SMALL)
    phone = await here.enter()
    await phone.text("7 ❌ 一句话")
    await phone.photo()
    before = (await here.answers(), await here.evidence(), (await here.visit()).state)
    visit = here.visit_id
    for verb in sorted(one for one in ACCESS if one.startswith(("checklist.", "visit."))):
        forged = [
            f"{verb}:{args}"
            for bad in GARBAGE
            for args in (bad, f"{visit}:{bad}", f"{visit}:7:{bad}")[: 2 if "undo" in verb else 3]
        ]
        await phone.press_all([data for data in forged if len(data.encode()) <= 64], 1)
        assert (await here.answers(), await here.evidence(), (await here.visit()).state) == before, verb
    assert card(phone).labels


@pytest.mark.parametrize("verb", ["answer", "change", "toggle"])
async def test_what_is_no_choice_cannot_be_chosen(bench: Bench, verb: str):
    here = await site(bench, SMALL)
    phone = await here.enter()
    for question in ("1:0", "2:0", "3:0", "5:0", "7:1", "7:2", "7:3", "8:1", "9:1", "9:-1"):
        await phone.press(f"checklist.{verb}:{here.visit_id}:{question}:0:0", 1)
    assert await here.answers() == {}


@pytest.mark.parametrize(("verb", "item"), [("toggle", 9), ("answer", 6), ("change", 6)])
async def test_a_forged_button_answers_no_question_of_another_kind(bench: Bench, verb: str, item: int):
    here = await site(bench, SMALL)
    phone = await here.enter()
    await here.at(item)
    for choice in (0, 1):
        await phone.press(f"checklist.{verb}:{here.visit_id}:{item}:0:{choice}:0", card(phone).id)
        assert (phone.toast, await here.answers()) == (STALE, {})


async def test_another_visit_s_number_on_a_button_goes_to_that_visit_and_asks_it(bench: Bench):
    here = await site(bench)
    other = await plan(bench, unit="ZJ01")
    phone = await here.enter()
    await phone.press(button(card(phone), "✅").replace(f":{here.visit_id}:", f":{other}:", 1), card(phone).id)
    assert await here.answers() == {}
    assert "萧山项目党支部" in card(phone).text
    foreign = await plan(bench, unit="JS", group="一组")
    await phone.press(f"checklist.answer:{foreign}:1:0:0:0", card(phone).id)
    assert phone.toast == STALE


# --- once handed in ---


async def test_nothing_can_be_written_once_it_is_handed_in_but_all_can_be_looked_at(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for _ in range(22):
        await phone.tap("✅")
    await here.at(5)
    await phone.photo("一句话")
    old = card(phone)
    data = {verb: f"checklist.{verb}:{here.visit_id}:5:0:1:0" for verb in WRITES}
    await phone.press(f"visit.submit:{here.visit_id}", 1)
    before = (await here.answers(), await here.evidence())
    for verb, tap in data.items():
        await phone.press(tap, old.id)
        assert phone.toast == "这次督导已提交，什么都没有改动。如有错误，请由提交人撤回。", verb
    await here.enter(here.two)
    await here.two.tap("5✅")
    assert card(here.two).labels == ["◀", "☰ Overview", "▶", "📎 1", "ⓘ"]
    await here.two.tap("📎")
    assert card(here.two).labels == ["Look at 1", "◀ Back to item 5"]
    await here.two.tap("Back")
    await here.two.tap("☰")
    await here.two.tap("Summary")
    assert "↶ Withdraw" not in card(here.two).labels
    assert (await here.answers(), await here.evidence()) == before
