"""Leave in the chat: entered with two taps or two dates, taken back, and told to the leader where visits fall on it."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from storage import people
from storage.campaign.campaigns import Unit
from storage.campaign.leave import Leave
from storage.people import Role
from storage.visit.visits import Visit, VisitMember
from tests.handlers.phone import MORNING
from tests.handlers.setting_up import begun


@pytest.fixture
async def bench(sqlite_template, tmp_path):
    bench = await begun(sqlite_template, tmp_path, MORNING)
    yield bench
    await bench.database.close()


async def stored(bench):
    async with bench.database.read() as db:
        return [(one.person_id, one.first_on, one.last_on) for one in await db.scalars(sa.select(Leave))]


async def test_somebody_enters_their_own_leave_with_two_taps_and_takes_it_back(bench):
    phone = await bench.let_in("督导员甲", Role.inspector, group="二组")
    await phone.text("/leave")
    assert "您没有登记请假" in phone.last.text
    await phone.tap("登记我的请假")
    await phone.tap("10月23日 周五")
    await phone.tap("10月27日 周二")
    assert "✓ 督导员甲请假：10月23日 周五 至 10月27日 周二" in phone.last.text
    assert await stored(bench) == [(1, date(2026, 10, 23), date(2026, 10, 27))]
    await phone.tap("撤回")
    assert await stored(bench) == []


async def test_two_typed_dates_do_the_same_and_bad_ones_are_answered(bench):
    phone = await bench.let_in("督导员甲", Role.inspector, group="二组")
    await phone.text("/leave")
    await phone.tap("登记我的请假")
    for words, answer in (
        ("下周", "“下周”不是日期"),
        ("2026-10-27 2026-10-23", "结束日期早于开始日期"),
        ("2026-10-01 2026-10-03", "只能登记今天以后的请假"),
    ):
        await phone.text(words)
        assert answer in phone.last.text
    await phone.text("10月23日至10月27日")
    assert "✓ 督导员甲请假" in phone.last.text
    await phone.text("/leave")
    await phone.tap("登记我的请假")
    await phone.text("10-26")
    assert "那几天已登记请假" in phone.last.text
    assert len(await stored(bench)) == 1


async def test_a_leader_enters_it_for_somebody_of_the_group_and_nobody_else_does(bench):
    leader = await bench.let_in("李组长", Role.leader, group="二组")
    await bench.let_in("督导员甲", Role.inspector, group="二组")
    other = await bench.let_in("督导员乙", Role.inspector, group="二组")
    await leader.text("/leave")
    await leader.tap("替组员登记")
    await leader.tap("督导员甲")
    await leader.text("2026-10-26")
    assert await stored(bench) == [(2, date(2026, 10, 26), date(2026, 10, 26))]
    await other.text("/leave")
    assert "您没有登记请假" in other.last.text
    await other.press("leave.take:2:2026-10-28:2026-10-28", other.last.id)
    await other.press("leave.drop:1", other.last.id)
    assert len(await stored(bench)) == 1


async def test_the_leader_is_told_when_planned_visits_fall_on_it_and_is_left_alone_otherwise(bench):
    leader = await bench.let_in("李组长", Role.leader, group="二组")
    phone = await bench.let_in("督导员甲", Role.inspector, group="二组")
    async with bench.database.begin() as db:
        db.add(Unit(campaign_id=1, code="U-1", name="某党支部", level=5, group_id=2))
        await db.flush()
        db.add(
            Visit(
                unit_id=1,
                round_id=1,
                group_id=2,
                form_version_id=1,
                planned_on=date(2026, 10, 26),
                created_at=MORNING,
                members=[VisitMember(person_id=2)],
            )
        )
    await phone.text("/leave")
    await phone.tap("登记我的请假")
    await phone.text("2026-10-28")
    await bench.wait(seconds=60)
    assert leader.screen == []
    await phone.text("/leave")
    await phone.tap("登记我的请假")
    await phone.text("2026-10-26")
    assert "这几天已排 1 处，由组长另行调整" in phone.last.text
    await bench.wait(seconds=60)
    assert "督导员甲 10月26日 周一 请假，其间已排 1 处。" in leader.last.text
    await leader.tap("调整行程")
    assert "⚠ 1 处与请假冲突：督导员甲" in leader.last.text


async def test_who_leads_one_group_and_belongs_to_another_enters_leave_for_those_they_lead(bench):
    both = await bench.let_in("双组", Role.inspector, group="一组")
    async with bench.database.begin() as db:
        person = await people.by_telegram(db, both.id)
        person.appoint(Role.leader, bench.now, group_id=(await bench.group("二组")).id)
    await bench.let_in("督导员甲", Role.inspector, group="二组")
    await bench.let_in("督导员丙", Role.inspector, group="一组")
    await both.text("/leave")
    await both.tap("替组员登记")
    assert [label for label in both.last.labels if "督导员" in label] == ["督导员甲"]
    await both.tap("督导员甲")
    await both.text("2026-10-26")
    assert await stored(bench) == [(2, date(2026, 10, 26), date(2026, 10, 26))]
