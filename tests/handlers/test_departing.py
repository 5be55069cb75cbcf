"""Somebody leaves in the middle: the work stays, goes to the leader, and the leader is told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import owed, reminding
from storage import people
from storage.campaign import campaigns
from storage.people import Role
from storage.visit import visits
from tests.handlers.site import card, person_of, site
from tests.handlers.test_corrections import dismissed, sent_back

if TYPE_CHECKING:
    from tests.handlers.phone import Bench


async def matters(bench: Bench) -> dict[str, list[int]]:
    async with bench.database.begin() as db:
        campaign = (await campaigns.all_campaigns(db))[0]
        return {one.key: owners for one, owners, _ in await owed.open_matters(db, campaign, bench.now)}


async def test_who_erases_themselves_in_the_middle_of_a_visit_leaves_it_to_the_leader_who_is_told(bench: Bench):
    here = await site(bench)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    await (await here.enter()).tap("✅")
    await here.enter(here.two)
    await here.one.text("/privacy")
    await here.one.tap("删除我的数据")
    await here.one.tap("删除…")
    await here.one.tap("永久删除")
    assert leader.last.text == "督导员01已退出。其在浙江省区域管理公司党委做过的都在，余下的由您安排。"
    assert here.two.bot_said[-1].text != leader.last.text
    assert await here.answers() == {"i01": "done"}
    await leader.tap("1. 浙江省")
    assert "分工" in card(leader).text


async def test_where_a_group_has_no_leader_its_deputies_are_told_what_somebody_left(bench: Bench):
    here = await site(bench)
    deputy = await bench.let_in("副组长", Role.deputy, group="二组")
    await (await here.enter()).tap("✅")
    await dismissed(bench, here.one)
    found = await matters(bench)
    left = f"left:{here.visit_id}:{(await person_of(bench, here.one)).id}"
    assert found[left] == [(await person_of(bench, deputy)).id]
    await bench.let_in("组长", Role.leader, group="二组")
    assert (await person_of(bench, deputy)).id not in (await matters(bench))[left]


async def test_a_role_that_ends_by_itself_is_told_with_the_reminders_once_and_only_to_the_leader(bench: Bench):
    here = await site(bench)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    await (await here.enter()).tap("✅")
    assert not [key for key in await matters(bench) if key.startswith("left")]
    await dismissed(bench, here.one)
    one = await person_of(bench, here.one)
    found = await matters(bench)
    assert found[f"left:{here.visit_id}:{one.id}"] == [(await person_of(bench, leader)).id]
    async with bench.database.begin() as db:
        campaign = (await campaigns.all_campaigns(db))[0]
        await reminding.replan(db, campaign, bench.now)
    await bench.wait(hours=10)
    assert "有成员已不再参加" in leader.last.text
    count = len(leader.bot_said)
    async with bench.database.begin() as db:
        campaign = (await campaigns.all_campaigns(db))[0]
        await reminding.replan(db, campaign, bench.now, bench.now - timedelta(hours=12))
    await bench.wait(hours=1)
    assert len(leader.bot_said) == count
    async with bench.database.begin() as db:
        (await visits.get(db, here.visit_id, lock=True)).submit(await people.by_telegram(db, leader.id), bench.now)
    assert not [key for key in await matters(bench) if key.startswith("left")]


async def test_an_open_ticket_is_reminded_of_to_whoever_mends_and_an_answered_one_to_the_leader(bench: Bench):
    here, leader = await sent_back(bench)
    one, lead = (await person_of(bench, here.one)).id, (await person_of(bench, leader)).id
    assert (await matters(bench))["mend:1"] == [one]
    await here.one.tap("更正第3题")
    await here.one.tap("✅ 是")
    await here.one.tap("改好了")
    found = await matters(bench)
    assert "mend:1" not in found
    assert found["judge:1"] == [lead]
    await leader.tap("查看")
    await leader.tap("✓ 通过")
    assert not {"mend:1", "judge:1"} & set(await matters(bench))


async def test_a_ticket_of_somebody_who_left_is_reminded_of_to_the_leader(bench: Bench):
    here, leader = await sent_back(bench)
    await dismissed(bench, here.one)
    assert (await matters(bench))["mend:1"] == [(await person_of(bench, leader)).id]
