"""A reminder is true when it is told and when its buttons are pressed, or it says what became of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers import reminding
from storage import people
from storage.campaign import meetings, work
from storage.campaign.campaigns import Group
from storage.campaign.meetings import Decision, Meeting
from storage.campaign.reminders import Reminder, State
from storage.people import Role
from storage.visit import visits
from tests.handlers.setting_up import begun
from tests.handlers.test_reminder import pass_by, said, visit_on

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone

DAY = date(2026, 9, 9)


@pytest.fixture
async def office(sqlite_template, tmp_path):
    """A campaign begun on 7 September at nine, with two groups."""
    bench = await begun(sqlite_template, tmp_path, datetime(2026, 9, 7, 1, 0, tzinfo=UTC))
    yield bench
    await bench.database.close()


async def dismiss(bench: Bench, phone: Phone, role: Role) -> None:
    async with bench.database.begin() as db:
        (await people.by_telegram(db, phone.id)).dismiss(role, bench.now)


async def until(bench: Bench, moment: datetime) -> None:
    """Let time pass in a bot that runs, up to a moment of Beijing's clocks in UTC."""
    while bench.now + timedelta(hours=8) < moment:
        await bench.wait(hours=8)
        await bench.wait(seconds=1)
    bench.now = moment
    await bench.wait(seconds=1)
    await bench.wait(seconds=1)


async def told_of_a_visit(bench: Bench) -> tuple[Phone, Phone]:
    """Two inspectors who have just been told of tomorrow's visit, the first of them with something else beside it."""
    one = await bench.let_in("督导员01", Role.inspector, group="二组")
    other = await bench.let_in("督导员02", Role.inspector, group="二组")
    visit_id = await visit_on(bench, DAY)
    async with bench.database.begin() as db:
        meeting = Meeting(campaign_id=1, group_id=2, starts_at=datetime(2026, 9, 9, 1, 0, tzinfo=UTC))
        await meetings.add(db, meeting)
        visit = await visits.get(db, visit_id)
        assert visit.group_id == 2
    await until(bench, datetime(2026, 9, 8, 9, 35, tzinfo=UTC))
    return one, other


async def test_who_leads_when_it_is_told_is_told_and_not_who_led_when_it_was_planned(office):
    before = await office.let_in("老组长", Role.leader, group="二组")
    one = await office.let_in("督导员01", Role.inspector, group="二组")
    await visit_on(office, date(2026, 9, 8))
    await until(office, datetime(2026, 9, 8, 23, 45, tzinfo=UTC))  # on the day after, just before it is told at nine
    await dismiss(office, before, Role.leader)
    after = await office.let_in("新组长", Role.leader, group="二组")
    before.clear()
    await until(office, datetime(2026, 9, 9, 1, 1, tzinfo=UTC))
    assert not [each for each in said(before) if "萧山" in each]
    assert [each for each in said(after) if "萧山项目党支部：原定9月8日 周二的督导还没开始" in each]
    assert len([each for each in said(one) if "还没开始" in each]) == 1


async def test_who_left_the_group_is_told_nothing_of_its_visits_and_the_others_are_told_once(office):
    one = await office.let_in("督导员01", Role.inspector, group="二组")
    other = await office.let_in("督导员02", Role.inspector, group="二组")
    await visit_on(office, DAY)
    await until(office, datetime(2026, 9, 8, 9, 25, tzinfo=UTC))
    await dismiss(office, one, Role.inspector)
    async with office.database.begin() as db:
        (await people.by_telegram(db, one.id)).appoint(Role.inspector, office.now, group_id=1)
    await until(office, datetime(2026, 9, 8, 10, 0, tzinfo=UTC))
    assert not [each for each in said(one) if "萧山" in each]
    assert len([each for each in said(other) if "9月9日 周三：去萧山项目党支部督导" in each]) == 1


