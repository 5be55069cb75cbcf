"""Several inspectors on one visit: who has what, cards that follow, answers that differ, who hands it in."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from handlers import chat
from storage import people
from storage.audit import Audit
from storage.campaign.seats import Seat
from storage.chat import timers
from storage.people import Role
from storage.visit import visits
from tests.handlers.phone import drain
from tests.handlers.site import SMALL, button, card, site, title

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone
    from tests.handlers.site import Site

FOLLOWED = 10
"""Seconds after which a colleague's card has followed."""


async def begun(bench: Bench) -> Site:
    """A visit on which two have answered an item each: 1 the first, 2 the second."""
    here = await site(bench)
    await (await here.enter()).tap("✅")
    two = await here.enter(here.two)
    await here.at(2, two)
    await two.tap("✅")
    return here


async def dismiss(bench: Bench, phone: Phone) -> None:
    async with bench.database.begin() as db:
        person = await people.by_telegram(db, phone.id)
        assert person is not None
        person.dismiss(Role.inspector, bench.now)


async def test_one_inspector_alone_sees_nothing_of_sharing(bench: Bench):
    here = await site(bench)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    phone = await here.enter()
    assert "✋" not in card(phone).labels
    for _ in range(22):
        await phone.tap("✅")
    assert "👤 分工" not in card(phone).labels
    assert "提交" in card(phone).labels
    await phone.tap("提交")
    assert (await here.visit()).state == "submitted"
    assert leader.bot_said == []


async def test_an_open_card_follows_in_place_and_silently(bench: Bench):
    here = await begun(bench)
    shown, count = card(here.one), len(here.one.bot_said)
    assert "2/22" not in shown.text
    await bench.wait(seconds=FOLLOWED)
    assert card(here.one) is shown
    assert "2/22" in shown.text
    assert len(here.one.bot_said) == count


async def test_an_answer_that_came_onto_the_card_under_a_thumb_is_not_written_over(bench: Bench):
    here = await site(bench)
    first, second = await here.enter(), await here.enter(here.two)
    await first.tap("✅")
    await bench.wait(seconds=FOLLOWED)
    assert button(card(second), "● ✅"), "the card has followed"
    await second.tap("Not done")
    assert await here.history("i01") == ["done"]
    await second.tap("Change it")
    assert await here.history("i01") == ["done", "missing"]


async def test_many_answers_of_a_colleague_are_one_change(bench: Bench):
    here = await begun(bench)
    await bench.wait(seconds=FOLLOWED)
    for _ in range(5):
        await here.two.tap("✅")
    async with bench.database.begin() as db:
        assert await timers.fire_due(db, bench.now + timedelta(minutes=1)) == [here.one.id]
    await bench.run(here.one.id)
    assert "7/22" in card(here.one).text


async def test_a_card_that_follows_keeps_its_undo(bench: Bench):
    here = await begun(bench)
    await here.one.text("5 ❌ 记录缺失")
    assert "↶ 撤销" in card(here.one).labels
    await here.two.tap("✅")
    await bench.wait(seconds=FOLLOWED)
    assert "↶ 撤销" in card(here.one).labels
    assert "4/22" in card(here.one).text


async def test_a_card_about_something_else_is_left_alone(bench: Bench):
    here = await begun(bench)
    await here.one.text("/todo")
    text = card(here.one).text
    await here.two.tap("✅")
    await bench.wait(seconds=FOLLOWED)
    assert card(here.one).text == text


async def test_the_walk_leaves_to_a_colleague_what_is_theirs(bench: Bench):
    here = await begun(bench)
    await here.at(3, here.two)
    await here.two.tap("✋")
    await here.at(1)
    await here.one.tap("✅")
    assert title(here.one).startswith("4. ")
    await here.at(3)
    assert "本题由督导员04负责。" in card(here.one).text
    await here.one.tap("✋")
    assert here.one.alert
    assert "督导员04" in here.one.toast


