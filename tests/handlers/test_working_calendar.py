"""The working calendar in the chat: days off and worked, whose holidays, where the clocks of each group are."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from handlers.calendar.places import zone_named
from storage.campaign import calendars, campaigns
from storage.campaign.campaigns import Group
from storage.people import Role
from tests.handlers.setting_up import begun
from tests.handlers.test_reminder import pass_by, said


@pytest.fixture
async def bench(sqlite_template, tmp_path):
    """A campaign begun on 7 September at nine, with two groups."""
    made = await begun(sqlite_template, tmp_path, datetime(2026, 9, 7, 1, 0, tzinfo=UTC))
    yield made
    await made.database.close()


async def works(bench, *days: date) -> list[bool]:
    async with bench.database.read() as db:
        rule = await calendars.calendar_of(db, await campaigns.get(db, 1))
    return [rule.works(day) for day in days]


async def test_the_office_sees_holidays_and_the_workdays_that_make_up_for_them(bench):
    office = await bench.let_in("办公室", Role.office)
    await office.text("/calendar")
    assert "中国法定节假日和调休" in office.last.text
    assert "9月20日 周日：上班" in office.last.text
    assert "10月1日 周四 至 10月2日 周五：休息" in office.last.text


async def test_days_are_decided_in_one_line_and_taken_back_with_one_tap(bench):
    office = await bench.let_in("办公室", Role.office)
    await office.text("/campaign")
    await office.tap("工作日历")
    await office.tap("定为休息…")
    await office.text("9月9日至10日 校庆")
    assert "9月9日 周三：休息 · 校庆\n9月10日 周四：休息 · 校庆" in office.last.text
    await office.tap("定为上班…")
    await office.text("2026-09-12 补班")
    assert await works(bench, date(2026, 9, 9), date(2026, 9, 10), date(2026, 9, 12)) == [False, False, True]
    await office.tap("✕ 9月9日")
    assert await works(bench, date(2026, 9, 9), date(2026, 9, 10)) == [True, False]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("校庆", "看不出是哪天"),
        ("2030-01-01 校庆", "不在前后"),
        ("2026-09-10至2026-11-20", "一次最多31天"),
        ("9月10日至9月8日", "结束日期早于开始日期"),
        ("9-10 到 9-08 校庆", "结束日期早于开始日期"),
        ("9月10日 " + "长" * 61, "原因超过60字"),
    ],
)
async def test_what_cannot_be_meant_changes_nothing_and_can_be_typed_again(bench, words, answer):
    office = await bench.let_in("办公室", Role.office)
    await office.press("calendar.ask:1:off", 1)
    await office.text(words)
    assert answer in office.last.text
    await office.text("9月10日")
    assert await works(bench, date(2026, 9, 8), date(2026, 9, 10)) == [True, False]


async def test_nobody_is_reminded_on_a_day_the_campaign_has_off(bench):
    """The item is due on Monday the 14th: that day and the one after are off, so it is told on Wednesday."""
    admin = await bench.let_in("办公室", Role.office)
    await bench.wait(seconds=1)
    await admin.press("calendar.ask:1:off", 1)
    await admin.text("9月14日至15日 当地放假")
    await pass_by(bench, 24 * 6)
    admin.clear()
    await pass_by(bench, 24 * 3)
    (told,) = [one for one in said(admin) if "组建督导组" in one]
    assert "逾期1个工作日" in told


async def test_another_country_is_typed_by_its_letters_and_an_unknown_one_refused(bench):
    office = await bench.let_in("办公室", Role.office)
    await office.press("calendar.whose:1", 1)
    await office.text("哥谭")
    assert "没有“哥谭”的节假日资料" in office.last.text
    await office.text("de")
    assert "节假日：德国" in office.last.text
    assert await works(bench, date(2026, 9, 20), date(2026, 12, 25)) == [False, False]
    await office.tap("适用节假日")
    await office.text("新加坡")
    assert "节假日：新加坡" in office.last.text
    await office.tap("适用节假日")
    await office.tap("只按周末")
    assert await works(bench, date(2026, 10, 1), date(2026, 12, 25)) == [True, True]


async def test_each_group_has_its_own_clocks(bench):
    office = await bench.let_in("办公室", Role.office)
    await office.press("calendar.groups:1", 1)
    assert "一组：北京时间，现在9:00" in office.last.text.replace("上午", "").replace("09:00", "9:00")
    await office.tap("二组")
    await office.text("柏林墙")
    assert "没有“柏林墙”这个时区" in office.last.text
    await office.text("berlin")
    assert "二组：柏林" in office.last.text
    for words, city in (("东京", "东京"), ("Europe/Paris", "巴黎"), ("北京", "北京时间"), ("new york", "纽约")):
        await office.tap("二组")
        await office.text(words)
        assert f"二组：{city}" in office.last.text
    await office.tap("二组")
    await office.tap("与活动相同")
    async with bench.database.read() as db:
        assert [one.timezone for one in await db.scalars(sa.select(Group))] == [None, None]


async def test_leaving_asks_for_nothing_any_more(bench):
    office = await bench.let_in("办公室", Role.office)
    await office.press("calendar.ask:1:off", 1)
    await office.text("/cancel")
    await office.text("9月10日")
    assert await works(bench, date(2026, 9, 10)) == [True]


async def test_who_works_in_a_group_decides_no_days(bench):
    leader = await bench.let_in("组长", Role.leader, group="一组")
    await leader.press("calendar.drop:1:2026-09-10", 1)
    assert leader.alert
    await leader.text("/calendar")
    assert "工作日历 ·" not in leader.last.text


async def test_a_day_that_was_decided_is_said_once(bench):
    office = await bench.let_in("办公室", Role.office)
    await office.press("calendar.ask:1:off", 1)
    await office.text("9月10日 校庆")
    assert office.last.text.count("9月10日") == 1
    assert "校庆" in office.last.text


def test_a_city_names_its_own_zone_and_not_an_old_name_for_it():
    assert [zone_named(one) for one in ("伦敦", "东京", "paris", "某地")] == [
        "Europe/London",
        "Asia/Tokyo",
        "Europe/Paris",
        None,
    ]
