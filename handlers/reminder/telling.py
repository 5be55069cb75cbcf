"""Tells people what is due: one message for each person and moment, never at night, never twice, never once it is done.

A reminder is a message beside the live card: whatever somebody is in the middle of goes on under it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import digesting, reminding
from handlers.chat import Button
from handlers.journey import data
from handlers.progress import brief, listed
from handlers.reminding import Hold
from handlers.text import mark, speech
from storage import people
from storage.campaign import calendars, campaigns, coverage, meetings, reminders, work
from storage.campaign.reminders import State
from storage.visit import corrections, visits
from supervision.coverage import Stand

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from handlers.chat import Rows, Timer
    from handlers.text import Speech
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign
    from storage.campaign.reminders import Reminder
    from supervision.calendar import Calendar

SHOWN: Final = 8
"""Matters in one message; the rest is counted."""

NAMED: Final = 3
"""Units that are named in a line; the rest is behind its button."""

SAID: Final = {
    "tomorrow": mark("{day}: visit to {name}"),
    "start": mark("{name}: the visit planned for {day} has not begun"),
    "submit": mark("{name}: the visit of {day} has not been handed in"),
    "judge": mark("{name}: answered on {day}, please look"),
    "left": mark("{name}: a colleague on this visit has left; what they had is yours now, nothing is lost"),
}
"""Kinds of matters whose line is the same before and after the day."""

ROUNDS: Final = {
    "opens": (mark("{name} has begun, on {day}"), mark("{name} begins today"), mark("{name} begins {day}")),
    "closes": (mark("{name} has ended, on {day}"), mark("{name} ends today"), mark("{name} ends {day}")),
}
"""What is said of a round after the day, on it and before it."""


LAST_DAY: Final = mark("{name}: due {day}, and today is the last working day before it")


async def plan(turn: Turn, timer: Timer) -> None:
    """Plan the next days of a campaign, and the next planning."""
    campaign = await campaigns.get(turn.db, int(timer.args["campaign"]))
    if campaign is None:
        return
    since = datetime.fromisoformat(str(timer.args["since"]))
    await reminding.replan(turn.db, campaign, turn.now, since)
    await digesting.plan(turn.db, campaign, turn.now)
    await reminding.again(turn.db, campaign, turn.now)


async def due(turn: Turn, timer: Timer) -> None:
    """Tell a person all that is due to them now."""
    person = await people.by_id(turn.db, int(timer.args["person"]))
    if person is None or person.telegram_id != turn.chat_id:
        return
    turn.speech = speech(person.language)  # who has never written has a chat that knows no language
    waiting = await reminders.due(turn.db, person.id, turn.now)
    by_campaign: dict[int, list[Reminder]] = {}
    for one in waiting:
        by_campaign.setdefault(one.campaign_id, []).append(one)
    for campaign_id, found in by_campaign.items():
        campaign = await campaigns.get(turn.db, campaign_id)
        if campaign is not None:
            await _tell(turn, campaign, found)


async def _tell(turn: Turn, campaign: Campaign, waiting: Sequence[Reminder]) -> None:
    person = await people.by_id(turn.db, waiting[0].person_id)
    if person is None:
        return
    true = await _true(turn, campaign, waiting)
    later = await reminding.not_before(turn.db, campaign, person, turn.now)
    if later > turn.now:  # what is late comes at an hour that is allowed, all of it together
        for one in true:
            if not one.urgent:
                one.due_at = later
        true = [one for one in true if one.urgent]
        await reminders.wake(turn.db, person.id, turn.chat_id, later)
    if not true:
        return
    for one in true:
        one.state, one.told_at = State.told, turn.now
    turn.say(*await _listed(turn, campaign, reminders.latest(true), {one.id for one in true}))


async def _true(turn: Turn, campaign: Campaign, waiting: Sequence[Reminder]) -> list[Reminder]:
    """Return what still holds; what does not is forgotten, and told to whoever it belongs to by now."""
    holds = await reminding.holds(turn.db, campaign, turn.now, waiting)
    passed = [one for one in waiting if holds[one.id] is Hold.passed]
    await reminders.forget(turn.db, [one.id for one in waiting if holds[one.id] is not Hold.due])
    if passed:
        await reminding.pass_on(turn.db, campaign, turn.now, passed)
    return [one for one in waiting if holds[one.id] is Hold.due]


async def standing(turn: Turn, campaign: Campaign, told: Sequence[Reminder]) -> tuple[Markup, Rows]:
    """Return the message of what a person was told at a moment, as it stands now."""
    holds = await reminding.holds(turn.db, campaign, turn.now, told)
    return await _listed(turn, campaign, told, {one for one, hold in holds.items() if hold is Hold.due})


async def _listed(
    turn: Turn, campaign: Campaign, told: Sequence[Reminder], due: Collection[int]
) -> tuple[Markup, Rows]:
    """Return the message of all that a person is told at a moment: a line and a button for each that is ``due``."""
    calendar = await calendars.calendar_of(turn.db, campaign)
    lines = [turn.n("<b>{count} reminder</b>", "<b>{count} reminders</b>", len(told))]
    rows = []
    for place, one in enumerate(told[:SHOWN], 1):
        name = await named(turn, one)
        if one.id not in due or one.state is State.handed:
            lines.append(Markup("✓ {}").format(name))
            continue
        lines.append(Markup("{}. ").format(place) + await line(turn, campaign, calendar, one))
        rows.append((Button(f"{place}. {brief(name, 18)}", data("reminder", "open", one.id)),))
    if len(told) > SHOWN:
        lines.append(turn.t("… and {count} more", count=len(told) - SHOWN))
    return Markup("\n").join(lines), tuple(rows)


async def named(turn: Turn, one: Reminder, words: Speech | None = None) -> str:
    """Return what a reminder is about, as plain text and short; in the person's language, or in that of ``words``."""
    words = words or turn.speech
    kind, *ids = one.matter.split(":")
    if kind == "item":
        item = await work.item(turn.db, int(ids[0]))
        return str(item.title.get(words.language, "")) if item else ""
    if kind in ("opens", "closes", "uncovered"):
        number = await campaigns.number_of_round(turn.db, int(ids[0]))
        return words.label("Round {number}", number=words.ordinal(number))
    if kind == "enquiry":
        return words.label("Enquiry {number}", number=ids[0])
    if kind == "meeting":
        return words.label("Meeting")
    if kind == "decision":
        decided = await meetings.decision(turn.db, int(ids[0]))
        return brief(decided.words, 30) if decided else ""
    return await _at_unit(turn, kind, int(ids[0]), words)


