"""Days that are worked, quiet hours, and moments on both sides of a clock change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.calendar import Calendar, NoWorkday, Quiet, disturbable, moment, next_disturbable

CHINA = Calendar("CN")
ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
zones = st.sampled_from(ZONES).map(ZoneInfo)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
clocks = st.times().map(lambda one: one.replace(second=0, microsecond=0))
quiets = st.builds(Quiet, clocks, clocks)
calendars = st.builds(
    Calendar,
    st.sampled_from(["CN", "", "DE", "AE"]),
    st.dictionaries(st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.booleans(), max_size=5),
)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 10, 1), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # a Saturday that makes up for the holiday
        (date(2026, 10, 11), False),
        (date(2026, 2, 17), False),
        (date(2026, 11, 23), True),
    ],
)
def test_chinese_holidays_and_the_workdays_that_make_up_for_them(day, worked):
    assert CHINA.works(day) is worked
    assert CHINA.known(day)


def test_a_year_that_is_not_decided_yet_is_said_to_be_unknown_and_has_weekends_and_what_the_law_names():
    """2040 begins on a Sunday and with the holiday of the new year; Spring Festival is on 12 February, a Sunday."""
    assert not CHINA.known(date(2040, 1, 3))
    assert CHINA.works(date(2040, 1, 4))
    assert not CHINA.works(date(2040, 1, 1))
    assert not CHINA.works(date(2040, 2, 13))
    assert not CHINA.works(date(2040, 5, 1))
    assert not CHINA.works(date(2040, 10, 3))


def test_other_countries_have_their_own_holidays_and_weekends():
    assert not Calendar("DE").works(date(2026, 10, 3))
    assert not Calendar("DE").works(date(2026, 12, 25))
    assert not Calendar("IL").works(date(2026, 11, 20))  # a Friday
    assert Calendar("IL").works(date(2026, 11, 22))  # a Sunday
    assert not Calendar("XX").known(date(2026, 10, 1))


def test_what_a_campaign_decides_overrules_every_list():
    day = date(2026, 10, 1)
    assert Calendar("CN", {day: True}).works(day)
    assert not Calendar("CN", {date(2026, 11, 23): False}).works(date(2026, 11, 23))
    assert Calendar("CN", {date(2040, 1, 3): False}).known(date(2040, 1, 3))


def test_worked_days_are_counted_over_a_holiday():
    assert CHINA.shifted(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert CHINA.shifted(date(2026, 10, 8), -1) == date(2026, 9, 30)
    assert CHINA.shifted(date(2026, 10, 3), 0) == date(2026, 10, 3)
    assert CHINA.between(date(2026, 9, 30), date(2026, 10, 12)) == 4
    assert CHINA.between(date(2026, 10, 12), date(2026, 9, 30)) == -4


def test_a_calendar_without_a_single_workday_is_refused():
    never = Calendar("", {date(2026, 1, 1) + timedelta(days=at): False for at in range(900)})
    with pytest.raises(NoWorkday):
        never.on_or_after(date(2026, 1, 5))


@given(calendars, st.dates(date(2024, 6, 1), date(2026, 6, 1)), st.integers(-30, 30))
@settings(max_examples=60, deadline=None)
def test_so_many_days_on_and_counted_back_agree(calendar, day, days):
    found = calendar.shifted(day, days)
    assert days == 0 or calendar.works(found)
    if days >= 0:
        assert calendar.between(day, found) == days


BERLIN = ZoneInfo("Europe/Berlin")


def test_a_time_that_a_clock_change_leaves_out_is_the_moment_of_the_change():
    assert moment(date(2026, 3, 29), time(2, 30), BERLIN) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_of_a_time_that_comes_twice_the_first_is_meant_unless_the_second_is_asked_for():
    assert moment(date(2026, 10, 25), time(2, 30), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert moment(date(2026, 10, 25), time(2, 30), BERLIN, again=True) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_at_night_and_on_a_holiday_it_waits_for_the_next_working_morning():
    shanghai = ZoneInfo("Asia/Shanghai")
    late = datetime(2026, 9, 30, 14, 0, tzinfo=UTC)  # 22:00, the evening before a week of holidays
    assert next_disturbable(late, shanghai, Quiet(), CHINA) == datetime(2026, 10, 8, 0, 0, tzinfo=UTC)


@given(moments, zones, quiets, calendars)
@settings(max_examples=150, deadline=None)
def test_the_next_moment_is_allowed_and_none_before_it_is(at, zone, quiet, calendar):
    found = next_disturbable(at, zone, quiet, calendar)
    assert found >= at
    assert disturbable(found, zone, quiet, calendar)
    span = found - at
    for part in range(1, 40):
        before = at + span * part / 40
        assert before == found or not disturbable(before, zone, quiet, calendar)
    if found > at:
        assert not disturbable(found - timedelta(seconds=2), zone, quiet, calendar)


@given(st.dates(date(2024, 1, 1), date(2026, 12, 1)), clocks, zones)
@settings(max_examples=150, deadline=None)
def test_a_moment_shows_its_time_on_the_clocks_unless_they_leave_it_out(day, clock, zone):
    shown = moment(day, clock, zone).astimezone(zone)
    later = moment(day, clock, zone, again=True)
    assert shown.replace(tzinfo=None) >= datetime.combine(day, clock)
    assert later >= shown
    assert shown.replace(tzinfo=None) - datetime.combine(day, clock) <= timedelta(hours=24)
