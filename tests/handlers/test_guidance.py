"""Guidance plans in the chat: written by who leads the group, carried over by a tap and never by themselves."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from storage.campaign import guidance
from storage.campaign.campaigns import Round, Unit
from storage.campaign.guidance import GuidancePoint
from storage.people import Role
from storage.visit.findings import Outcome
from storage.visit.visits import Answer, State, Visit
from supervision.wanting import Grade
from tests.handlers.phone import MORNING
from tests.handlers.setting_up import begun


@pytest.fixture
async def bench(sqlite_template, tmp_path):
    bench = await begun(sqlite_template, tmp_path, MORNING)
    async with bench.database.begin() as db:
        db.add_all(
            Unit(campaign_id=1, code=f"U-{at}", name=f"第{at}党支部", level=5, group_id=2 if at < 3 else 1)
            for at in (1, 2, 3)
        )
        await db.execute(sa.update(Round).where(Round.number == 1).values(ends_on=MORNING.date()))
    await bench.let_in("李组长", Role.leader, group="二组")
    yield bench
    await bench.database.close()


def leader(bench):
    return next(one for one in bench.phones.values() if one.name == "李组长")


async def plan(bench, unit=1, number=1):
    async with bench.database.read() as db:
        return [(one.text, one.origin) for one in await guidance.of(db, unit, number)]


async def test_a_leader_writes_points_and_takes_one_out_and_puts_it_back(bench):
    phone = leader(bench)
    await phone.text("/guidance")
    assert "共 2 个单位，已有方案 0 个" in phone.last.text
    await phone.tap("1")
    await phone.text("看台账是否按月更新")
    await phone.text("问青年党员学了什么")
    assert "1. 看台账是否按月更新" in phone.last.text
    await phone.text("问青年党员学了什么")
    assert "这一条已经有了" in phone.last.text
    await phone.press("guidance.remove:1", phone.bot_said[-2].id)
    assert await plan(bench) == [("问青年党员学了什么", "")]
    await phone.tap("撤销")
    assert await plan(bench) == [("看台账是否按月更新", ""), ("问青年党员学了什么", "")]
    await phone.text("长" * 201)
    assert "200" in phone.last.text
    await phone.press("guidance.show:1:2:0", phone.last.id)
    assert "共 2 个单位，已有方案 1 个" in phone.last.text
    assert "第1党支部 · 2 条" in phone.last.text


async def test_what_was_found_and_planned_last_time_is_offered_and_only_taken_by_a_tap(bench):
    async with bench.database.begin() as db:
        visit = Visit(unit_id=1, round_id=1, group_id=2, form_version_id=1, created_at=MORNING)
        visit.state, visit.submitted_at, visit.submitted_by = State.submitted, MORNING, 1
        db.add(visit)
        await db.flush()
        found = Answer(visit_id=visit.id, path="/data/i3", value="missing", by_id=1, at=MORNING)
        note = Answer(visit_id=visit.id, path="/data/i3_note", value="台账停在九月", by_id=1, at=MORNING)
        db.add_all([found, note])
        await db.flush()
        wanting = {"path": "/data/i3", "item": "/data/i3", "number": "3", "grade": Grade.missing}
        db.add(Outcome(visit_id=visit.id, unit_id=1, answer_id=found.id, note_id=note.id, **wanting))
        db.add(GuidancePoint(unit_id=1, round_id=1, text="看党员活动室", by_id=1, at=MORNING))
    phone = leader(bench)
    await phone.text("/guidance")
    await phone.press("guidance.unit:2:1", phone.last.id)
    assert "还没有内容" in phone.last.text
    assert "＋1 3" in phone.last.text
    assert "台账停在九月" in phone.last.text
    assert "＋2 看党员活动室" in phone.last.text
    assert await plan(bench, number=2) == []
    await phone.tap("＋2")
    assert "1. 看党员活动室 · 上轮延续" in phone.last.text
    assert "＋2" not in phone.last.text
    await phone.tap("＋1")
    assert [origin for _, origin in await plan(bench, number=2)] == ["point:1", "answer:1:/data/i3"]
    assert "＋" not in phone.last.text


async def test_an_inspector_reads_the_plan_and_writes_nothing(bench):
    phone = await bench.let_in("督导员甲", Role.inspector, group="二组")
    await phone.text("/guidance")
    await phone.tap("1")
    await phone.text("看台账")
    assert "个性指导方案由组长、副组长填写" in phone.last.text
    assert await plan(bench) == []


async def test_another_groups_plans_are_nobodys_business_but_the_offices(bench):
    await leader(bench).press("guidance.unit:1:3", 1)
    assert leader(bench).toast
    liaison = await bench.let_in("联络员", Role.liaison, group="二组")
    await liaison.text("/guidance")
    assert "个性指导方案 ·" not in liaison.last.text
    office = await bench.let_in("办公室", Role.office)
    await office.text("/guidance")
    await office.tap("二组")
    await office.tap("1")
    assert "第1党支部" in office.last.text
    assert "去掉" not in str(office.last.labels)


async def test_a_unit_is_found_by_part_of_its_name(bench):
    await leader(bench).text("/guidance")
    await leader(bench).text("第2")
    await leader(bench).tap("第2党支部")
    assert "第2党支部" in leader(bench).last.text
    await leader(bench).press("guidance.show:1:2:0", leader(bench).last.id)
    await leader(bench).text("火星")
    assert "没有名称含“火星”的单位" in leader(bench).last.text
