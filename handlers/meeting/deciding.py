"""What was decided at a meeting: typed, given to somebody with a tap, with a deadline; done, or taken up again.

A decision that is not done stands on the agenda of every meeting until it is, and runs on the ladder of reminders.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import reminding
from handlers.chat import Button, Text
from handlers.errors import NotAllowed, Stale, UserError
from handlers.journey import data, number, word
from handlers.meeting import card
from handlers.meeting.agenda import decided
from handlers.meeting.circle import Circle, circle, of
from handlers.progress import brief
from handlers.text import mark
from storage.campaign import calendars, campaigns, meetings, reminders
from storage.campaign.meetings import Decision, Meeting, State
from supervision.register.cells import day as read_day

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn

WORDS: Final = 200
STEPS: Final = (1, 3, 5, 10)
"""Worked days from today that are offered as deadlines."""

MOST: Final = 24
"""People offered as owners."""

NEEDED = mark("Please say in at most {most} characters what was decided.")
NO_DAY = mark("“{words}” is not a date. Write it as 2026-10-23, or tap one of the days above.")
PAST = mark("{day} is over or after the campaign. Please choose another day.")
SHOWN: Final = 10


async def _led(turn: Turn, args: tuple[str, ...]) -> tuple[Circle, Meeting]:
    one, meeting = await card.asked(turn, args, lock=True)
    if not one.led_by(turn):
        raise NotAllowed
    if meeting.state is not State.planned:
        raise Stale
    return one, meeting


async def decide(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask what was decided."""
    _, meeting = await _led(turn, args)
    turn.remember("meeting", ask="decision", meeting=meeting.id)
    turn.card(turn.t("What was decided? Type it in a sentence."), (_back(turn, meeting),))


def _back(turn: Turn, meeting: Meeting) -> tuple[Button, ...]:
    return (Button(turn.label("↩ Back"), data("meeting", "open", meeting.id)),)


async def typed(turn: Turn, sent: Message) -> bool:
    """Take what was decided, or the day it is to be done; False when neither was asked for."""
    ask = turn.state.get("ask")
    if ask not in ("decision", "due") or not isinstance(sent, Text):
        return False
    one, meeting = await _led(turn, (str(turn.state["meeting"]),))
    words = " ".join(sent.text.split())
    if ask == "due":
        day = read_day(words, campaigns.day_in(one.zone, turn.now).year)
        if day is None:
            raise UserError(NO_DAY, words=words[:40])
        await _decided(turn, one, meeting, day)
        return True
    if not words or len(words) > WORDS:
        raise UserError(NEEDED, most=WORDS)
    turn.remember("meeting", ask="owner", meeting=meeting.id, words=words)
    everybody = [each for each in await one.people(turn) if each.name][:MOST]
    buttons = [Button(each.name[:12], data("meeting", "owner", meeting.id, each.id)) for each in everybody]
    rows = [tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3)]
    turn.card(turn.t("“{what}”: who does it?", what=words), (*rows, _back(turn, meeting)))
    return True


async def owner(turn: Turn, args: tuple[str, ...]) -> None:
    """Take who does it, and ask until when."""
    one, meeting = await _led(turn, args)
    words, who = turn.state.get("words"), number(args, 1)
    chosen = next((each for each in await one.people(turn) if each.id == who), None)
    if turn.state.get("meeting") != meeting.id or not words or chosen is None:
        raise Stale
    turn.remember("meeting", ask="due", meeting=meeting.id, words=words, owner=who)
    calendar = await calendars.calendar_of(turn.db, one.campaign)
    today = campaigns.day_in(one.zone, turn.now)
    days = [calendar.shifted(today, each) for each in STEPS]
    buttons = [
        Button(turn.speech.day(each), data("meeting", "due", meeting.id, each.isoformat()))
        for each in days
        if each <= one.campaign.ends_on
    ]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    said = turn.t("“{what}” – {who}: until when? Tap a day, or type a date.", what=words, who=chosen.name)
    turn.card(said, (*rows, _back(turn, meeting)))


async def due(turn: Turn, args: tuple[str, ...]) -> None:
    """Take the day it is to be done."""
    one, meeting = await _led(turn, args)
    try:
        day = date.fromisoformat(word(args, 1))
    except ValueError as error:
        raise Stale from error
    if turn.state.get("meeting") != meeting.id or not turn.state.get("owner"):
        raise Stale
    await _decided(turn, one, meeting, day)