async def test_what_a_colleague_is_in_the_middle_of_is_left_to_them(bench: Bench):
    here = await begun(bench)
    await here.at(3, here.two)
    await here.two.tap("❌")
    await here.at(1)
    await here.one.tap("✅")
    assert title(here.one).startswith("4. ")
    await here.one.tap("总览")
    assert "▶ 第4题" in card(here.one).labels


async def test_an_aspect_is_taken_on_and_let_go_with_a_tap(bench: Bench):
    here = await begun(bench)
    await here.one.tap("总览")
    await here.one.tap("分工")
    await here.one.tap("组织领导")
    mine = (await here.visit()).parts[0].items
    assert mine[:3] == ["1", "2", "3"]
    assert "● 一、组织领导" in card(here.one).labels
    await here.one.tap("组织领导")
    assert (await here.visit()).parts[0].items == []


async def test_written_duties_divide_the_items_once_two_have_begun(bench: Bench):
    here = await site(bench)
    group = await bench.group("二组")
    async with bench.database.begin() as db:
        db.add(Seat(group_id=group.id, role=Role.inspector, name="督导员01", duties="负责组织领导"))
        db.add(Seat(group_id=group.id, role=Role.inspector, name="督导员04", duties="第20-22题"))
    await (await here.enter()).tap("✅")
    assert (await here.visit()).parts[0].items == []
    await here.enter(here.two)
    await here.at(20, here.two)
    await here.two.tap("✅")
    one, two = (await here.visit()).parts
    assert one.items[:3] == ["1", "2", "3"]
    assert two.items == ["20", "21", "22"]


async def test_an_item_is_handed_over_in_two_taps(bench: Bench):
    here = await begun(bench)
    await here.at(3)
    await here.one.tap("✋")
    await here.one.tap("转交")
    await here.one.tap("督导员04")
    one, two = (await here.visit()).parts
    assert (one.items, two.items) == ([], ["3"])
    assert "hands over to you" in here.two.last.text
    await here.two.tap("Go to item 3")
    assert title(here.two).startswith("3. ")


async def test_what_a_removed_inspector_had_is_the_leaders_and_the_work_stays(bench: Bench):
    leader = await bench.let_in("组长", Role.leader, group="二组")
    here = await begun(bench)
    await here.at(3, here.two)
    await here.two.tap("✋")
    await dismiss(bench, here.two)
    await here.two.press(f"checklist.answer:{here.visit_id}:3:0:0:0", 1)
    assert (await here.history("i02"), await here.history("i03")) == (["done"], [])
    await here.enter(leader)
    await leader.tap("总览")
    assert "👤 您：第3题，余1题" in card(leader).text


async def test_typed_over_a_colleagues_answer_both_are_shown_and_one_chooses(bench: Bench):
    here = await begun(bench)
    for words, choose, stands in (("2 ❌ 没有", "对方的", 1), ("2 ❌", "用对方的", 1), ("2 ❌", "我的", 2)):
        before = await here.history("i02")
        await here.one.text(words)
        assert "督导员04" in card(here.one).text
        assert await here.history("i02") == before
        await here.one.press(button(card(here.one), choose, exactly=choose != "用对方的"), card(here.one).id)
        assert len(await here.history("i02")) == stands, choose
    note = (await here.answers())["i02_note"]
    assert note.startswith("没有\n督导员01：❌")


async def test_a_choice_that_comes_too_late_is_asked_again(bench: Bench):
    here = await begun(bench)
    await here.one.text("2 ❌")
    mine, shown = button(card(here.one), "我的", exactly=True), card(here.one)
    await here.at(2, here.two)
    await here.two.tap("◐")
    await here.one.press(mine, shown.id)
    assert "◐" in card(here.one).text
    assert len(await here.history("i02")) == 2


