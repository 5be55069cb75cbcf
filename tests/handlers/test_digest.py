"""The digest as it comes: once a day, at its hour, never at night, what was missed in one message, true to records."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from handlers.digest import looking, wording
from handlers.text import speech
from storage import people
from storage.campaign import calendars, digest_plans, digests, work
from storage.campaign.campaigns import Campaign
from storage.people import Person, Role
from storage.visit import findings, tallies, visits
from storage.visit.findings import Judged
from storage.visit.visits import State
from supervision.calendar import Quiet
from supervision.digest import Going
from supervision.wanting import Grade
from tests.handlers.digest_field import digest_field, digests_of, hours, visit_at

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone


@pytest.mark.parametrize(
    ("language", "people_on_it", "said"),
    [
        ("zh_CN", (1, 2), "未开始 · 督导员01、督导员02"),
        ("zh_CN", (1, 2, 3), "未开始 · 督导员01、督导员02等3人"),
        ("en", (1, 2, 3), "not begun · 督导员01, 督导员02 and others, 3 in all"),
    ],
)
def test_who_is_on_a_visit_is_counted_where_they_are_many(language, people_on_it, said):
    names = {at: f"督导员0{at}" for at in people_on_it}
    one = Going(1, 1, "浙江公司党委", "浙江省", date(2026, 10, 21), people=people_on_it)
    assert wording.state(speech(language), one, names) == said


@pytest.fixture
async def field(sqlite_template, tmp_path):
    async with digest_field(sqlite_template, tmp_path) as bench:
        yield bench


async def test_it_comes_on_working_days_at_its_hour_and_once(field):
    leader = await field.let_in("二组组长", Role.leader, group="二组")
    await visit_at(field, "A", date(2026, 10, 21))
    await hours(field, 24 * 6)
    found = digests_of(leader)
    days = [one.split("\n")[0].split(" · ")[1] for one in found]
    assert days == ["10月21日 周三", "10月22日 周四", "10月23日 周五", "10月26日 周一"]
    assert "今日计划 1，已提交 0" in found[0]
    assert "⚠ 逾期未交 1：浙江公司党委" in found[1]


async def test_it_says_what_moved_since_the_last_one_and_agrees_with_the_ledger_and_the_findings(field):
    leader = await field.let_in("二组组长", Role.leader, group="二组")
    await visit_at(field, "A", date(2026, 10, 20), State.submitted, missing=2)
    await hours(field, 9)
    (first,) = digests_of(leader)
    assert "覆盖 1/3（+1）" in first
    assert "新提交 1，发现问题 2" in first
    assert "未解决问题 2，均为未落实" in first
    await visit_at(field, "B", date(2026, 10, 22), State.submitted, missing=1)
    await hours(field, 24)
    second = digests_of(leader)[-1]
    assert "覆盖 2/3（+1）" in second
    assert "新提交 1，发现问题 1" in second
    assert "未解决问题 3" in second
    leader.clear()
    await leader.text("/digest")
    assert leader.last.text == second
    assert leader.last.picture
    await leader.tap("未解决 3")
    assert leader.last.text.startswith("未解决问题 · 3\n✗")
    await leader.tap("◀ 日报")
    await leader.tap("覆盖 2/3")
    assert "2/3" in leader.last.text


async def counted(bench: Bench) -> tuple[int, dict[int, tuple[int, int]]]:
    """How many units had to be counted again, and what is open in each group then."""
    async with bench.database.begin() as db:
        return await digests.freshen(db, await db.get(Campaign, 1)), await tallies.by_group(db, 1)


async def test_open_matters_are_counted_again_only_for_units_where_something_changed(field):
    number = await visit_at(field, "A", date(2026, 10, 20), State.submitted, missing=2)
    assert await counted(field) == (3, {2: (0, 2)})
    assert await counted(field) == (0, {2: (0, 2)})
    await visit_at(field, "B", date(2026, 10, 20), State.submitted, missing=1)
    assert await counted(field) == (1, {2: (0, 3)})
    async with field.database.begin() as db:  # a correction: the visit stays handed in, and finds less
        visit = await visits.get(db, number)
        await findings.write(db, visit, [Judged("/data/i0", "/data/i0", "0", Grade.partly)])
    assert await counted(field) == (1, {2: (1, 1)})
    async with field.database.begin() as db:
        (await visits.get(db, number)).withdraw()
    assert await counted(field) == (1, {2: (0, 1)})
    async with field.database.begin() as db:
        visit = await visits.get(db, number)
        visit.submit(Person(telegram_id=None, name="", created_at=field.now), field.now)
        await findings.write(db, visit, [])
    assert await counted(field) == (1, {2: (0, 1)})
    assert await counted(field) == (0, {2: (0, 1)})


async def test_a_figure_counted_while_a_visit_is_handed_in_is_not_kept(field):
    await visit_at(field, "A", date(2026, 10, 20), State.submitted, missing=2)
    async with field.database.begin() as db:
        before = await tallies.out_of_date(db, 1)
        await tallies.changed(db, 1)
        await tallies.keep(db, {1: {field.now: (0, 99)}}, before)
    assert await counted(field) == (3, {2: (0, 2)})


async def test_a_matter_that_is_not_put_right_in_time_is_overdue_until_it_is_and_opens_by_itself(field):
    leader = await field.let_in("二组组长", Role.leader, group="二组")
    await field.let_in("小李", Role.office)
    await visit_at(field, "A", date(2026, 10, 21), State.submitted, missing=2)
    field.now = datetime(2026, 11, 10, 1, 0, tzinfo=UTC)  # fourteen worked days later
    await visit_at(field, "B", date(2026, 11, 10), State.submitted, missing=1)
    await leader.text("/digest")
    assert "个工作日未解决" not in leader.last.text
    field.now = datetime(2026, 11, 11, 16, 1, tzinfo=UTC)  # the fifteenth is over in Beijing
    leader.clear()
    await leader.text("/digest")
    assert "⚠ 超过15个工作日未解决 2 项" in leader.last.text
    assert "未解决问题 3" in leader.last.text
    bars = next(block for kind, block in drawn(leader) if block.get("title") == "未解决与逾期问题")
    assert [(row[0], row[2]) for row in bars["rows"]] == [("未解决：未落实", "3"), ("其中逾期（超过15个工作日）", "2")]
    await leader.tap("逾期未解决 2")
    assert leader.last.text.startswith("逾期未解决问题 · 2\n✗ 浙江公司党委")
    assert "萧山" not in leader.last.text
    again = await visit_at(field, "A", date(2026, 11, 12), State.submitted)
    async with field.database.begin() as db:
        visit = await visits.get(db, again)
        await findings.write(
            db, visit, [Judged(f"/data/i{at}", f"/data/i{at}", str(at), Grade.fine) for at in range(2)]
        )
    field.now += timedelta(minutes=1)
    leader.clear()
    await leader.text("/digest")
    assert "个工作日未解决" not in leader.last.text
    assert "未解决问题 1，均为未落实" in leader.last.text


def drawn(phone: Phone) -> list[tuple[str, dict]]:
    """What the latest picture is to be drawn from."""
    return phone.last.drawing["blocks"]


async def test_a_round_of_which_nothing_is_planned_or_done_has_no_empty_curve(field):
    leader = await field.let_in("二组组长", Role.leader, group="二组")
    await leader.text("/digest")
    assert "figures" in dict(drawn(leader))
    assert "curve" not in dict(drawn(leader))
    await visit_at(field, "A", date(2026, 10, 21))
    leader.clear()
    await leader.text("/digest")
    assert "curve" in dict(drawn(leader))


async def test_a_day_without_news_is_one_silent_line_without_a_picture(field):
    leader = await field.let_in("二组组长", Role.leader, group="二组")
    person = await field.person(leader)
    async with field.database.begin() as db:
        for one in await work.items_of(db, 1):
            await work.mark(db, one.id, 2, person.id, field.now)
    await hours(field, 9)
    (only,) = [one for one in leader.bot_said if "二组" in one.text]
    assert only.text == "二组今日无新情况，进度正常（0/3）。"
    assert only.silent
    assert not only.picture


async def test_an_outage_is_made_up_for_in_one_message_and_never_at_night(field):
    leader = await field.let_in("二组组长", Role.leader, group="二组")
    await visit_at(field, "A", date(2026, 10, 20), State.submitted, missing=1)
    await hours(field, 2)
    leader.clear()
    field.now = datetime(2026, 10, 26, 15, 0, tzinfo=UTC)  # down since Wednesday; up again on Monday at eleven at night
    for _ in range(4):
        await field.wait(seconds=1)
    assert digests_of(leader) == []
    field.now = datetime(2026, 10, 27, 0, 30, tzinfo=UTC)  # half past eight
    for _ in range(4):
        await field.wait(seconds=1)
    (text,) = digests_of(leader)
    assert text.startswith("二组 · 10月27日 周二")
    assert "新提交 1" in text
    await hours(field, 10)
    assert len(digests_of(leader)) == 2


async def test_a_leaders_own_quiet_hours_count_and_no_day_is_lost(field):
    leader = await field.let_in("二组组长", Role.leader, group="二组")
    await visit_at(field, "A", date(2026, 10, 20))
    person = await field.person(leader)
    async with field.database.begin() as db:
        await calendars.keep_quiet(db, person.id, Quiet(time(17), time(9)))
    await hours(field, 24 * 3)
    days = [one.split("\n")[0].split(" · ")[1] for one in digests_of(leader)]
    assert days == ["10月22日 周四", "10月23日 周五"]  # at nine, of the evening before


async def test_an_hour_that_is_moved_after_the_digest_brings_no_second_one_that_day(field):
    leader = await field.let_in("二组组长", Role.leader, group="二组")
    await visit_at(field, "A", date(2026, 10, 20))
    await hours(field, 9)
    await leader.text("/digest")
    await leader.tap("⚙ 推送设置")
    await leader.tap("20:00")
    before = len(digests_of(leader))
    await hours(field, 4)
    assert len(digests_of(leader)) == before
    await hours(field, 24)
    async with field.database.read() as db:
        sent = await digest_plans.plan_of(db, 1, 2)
    assert (sent.told_on, sent.told_at.hour) == (date(2026, 10, 22), 12)


async def test_there_is_none_when_it_is_switched_off_or_the_campaign_is_over(field):
    leader = await field.let_in("二组组长", Role.leader, group="二组")
    await visit_at(field, "A", date(2026, 10, 20))
    await leader.text("/digest")
    await leader.tap("⚙ 推送设置")
    await leader.tap("关闭推送")
    leader.clear()
    await hours(field, 24)
    assert digests_of(leader) == []
    await leader.text("/digest")
    await leader.tap("⚙ 推送设置")
    await leader.tap("17:00")
    async with field.database.begin() as db:
        (await db.get(Campaign, 1)).ends_on = date(2026, 10, 21)
    leader.clear()
    await hours(field, 24)
    assert digests_of(leader) == []


async def test_the_office_gets_its_own_on_friday_a_line_for_each_group(field):
    office = await field.let_in("办公室", Role.office)
    await visit_at(field, "A", date(2026, 10, 20), State.submitted)
    await visit_at(field, "B", date(2026, 10, 22))
    await hours(field, 24 * 3)
    (text,) = digests_of(office, "第二批主题教育巡回督导")
    assert "10月23日 周五" in text.split("\n")[0]
    assert "二组 1/3 · 逾期 1" in text
    await office.tap("二组")
    assert office.last.text.startswith("二组 · ")


# --- nudging ---


async def test_whoever_is_late_is_nudged_once_a_day_with_a_button_to_act(field):
    leader = await field.let_in("二组组长", Role.leader, group="二组")
    deputy = await field.let_in("副组长", Role.deputy, group="二组")
    inspector = await field.let_in("督导员01", Role.inspector, group="二组")
    number = await visit_at(field, "B", date(2026, 10, 20))
    await leader.text("/late")
    await leader.tap("催督导员01 · 1")
    await field.wait(seconds=1)
    assert inspector.last.text == "组长请您尽快完成 1 处督导：\n1. 萧山项目党支部 · 10月20日 周二 · 未开始"
    assert inspector.last.buttons[0][0].data == f"visit.open:{number}"
    await deputy.text("/late")
    await deputy.tap("催督导员01 · 1")
    assert deputy.toast == "今天已经催过督导员01了。"
    count = len(inspector.bot_said)
    await field.wait(seconds=1)
    assert len(inspector.bot_said) == count


async def test_nobody_is_nudged_at_night_nor_about_what_is_done_by_then(field):
    leader = await field.let_in("二组组长", Role.leader, group="二组")
    inspector = await field.let_in("督导员01", Role.inspector, group="二组")
    await visit_at(field, "B", date(2026, 10, 20))
    number = await visit_at(field, "C", date(2026, 10, 20))
    await hours(field, 14)
    inspector.clear()
    await leader.text("/late")
    await leader.tap("催督导员01 · 2")
    assert leader.toast == "现在不便打扰，10月22日 08:00会提醒督导员01。"
    await field.wait(seconds=1)
    assert inspector.bot_said == []
    async with field.database.begin() as db:
        visit = await visits.get(db, number)
        visit.submit(await people.by_telegram(db, inspector.id), field.now)
    await hours(field, 10)
    (nudge,) = [one.text for one in inspector.bot_said if one.text.startswith("组长请您")]
    assert "萧山" in nudge
    assert "南京" not in nudge


async def test_a_leader_sees_and_nudges_nobody_of_another_group(field):
    other = await field.let_in("一组组长", Role.leader, group="一组")
    inspector = await field.let_in("督导员01", Role.inspector, group="二组")
    await visit_at(field, "B", date(2026, 10, 20))
    person = await field.person(inspector)
    await other.text("/digest")
    said = len(other.bot_said)
    for data in (
        "show:2",
        "late:2",
        f"nudge:2:{person.id}",
        "matters:2:0",
        "items:2",
        "settings:2",
        "show:0",
        f"nudge:0:{person.id}",
    ):
        await other.press(f"digest.{data}", other.last.id)
        assert other.toast == "这个按钮已过期，什么都没有改动。", data
    assert len(other.bot_said) == said
    assert inspector.bot_said == []


# --- group chats ---


async def test_what_is_late_is_turned_over_page_by_page_however_much_it_is(field, monkeypatch):
    monkeypatch.setattr(looking, "SHOWN", 1)
    leader = await field.let_in("二组组长", Role.leader, group="二组")
    await visit_at(field, "A", date(2026, 10, 19))
    await visit_at(field, "B", date(2026, 10, 20))
    await hours(field, 9)
    await leader.text("/late")
    first = leader.last.text
    assert first.startswith("逾期未交 · 2\n1. ")
    await leader.tap("›")
    assert leader.last.text.startswith("逾期未交 · 2\n2. ")
    assert "2/2" in leader.last.labels
    await leader.tap("‹")
    assert leader.last.text == first
    await leader.press("digest.late:2:99", leader.last.id)
    assert leader.last.text.startswith("逾期未交 · 2\n2. ")
    await leader.press("digest.late:2:x", leader.last.id)
    assert leader.alert


async def test_late_work_items_open_those_the_group_is_late_with_and_no_others(field):
    leader = await field.let_in("二组组长", Role.leader, group="二组")
    field.now = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    await leader.text("/digest")
    label = next(one for one in leader.last.labels if one.startswith("逾期工作 "))
    count = int(label.removeprefix("逾期工作 "))
    assert f"⚠ 工作内容逾期 {count} 项" in leader.last.text
    await leader.tap(label)
    first, *items = leader.last.text.splitlines()
    assert first == f"逾期的工作内容 · {count}"
    assert len(items) == count
    number = items[0].split()[1]
    await leader.tap(f"⚠{number}")
    await leader.tap("✓ 完成 二组")
    await leader.press("digest.items:2", leader.last.id)
    assert leader.last.text.startswith(f"逾期的工作内容 · {count - 1}")
    assert f"⚠ {number} " not in leader.last.text


async def test_who_leads_two_groups_finds_the_digest_of_each(field):
    leader = await field.let_in("二组组长", Role.leader, group="二组")
    async with field.database.begin() as db:
        (await people.by_telegram(db, leader.id)).appoint(Role.deputy, field.now, group_id=1)
    await leader.text("/digest")
    own, other = ("一组", "二组") if leader.last.text.startswith("一组") else ("二组", "一组")
    assert leader.last.text.startswith(own)
    await leader.tap(other)
    assert leader.last.text.startswith(other)


async def test_nudges_are_kept_for_a_while_and_then_forgotten(field):
    leader = await field.person(await field.let_in("二组组长", Role.leader, group="二组"))
    async with field.database.begin() as db:
        for day in (date(2026, 6, 1), date(2026, 10, 20)):
            assert await digest_plans.nudge(db, leader.id, day, leader.id, field.now)
        assert await digest_plans.prune(db, date(2026, 6, 23)) == 1
        assert await digest_plans.nudged(db, leader.id, date(2026, 10, 20)) is not None
        assert await digest_plans.nudged(db, leader.id, date(2026, 6, 1)) is None