async def test_a_visit_that_was_moved_is_told_of_before_its_new_day_only(office):
    one = await office.let_in("督导员01", Role.inspector, group="二组")
    visit_id = await visit_on(office, DAY)
    await until(office, datetime(2026, 9, 8, 9, 25, tzinfo=UTC))
    async with office.database.begin() as db:
        (await visits.get(db, visit_id, lock=True)).planned_on = date(2026, 9, 11)
    await until(office, datetime(2026, 9, 10, 10, 0, tzinfo=UTC))
    assert [each.split(". ")[1] for each in said(one) if "萧山" in each] == ["9月11日 周五：去萧山项目党支部督导"]


async def test_after_an_outage_nobody_is_told_to_go_on_a_day_that_is_over(office):
    one = await office.let_in("督导员01", Role.inspector, group="二组")
    await visit_on(office, DAY)
    await until(office, datetime(2026, 9, 8, 8, 0, tzinfo=UTC))
    one.clear()
    office.now = datetime(2026, 9, 10, 1, 0, tzinfo=UTC)
    await office.wait(seconds=1)
    await office.wait(seconds=1)
    (text,) = [each for each in said(one) if "萧山" in each]
    assert "还没开始" in text
    assert "去萧山" not in text


async def test_what_was_handed_to_somebody_who_leaves_comes_back_to_whoever_handed_it_over(office):
    admin = await office.let_in("办公室", Role.office)
    other = await office.let_in("小李", Role.office)
    await pass_by(office, 24 * 3, every=8)
    other.clear()
    async with office.database.begin() as db:  # the other one may not be told anything before the morning
        (handed,) = [
            one for one in await db.scalars(sa.select(Reminder)) if one.key.endswith(":-3owner:1") and one.told_at
        ]
    office.now = datetime(2026, 9, 10, 14, 0, tzinfo=UTC)  # ten at night
    await admin.press(f"reminder.hand:{handed.id}", admin.last.id)
    await admin.tap("小李")
    assert "小李接手" in admin.last.text
    await dismiss(office, other, Role.office)
    admin.clear()
    await until(office, datetime(2026, 9, 11, 0, 5, tzinfo=UTC))
    assert not said(other)
    assert [each for each in said(admin) if "组建督导组" in each]


async def test_every_button_of_a_reminder_that_is_done_says_so_and_does_nothing(office):
    admin = await office.let_in("办公室", Role.office)
    other = await office.let_in("小李", Role.admin)
    await pass_by(office, 24 * 3, every=8)
    await admin.tap("1. 组建督导组")
    card = admin.last.id
    await admin.press("plan.done:1:0", 1)
    async with office.database.begin() as db:
        one = (await db.scalars(sa.select(Reminder).where(Reminder.matter == "item:1:0"))).first()
        mine = one.id
    other_person = (await office.person(other)).id
    other.clear()
    for verb in (f"open:{mine}", f"later:{mine}:hour", f"hand:{mine}", f"handed:{mine}:{other_person}", f"why:{mine}"):
        await admin.press(f"reminder.{verb}", card)
        assert admin.message(card).text == "组建督导组，明确分工：这件事已经完成，谢谢。", verb
    await office.wait(hours=2)
    assert not [each for each in said(other) if "组建督导组" in each]
    async with office.database.read() as db:
        assert (await db.get(Reminder, mine)).state is State.told


async def test_why_not_is_not_asked_for_any_longer_once_somebody_has_done_it(office):
    inspector = await office.let_in("督导员01", Role.inspector, group="二组")
    leader = await office.let_in("二组组长", Role.leader, group="二组")
    visit_id = await visit_on(office, date(2026, 9, 8))
    await pass_by(office, 48, every=8)
    await inspector.tap("1. 萧山项目党支部")
    await inspector.tap("做不了…")
    async with office.database.begin() as db:
        visit = await visits.get(db, visit_id, lock=True)
        visit.open(office.now)
        visit.submit(await people.by_telegram(db, leader.id), office.now)
    leader.clear()
    await inspector.text("单位临时停产，改到下周")
    assert inspector.last.text == "萧山项目党支部：这件事已经完成，谢谢。"
    assert not [each for each in said(leader) if "做不了" in each]
    await inspector.text("/today")
    assert "做不了" not in inspector.last.text


