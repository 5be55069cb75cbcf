"""Takes minutes: what is sent while a meeting's card is open; at any time what answers its card, agenda or reminder.

Words, pictures and voice; each is taken back with one tap. An answer takes the chat from nobody: whatever was under way
there goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.chat import Attachment, Button, Text
from handlers.errors import Stale, UserError
from handlers.journey import answered, data, number
from handlers.meeting.card import CANCELLED, asked, show
from handlers.meeting.circle import Circle, of
from handlers.meeting.overview import when
from handlers.panel import show as show_beside
from handlers.text import mark
from storage.campaign import meetings
from storage.campaign.meetings import Fetched, Meeting, Minute, State

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn

WORDS: Final = 1000
MOST: Final = 200
OF_A_MEETING: Final = {"open", "look", "back", "drop", "decide", "off", "over"}
"""Buttons whose first argument is a meeting."""

OF_A_DECISION: Final = {"done", "undo"}

TOO_LONG = mark("At most {most} characters a note. Nothing was lost; please send it in parts.")
TOO_MANY = mark("The minutes hold {most} notes, and are full.")


async def message(turn: Turn, sent: Message) -> bool:
    """Take words or a file for the minutes of the meeting whose card is open; False when none is."""
    held = turn.state.get("meeting")
    if not isinstance(held, int) or turn.state.get("ask"):
        return False
    meeting = await meetings.get(turn.db, held, lock=True)
    if meeting is None or meeting.state is not State.planned or not isinstance(sent, Text | Attachment):
        return False
    one = await of(turn, meeting)
    await _keep(turn, meeting, sent)
    await show(turn, one, meeting)
    return True


async def replied(turn: Turn, sent: Message) -> bool:
    """Take what answers a message about one meeting; False for what was asked for, and where several are meant."""
    if turn.conversation.journey == "meeting" and turn.state.get("ask"):
        return False
    meant = answered(sent.reply_buttons, "meeting", OF_A_MEETING)
    if len(meant) != 1 or answered(sent.reply_buttons, "meeting", OF_A_DECISION):
        return False
    return await _answered(turn, sent, meant.pop())


async def enter(turn: Turn, meeting: int = 0, sent: Message | None = None, **_: object) -> None:
    """Take what answers a reminder of a meeting."""
    if sent is None or not await _answered(turn, sent, meeting):
        raise Stale


async def _answered(turn: Turn, sent: Message, meeting_id: int) -> bool:
    if not isinstance(sent, Text | Attachment):
        return False
    meeting = await meetings.get(turn.db, meeting_id, lock=True)
    if meeting is None:
        return False
    one = await of(turn, meeting)
    if meeting.state is State.cancelled:
        raise UserError(CANCELLED)
    kept = await _keep(turn, meeting, sent)
    if turn.conversation.journey == "meeting" and turn.state.get("meeting") == meeting.id:
        await show(turn, one, meeting)
    else:
        _confirm(turn, one, meeting, kept)
    return True


def _confirm(turn: Turn, one: Circle, meeting: Meeting, kept: Minute) -> None:
    back = Button(turn.label("↶ Take back"), data("meeting", "drop", meeting.id, kept.id))
    look = Button(turn.label("The meeting"), data("meeting", "open", meeting.id))
    said = turn.t("In the minutes of the meeting of {who}, {when}.", who=one.name(turn), when=when(turn, one, meeting))
    turn.say(said, ((back, look),))


async def _keep(turn: Turn, meeting: Meeting, sent: Text | Attachment) -> Minute:
    words = sent.text if isinstance(sent, Text) else sent.caption
    if len(words) > WORDS:
        raise UserError(TOO_LONG, most=WORDS)
    if len(await meetings.minutes_of(turn.db, meeting.id)) >= MOST:
        raise UserError(TOO_MANY, most=MOST)
    file = sent if isinstance(sent, Attachment) else None
    kept = Minute(
        meeting_id=meeting.id,
        person_id=turn.who.id,
        words=words,
        kind=file.kind if file else "",
        file_id=file.file_id if file else "",
        at=turn.now,
        state=Fetched.waiting if file else Fetched.none,
    )
    await meetings.add(turn.db, kept)
    return kept


# --- taking back ---


async def take_back(turn: Turn, args: tuple[str, ...]) -> None:
    """Take one's own last note back, on the card."""
    one, meeting = await asked(turn, args, lock=True)
    last = await meetings.last_minute(turn.db, meeting.id, turn.who.id)
    if last is None or last.id != number(args, 1) or meeting.state is not State.planned:
        raise Stale
    await turn.db.delete(last)
    await turn.db.flush()
    await show(turn, one, meeting)


async def drop(turn: Turn, args: tuple[str, ...]) -> None:
    """Take back what was sent as an answer, beside whatever else is going on."""
    one, meeting = await asked(turn, args, lock=True)
    kept = await meetings.minute(turn.db, number(args, 1))
    if kept is None or kept.person_id != turn.who.id or kept.meeting_id != meeting.id:
        raise Stale
    await turn.db.delete(kept)
    said = turn.t("Taken back out of the minutes of {who}, {when}.", who=one.name(turn), when=when(turn, one, meeting))
    show_beside(turn, said, ((Button(turn.label("The meeting"), data("meeting", "open", meeting.id)),),))
