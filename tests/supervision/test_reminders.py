"""The ladder of reminders over random calendars, zones, clock changes, restarts and outages."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.calendar import Calendar, Quiet, disturbable
from supervision.reminders import DEFAULT, LadderError, Matter, Rung, Whom, ladders, merged, steps

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = Calendar("CN")
NIGHT = Quiet()
zones = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]).map(ZoneInfo)
clocks = st.times().map(lambda one: one.replace(second=0, microsecond=0))
quiets = st.builds(Quiet, clocks, clocks)
days = st.dates(date(2025, 1, 1), date(2026, 11, 1))
calendars = st.builds(Calendar, st.sampled_from(["CN", "", "DE"]), st.dictionaries(days, st.booleans(), max_size=6))
rungs = st.builds(Rung, st.integers(-5, 5), st.sampled_from(["owner", "leader", "office"]), clocks)
ladders_ = st.lists(rungs, min_size=1, max_size=6, unique_by=lambda one: one.name)


def people(*whom: Whom) -> dict[str, list[Whom]]:
    return {"owner": [whom[0]], "leader": [whom[1 % len(whom)]], "office": [whom[-1]]}


def test_a_ladder_goes_from_before_the_day_up_to_the_office_and_over_a_holiday():
    who = [Whom(at, SHANGHAI, NIGHT) for at in (1, 2, 3)]
    found = steps(Matter("item", "item:5:2", date(2026, 9, 30)), DEFAULT["item"], people(*who), CHINA)
    assert [(one.at.astimezone(SHANGHAI).strftime("%m-%d %H:%M"), one.person_id) for one in found] == [
        ("09-24 09:00", 1),
        ("09-29 09:00", 1),
        ("09-30 09:00", 1),
        ("10-08 09:00", 1),
        ("10-09 09:00", 2),
        ("10-12 09:00", 3),
    ]


def test_of_units_without_a_visit_it_is_told_from_five_working_days_before_the_round_ends():
    who = [Whom(at, SHANGHAI, NIGHT) for at in (1, 2)]
    friday = Matter("uncovered", "uncovered:1:2", date(2026, 10, 30))
    found = steps(friday, DEFAULT["uncovered"], people(*who), CHINA)
    assert sorted((one.at.astimezone(SHANGHAI).strftime("%m-%d"), one.person_id) for one in found) == [
        ("10-23", 1),
        ("10-27", 1),
        ("10-29", 1),
        ("10-29", 2),
    ]


def test_an_urgent_step_waits_for_nothing():
    (one,) = steps(
        Matter("item", "x", date(2026, 10, 3)),
        [Rung(0, hour=time(2), urgent=True)],
        {"owner": [Whom(1, SHANGHAI, NIGHT)]},
        CHINA,
    )
    assert one.at == datetime(2026, 10, 2, 18, 0, tzinfo=UTC)


def test_who_is_owner_and_leader_at_once_is_told_once_a_day():
    who = Whom(1, SHANGHAI, NIGHT)
    found = steps(Matter("item", "x", date(2026, 9, 28)), [Rung(1), Rung(1, "leader")], people(who), CHINA)
    assert len(found) == 1


def test_what_a_holiday_holds_up_comes_once_with_what_is_due_on_the_day_after_it():
    """Due on 5 October, in the holidays: the steps of the day, and of the day after it, are both told on the 8th."""
    found = steps(
        Matter("item", "x", date(2026, 10, 5)), [Rung(0), Rung(1)], {"owner": [Whom(1, SHANGHAI, NIGHT)]}, CHINA
    )
    assert [(one.rung.days, one.at.astimezone(SHANGHAI).strftime("%m-%d %H:%M")) for one in found] == [
        (1, "10-08 09:00")
    ]


def test_after_an_outage_a_matter_is_one_line_with_its_last_step():
    who = Whom(1, SHANGHAI, NIGHT)
    both = [
        one
        for key in ("a", "b")
        for one in steps(Matter("item", key, date(2026, 9, 28)), DEFAULT["item"], people(who), CHINA)
    ]
    assert [(one.matter.key, one.rung.days) for one in merged(both)[1]] == [("a", 4), ("b", 4)]


def test_a_pack_sets_its_own_ladder_and_a_wrong_one_is_named():
    found = ladders('[[reminders.item]]\ndays = -2\n[[reminders.item]]\ndays = 3\nto = "office"\nhour = 10:30:00\n')
    assert found["item"] == (Rung(-2), Rung(3, "office", time(10, 30)))
    assert found["opens"] == DEFAULT["opens"]
    for wrong in (
        "[[reminders.nothing]]\ndays=1",
        '[[reminders.item]]\ndays=1\nto="me"',
        '[[reminders.item]]\nto="owner"',
    ):
        with pytest.raises(LadderError):
            ladders(wrong)


@given(days, ladders_, calendars, zones, quiets)
@settings(max_examples=80, deadline=None)
def test_every_step_is_in_permitted_hours_not_before_its_day_and_has_a_key_of_its_own(
    day, ladder, calendar, zone, quiet
):
    who = [Whom(1, zone, quiet), Whom(2, zone, NIGHT), Whom(3, SHANGHAI, quiet)]
    found = steps(Matter("item", "x", day), ladder, people(*who), calendar)
    assert len({one.key for one in found}) == len(found)
    assert len({(one.person_id, one.at.astimezone(who[one.person_id - 1].zone).date()) for one in found}) == len(found)
    for one in found:
        whom = who[one.person_id - 1]
        assert disturbable(one.at, whom.zone, whom.quiet, calendar)
        assert one.at.astimezone(whom.zone).date() >= min(day, calendar.shifted(day, one.rung.days))


@given(days, calendars, zones, quiets, st.lists(st.integers(1, 200), min_size=1, max_size=25))
@settings(max_examples=60, deadline=None)
def test_whatever_the_outages_each_step_is_told_once_and_in_time_of_being_up(day, calendar, zone, quiet, hours):
    """Run a process that is up only at some moments: it plans what falls due since it last ran, and tells it merged."""
    who = Whom(1, zone, quiet)
    matters = [Matter("item", key, day + timedelta(days=at)) for at, key in enumerate("abc")]
    every = [one for matter in matters for one in steps(matter, DEFAULT["item"], people(who), calendar)]
    since = datetime.combine(day, time(0), UTC) - timedelta(days=30)
    told: list[str] = []
    now = since
    for wait in hours:
        now += timedelta(hours=wait)
        due = [one for one in every if since < one.at <= now]
        told += [one.key for one in due]
        lines = merged(due).get(1, [])
        assert len({one.matter.key for one in lines}) == len(lines)
        assert {one.matter.key for one in lines} == {one.matter.key for one in due}
        since = now
    assert sorted(told) == sorted(one.key for one in every if one.at <= now)
