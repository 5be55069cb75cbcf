"""Plans who is reminded of what in a campaign, the next two days, and says whether a reminder still holds.

Called some times a day for each campaign, and again when something is done or moved. Only what falls due from the last
planning on is planned, so that an outage is made up for and nothing is told twice. Sends nothing. What there is to be
reminded of is known in :mod:`handlers.owed`.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Final

from handlers.campaign import folder
from handlers.owed import Told, open_matters
from storage.campaign import calendars, campaigns, reminders
from storage.chat import timers
from supervision.calendar import DAY, NoWorkday, moment, next_disturbable
from supervision.reminders import DEFAULT, Rung, ladders, steps

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from handlers.owed import Open
    from storage.campaign.campaigns import Campaign
    from storage.campaign.reminders import Reminder
    from storage.database import Session
    from storage.people import Person
    from supervision.calendar import Calendar

AHEAD: Final = timedelta(hours=36)
"""So far ahead is planned; the next day plans on, with the people and the calendar of that day."""

PLAN: Final = "reminder.plan"
TIMES: Final = (time(0, 10), time(7, 40), time(12, 40), time(17, 20))
"""When is planned, by the campaign's clocks: for whoever came in, or was given something, during the day."""

NOBODYS_CHAT: Final = 0
"""The chat of the daily planning, in which nobody is told anything."""


@cache
def ladders_of(pack: str) -> Mapping[str, tuple[Rung, ...]]:
    """Return the ladders of a pack."""
    return ladders(folder(pack).joinpath("campaign.toml").read_text(encoding="utf-8")) if pack else DEFAULT


async def again(db: Session, campaign: Campaign, now: datetime) -> None:
    """Plan the next planning, until some weeks after the campaign's end."""
    day = campaigns.day_in(campaign.zone, now)
    if day > campaign.ends_on + timedelta(days=30):
        return
    moments = (moment(each, clock, campaign.zone) for each in (day, day + DAY) for clock in TIMES)
    at = next(one for one in moments if one > now)
    await timers.plan(db, f"{PLAN}:{campaign.id}:{at:%Y%m%d%H%M}", at, NOBODYS_CHAT, PLAN, _args(campaign, now))


def _args(campaign: Campaign, since: datetime) -> dict[str, object]:
    return {"campaign": campaign.id, "since": since.isoformat()}


async def replan(
    db: Session, campaign: Campaign, now: datetime, since: datetime | None = None, only: Collection[str] = ()
) -> int:
    """Plan what falls due after ``since`` (now) and within the time planned ahead; returns how many steps were new.

    ``only`` are the keys of the matters to plan, where not all of them are meant.
    """
    calendar = await calendars.calendar_of(db, campaign)
    told = await Told.of(db, campaign, now)
    new = 0
    kinds = {key.partition(":")[0] for key in only}
    for matter, owners, group_id in await open_matters(db, campaign, now, kinds, only):
        if only and matter.key not in only:
            continue
        ladder = ladders_of(campaign.pack)[matter.kind]
        meant = {name: told.whom(ids) for name, ids in told.meant(owners, group_id).items()}
        try:
            every = steps(matter, ladder, meant, calendar)
        except NoWorkday:
            continue
        within = [one for one in every if (since or now) < one.at <= now + AHEAD]
        new += await reminders.plan(db, campaign.id, within, told.chats, now)
    return new


# --- whether a reminder still holds ---


class Hold(Enum):
    """Whether a reminder is still true."""

    due = "due"
    done = "done"
    moved = "moved"
    """Due on another day by now: it is planned anew for that day."""
    passed = "passed"
    """Somebody else's by now."""


async def holds(db: Session, campaign: Campaign, now: datetime, asked: Sequence[Reminder]) -> dict[int, Hold]:
    """Return, by id, whether reminders of a campaign still hold: open, due on that day, and a matter of that person."""
    kinds, keys = {one.kind for one in asked}, {one.matter for one in asked}
    told = await Told.of(db, campaign, now)
    found = {each[0].key: each for each in (await open_matters(db, campaign, now, kinds, keys) if kinds else [])}
    return {one.id: _hold(told, ladders_of(campaign.pack)[one.kind], one, found.get(one.matter)) for one in asked}


def _hold(told: Told, ladder: Sequence[Rung], one: Reminder, found: Open | None) -> Hold:
    if found is None:
        return Hold.done
    matter, owners, group_id = found
    if matter.due != one.due_on:
        return Hold.moved
    if one.giver_id is not None:
        return Hold.due if told.may_take(one.person_id, one.giver_id, group_id) else Hold.passed
    meant = told.meant(owners, group_id)
    names = {rung.to for rung in ladder if rung.days == one.by} or set(meant)  # a ladder that was changed since
    return Hold.due if any(one.person_id in meant[name] for name in names) else Hold.passed


async def pass_on(db: Session, campaign: Campaign, now: datetime, passed: Sequence[Reminder]) -> None:
    """Have those told whose matters these are by now, in the same way: whom they were handed by, or the new owners."""
    told = await Told.of(db, campaign, now)
    for one in passed:
        before = await reminders.given_back(db, one, now)
        if before is not None and before.person_id in told.chats:
            await reminders.wake(db, before.person_id, told.chats[before.person_id], now)
    calendar = await calendars.calendar_of(db, campaign)
    since = min(_morning(one, campaign, calendar) for one in passed)
    await replan(db, campaign, now, since, {one.matter for one in passed})


def _morning(one: Reminder, campaign: Campaign, calendar: Calendar) -> datetime:
    """Return when the day of a reminder's step began: what is due to others on that day is theirs to hear as well."""
    try:
        return moment(calendar.shifted(one.due_on, one.by), time(), campaign.zone)
    except NoWorkday:
        return one.due_at


# --- hours ---


async def zone_of(db: Session, campaign: Campaign, person: Person, now: datetime) -> ZoneInfo:
    """Return where a person's clocks are: where their group's are, else the campaign's."""
    held = next((one.group_id for one in person.roles_now(now) if one.group_id is not None), None)
    return calendars.zone_of_group(campaign, await campaigns.group(db, held) if held is not None else None)


async def not_before(db: Session, campaign: Campaign, person: Person, now: datetime) -> datetime:
    """Return the first moment from now on at which a person may be told something that is not urgent."""
    quiet = await calendars.quiet_of(db, person.id)
    zone = await zone_of(db, campaign, person, now)
    return next_disturbable(now, zone, quiet, await calendars.calendar_of(db, campaign))
