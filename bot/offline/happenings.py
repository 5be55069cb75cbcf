"""How a month goes otherwise than planned: some begin late, some are stuck, one falls ill, one unit drops out.

The same every time, so that two plays can be set side by side. Whether the bot then told everybody what it should is
looked at in ``promises.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Final

from storage.campaign import campaigns
from storage.people import Role
from supervision.calendar import moment

if TYPE_CHECKING:
    from datetime import date

    from bot.offline.cast import Cast, Trip
    from bot.offline.month import Play

MORNING, AFTERNOON, EVENING = time(10), time(14, 30), time(23, 30)
LATE_EVERY, STUCK_EVERY = 17, 29
"""Of so many visits one is begun a day late, and one is begun and lies two days."""

ILL_FROM, ILL_FOR = 4, 3
"""From which worked day of the round on one inspector is ill, and for how many."""

GONE_ON: Final = 5
"""On which worked day of the round a unit drops out."""


@dataclass(frozen=True, slots=True)
class Script:
    """What is to go otherwise than planned: visits by id, who is ill on which days, what drops out when."""

    late: frozenset[int]
    stuck: frozenset[int]
    ill: int
    ill_on: frozenset[date]
    gone: Trip | None
    gone_on: date | None


def written(cast: Cast, trips: list[Trip]) -> Script:
    """Decide what goes otherwise than planned; the same every time."""
    days = sorted({trip.day for trip in trips})
    ill = next((one.phone for one in cast.players if one.role is Role.inspector), 0)
    ill_on = frozenset(days[ILL_FROM : ILL_FROM + ILL_FOR])
    gone_on = days[GONE_ON] if len(days) > GONE_ON + 1 else None
    gone = next((one for one in trips if gone_on and one.day > gone_on and one.phone != ill), None)
    usual = [one for one in trips if one.phone != ill and one is not gone and one.day < days[-1]]
    late = frozenset(one.visit_id for one in usual[::LATE_EVERY])
    stuck = frozenset(one.visit_id for one in usual[::STUCK_EVERY]) - late
    return Script(late, stuck, ill, ill_on, gone, gone_on)


async def act(play: Play, script: Script, trips: list[Trip], day: date) -> None:
    """Play one day."""
    zone, calendar = play.zone, play.cast.calendar
    if day == script.gone_on and script.gone is not None:
        await play.until(moment(day, time(9, 30), zone))
        await _drop_out(play, script.gone)
    if calendar.works(day):
        await play.until(moment(day, MORNING, zone))
        if script.ill_on and day == min(script.ill_on):
            await _excuse(play, script)
        await play.go(_half_done(script, trips, day), half=True)
        todo = [one for one in _whole(play, script, trips, day) if one.visit_id not in play.course.began]
        await play.go(todo[: (len(todo) + 1) // 2])
        await play.until(moment(day, AFTERNOON, zone))
        await play.go(todo[(len(todo) + 1) // 2 :])
        await play.finish(one for one in trips if _finishes(play, script, one, day))
    await play.until(moment(day, EVENING, zone))


def _away(script: Script, trip: Trip, day: date) -> bool:
    return trip is script.gone or (trip.phone == script.ill and day in script.ill_on)


def _half_done(script: Script, trips: list[Trip], day: date) -> list[Trip]:
    return [one for one in trips if one.day == day and one.visit_id in script.stuck and not _away(script, one, day)]


def _whole(play: Play, script: Script, trips: list[Trip], day: date) -> list[Trip]:
    """Return what is begun and handed in on a day: what is planned for it, and what was left over."""
    return [
        one
        for one in trips
        if one.visit_id not in script.stuck
        and not _away(script, one, day)
        and (one.day < day or (one.day == day and one.visit_id not in script.late))
        and one.visit_id not in play.course.ended
    ]


def _finishes(play: Play, script: Script, trip: Trip, day: date) -> bool:
    began = play.course.began.get(trip.visit_id)
    waited = began is not None and play.cast.calendar.between(began.astimezone(play.zone).date(), day) > 1
    return trip.visit_id in script.stuck and waited and trip.visit_id not in play.course.ended


async def _drop_out(play: Play, trip: Trip) -> None:
    """Take a unit out of the register, with the reason."""
    async with play.app.database.begin() as db:
        unit = await campaigns.unit(db, trip.unit_id)
        if unit is not None:
            unit.retire("merged", play.now)
    play.course.gone[trip.visit_id] = play.now.astimezone(play.zone)


async def _excuse(play: Play, script: Script) -> None:
    """Have the one who is ill say so: the last reminder said where they were expected."""
    player = next(one for one in play.cast.players if one.phone == script.ill)
    if any(one.phone == script.ill and "督导" in one.text for one in play.told):
        await play.say_why(player, "发烧，请假三天")