async def _at_unit(turn: Turn, kind: str, about: int, words: Speech) -> str:
    """Return what a reminder of a visit is about: its unit, and the item that is to be mended there."""
    if kind not in ("mend", "judge"):
        visit = await visits.get(turn.db, about)
        return visit.unit.name if visit else ""
    ticket = await corrections.get(turn.db, about, lock=False)
    unit = ticket[1].unit.name if ticket else ""
    return words.label("Correction of item {number}, {unit}", number=ticket[0].number, unit=unit) if ticket else ""


async def line(turn: Turn, campaign: Campaign, calendar: Calendar, one: Reminder) -> Markup:
    """Say in a line what is due and how it stands."""
    name = await named(turn, one)
    person = await people.by_id(turn.db, one.person_id)
    zone = await reminding.zone_of(turn.db, campaign, person, turn.now) if person else campaign.zone
    today = campaigns.day_in(zone, turn.now)
    day = turn.speech.day(one.due_on)
    if one.kind in ROUNDS:
        return turn.t(ROUNDS[one.kind][(one.due_on >= today) + (one.due_on > today)], name=name, day=day)
    if one.kind in SAID:
        return turn.t(SAID[one.kind], name=name, day=day)
    if one.kind in ("meeting", "uncovered"):
        told = _meeting(turn, campaign, one, day) if one.kind == "meeting" else _uncovered(turn, one, name, day)
        return await told
    return _due(turn, one, name, today, calendar)


def _due(turn: Turn, one: Reminder, name: str, today: date, calendar: Calendar) -> Markup:
    """Say how far off a deadline is, in worked days."""
    left = calendar.between(today, one.due_on)
    day = turn.speech.day(one.due_on)
    if one.due_on < today:
        return turn.n("{name}: {count} working day late", "{name}: {count} working days late", max(1, -left), name=name)
    if one.due_on == today:
        return turn.t("{name}: due today", name=name)
    if not left:  # nothing but days off until then
        return turn.t(LAST_DAY if calendar.works(today) else mark("{name}: due {day}"), name=name, day=day)
    return turn.n(
        "{name}: due {day}, {count} working day left",
        "{name}: due {day}, {count} working days left",
        left,
        name=name,
        day=day,
    )


async def _uncovered(turn: Turn, one: Reminder, name: str, day: str) -> Markup:
    """Say how many units of a group no visit is planned for, and name the first."""
    _, round_id, group_id = one.matter.split(":")
    found = await campaigns.round_of(turn.db, int(round_id))
    lines = await coverage.ledger(turn.db, found, int(group_id)) if found else []
    left = [brief(each.name, 16) for each in lines if each.stand is Stand.uncovered]
    return turn.n(
        "{name} ends {day}, and {count} unit has no visit planned: {units}",
        "{name} ends {day}, and {count} units have no visit planned: {units}",
        len(left),
        name=name,
        day=day,
        units=listed(turn, left[:NAMED]) + (Markup(" …") if len(left) > NAMED else Markup()),
    )


async def _meeting(turn: Turn, campaign: Campaign, one: Reminder, day: str) -> Markup:
    """Say when and where a meeting is."""
    found = await meetings.get(turn.db, int(one.matter.split(":")[1]))
    if found is None:
        return Markup()
    group = await campaigns.group(turn.db, found.group_id) if found.group_id else None
    clock = turn.speech.clock(found.starts_at, calendars.zone_of_group(campaign, group))
    line = turn.t("{day} {clock}: meeting", day=day, clock=clock)
    return line + Markup(" · {}").format(found.place) if found.place else line
