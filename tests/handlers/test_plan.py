"""The plan in the chat: what is late at a glance, done and taken back, deadlines moved with a reason."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from handlers import campaign as packs
from storage import people
from storage.campaign import calendars, work
from storage.people import Role
from tests.handlers.phone import MORNING
from tests.handlers.setting_up import begun


@pytest.fixture
async def plan(sqlite_template, tmp_path):
    bench = await begun(sqlite_template, tmp_path, MORNING)
    yield bench
    await bench.database.close()


async def test_phases_items_and_what_is_late_are_seen_at_once(plan):
    office = await plan.let_in("办公室", Role.office)
    await office.text("/plan")
    text = office.last.text
    assert "0/12 · ⚠ 5 项逾期" in text
    assert "启动筹划 9月7日 周一 至 10月11日 周日" in text
    assert "⚠ 4 建立巡回督导党组织信息表 · 联络员 · 逾期9个工作日 · 0/2组" in text
    assert "⚠ 5 审阅实施方案 · 副组长 · 逾期4个工作日 · 0/2组" in text
    assert "· 6 列席学习研讨 · 督导组成员 · 12月28日 周一前" in text


async def test_the_office_marks_an_item_done_and_takes_it_back(plan):
    office = await plan.let_in("办公室", Role.office)
    await office.text("/plan")
    await office.press("plan.item:1", office.last.id)
    assert "完成标准：各组人员、分工、片区联络员名单印发" in office.last.text
    await office.tap("✓ 完成")
    assert "✓ 已完成。期限：9月14日 周一" in office.last.text
    await office.tap("◀ 工作计划")
    assert "1/12 · ⚠ 4 项逾期" in office.last.text
    await office.press("plan.item:1", office.last.id)
    await office.tap("↩ 还没完成")
    assert "逾期" in office.last.text


async def test_a_group_marks_its_own_share_and_not_that_of_another(plan):
    leader = await plan.let_in("二组组长", Role.leader, group="二组")
    await leader.text("/plan")
    await leader.press("plan.item:5", leader.last.id)
    await leader.tap("✓ 完成 二组")
    assert "✓ 二组：二组组长" in leader.last.text
    assert "还差：一组" in leader.last.text
    await leader.press("plan.done:5:1", leader.last.id)
    assert leader.alert
    async with plan.database.read() as db:
        assert set((await work.done_of(db, 1))[5]) == {2}


async def test_an_inspector_marks_what_inspectors_answer_for_and_nothing_else(plan):
    inspector = await plan.let_in("督导员01", Role.inspector, group="二组")
    await inspector.text("/plan")
    for item, allowed in ((7, True), (9, False), (1, False)):
        await inspector.press(f"plan.item:{item}", inspector.last.id)
        assert any("完成" in label for label in inspector.last.labels) is allowed


async def test_a_deadline_moves_only_with_a_reason_and_over_a_holiday(plan):
    office = await plan.let_in("办公室", Role.office)
    await office.text("/plan")
    await office.press("plan.item:9", office.last.id)
    await office.tap("改期限…")
    await office.text("十月十六")
    assert "不是日期" in office.last.text
    await office.text("2028-01-01")
    assert "期限须在活动期内" in office.last.text
    await office.text("2027-01-15")
    await office.text("元旦前后会议集中")
    assert "1月4日 周一改到1月15日 周五：元旦前后会议集中" in office.last.text
    async with plan.database.read() as db:
        assert (await work.item(db, 9)).due_on == date(2027, 1, 15)


async def test_cancel_leaves_a_deadline_where_it_is(plan):
    office = await plan.let_in("办公室", Role.office)
    await office.text("/plan")
    await office.press("plan.move:9", office.last.id)
    await office.text("/cancel")
    assert office.last.text == "期限不变。"


async def test_a_day_that_the_campaign_decided_for_itself_counts(plan):
    office = await plan.let_in("办公室", Role.office)
    async with plan.database.begin() as db:
        for day in (16, 17, 18, 19, 20, 21):
            await calendars.decide(db, 1, date(2026, 10, day), works=False, why="调休")
    await office.text("/plan")
    assert "⚠ 5 审阅实施方案 · 副组长 · 逾期1个工作日" in office.last.text


@pytest.mark.parametrize("role", [Role.leader, Role.inspector])
async def test_only_the_office_moves_deadlines(plan, role):
    phone = await plan.let_in("别人", role, group="二组")
    await phone.text("/plan")
    await phone.press("plan.move:9", phone.last.id)
    assert phone.alert


async def test_an_office_whose_role_ends_before_the_reason_moves_nothing(plan):
    phone = await plan.let_in("两职", Role.inspector, group="二组")
    async with plan.database.begin() as db:
        (await people.by_telegram(db, phone.id)).appoint(Role.office, plan.now)
    await phone.text("/plan")
    await phone.press("plan.to:9:2027-01-15", phone.last.id)
    async with plan.database.begin() as db:
        (await people.by_telegram(db, phone.id)).dismiss(Role.office, plan.now)
    await phone.text("元旦前后会议集中")
    async with plan.database.read() as db:
        assert (await work.item(db, 9)).due_on == date(2027, 1, 4)


async def test_members_do_not_see_the_plan(plan):
    member = await plan.let_in("职工", Role.member, group="二组")
    await member.text("/plan")
    assert "工作计划" not in member.last.text


async def test_a_plan_of_another_campaign_is_the_offices_to_see(plan):
    async with plan.database.begin() as db:
        other = await packs.start(db, "workplace-safety", now=plan.now, starts_on=date(2026, 9, 7))
        theirs = sa.select(sa.func.min(work.WorkItem.id)).where(work.WorkItem.campaign_id == other.campaign.id)
        strange = await db.scalar(theirs)
    inspector = await plan.let_in("督导员01", Role.inspector, group="二组")
    office = await plan.let_in("办公室", Role.office)
    for phone, seen in ((inspector, False), (office, True)):
        await phone.text("/plan")
        for button in (f"plan.show:{other.campaign.id}", f"plan.item:{strange}"):
            await phone.press(button, phone.last.id)
            assert (not phone.alert) is seen, button