async def test_tapped_over_a_colleagues_answer_ones_own_can_be_noted(bench: Bench):
    here = await site(bench)
    await here.enter()
    await (await here.enter(here.two)).tap("✅")
    await here.one.tap("❌")
    noted, shown = button(card(here.one), "记入备注"), card(here.one)
    await here.one.press(noted, shown.id)
    await here.one.press(noted, shown.id)
    answers = await here.answers()
    assert answers["i01_note"] == "督导员01：❌ 未落实"
    assert len(await here.history("i01")) == 1
    async with bench.database.read() as db:
        assert await db.scalar(sa.select(sa.func.count()).where(Audit.action == "answer.set_aside"))


async def test_inspectors_are_done_and_the_leader_submits(bench: Bench):
    leader = await bench.let_in("组长", Role.leader, group="二组")
    here = await begun(bench)
    await here.at(3)
    await here.one.tap("✋")
    await here.one.tap("总览")
    assert "提交" not in card(here.one).labels
    await here.one.tap("已做完")
    assert here.one.alert
    assert "第3题" in here.one.toast
    await here.one.press(f"visit.submit:{here.visit_id}", 1)
    assert here.one.toast.startswith("这次督导由多人共同进行")
    for number in range(3, 23):
        await here.at(number)
        await here.one.tap("✅")
    await here.one.tap("已做完")
    assert "都齐了，由组长提交。" in card(here.one).text
    assert leader.bot_said == []
    assert "✓ 已做完" not in card(here.one).labels
    await here.at(22)
    await here.one.tap("◐")
    assert "✓ 已做完" in card(here.one).labels  # who goes on working is not done
    await here.one.tap("已做完")
    await here.two.tap("Overview")
    await here.two.tap("✓ I'm done")
    assert "可以提交了" in leader.last.text
    await leader.tap("查看并提交")
    assert "都齐了，可以提交。" in card(leader).text
    await leader.tap("提交")
    assert (await here.visit()).state == "submitted"


async def test_where_nobody_leads_the_group_anybody_on_the_visit_submits(bench: Bench):
    here = await begun(bench)
    await here.one.tap("总览")
    assert "提交" in card(here.one).labels


async def test_of_two_leaders_one_submits_and_the_other_sees_who(bench: Bench):
    here = await site(bench)
    first = await bench.let_in("组长", Role.leader, group="二组")
    second = await bench.let_in("副组长", Role.deputy, group="二组")
    for _ in range(22):
        await (here.one if here.one.bot_said else await here.enter()).tap("✅")
    await first.press(f"visit.submit:{here.visit_id}", 1)
    await second.press(f"visit.submit:{here.visit_id}", 1)
    assert second.toast == "组长刚才已提交这次督导，没有重复提交。"
    assert "组长" in second.last.text
    async with bench.database.read() as db:
        assert await db.scalar(sa.select(sa.func.count()).where(Audit.action == "visit.submitted")) == 1
        found = await visits.get(db, here.visit_id)
    assert found is not None
    assert found.submitted_by == (await bench.person(first)).id  # type: ignore[union-attr]


async def test_two_leaders_who_submit_at_the_very_same_moment_submit_once(both_benches: Bench):
    bench = both_benches
    here = await site(bench, SMALL)
    leaders = [
        await bench.let_in(name, role, group="二组") for name, role in (("甲", Role.leader), ("乙", Role.deputy))
    ]
    for words in ("3 12", "7 ✅", "8 ✅", "9 ✅"):
        await (here.one if here.one.bot_said else await here.enter()).text(words)
    await here.at(2)
    await here.one.photo()
    await here.at(3)
    await here.one.text("12")
    for phone in leaders:
        data = f"visit.submit:{here.visit_id}"
        await bench.store(chat.Tap(**phone.about(), data=data, message_id=1, callback_id=f"c{phone.id}"))
        bench.tapped[f"c{phone.id}"] = phone
    await asyncio.gather(*(drain(bench.engine, phone.id) for phone in leaders))
    await bench.deliver()
    async with bench.database.read() as db:
        assert await db.scalar(sa.select(sa.func.count()).where(Audit.action == "visit.submitted")) == 1
    assert all("甲" in phone.last.text or "乙" in phone.last.text or "您" in phone.last.text for phone in leaders)
