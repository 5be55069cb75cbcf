"""The month that plays itself: a few days of it for one group, and what it would say of promises that were not kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.offline import month
from bot.offline.cast import Trip
from bot.offline.promises import Course, Told, broken
from supervision.calendar import Calendar

WEDNESDAY, THURSDAY, FRIDAY = date(2026, 10, 21), date(2026, 10, 22), date(2026, 10, 23)
INSPECTOR, LEADER = 1, 2
TRIP = Trip(visit_id=7, unit="萧山支部", unit_id=3, group_id=5, phone=INSPECTOR, day=THURSDAY)


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), UTC)  # noqa: DTZ007 - a time of day


def course(**happened: datetime) -> Course:
    made = Course(Calendar("CN"), (WEDNESDAY, FRIDAY), [TRIP], {5: LEADER}, {5: "二组"})
    for name, moment in happened.items():
        getattr(made, name)[TRIP.visit_id] = moment
    return made


KEPT = (
    Told(LEADER, at(WEDNESDAY, "17:30"), "二组今日无新情况，进度正常（0/1）。"),
    Told(INSPECTOR, at(WEDNESDAY, "17:30"), "1 条提醒\n1. 10月22日 周四：去萧山支部督导"),
    Told(LEADER, at(THURSDAY, "17:30"), "二组 · 10月22日 周四\n覆盖 1/1"),
    Told(LEADER, at(FRIDAY, "17:30"), "二组今日无新情况，进度正常（1/1）。"),
)
DONE = {"began": at(THURSDAY, "10:00"), "ended": at(THURSDAY, "10:30")}


def test_a_play_in_which_all_went_as_it_should_has_nothing_broken():
    assert broken(KEPT, course(**DONE)) == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (Told(INSPECTOR, at(THURSDAY, "22:00"), "夜里"), "at night"),
        (Told(INSPECTOR, at(WEDNESDAY + timedelta(days=3), "10:00"), "周六"), "on a day off"),
        (replace(KEPT[1], at=at(WEDNESDAY, "18:00")), "twice on 2026-10-21"),
        (Told(INSPECTOR, at(WEDNESDAY, "17:30"), "1 条提醒\n1. 别的"), "2 reminders apart"),
        (Told(INSPECTOR, at(FRIDAY, "09:00"), "1 条提醒\n1. 萧山支部：原定10月22日的督导还没提交"), "is over since"),
        (Told(LEADER, at(FRIDAY, "17:31"), "二组 · 10月23日 周五"), "2 digests on 2026-10-23"),
    ],
)
def test_what_should_not_have_been_told_is_found(more, words):
    assert [one for one in broken((*KEPT, more), course(**DONE)) if words in one]


def test_what_should_have_been_told_is_missed():
    said = broken(KEPT[2:], course(began=at(THURSDAY, "18:00")))
    assert [one for one in said if "nobody was told on 2026-10-21" in one]
    assert [one for one in said if "not begun on 2026-10-22" in one]
    assert [one for one in said if "0 digests on 2026-10-21" in one]
    lying = broken(KEPT, course(began=at(THURSDAY, "10:00")))
    assert lying == ["萧山支部: begun and not handed in, and nobody was asked about it on 2026-10-23"]


def test_of_a_unit_that_is_gone_nothing_is_expected():
    assert broken((KEPT[0], *KEPT[2:]), course(gone=at(WEDNESDAY, "09:30"))) == []


async def test_some_days_of_the_month_are_played_and_every_promise_kept(tmp_path):
    said: list[str] = []
    assert await month.play(tmp_path, said.append, units=2, days=4, groups=1) == []
    assert "2 units, 2 visits handed in" in said[-1]
    assert "Kept: nothing at night" in said[-1]
    assert any("一组督导员2: 17:30 1 条提醒 1. " in one or "一组副组长: " in one for one in said)
