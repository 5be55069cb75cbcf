"""A unit hears of a visit only when whoever leads the group tells it; of an unannounced one it never hears."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers import access, reminding
from storage import audit, people
from storage.campaign import campaigns
from storage.people import Role
from storage.vault import verification
from storage.visit import announcements, visits
from supervision.custody import Fault
from tests.handlers.site import card, plan, site
from tests.handlers.test_corrections import FORM

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone
    from tests.handlers.site import Site


async def planned(bench: Bench, *, in_days: int = 2) -> tuple[Site, Phone, Phone]:
    """A visit in two days, the leader, and the unit's contact."""
    here = await site(bench, FORM)
    here.visit_id = await plan(bench, FORM, in_days=in_days)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    contact = await bench.let_in("王联系", Role.contact, group="二组", unit="ZJ")
    return here, leader, contact


async def test_an_unannounced_visit_is_never_heard_of_in_its_unit(bench: Bench):
    here, leader, contact = await planned(bench)
    member = await bench.let_in("职工", Role.member, group="二组")
    heard = {one.id: len(one.bot_said) for one in (contact, member)}
    await leader.press(f"visit.brief:{here.visit_id}", 1)
    assert "不打招呼" in card(leader).text
    async with bench.database.begin() as db:
        campaign = (await campaigns.all_campaigns(db))[0]
        await reminding.replan(db, campaign, bench.now)
    await bench.wait(hours=72)
    phone = await here.at(1)
    for line in ("1 ✅", "2 ✅", "3 ❌"):
        await phone.text(line)
    await phone.press(f"visit.submit:{here.visit_id}", card(phone).id)
    assert (await here.visit()).state == "submitted"
    assert {one.id: len(one.bot_said) for one in (contact, member)} == heard
    for someone, role in ((contact, Role.contact), (member, Role.member)):
        for command, allowed in access.ACCESS.items():
            if command.startswith("/") and role in allowed:
                await someone.text(command)
                assert "10月23日" not in someone.last.text, command
        for tap in (
            f"visit.brief:{here.visit_id}",
            f"visit.summary:{here.visit_id}",
            f"visit.announce:{here.visit_id}",
        ):
            await someone.press(tap, someone.last.id)
            assert "三题" not in someone.last.text + someone.toast
            assert "10月2" not in someone.last.text + someone.toast


async def test_a_leader_tells_the_unit_once_and_its_contact_hears_the_day(bench: Bench):
    here, leader, contact = await planned(bench)
    heard = len(contact.bot_said)
    await leader.press(f"visit.brief:{here.visit_id}", 1)
    await leader.tap("📣 通知单位")
    assert "告诉：王联系" in card(leader).text
    assert len(contact.bot_said) == heard
    await leader.tap("📣 通知")
    assert contact.last.text == "二组将于10月23日 周五到浙江省区域管理公司党委督导。"
    assert "已通知单位" in card(leader).text
    assert "📣" not in str(card(leader).labels)
    await leader.press(f"visit.announce:{here.visit_id}", card(leader).id)
    assert len(contact.bot_said) == heard + 1


async def test_nothing_is_told_where_the_leader_thinks_better_of_it(bench: Bench):
    here, leader, contact = await planned(bench)
    heard = len(contact.bot_said)
    await leader.press(f"visit.announce:{here.visit_id}", 1)
    await leader.tap("不通知")
    assert "不打招呼" in card(leader).text
    assert len(contact.bot_said) == heard


