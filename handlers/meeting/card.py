"""One meeting on a card: its agenda, what was written down, what was decided.

What is sent while the card is open is taken for the minutes by :mod:`handlers.meeting.minuting`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.chat import Button, Say
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.meeting import calling
from handlers.meeting.agenda import agenda, decided
from handlers.meeting.circle import Circle, of
from handlers.meeting.overview import when
from handlers.progress import brief
from handlers.text import mark
from storage import people
from storage.campaign import meetings, reminders
from storage.campaign.meetings import Decision, Meeting, Minute, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.chat import Rows
    from handlers.turn import Turn

SHOWN: Final = 10
DECIDED: Final = 15
ALBUM: Final = 10

CANCELLED = mark("This meeting was called off.")


async def opened(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one meeting."""
    one, meeting = await asked(turn, args)
    await show(turn, one, meeting)


async def asked(turn: Turn, args: tuple[str, ...], *, lock: bool = False) -> tuple[Circle, Meeting]:
    """Return the meeting a button is about, with its circle; Stale when it is not the person's to see."""
    meeting = await meetings.get(turn.db, number(args, 0), lock=lock)
    if meeting is None:
        raise Stale
    one = await of(turn, meeting)
    if meeting.state is State.cancelled:
        raise UserError(CANCELLED)
    return one, meeting


async def show(turn: Turn, one: Circle, meeting: Meeting) -> None:
    """Show a meeting, and take what is sent for its minutes."""
    turn.remember("meeting", meeting=meeting.id)
    minutes = await meetings.minutes_of(turn.db, meeting.id)
    made = await meetings.decisions_of(turn.db, meeting.id)
    held = meeting.state is State.held
    lines = [turn.t("<b>Meeting of {who}</b>: {when}", who=one.name(turn), when=when(turn, one, meeting))]
    if held:
        lines.append(turn.t("✓ It has been held."))
    else:
        points = await agenda(turn, one, meeting.id)
        lines += points or [turn.t("Nothing is open: no decision, no late work, no matter found wanting.")]
    if minutes:
        lines += [Markup(), *await written(turn, minutes)]
    if made:
        lines += [Markup(), *await _decided(turn, made)]
    if not held:
        lines += [Markup(), turn.t("What you send here, words or pictures, goes into the minutes.")]
    turn.card(Markup("\n").join(lines), await _buttons(turn, one, meeting, minutes))


async def written(turn: Turn, minutes: Sequence[Minute]) -> list[Markup]:
    """Say what was written down: who, and what; the last lines of long minutes."""
    names = await people.names(turn.db, {each.person_id for each in minutes})
    lines = [turn.t("<b>Minutes</b> {count}", count=len(minutes))]
    for each in minutes[-SHOWN:]:
        sign = "📎 " if each.kind else ""
        who = names.get(each.person_id, "") or "—"
        lines.append(turn.t("· {sign}{who}: {words}", sign=sign, who=who, words=brief(each.words, 120)))
    return lines


async def _decided(turn: Turn, made: Sequence[Decision]) -> list[Markup]:
    """Say what was decided, as much of it as one message holds; all of it stands under the decisions of the circle."""
    lines = [turn.t("<b>Decided</b>"), *await decided(turn, made[:DECIDED])]
    if len(made) > DECIDED:
        lines.append(turn.t("… and {count} more", count=len(made) - DECIDED))
    return lines


async def _buttons(turn: Turn, one: Circle, meeting: Meeting, minutes: Sequence[Minute]) -> Rows:
    rows: list[tuple[Button, ...]] = []
    if any(each.kind for each in minutes):
        rows.append((Button(turn.label("Show the pictures"), data("meeting", "look", meeting.id)),))
    if meeting.state is State.planned:
        mine = [each for each in minutes if each.person_id == turn.who.id]
        first = (
            [Button(turn.label("↶ Take back my last note"), data("meeting", "back", meeting.id, mine[-1].id))]
            if mine
            else []
        )
        if one.led_by(turn):
            first.insert(0, Button(turn.label("+ Decision"), data("meeting", "decide", meeting.id)))
        rows += [tuple(first)] if first else []
        if one.led_by(turn):
            rows.append(await _ends(turn, meeting, minutes))
    rows.append((Button(turn.label("◀ Meetings"), data("meeting", "list", one.campaign.id, one.key)),))
    return tuple(rows)


async def _ends(turn: Turn, meeting: Meeting, minutes: Sequence[Minute]) -> tuple[Button, ...]:
    """Return how it can end: held once it has begun, called off while it has not, or while nothing came of it.

    What is sent days before, in answer to a reminder, does not make it one that has begun.
    """
    begun = turn.now >= meeting.starts_at
    held = minutes or await meetings.decisions_of(turn.db, meeting.id)
    over = Button(turn.label("It is over: send the minutes"), data("meeting", "over", meeting.id))
    off = Button(turn.label("Call it off …"), data("meeting", "off", meeting.id))
    return (*((over,) if begun or held else ()), *(() if begun and held else (off,)))


# --- what was sent, and the end ---


async def look(turn: Turn, args: tuple[str, ...]) -> None:
    """Send the pictures and files of the minutes."""
    _, meeting = await asked(turn, args)
    files = [each for each in await meetings.minutes_of(turn.db, meeting.id) if each.kind]
    if not files:
        raise Stale
    for each in files[-ALBUM:]:
        turn.reply(Say(text=str(Markup("{}").format(brief(each.words, 200))), media=((each.kind, each.file_id),)))


async def over(turn: Turn, args: tuple[str, ...]) -> None:
    """Say that a meeting is over: everybody gets its minutes and what was decided."""
    one, meeting = await asked(turn, args, lock=True)
    if not one.led_by(turn) or meeting.state is not State.planned:
        raise Stale
    meeting.state = State.held
    await turn.db.flush()
    await reminders.drop(turn.db, [f"meeting:{meeting.id}"])
    await calling.follow(turn.db, one, meeting, turn.now)
    minutes = await meetings.minutes_of(turn.db, meeting.id)
    made = await meetings.decisions_of(turn.db, meeting.id)
    more = [*(await written(turn, minutes) if minutes else ())]
    more += await _decided(turn, made) if made else []
    await calling.tell(turn, one, meeting, mark("The meeting of {who} on {when} is over."), tuple(more))
    turn.record("meeting.held", f"meeting:{meeting.id}", minutes=len(minutes), decisions=len(made))
    turn.toast(turn.label("Sent to everybody who was called."))
    await show(turn, one, meeting)
