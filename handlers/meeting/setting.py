"""Calls meetings, weekly or once: the day and the hour with a tap or typed, the place typed or left out.

What has been chosen stands on the buttons: ``w1`` is every Tuesday, ``d20261023`` one day. Whoever leads the circle
may; nothing is stored before the last tap.
"""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING, Final

from handlers import reminding
from handlers.chat import Button, Text
from handlers.errors import NotAllowed, Stale, UserError
from handlers.journey import data, number, word
from handlers.meeting import calling, card, overview
from handlers.meeting.circle import Circle, circle, of
from handlers.text import mark
from storage.campaign import calendars, campaigns, meetings, reminders
from storage.campaign.meetings import Meeting, MeetingSeries, State
from supervision.calendar import DAY, NoWorkday, moment
from supervision.meetings import next_time, read_clock
from supervision.register.cells import day as read_day

if TYPE_CHECKING:
    from datetime import datetime

    from handlers.chat import Message
    from handlers.turn import Turn

CLOCKS: Final = (time(8, 30), time(9), time(14), time(15), time(16, 30), time(19))
DAYS: Final = 6
PLACE: Final = 60

NO_DAY = mark("“{words}” is not a date. Write it as 2026-10-23, or tap one of the days above.")
PAST = mark("{day} at {clock} is over. Please choose a later time.")
NOT_THEN = mark("{day} is over or after the campaign. Please choose another day.")
NO_CLOCK = mark("“{words}” is no time between 8:00 and 20:30. Write it as 9:00, or tap one above.")
LONG_PLACE = mark("At most {most} characters for the place. Please send it shorter.")
OUTSIDE = mark("The campaign ends on {last}; a meeting lies before that.")


async def _led(turn: Turn, args: tuple[str, ...]) -> Circle:
    """Return the circle a button is about, of somebody who leads it."""
    one = await circle(turn, number(args, 0), number(args, 1) or None)
    if not one.led_by(turn):
        raise NotAllowed
    return one


def _back(turn: Turn, one: Circle) -> tuple[Button, ...]:
    return (Button(turn.label("↩ Back"), data("meeting", "list", one.campaign.id, one.key)),)


# --- which day ---