async def test_a_day_that_changed_after_it_was_told_stands_on_the_briefing_and_is_told_anew(bench: Bench):
    here, leader, contact = await planned(bench)
    await leader.press(f"visit.announce:{here.visit_id}", 1)
    stale = next(one.data for row in card(leader).buttons for one in row if "announced" in one.data)
    async with bench.database.begin() as db:
        visit = await visits.get(db, here.visit_id, lock=True)
        assert visit is not None
        visit.planned_on = (bench.now + timedelta(days=3)).date()
    heard = len(contact.bot_said)
    await leader.press(stale, card(leader).id)
    assert len(contact.bot_said) == heard
    await leader.press(f"visit.announce:{here.visit_id}", card(leader).id)
    await leader.tap("📣 通知")
    assert "10月24日" in contact.last.text
    async with bench.database.begin() as db:
        visit = await visits.get(db, here.visit_id, lock=True)
        assert visit is not None
        visit.planned_on = (bench.now + timedelta(days=4)).date()
    await leader.press(f"visit.brief:{here.visit_id}", card(leader).id)
    assert "⚠ 10月21日 周三通知的是另一天：10月24日" in card(leader).text
    await leader.tap("📣 通知新日期")
    await leader.tap("📣 通知")
    assert "10月25日" in contact.last.text


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        ("delete from announcements", Fault.content_gone),
        ("update announcements set day = '2026-10-30'", Fault.content_changed),
    ],
)
async def test_what_a_unit_was_told_is_in_custody(bench: Bench, tampering: str, fault: Fault):
    here, leader, _ = await planned(bench)
    await leader.press(f"visit.announce:{here.visit_id}", 1)
    await leader.tap("📣 通知")
    async with bench.database.read() as db:
        assert (await verification.Verification(db).run()).breaks == []
    async with bench.database.begin() as db:
        await db.execute(sa.text(tampering))
    async with bench.database.read() as db:
        assert [one.fault for one in (await verification.Verification(db).run()).breaks] == [fault]


async def test_a_unit_that_nobody_uses_the_bot_in_is_rung_and_that_is_noted(bench: Bench):
    here = await site(bench, FORM)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    await leader.press(f"visit.announce:{here.visit_id}", 1)
    assert "没有人使用机器人" in card(leader).text
    await leader.tap("✓ 已告知")
    async with bench.database.read() as db:
        made = await announcements.of_visit(db, here.visit_id)
        assert made is not None
        assert made.told == 0
        assert "visit.announced" in [one.action for one in await audit.of_subject(db, f"visit:{here.visit_id}")]


async def test_a_contact_who_has_shut_the_bot_out_is_rung(bench: Bench):
    here, leader, contact = await planned(bench)
    await contact.block()
    await leader.press(f"visit.announce:{here.visit_id}", 1)
    assert "没有人使用机器人" in card(leader).text
    await contact.block(blocked=False)
    await leader.press(f"visit.announce:{here.visit_id}", card(leader).id)
    assert "告诉：王联系" in card(leader).text
    await contact.block()  # while the leader reads
    await leader.tap("📣 通知")
    assert leader.alert
    async with bench.database.read() as db:
        assert await announcements.of_visit(db, here.visit_id) is None


@pytest.mark.parametrize("role", [Role.inspector, Role.liaison])
async def test_nobody_but_who_leads_the_group_announces(bench: Bench, role: Role):
    here, leader, contact = await planned(bench)
    other = await bench.let_in("别人", role, group="二组")
    stranger = await bench.let_in("一组组长", Role.leader, group="一组")
    heard = len(contact.bot_said)
    told = f"visit.announced:{here.visit_id}:{(bench.now + timedelta(days=2)).date().toordinal()}:1"
    for phone in (other, stranger, here.one):
        await phone.press(told, phone.last.id if phone.bot_said else 1)
    assert len(contact.bot_said) == heard
    async with bench.database.read() as db:
        assert await announcements.of_visit(db, here.visit_id) is None
    await leader.press(told, 1)
    assert len(contact.bot_said) == heard + 1  # the button itself is good


async def test_a_visit_that_has_begun_or_is_past_is_not_announced(bench: Bench):
    here, leader, contact = await planned(bench, in_days=-1)
    heard = len(contact.bot_said)
    await leader.press(f"visit.announce:{here.visit_id}", 1)
    assert "已过" in leader.toast
    async with bench.database.begin() as db:
        audit.acting(db, await people.by_telegram(db, leader.id), bench.now)
        visit = await visits.get(db, here.visit_id, lock=True)
        assert visit is not None
        visit.open(bench.now)
    await leader.press(f"visit.announce:{here.visit_id}", 1)
    assert "已经开始" in leader.toast
    assert len(contact.bot_said) == heard
