"""The coverage ledger in the chat: nobody is missed unseen, and everybody sees what is theirs to see."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from storage import people
from storage.campaign import campaigns
from storage.campaign.campaigns import Group, Round, Unit
from storage.people import Role
from storage.visit.visits import State, Visit
from tests.handlers.phone import MORNING
from tests.handlers.setting_up import begun
from tests.handlers.test_reminder import pass_by, said

UNITS = (
    ("A", "浙江公司", 3, "浙江省", "二组", State.submitted),
    ("B", "杭州公司", 4, "浙江省/杭州市", "二组", State.open),
    ("C", "萧山支部", 5, "浙江省/杭州市/萧山区", "二组", State.planned),
    ("D", "余杭支部", 5, "浙江省/杭州市/余杭区", "二组", None),
    ("E", "北京公司", 3, "北京市", "一组", None),
    ("F", "四川公司", 3, "四川省", "一组", None),
)


@pytest.fixture
async def round_one(sqlite_template, tmp_path):
    """The first round, in two provinces; six units, one of them elsewhere, and some visits."""
    bench = await begun(sqlite_template, tmp_path, MORNING)
    async with bench.database.begin() as db:
        groups = {one.name: one for one in await campaigns.groups_of(db, 1)}
        one = await db.get(Round, 1)
        one.areas = ["浙江省", "北京市"]
        await db.flush()
        for code, name, level, area, group, state in UNITS:
            unit = Unit(campaign_id=1, code=code, name=name, level=level, area=area, group_id=groups[group].id)
            db.add(unit)
            await db.flush()
            if state is not None:
                db.add(
                    Visit(
                        unit_id=unit.id,
                        round_id=one.id,
                        group_id=unit.group_id,
                        form_version_id=1,
                        state=state,
                        planned_on=date(2026, 10, 26),
                        created_at=bench.now,
                    )
                )
    yield bench
    await bench.database.close()


async def test_the_office_sees_every_level_group_and_area_and_who_is_left_by_name(round_one):
    office = await round_one.let_in("办公室", Role.office)
    await office.text("/coverage")
    text = office.last.text
    assert "覆盖情况 · 第一轮" in text
    assert "还有7个工作日" in text
    assert "1/5" in text
    assert "⚠ 三级四级还有2个未覆盖" in text
    assert "⚠ 3级 1/2 · 1 个未安排" in text
    assert "⚠ 二组 1/4 · 1 个未安排" in text
    await office.tap("未安排 2")
    assert "1. 北京公司 · 一组\n2. 余杭支部 · 二组" in office.last.text
    await office.tap("返回")
    await office.tap("按片区")
    assert "浙江省 1/4 · 1 个未安排" in office.last.text
    await office.tap("2")
    assert "北京市 1\n未安排\n1. 北京公司 · 一组" in office.last.text
    await office.tap("◀ 按片区")
    await office.tap("1")
    assert office.last.text.startswith("浙江省 4\n未安排\n1. 余杭支部 · 二组\n")
    await office.tap("◀ 按片区")
    await office.tap("返回")
    await office.tap("3级")
    assert office.last.text.startswith("3级 2\n未安排\n1. 北京公司 · 一组\n")
    await office.tap("返回")
    await office.tap("二组")
    assert "第一轮 · 二组" in office.last.text
    await office.tap("全部督导组")
    await office.tap("第二轮")
    assert "0/6" in office.last.text


async def test_levels_three_and_four_are_said_to_be_covered_once_they_are(round_one):
    office = await round_one.let_in("办公室", Role.office)
    async with round_one.database.begin() as db:
        (await db.get(Round, 1)).areas = ["浙江省"]
        for visit in await db.scalars(sa.select(Visit)):
            visit.state = State.submitted
    await office.text("/coverage")
    assert "✓ 三级四级有覆盖：2/2" in office.last.text


async def test_an_inspector_sees_the_own_group_and_not_another(round_one):
    inspector = await round_one.let_in("督导员01", Role.inspector, group="二组")
    await inspector.text("/coverage")
    assert "1/4" in inspector.last.text
    assert not any("一组" in label for label in inspector.last.labels)
    await inspector.press("coverage.names:1:1:uncovered:0", inspector.last.id)
    assert inspector.alert


async def test_a_unit_that_dropped_out_counts_no_more_and_says_why(round_one):
    office = await round_one.let_in("办公室", Role.office)
    async with round_one.database.begin() as db:
        (await db.scalar(sa.select(Unit).where(Unit.code == "D"))).retire("merged", round_one.now)
    await office.text("/coverage")
    assert "1/4" in office.last.text
    await office.tap("已退出的单位")
    assert "余杭支部：已合并，10月21日 周三" in office.last.text


async def test_the_leader_hears_of_units_left_with_five_working_days_to_go_until_they_are_planned(round_one):
    leader = await round_one.let_in("二组组长", Role.leader, group="二组")
    await pass_by(round_one, 24 * 3, every=6)
    heard = [one for one in said(leader) if "没有安排督导" in one]
    assert len(heard) == 1
    assert "第一轮10月30日 周五结束，还有1个单位没有安排督导：余杭支部" in heard[0]
    async with round_one.database.begin() as db:
        unit = await db.scalar(sa.select(Unit).where(Unit.code == "D"))
        db.add(
            Visit(
                unit_id=unit.id,
                round_id=1,
                group_id=unit.group_id,
                form_version_id=1,
                planned_on=date(2026, 10, 28),
                created_at=round_one.now,
            )
        )
    await pass_by(round_one, 24 * 6, every=6)
    assert [one for one in said(leader) if "没有安排督导" in one] == heard


@pytest.mark.parametrize("role", [Role.member, Role.contact])
async def test_those_who_are_visited_do_not_see_the_ledger(round_one, role):
    phone = await round_one.let_in("职工", role, group="二组")
    await phone.text("/coverage")
    assert "覆盖情况 · " not in phone.last.text


async def test_who_visits_for_no_group_sees_nobodys_ledger(round_one):
    phone = await round_one.let_in("小张", Role.inspector)
    await phone.text("/coverage")
    assert phone.last.text == "您目前不在任何督导组，没有可查看的单位。"


async def test_a_contact_of_one_group_who_visits_for_another_sees_the_other(round_one):
    phone = await round_one.let_in("小张", Role.contact, group="一组")
    async with round_one.database.begin() as db:
        person = await people.by_telegram(db, phone.id)
        group = await db.scalar(sa.select(Group).where(Group.name == "二组"))
        person.appoint(Role.inspector, round_one.now, group_id=group.id)
    await phone.text("/coverage")
    assert "第一轮 · 二组" in phone.last.text


@pytest.mark.parametrize("part", ["l9", "a00000000", "x", ""])
async def test_a_part_that_is_none_is_a_button_out_of_date(round_one, part):
    office = await round_one.let_in("办公室", Role.office)
    await office.text("/coverage")
    await office.press(f"coverage.part:1:0:{part}:0", office.last.id)
    assert "这个按钮已过期" in office.toast


async def test_a_leader_names_the_units_of_no_other_group(round_one):
    leader = await round_one.let_in("二组组长", Role.leader, group="二组")
    await leader.text("/coverage")
    await leader.press("coverage.part:1:1:l3:0", leader.last.id)
    assert "这个按钮已过期" in leader.toast


@pytest.mark.parametrize("command", ["/coverage", "/plan", "/itinerary"])
async def test_what_progress_opens_leads_back(round_one, command):
    leader = await round_one.let_in("组长", Role.leader, group="二组")
    await leader.text(command)
    await leader.tap("◀ 返回")
    assert leader.last.text == "您想做什么？"