async def _decided(turn: Turn, one: Circle, meeting: Meeting, day: date) -> None:
    if not campaigns.day_in(one.zone, turn.now) <= day <= one.campaign.ends_on:
        raise UserError(PAST, day=turn.speech.day(day))
    made = Decision(
        meeting_id=meeting.id,
        words=str(turn.state["words"]),
        owner_id=int(turn.state["owner"]),
        due_on=day,
        by_id=turn.who.id,
    )
    await meetings.add(turn.db, made)
    await reminding.replan(turn.db, one.campaign, turn.now)
    turn.record("meeting.decided", f"meeting:{meeting.id}", decision=made.id, due=day.isoformat())
    await card.show(turn, one, meeting)


# --- following up ---


async def decisions(turn: Turn, args: tuple[str, ...]) -> None:
    """Show what a circle has decided and not done."""
    one = await circle(turn, number(args, 0), number(args, 1) or None)
    await _list(turn, one)


async def _list(turn: Turn, one: Circle) -> None:
    undone = await meetings.undone(turn.db, one.campaign.id, one.group_id)
    calendar = await calendars.calendar_of(turn.db, one.campaign)
    today = campaigns.day_in(one.zone, turn.now)

    def late(day: date) -> int:
        return max(1, calendar.between(day, today)) if day < today else 0

    turn.remember("meeting")
    lines = [turn.t("<b>Decisions not done</b> · {who}", who=one.name(turn))]
    lines += await decided(turn, undone[:SHOWN], late)
    if not undone:
        lines.append(turn.t("All that was decided is done."))
    if len(undone) > SHOWN:
        lines.append(turn.t("… and {count} more", count=len(undone) - SHOWN))
    rows = [(Button(brief(each.words, 24), data("meeting", "decision", each.id)),) for each in undone[:SHOWN]]
    back = (Button(turn.label("◀ Meetings"), data("meeting", "list", one.campaign.id, one.key)),)
    turn.card(Markup("\n").join(lines), (*rows, back))


async def _one(turn: Turn, args: tuple[str, ...]) -> tuple[Circle, Decision]:
    found = await meetings.decision(turn.db, number(args, 0), lock=True)
    meeting = await meetings.get(turn.db, found.meeting_id) if found else None
    if found is None or meeting is None:
        raise Stale
    return await of(turn, meeting), found


async def decision(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one decision, and what can be done about it."""
    one, found = await _one(turn, args)
    turn.remember("meeting")
    await _draw(turn, one, found)


async def _draw(turn: Turn, one: Circle, found: Decision) -> None:
    rows: list[tuple[Button, ...]] = []
    if found.owner_id == turn.who.id or one.led_by(turn):
        rows.append(
            (Button(turn.label("↩ Not done yet"), data("meeting", "undo", found.id)),)
            if found.done_at
            else (Button(turn.label("✓ Done"), data("meeting", "done", found.id)),)
        )
    rows += [
        (
            Button(turn.label("The meeting"), data("meeting", "open", found.meeting_id)),
            Button(turn.label("Decisions"), data("meeting", "decisions", one.campaign.id, one.key)),
        )
    ]
    lines = await decided(turn, [found])
    if found.done_at:
        lines.append(turn.t("✓ Done, {when}", when=turn.speech.moment(found.done_at, one.zone)))
    turn.card(Markup("\n").join(lines), tuple(rows))


async def done(turn: Turn, args: tuple[str, ...]) -> None:
    """Note that a decision is carried out: whoever is to do it, or leads, says so."""
    one, found = await _mine(turn, args)
    if found.done_at is None:
        found.done_at, found.done_by_id = turn.now, turn.who.id
        await turn.db.flush()
        await reminders.drop(turn.db, [f"decision:{found.id}"])
        turn.record("decision.done", f"decision:{found.id}")
    turn.toast(turn.label("Noted. It can be taken back here."))
    await _draw(turn, one, found)


async def undo(turn: Turn, args: tuple[str, ...]) -> None:
    """Take back that a decision is carried out."""
    one, found = await _mine(turn, args)
    found.done_at = found.done_by_id = None
    await turn.db.flush()
    await reminding.replan(turn.db, one.campaign, turn.now)
    turn.record("decision.undone", f"decision:{found.id}")
    await _draw(turn, one, found)


async def _mine(turn: Turn, args: tuple[str, ...]) -> tuple[Circle, Decision]:
    one, found = await _one(turn, args)
    if found.owner_id != turn.who.id and not one.led_by(turn):
        raise NotAllowed
    return one, found
