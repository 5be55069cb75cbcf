"""When a digest comes, over time zones, holidays and clock changes; what in it is late or stuck."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.calendar import DAY, Calendar
from supervision.coverage import Line, Stand
from supervision.digest import Facts, Going, by_area, curve, days, due, idle

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia")
AHEAD = timedelta(hours=36)
CHINA = Calendar("CN")
BEIJING = ZoneInfo("Asia/Shanghai")


@given(
    start=st.integers(0, 334 * 1440).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    hour=st.integers(0, 1439).map(lambda minutes: time(minutes // 60, minutes % 60)),
    missed=st.sets(st.integers(1, 13), max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_each_worked_day_has_one_moment_whichever_plannings_are_missed(start, zone, hour, missed):
    calendar = Calendar("")
    planned: dict[date, set[datetime]] = {}
    for step in range(14):
        now = start + DAY * step
        for day in days(now, AHEAD, zone, calendar, None) if step not in missed else ():
            at = due(day, hour, zone)
            if now < at <= now + AHEAD:
                planned.setdefault(day, set()).add(at)
    assert all(len(moments) == 1 for moments in planned.values())
    assert all(calendar.works(day) for day in planned)
    for day, (at,) in planned.items():
        assert at.astimezone(zone).date() == day
    first = start.astimezone(zone).date()
    wanted = {first + DAY * at for at in range(1, 13) if calendar.works(first + DAY * at)}
    if not missed:
        assert wanted <= set(planned)


@pytest.mark.parametrize(
    ("day", "hour", "utc"),
    [
        (date(2026, 3, 29), time(2, 30), "01:00"),  # clocks go from two to three: the moment of the change
        (date(2026, 3, 29), time(17, 30), "15:30"),
        (date(2026, 10, 25), time(2, 30), "00:30"),  # half past two comes twice: the first
        (date(2026, 10, 25), time(17, 30), "16:30"),
    ],
)
def test_a_digest_comes_once_on_days_on_which_clocks_change(day, hour, utc):
    assert f"{due(day, hour, ZoneInfo('Europe/Berlin')):%H:%M}" == utc


def test_the_offices_comes_on_friday_or_on_the_last_worked_day_before_it():
    start = datetime(2026, 9, 20, 16, 0, tzinfo=UTC)
    found = list(days(start, timedelta(days=24), BEIJING, CHINA, 4))
    # The mid-autumn festival falls on Friday 25 September; the whole week of 5 October but its last days is a holiday.
    assert [f"{one:%m-%d}" for one in found] == ["09-24", "09-30", "10-09"]


def test_a_week_without_a_worked_day_has_no_digest_of_the_office():
    calendar = Calendar("", {date(2026, 11, 2) + DAY * at: False for at in range(7)})
    assert list(days(datetime(2026, 11, 2, tzinfo=UTC), timedelta(days=6), UTC, calendar, 4)) == []


def going(on: date, **more: object) -> Going:
    return Going(1, 1, "萧山项目党支部", "浙江省/杭州市", on, **more)


def test_late_is_what_is_not_handed_in_after_its_day_and_stuck_what_does_not_move():
    today = date(2026, 10, 21)
    before = going(today - DAY, people=(7,))
    facts = Facts(
        today,
        datetime(2026, 10, 20, tzinfo=UTC),
        going=(before, going(today), going(today - DAY, done=True), going(today, begun=True, idle=2, people=(7,))),
    )
    assert facts.late == (before,)
    assert facts.laggards() == {7: 1}
    assert [one.idle for one in facts.stuck] == [2]
    assert going(today, why="路断了").stuck
    assert not going(today, begun=True, idle=1).stuck
    assert facts.news
    assert not Facts(today, datetime(2026, 10, 20, tzinfo=UTC), partly=3).news


def test_days_off_do_not_make_anybody_stuck():
    friday = datetime(2026, 10, 23, 9, 0, tzinfo=UTC)
    assert idle(friday, date(2026, 10, 26), BEIJING, CHINA) == 0
    assert idle(friday, date(2026, 10, 28), BEIJING, CHINA) == 2
    assert idle(friday, date(2026, 10, 25), BEIJING, CHINA) == 0
    assert idle(friday, date(2026, 10, 23), BEIJING, CHINA) == 0


def line(area: str) -> Line:
    return Line(1, "x", 5, area, 1, Stand.planned)


def test_areas_are_parted_as_coarsely_as_shows_a_difference():
    assert set(by_area([line("浙江省/杭州市"), line("江苏省")])) == {"浙江省", "江苏省"}
    assert set(by_area([line("浙江省/杭州市/西湖区"), line("浙江省/宁波市")])) == {"杭州市", "宁波市"}
    assert set(by_area([line("浙江省/杭州市/西湖区"), line("浙江省/杭州市/余杭区")])) == {"西湖区", "余杭区"}
    assert set(by_area([line("")])) == {""}
    assert by_area([]) == {}


def test_a_curve_counts_up_to_each_day():
    first = date(2026, 10, 16)
    assert curve(first, first + DAY * 3, [first + DAY, first - DAY, first + DAY * 9]) == (1, 2, 2, 2)