async def weekly(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask on which day of the week."""
    one = await _led(turn, args)
    days = turn.label("Monday Tuesday Wednesday Thursday Friday Saturday Sunday").split()
    buttons = [
        Button(name, data("meeting", "clock", one.campaign.id, one.key, f"w{at}")) for at, name in enumerate(days)
    ]
    rows = (tuple(buttons[:3]), tuple(buttons[3:5]), tuple(buttons[5:]), _back(turn, one))
    turn.remember("meeting")
    turn.card(turn.t("On which day is the weekly meeting of {who}?", who=one.name(turn)), rows)


async def once(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask on which day one meeting is."""
    one = await _led(turn, args)
    calendar = await calendars.calendar_of(turn.db, one.campaign)
    day = campaigns.day_in(one.zone, turn.now)
    offered = [each for each in (day + DAY * at for at in range(21)) if calendar.works(each)][:DAYS]
    buttons = [
        Button(turn.speech.day(each), data("meeting", "clock", one.campaign.id, one.key, f"d{each:%Y%m%d}"))
        for each in offered
    ]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    turn.remember("meeting", ask="day", circle=[one.campaign.id, one.key])
    turn.card(
        turn.t("On which day does {who} meet? Tap one, or type a date.", who=one.name(turn)), (*rows, _back(turn, one))
    )


# --- which hour ---


async def clock(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask at which hour."""
    one = await _led(turn, args)
    await _ask_clock(turn, one, _day(word(args, 2)))


def _day(chosen: str) -> str:
    """Check what stands on a button for a day: w0 to w6, d20261023."""
    if chosen[:1] == "w" and chosen[1:] in set("0123456"):
        return chosen
    try:
        date.fromisoformat(chosen[1:])
    except ValueError as error:
        raise Stale from error
    return chosen


async def _ask_clock(turn: Turn, one: Circle, day: str) -> None:
    buttons = [
        Button(f"{each:%H:%M}", data("meeting", "place", one.campaign.id, one.key, day, f"{each:%H%M}"))
        for each in CLOCKS
    ]
    rows = (tuple(buttons[:3]), tuple(buttons[3:]), _back(turn, one))
    turn.remember("meeting", ask="clock", circle=[one.campaign.id, one.key], day=day)
    turn.card(turn.t("{day}: at which time? Tap one, or type it.", day=_said(turn, day)), rows)


def _said(turn: Turn, day: str) -> str:
    if day[0] == "w":
        days = turn.label("Monday Tuesday Wednesday Thursday Friday Saturday Sunday").split()
        return turn.label("Every {day}", day=days[int(day[1])])
    return turn.speech.day(date.fromisoformat(day[1:]))


# --- where ---


async def place(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask where."""
    one = await _led(turn, args)
    await _ask_place(turn, one, _day(word(args, 2)), _clock(word(args, 3)))


def _clock(chosen: str) -> time:
    found = read_clock(f"{chosen[:2]}:{chosen[2:]}")
    if found is None:
        raise Stale
    return found


async def _ask_place(turn: Turn, one: Circle, day: str, at: time) -> None:
    _in_time(turn, one, day, at)
    turn.remember("meeting", ask="place", circle=[one.campaign.id, one.key], day=day, clock=f"{at:%H%M}")
    said = turn.t("{day} {clock}: where? Type the place.", day=_said(turn, day), clock=f"{at:%H:%M}")
    skip = Button(turn.label("Leave it out"), data("meeting", "set", one.campaign.id, one.key, day, f"{at:%H%M}"))
    turn.card(said, ((skip,), _back(turn, one)))


def _in_time(turn: Turn, one: Circle, day: str, at: time) -> None:
    """Refuse a single meeting that is over already, or after the campaign."""
    if day[0] == "w":
        return
    on = date.fromisoformat(day[1:])
    if moment(on, at, one.zone) <= turn.now:
        raise UserError(PAST, day=turn.speech.day(on), clock=f"{at:%H:%M}")
    if on > one.campaign.ends_on:
        raise UserError(OUTSIDE, last=one.campaign.ends_on)


async def set_(turn: Turn, args: tuple[str, ...]) -> None:
    """Call the meeting without a place."""
    one = await _led(turn, args)
    await _call(turn, one, _day(word(args, 2)), _clock(word(args, 3)), "")


async def _call(turn: Turn, one: Circle, day: str, at: time, where: str) -> None:
    _in_time(turn, one, day, at)
    series = await _series(turn, one, int(day[1]), at, where) if day[0] == "w" else None
    starts_at = await _next(turn, one, series) if series else moment(date.fromisoformat(day[1:]), at, one.zone)
    made = Meeting(
        campaign_id=one.campaign.id,
        group_id=one.group_id,
        series_id=series.id if series else None,
        starts_at=starts_at,
        place=where,
        by_id=turn.who.id,
    )
    await meetings.add(turn.db, made)
    await calling.plan(turn.db, one, made)
    await reminding.replan(turn.db, one.campaign, turn.now)
    turn.record("meeting.called", f"meeting:{made.id}", weekly=series is not None)
    turn.toast(turn.label("Called. Everybody is reminded the day before."))
    await card.show(turn, one, made)


async def _series(turn: Turn, one: Circle, weekday: int, at: time, where: str) -> MeetingSeries:
    if await meetings.series(turn.db, one.campaign.id, one.group_id) is not None:
        raise Stale  # somebody else has set it meanwhile
    series = MeetingSeries(
        campaign_id=one.campaign.id,
        group_id=one.group_id,
        weekday=weekday,
        clock=f"{at:%H:%M}",
        place=where,
        by_id=turn.who.id,
    )
    await meetings.add(turn.db, series)
    return series


async def _next(turn: Turn, one: Circle, series: MeetingSeries) -> datetime:
    rule = await calendars.calendar_of(turn.db, one.campaign)
    try:
        return next_time(series.weekday, time.fromisoformat(series.clock), turn.now, one.zone, rule)
    except NoWorkday as error:
        raise Stale from error


async def typed(turn: Turn, sent: Message) -> bool:
    """Take the day, the hour or the place that was asked for; False when none was."""
    ask = turn.state.get("ask")
    if ask not in ("day", "clock", "place") or not isinstance(sent, Text):
        return False
    one = await _led(turn, tuple(map(str, turn.state["circle"])))
    words = " ".join(sent.text.split())
    if ask == "day":
        day = read_day(words, campaigns.day_in(one.zone, turn.now).year)
        if day is None:
            raise UserError(NO_DAY, words=words[:40])
        if not campaigns.day_in(one.zone, turn.now) <= day <= one.campaign.ends_on:
            raise UserError(NOT_THEN, day=day.isoformat())
        await _ask_clock(turn, one, f"d{day:%Y%m%d}")
    elif ask == "clock":
        at = read_clock(words)
        if at is None:
            raise UserError(NO_CLOCK, words=words[:40])
        await _ask_place(turn, one, str(turn.state["day"]), at)
    else:
        if len(words) > PLACE:
            raise UserError(LONG_PLACE, most=PLACE)
        await _call(turn, one, str(turn.state["day"]), _clock(str(turn.state["clock"])), words)
    return True


# --- calling off ---


async def off(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask before one meeting is called off."""
    one, meeting = await _of(turn, args)
    sure = Button(turn.label("Call it off"), data("meeting", "called", meeting.id))
    back = Button(turn.label("↩ Back"), data("meeting", "open", meeting.id))
    said = turn.t(
        "Call off the meeting of {when}? Everybody who was called is told.", when=overview.when(turn, one, meeting)
    )
    turn.card(said, ((sure, back),))


async def called_off(turn: Turn, args: tuple[str, ...]) -> None:
    """Call one meeting off, and tell everybody; a weekly one goes on the week after."""
    one, meeting = await _of(turn, args)
    meeting.state = State.cancelled
    await turn.db.flush()
    await reminders.drop(turn.db, [f"meeting:{meeting.id}"])
    await calling.follow(turn.db, one, meeting, turn.now)
    await calling.tell(turn, one, meeting, mark("The meeting of {who} on {when} is called off."))
    turn.record("meeting.called_off", f"meeting:{meeting.id}")
    await overview.show(turn, one)


async def _of(turn: Turn, args: tuple[str, ...]) -> tuple[Circle, Meeting]:
    meeting = await meetings.get(turn.db, number(args, 0), lock=True)
    if meeting is None or meeting.state is not State.planned:
        raise Stale
    one = await of(turn, meeting)
    if not one.led_by(turn):
        raise NotAllowed
    return one, meeting


async def stop(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask before a weekly meeting is ended."""
    one = await _led(turn, args)
    sure = Button(turn.label("End the meetings"), data("meeting", "stopped", one.campaign.id, one.key))
    said = turn.t("End the weekly meeting of {who}? Minutes and decisions stay.", who=one.name(turn))
    turn.card(said, ((sure, *_back(turn, one)),))


async def stopped(turn: Turn, args: tuple[str, ...]) -> None:
    """End a weekly meeting: the one that is planned is called off too."""
    one = await _led(turn, args)
    series = await meetings.series(turn.db, one.campaign.id, one.group_id)
    if series is None:
        raise Stale
    gone = await meetings.cancel_series(turn.db, series, turn.now)
    await reminders.drop(turn.db, [f"meeting:{each}" for each in gone])
    turn.record("meeting.ended", f"meeting_series:{series.id}")
    await overview.show(turn, one)
