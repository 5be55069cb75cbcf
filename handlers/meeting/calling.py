"""Sends the agenda out shortly before a meeting begins, once, and has the next one of a weekly meeting follow.

An agenda that could not go out in time is of no more use and is not sent; the next meeting follows all the same.
"""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import reminding
from handlers.chat import Button, Say
from handlers.journey import data
from handlers.meeting.agenda import agenda
from handlers.meeting.circle import Circle, known
from handlers.meeting.overview import when
from handlers.text import speech
from storage.campaign import calendars, campaigns, meetings
from storage.campaign.meetings import Meeting, State
from storage.chat import timers
from supervision.calendar import NoWorkday
from supervision.meetings import STALE, agenda_at, next_time

if TYPE_CHECKING:
    from datetime import datetime

    from handlers.chat import Timer
    from handlers.turn import Turn
    from storage.database import Session

BEGINS: Final = "meeting.begins"
NOBODYS_CHAT: Final = 0


async def plan(db: Session, one: Circle, meeting: Meeting) -> None:
    """Plan when the agenda of a meeting goes out."""
    key = f"meeting:{meeting.id}:{meeting.starts_at:%Y%m%d%H%M}"
    at = agenda_at(meeting.starts_at, one.zone)
    await timers.plan(db, key, at, NOBODYS_CHAT, BEGINS, {"meeting": meeting.id})


async def follow(db: Session, one: Circle, meeting: Meeting, now: datetime) -> None:
    """Plan the next meeting of a weekly one, unless there is one already or the campaign is over by then."""
    series = await meetings.weekly(db, meeting.series_id) if meeting.series_id is not None else None
    if series is None or series.ended_at is not None:
        return
    after = max(meeting.starts_at, now)
    if await meetings.following(db, series.id, after) is not None:
        return
    rule = await calendars.calendar_of(db, one.campaign)
    try:
        at = next_time(series.weekday, time.fromisoformat(series.clock), after, one.zone, rule)
    except NoWorkday:
        return
    if campaigns.day_in(one.zone, at) > one.campaign.ends_on:
        return
    made = Meeting(
        campaign_id=one.campaign.id,
        group_id=one.group_id,
        series_id=series.id,
        starts_at=at,
        place=series.place,
        by_id=series.by_id,
    )
    await meetings.add(db, made)
    await plan(db, one, made)


async def begins(turn: Turn, timer: Timer) -> None:
    """Send the agenda to everybody who is called, each in their language."""
    meeting = await meetings.get(turn.db, int(timer.args["meeting"]))
    one = await known(turn.db, meeting.campaign_id, meeting.group_id) if meeting else None
    if meeting is None or one is None or meeting.state is not State.planned:
        return
    await follow(turn.db, one, meeting, turn.now)
    await reminding.replan(turn.db, one.campaign, turn.now)
    if turn.now > meeting.starts_at + STALE:
        return
    said: dict[str, Say] = {}
    for person in await one.people(turn):
        if person.telegram_id is None:
            continue
        if person.language not in said:
            said[person.language] = await _said(turn, one, meeting, person.language)
        turn.reply(said[person.language], to=person.telegram_id)


async def _said(turn: Turn, one: Circle, meeting: Meeting, language: str) -> Say:
    """Return the agenda in a language: what is open is looked up once for all who speak it."""
    before = turn.speech
    turn.speech = speech(language)
    points = await agenda(turn, one, meeting.id)
    lines = [turn.t("<b>Meeting of {who}</b>: {when}", who=one.name(turn), when=when(turn, one, meeting)), *points]
    if not points:
        lines.append(turn.t("Nothing is open: no decision, no late work, no matter found wanting."))
    lines.append(turn.t("Answer this message to put something into the minutes."))
    button = Button(turn.label("Minutes and decisions"), data("meeting", "open", meeting.id))
    turn.speech = before
    return Say(text=str(Markup("\n").join(lines)), buttons=((button,),))


async def tell(turn: Turn, one: Circle, meeting: Meeting, message: str, more: tuple[str, ...] = ()) -> None:
    """Tell everybody else who is called something about a meeting; without a sound to those who have quiet hours."""
    local = turn.now.astimezone(one.zone).time().replace(tzinfo=None)
    for person in await one.people(turn):
        if person.telegram_id is None or person.id == turn.who.id:
            continue
        theirs = speech(person.language)
        before, turn.speech = turn.speech, theirs
        said = [theirs.t(message, who=one.name(turn), when=when(turn, one, meeting)), *more]
        turn.speech = before
        quiet = await calendars.quiet_of(turn.db, person.id)
        turn.reply(Say(text=str(Markup("\n").join(said)), silent=quiet.at(local)), to=person.telegram_id)