async def test_who_thinks_better_of_saying_why_goes_back_to_the_reminder_and_on_with_their_work(office):
    admin = await office.let_in("办公室", Role.admin)
    await pass_by(office, 24 * 3, every=8)
    shown = admin.last
    await admin.text("/campaign")
    await admin.tap("督导组")
    await admin.tap("新建督导组")
    await admin.tap("1. 组建督导组", on=shown)
    await admin.tap("做不了…", on=admin.message(shown.id))
    await admin.tap("↩", on=admin.message(shown.id))
    assert "组建督导组，明确分工：" in admin.message(shown.id).text
    await admin.text("五组")
    assert admin.last.text.startswith("五组")


async def test_from_one_matter_a_way_leads_back_to_all_that_came_with_it(office):
    one, other = await told_of_a_visit(office)
    told = one.last
    assert told.text == "2 条提醒\n1. 9月9日 周三 09:00：例会\n2. 9月9日 周三：去萧山项目党支部督导"
    handed = told.buttons[1][0].data
    await one.tap("2. 萧山项目党支部")
    await one.tap("请人代…")
    await one.tap("督导员02")
    assert "督导员02接手" in one.message(told.id).text
    await one.tap("◀ 全部提醒")
    assert one.message(told.id).text == "2 条提醒\n1. 9月9日 周三 09:00：例会\n✓ 萧山项目党支部"
    await one.press(handed, told.id)
    assert "已由督导员02接手" in one.message(told.id).text
    await office.wait(hours=1)
    assert [each for each in said(other) if "萧山" in each]


async def test_a_reminder_of_a_role_that_is_lost_says_that_somebody_else_sees_to_it(office):
    one, _ = await told_of_a_visit(office)
    told = one.last
    await dismiss(office, one, Role.inspector)
    async with office.database.begin() as db:
        (await people.by_telegram(db, one.id)).appoint(Role.inspector, office.now, group_id=1)
    await one.tap("2. 萧山项目党支部")
    assert one.message(told.id).text == "萧山项目党支部：已改由其他同志负责，您不用再管。"


async def test_of_a_deadline_on_a_day_off_it_is_said_that_today_is_the_last_working_day_before_it(office):
    admin = await office.let_in("办公室", Role.office)
    async with office.database.begin() as db:
        (await work.item(db, 1)).due_on = date(2026, 9, 12)  # a Saturday
    await until(office, datetime(2026, 9, 11, 1, 1, tzinfo=UTC))
    assert [each for each in said(admin) if "9月12日 周六到期，今天是此前最后一个工作日" in each]
    assert not [each for each in said(admin) if "0个工作日" in each]


async def test_a_day_is_told_by_the_clocks_of_the_persons_own_group(office):
    one = await office.let_in("督导员01", Role.inspector, group="二组")
    async with office.database.begin() as db:
        (await db.scalar(sa.select(Group).where(Group.name == "二组"))).timezone = "America/New_York"
        meeting = Meeting(campaign_id=1, group_id=2, starts_at=office.now)
        await meetings.add(db, meeting)
        person = await people.by_telegram(db, one.id)
        await meetings.add(
            db, Decision(meeting_id=meeting.id, words="更新台账", owner_id=person.id, due_on=date(2026, 9, 9))
        )
    await until(office, datetime(2026, 9, 9, 13, 1, tzinfo=UTC))  # nine in New York
    await one.tap("1. 更新台账")
    office.now = datetime(2026, 9, 9, 19, 0, tzinfo=UTC)  # three in the afternoon there, the next day in Beijing
    await one.press("reminder.open:2", one.last.id)
    assert "更新台账：今天到期" in one.last.text
    await one.tap("明早")
    assert "9月10日 09:00 再提醒您" in one.last.text


async def test_what_is_open_is_looked_up_once_for_each_who_is_told(office, monkeypatch):
    asked, found = [], reminding.open_matters

    async def counted(*given):
        asked.append(given[4] if len(given) > 4 else ())
        return await found(*given)

    monkeypatch.setattr(reminding, "open_matters", counted)
    one, other = await told_of_a_visit(office)
    told = [each for phone in (one, other) for each in said(phone) if "萧山" in each]
    assert len(told) == 2
    assert len([keys for keys in asked if any(key.startswith("tomorrow:") for key in keys)]) == 2
