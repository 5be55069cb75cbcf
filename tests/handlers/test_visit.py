"""Lists of visits, handing in, taking back: what is on today, what is open, what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from storage import audit, people
from storage.campaign import campaigns
from storage.people import Role
from storage.vault.verification import Verification
from storage.visit import visits
from storage.visit.visits import VisitMember
from tests.handlers.site import SMALL, add_unit, card, person_of, plan, site, title

if TYPE_CHECKING:
    from tests.handlers.phone import Bench


async def test_nothing_planned_says_so(bench: Bench):
    phone = await bench.let_in("督导员01", Role.inspector, group="二组")
    await phone.text("/today")
    assert phone.last.text == "现在没有安排给您的督导。有安排时会出现在这里。"
    await phone.text("/todo")
    assert phone.last.text == "没有待办。"
    assert len(phone.bot_said) == 1


async def test_a_free_day_names_the_next_visit_and_opens_it(bench: Bench):
    phone = await bench.let_in("督导员01", Role.inspector, group="二组")
    await plan(bench, in_days=5)
    await plan(bench, unit="ZJ01", in_days=3)
    await phone.text("/today")
    assert phone.last.text == "今天没有督导。下一处：萧山项目党支部，10月24日 周六。"
    await phone.tap("现在打开")
    assert "萧山项目党支部" in card(phone).text


async def test_a_single_visit_of_the_day_opens_at_once_and_the_way_back_is_the_list(bench: Bench):
    here = await site(bench)
    await plan(bench, unit="ZJ01", in_days=1)
    phone = here.one
    await phone.text("/today")
    assert title(phone).startswith("1. ")
    await phone.tap("☰")
    await phone.tap("◀ 列表")
    assert card(phone).text.startswith("今日督导 · 10月21日 周三")
    assert card(phone).labels == ["1. 浙江省区域管理公司党委"]


async def test_what_is_overdue_is_on_today_s_list_with_its_day(bench: Bench):
    here = await site(bench)
    await plan(bench, unit="ZJ01", in_days=-2)
    await here.one.text("/today")
    assert "10月19日 周一" in card(here.one).text
    assert len(card(here.one).labels) == 2


@pytest.mark.parametrize(
    ("zone", "hour", "day"),
    [
        ("Asia/Shanghai", 7, "10月22日 周四"),  # in UTC it is the evening before
        ("Asia/Shanghai", 23, "10月22日 周四"),
        ("America/Denver", 1, "10月22日 周四"),
        ("America/Denver", 23, "10月22日 周四"),  # in UTC it is the morning after
    ],
)
async def test_today_is_the_day_where_the_visits_are(bench: Bench, zone: str, hour: int, day: str):
    async with bench.database.begin() as db:
        (await campaigns.all_campaigns(db))[0].timezone = zone
    phone = await bench.let_in("督导员01", Role.inspector, group="二组")
    for unit, on in (("ZJ", 1), ("ZJ01", 2), ("JS", 0)):
        await plan(bench, unit=unit, in_days=on)
    bench.now = datetime(2026, 10, 22, hour, 30, tzinfo=ZoneInfo(zone))
    await phone.text("/today")
    text = card(phone).text
    assert text.startswith(f"今日督导 · {day}")
    assert [line for line in text.splitlines() if "公司党委" in line] == [
        "1. 浙江省区域管理公司党委",
        "2. 江苏省区域管理公司党委",
    ]
    assert "10月21日 周三" in text  # the overdue one says since when
    assert "萧山" not in text
    visit = await plan(bench, SMALL, unit="ZJ01", in_days=3)
    async with bench.database.begin() as db:
        (await visits.get(db, visit)).submit(await person_of(bench, phone), bench.now)
    await phone.text("/today")
    assert "✓ 萧山项目党支部" in card(phone).text
    bench.now += timedelta(hours=24 - hour)
    await phone.text("/today")
    assert "✓" not in card(phone).text


@pytest.mark.parametrize(("since", "until", "may"), [(1, None, False), (-2, -1, False), (-1, 0.3, True)])
async def test_a_role_that_begins_tomorrow_or_ended_yesterday_opens_no_visit(
    bench: Bench, since: float, until: float | None, may: bool
):
    here = await site(bench)
    phone = await bench.let_in("督导员09", Role.inspector, group="二组")
    await here.enter(phone)
    async with bench.database.begin() as db:
        (held,) = (await people.by_telegram(db, phone.id)).roles
        held.since = bench.now + timedelta(days=since)
        held.until = None if until is None else bench.now + timedelta(days=until)
    for data in (f"visit.open:{here.visit_id}", f"checklist.answer:{here.visit_id}:1:0:0:0"):
        await phone.press(data, card(phone).id)
    await phone.text("/today")
    assert await here.answers() == ({"i01": "done"} if may else {})
    assert ("浙江省" in phone.last.text) is may


async def test_the_to_do_list_says_what_each_visit_lacks(bench: Bench):
    here = await site(bench)
    await plan(bench, unit="ZJ01", in_days=1)
    await here.enter()
    for item in range(1, 20):
        await here.one.text(f"{item} ✅")
    await here.one.text("20 ❌")
    await here.one.text("/todo")
    assert "还差：第21、22题未答，第20题缺照片或说明。" in card(here.one).text
    assert card(here.one).text.startswith("未完成的督导 · 2")


async def test_a_group_s_visits_are_its_own_and_a_guest_sees_the_one_they_were_put_on(bench: Bench):
    here = await site(bench)
    other = await bench.let_in("外组督导员", Role.inspector, group="一组")
    liaison = await bench.let_in("联络员", Role.liaison, group="二组")
    for phone in (other, liaison):
        await phone.text("/todo")
        assert phone.last.text == "没有待办。"
    async with bench.database.begin() as db:
        visit = await db.merge(await here.visit())
        visit.members.append(VisitMember(person_id=(await person_of(bench, other)).id))
    await other.text("/todo")
    await other.tap("浙江省")
    await other.tap("✅")
    assert await here.answers() == {"i01": "done"}


async def test_a_long_list_fits_on_one_message(bench: Bench):
    here = await site(bench, SMALL)
    for at in range(12):
        await add_unit(bench, f"U{at}", f"第{at}个单位" + "长" * 60, 4, [])
        visit = await plan(bench, SMALL, unit=f"U{at}")
        await here.one.press(f"visit.open:{visit}", 1)
        await here.one.text("9 ✅")
    await here.one.text("/today")
    assert "另有5处" in card(here.one).text
    assert len(card(here.one).labels) == 8


# --- handing in and taking back ---


async def test_handing_in_sums_up_and_is_on_record(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.text("5 ❌ 研讨记录只有签到表")
    await phone.text("9 ◐ 抽查2本台账")
    for item in set(range(1, 23)) - {5, 9}:
        await phone.text(f"{item} ✅")
    await here.at(5)
    await phone.photo()
    await phone.press(f"visit.submit:{here.visit_id}", card(phone).id)
    text = card(phone).text
    assert "您已提交这次督导 · 10月21日 09:00" in text
    assert "✅ 20  ◐ 1  ❌ 1" in text
    assert "📎 1  ✎ 2" in text
    assert "❌ 5. 领导带头；研讨记录只有签到表；📎1\n◐ 9. 问题清单；抽查2本台账" in text
    async with bench.database.read() as db:
        actions = [row.action for row in await audit.of_subject(db, f"visit:{here.visit_id}")]
        assert actions == ["visit.submitted", "visit.planned"]
        assert (await Verification(db).run()).breaks == []


async def test_the_other_inspector_reads_who_handed_in(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for _ in range(22):
        await phone.tap("✅")
    await phone.tap("提交")
    await here.two.press(f"visit.summary:{here.visit_id}", 1)
    assert "Submitted 21 Oct 09:00 by 督导员01" in card(here.two).text
    await here.two.text("one more thing")
    assert "督导员01 has submitted the visit" in here.two.last.text or "督导员01" in card(here.two).text


async def test_the_summary_names_what_is_wrong_without_a_word_with_its_follow_ups_and_other_notes_apart(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for item in set(range(1, 23)) - {4, 5, 20}:
        await phone.text(f"{item} ✅")
    await phone.text("20 ◐")
    await here.at(4)
    await phone.tap("◐")
    await phone.text("3")
    await here.at(5)
    await phone.tap("❌")
    await phone.photo()
    await phone.text("1 ✅ 分工写在墙上")
    await phone.press(f"visit.submit:{here.visit_id}", card(phone).id)
    assert card(phone).text.split("\n\n")[1:3] == [
        "❌ 5. 领导带头；📎1\n◐ 4. 集中学习研讨；主题教育以来集中学习研讨次数：3\n◐ 20. 群众评价",
        "其他备注：\n✅ 1. 机构与责任；分工写在墙上",
    ]


async def test_a_summary_of_everything_wrong_at_length_fits_and_names_every_item(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for item in range(1, 23):
        await phone.text(f"{item} ❌ " + "<情况很多&" * 150)
    await phone.press(f"visit.submit:{here.visit_id}", card(phone).id)
    text = card(phone).text
    assert len(text) <= 4096
    assert [line.split(".")[0] for line in text.splitlines() if line.startswith("❌ ") and "." in line] == [
        f"❌ {item}" for item in range(1, 23)
    ]


async def test_the_summary_stays_where_it_is_and_can_be_found_again_that_day(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for _ in range(22):
        await phone.tap("✅")
    await phone.tap("提交")
    summary = card(phone)
    await phone.text("/today")
    assert summary in phone.bot_said
    assert "✓ 浙江省区域管理公司党委，09:00 提交" in card(phone).text
    await phone.tap("✓ 浙江省")
    assert "↶ 撤回" in card(phone).labels
    await bench.wait(days=1)
    await phone.text("/today")
    assert phone.last.text == "现在没有安排给您的督导。有安排时会出现在这里。"


async def test_withdrawing_opens_it_again_and_is_on_record(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for _ in range(22):
        await phone.tap("✅")
    await phone.tap("提交")
    await phone.tap("撤回")
    assert (await here.visit()).state == "open"
    assert "提交" in card(phone).labels
    await phone.press(f"visit.withdraw:{here.visit_id}", card(phone).id)
    assert (await here.visit()).state == "open"
    await phone.text("5 ❌ 改过来")
    await phone.tap("提交")
    assert (await here.visit()).state == "submitted"
    async with bench.database.read() as db:
        actions = [row.action for row in await audit.of_subject(db, f"visit:{here.visit_id}")]
    assert actions == ["visit.submitted", "visit.withdrawn", "visit.submitted", "visit.planned"]


async def test_a_visit_withdrawn_meanwhile_can_be_gone_on_with_by_the_other(bench: Bench):
    here = await site(bench)
    first, second = await here.enter(), await here.enter(here.two)
    for _ in range(22):
        await first.tap("✅")
    await first.tap("提交")
    await second.tap("☰")
    assert card(second).labels[-3:] == ["◀ List", "ⓘ Briefing", "Summary"]
    await first.tap("撤回")
    await second.text("5 ❌ changed my mind")
    await second.tap("Mine")
    assert (await here.answers())["i05"] == "missing"


async def test_handing_in_too_early_names_every_item_that_stands_in_the_way_and_leads_there(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for item in set(range(1, 23)) - {8, 14, 15, 16, 22}:
        await phone.text(f"{item} ✅")
    await phone.text("14 ❌")
    await phone.tap("☰")
    await phone.tap("提交", on=card(phone))
    assert "还不能提交：第8、15、16、22题未答，第14题缺照片或说明。" in card(phone).text
    assert card(phone).labels == ["去第8题", "☰ 总览"]
    assert (await here.visit()).state == "open"
    await phone.tap("去第8题")
    assert title(phone).startswith("8. ")


async def test_handing_in_at_once_says_that_everything_is_open(bench: Bench):
    here = await site(bench)
    await here.enter(here.two)
    await here.two.press(f"visit.submit:{here.visit_id}", card(here.two).id)
    assert "This cannot be submitted yet – not answered: 1–22." in card(here.two).text


async def test_a_summary_of_an_unfinished_visit_is_no_dead_end(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.press(f"visit.summary:{here.visit_id}", card(phone).id)
    assert card(phone).labels == ["☰ 总览", "◀ 督导列表"]
    await phone.tap("☰")
    await phone.tap("▶ 第1题")
    assert title(phone).startswith("1. ")
