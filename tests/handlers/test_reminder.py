"""Reminders as they arrive: merged, at allowed hours, once, and only while there is something to be done."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers import owed
from storage import people
from storage.campaign import calendars, campaigns, forms, meetings, work
from storage.campaign.campaigns import Group, Unit
from storage.campaign.meetings import Meeting
from storage.campaign.reminders import Reminder, State
from storage.people import Role
from storage.visit import visits
from storage.visit.visits import Visit
from supervision.calendar import Quiet
from tests.handlers.setting_up import begun

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone


@pytest.fixture
async def office(sqlite_template, tmp_path):
    """A campaign begun on 7 September at nine, with two groups."""
    bench = await begun(sqlite_template, tmp_path, datetime(2026, 9, 7, 1, 0, tzinfo=UTC))
    yield bench
    await bench.database.close()


async def pass_by(bench: Bench, hours: int, every: int = 4) -> None:
    """Let hours pass in a bot that runs: planning and telling as they fall due."""
    for _ in range(hours // every):
        await bench.wait(hours=every)
        await bench.wait(seconds=1)


def said(phone: Phone) -> list[str]:
    return [one.text for one in phone.bot_said]


async def test_the_office_is_reminded_before_on_and_after_the_day_and_never_twice(office):
    admin = await office.let_in("办公室", Role.office)
    await pass_by(office, 24 * 10)
    texts = said(admin)
    assert len(texts) == len(set(texts))
    first = [one for one in texts if "组建督导组" in one]
    assert [one.split("：")[1].split("\n")[0] for one in first] == [
        "9月14日 周一到期，还有3个工作日",
        "9月14日 周一到期，还有1个工作日",
        "今天到期",
        "逾期1个工作日",
        "逾期2个工作日",
    ][: len(first)]
    assert len(first) >= 4


async def test_what_is_done_is_not_reminded_of_any_more(office):
    admin = await office.let_in("办公室", Role.office)
    await pass_by(office, 24 * 3)
    before = len(said(admin))
    await admin.text("/plan")
    await admin.press("plan.item:1", admin.last.id)
    await admin.tap("✓ 完成")
    admin.clear()
    await pass_by(office, 24 * 6)
    assert before >= 1
    assert not [one for one in said(admin) if "组建督导组" in one]


async def test_nobody_is_told_at_night_or_on_a_day_off_and_an_outage_is_made_up_for_in_one_message(office):
    admin = await office.let_in("办公室", Role.office)
    await office.wait(seconds=1)
    admin.clear()
    office.now = datetime(2026, 9, 19, 15, 0, tzinfo=UTC)  # down for twelve days; up again on a Saturday night
    await office.wait(seconds=1)
    await office.wait(seconds=1)
    await office.wait(seconds=1)
    assert said(admin) == []
    office.now = datetime(2026, 9, 20, 0, 30, tzinfo=UTC)  # Sunday, 08:30: a workday that makes up for a holiday
    await office.wait(seconds=1)
    (text,) = said(admin)
    assert "组建督导组，明确分工：逾期" in text
    assert text.count("组建督导组") == 1


async def test_a_persons_own_quiet_hours_count(office):
    admin = await office.let_in("办公室", Role.office)
    person = await office.person(admin)
    async with office.database.begin() as db:
        await calendars.keep_quiet(db, person.id, Quiet(time(18), time(11)))
    await pass_by(office, 24 * 4, every=1)
    async with office.database.read() as db:
        told = [one.told_at for one in await db.scalars(sa.select(Reminder).where(Reminder.state == State.told))]
    assert told
    assert {one.hour for one in told} == {3}  # eleven in Beijing


async def test_a_reminder_throws_nobody_out_of_what_they_are_doing(office):
    admin = await office.let_in("办公室", Role.admin)
    await admin.text("/campaign")
    await admin.tap("督导组")
    await admin.tap("新建督导组")
    await pass_by(office, 24 * 3)
    assert any("提醒" in one for one in said(admin))
    await admin.text("五组")
    assert admin.last.text.startswith("五组")


async def visit_on(bench: Bench, day: date) -> int:
    async with bench.database.begin() as db:
        group = await db.scalar(sa.select(Group).where(Group.name == "二组"))
        form = await forms.latest(db, "theme-education") or (await forms.every(db, offset=0, limit=1))[0]
        unit = Unit(campaign_id=1, code="X", name="萧山项目党支部", level=5, group_id=group.id)
        db.add(unit)
        await db.flush()
        visit = Visit(unit_id=unit.id, group_id=group.id, form_version_id=form.id, planned_on=day, created_at=bench.now)
        return (await visits.plan(db, visit)).id


async def test_a_visit_is_announced_the_day_before_and_chased_up_the_ladder_when_it_does_not_begin(office):
    inspector = await office.let_in("督导员01", Role.inspector, group="二组")
    leader = await office.let_in("二组组长", Role.leader, group="二组")
    chief = await office.let_in("办公室", Role.office)
    await visit_on(office, date(2026, 9, 9))
    await pass_by(office, 24 * 9, every=3)

    def lines(phone: Phone) -> list[str]:
        return [line for one in said(phone) for line in one.split("\n") if "萧山" in line]

    assert [one.split(". ")[1] for one in lines(inspector)] == [
        "9月9日 周三：去萧山项目党支部督导",
        "萧山项目党支部：原定9月9日 周三的督导还没开始",
    ]
    assert any("还没开始" in one for one in lines(leader))
    assert any("还没开始" in one for one in lines(chief))


async def test_a_reminder_can_be_put_off_and_comes_again(office):
    admin = await office.let_in("办公室", Role.office)
    await pass_by(office, 24 * 3)
    await admin.tap("1. 组建督导组")
    await admin.tap("一小时后")
    assert "再提醒您" in admin.last.text
    count = len(said(admin))
    await office.wait(hours=1, minutes=1)
    assert len(said(admin)) == count + 1


async def test_a_reminder_is_handed_over_to_somebody_of_the_same_office(office):
    admin = await office.let_in("办公室", Role.office)
    other = await office.let_in("小李", Role.admin)
    await pass_by(office, 24 * 3)
    other.clear()
    await admin.tap("1. 组建督导组")
    await admin.tap("请人代…")
    await admin.tap("小李")
    assert "小李接手" in admin.last.text
    await office.wait(hours=1)
    assert any("组建督导组" in one for one in said(other))


async def test_who_cannot_do_it_says_why_and_the_leader_hears_it(office):
    inspector = await office.let_in("督导员01", Role.inspector, group="二组")
    leader = await office.let_in("二组组长", Role.leader, group="二组")
    await visit_on(office, date(2026, 9, 8))
    await pass_by(office, 48, every=3)
    await inspector.tap("1. 萧山项目党支部")
    await inspector.tap("做不了…")
    await inspector.text("单位临时停产，改到下周")
    assert "督导员01做不了“萧山项目党支部”：\n单位临时停产，改到下周" in said(leader)
    async with office.database.read() as db:
        (one,) = (await db.scalars(sa.select(Reminder).where(Reminder.why != ""))).all()
        person = await people.by_id(db, one.person_id)
        assert person.name == "督导员01"


async def test_a_moved_deadline_is_reminded_of_on_its_new_day_only(office):
    admin = await office.let_in("办公室", Role.office)
    await office.wait(seconds=1)
    async with office.database.begin() as db:
        item = await work.item(db, 1)
        await work.move(db, item, date(2026, 12, 1), "推迟", 1, office.now)
    await pass_by(office, 24 * 10)
    assert not [one for one in said(admin) if "组建督导组" in one]


async def test_all_who_are_called_to_a_meeting_of_the_office_are_reminded_of_it(office):
    called = [
        await office.let_in("管理员", Role.admin),
        await office.let_in("办公室", Role.office),
        await office.let_in("组长", Role.leader, group="二组"),
    ]
    await office.let_in("督导员01", Role.inspector, group="二组")
    async with office.database.begin() as db:
        (campaign,) = await campaigns.all_campaigns(db)
        await meetings.add(db, Meeting(campaign_id=campaign.id, starts_at=office.now + timedelta(days=1)))
        found = {one.key: who for one, who, _ in await owed.open_matters(db, campaign, office.now, {"meeting"})}
    assert found == {"meeting:1": [(await office.person(one)).id for one in called]}


async def test_the_reminder_of_somebody_else_is_nobodys_business(office):
    admin = await office.let_in("办公室", Role.office)
    await pass_by(office, 24 * 3)
    other = await office.let_in("小李", Role.office)
    await other.text("/help")
    data = next(one.data for one in admin.last.buttons[0])
    await other.press(data, other.last.id)
    assert "已过期" in other.toast
