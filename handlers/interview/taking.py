"""Takes what was said: words and recordings, kept exactly as they came, and later versions beside the earlier ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from handlers.chat import MAX_FILE_BYTES, Button, Text, Voice
from handlers.errors import Stale, UserError
from handlers.interview import asking, naming, quoting, visiting
from handlers.interview.talk import OPENING, counted, interview_of, questions_of, trouble
from handlers.journey import data, number
from handlers.text import mark
from storage.visit import interviews
from storage.visit.interviews import State

if TYPE_CHECKING:
    from markupsafe import Markup

    from handlers.chat import Message, Timer
    from handlers.turn import Turn
    from storage.visit.interviews import Interview

MOST: Final = 500
"""Messages in one interview."""

TOO_LONG = mark("This recording is {length} minutes long; at most {most} are taken. Please send it in parts.")
TOO_LARGE = mark("This recording is larger than 20 MB, which Telegram does not hand over. Please send it in parts.")
WORDS_ONLY = mark("An interview takes text and voice only. Please send photos and files from the checklist.")
ENDED = mark("This interview has been ended, so this was not added to it. Open it and tap “Go on” to add more.")


async def message(turn: Turn, sent: Message) -> bool:
    """Take a message while interviews hold the chat; a list of them has no use for one."""
    doing = turn.state.get("doing")
    if doing == "due":
        await visiting.take_due(turn, sent)
    elif doing == "who":
        await naming.take(turn, sent)
    elif doing == "quoting":
        await quoting.take(turn, sent)
    elif doing == "asking":
        await _take(turn, sent)
    else:
        return False
    return True


async def _take(turn: Turn, sent: Message) -> None:
    interview = await interview_of(turn, int(turn.state["interview"]), own=True)
    if interview.state is not State.open:
        raise UserError(ENDED)
    if len(await interviews.entries(turn.db, interview.id)) >= MOST:
        raise UserError(
            mark("This interview has {most} messages, which is all it takes. Begin another one."), most=MOST
        )
    questions = await questions_of(turn, interview)
    path = interview.at_path or questions[0].path
    if isinstance(sent, Text):
        await _keep(turn, interview, path, "text", sent.text, sent)
    elif isinstance(sent, Voice):
        _check(turn, sent)
        words = json.dumps({"file_id": sent.file_id, "mime": sent.mime, "caption": sent.caption})
        await _keep(turn, interview, path, "voice", words, sent, duration=sent.duration)
        turn.attached += 1
    else:
        raise UserError(WORDS_ONLY)
    await asking.show(turn, interview)


def _check(turn: Turn, sent: Voice) -> None:
    most = turn.kit.voice_minutes
    if sent.duration > most * 60:
        raise UserError(TOO_LONG, length=-(-sent.duration // 60), most=most)
    if sent.size > MAX_FILE_BYTES:
        raise UserError(TOO_LARGE)


async def _keep(
    turn: Turn, interview: Interview, path: str, kind: str, words: str, sent: Message, *, duration: int = 0
) -> None:
    try:
        entry = await interviews.add(
            turn.db,
            interview,
            kind,
            words,
            turn.now,
            path=path,
            chat_id=sent.chat_id,
            message_id=sent.message_id,
            duration=duration,
        )
    except OPENING as error:
        raise trouble(error) from error
    # Its digest is of what was sealed: it proves what was kept and tells nobody what that is.
    visiting.note_down(turn, "interview.said", interview, entry)


async def drop(turn: Turn, args: tuple[str, ...]) -> None:
    """Take back the last message."""
    interview = await interview_of(turn, number(args, 0), own=True)
    entry = next((one for one in await interviews.entries(turn.db, interview.id) if one.id == number(args, 1)), None)
    if entry is not None and interview.state is State.open:
        entry.removed_at = turn.now
        visiting.note_down(turn, "interview.taken_back", interview, entry)
        await turn.db.flush()
    await asking.show(turn, interview, turn.t("↶ Taken back."))


async def edited(turn: Turn, sent: Message) -> bool:
    """Keep the new version of a message that was edited, beside the old one; also after the interview was ended."""
    entry = await interviews.by_message(turn.db, sent.chat_id, sent.message_id)
    if entry is None or not isinstance(sent, Text):
        return entry is not None
    try:
        interview = await interview_of(turn, entry.interview_id, own=True)
    except (Stale, UserError):
        return True  # the right to it has ended, or it was erased: what was edited goes nowhere
    if entry.removed_at is not None:
        return True
    try:
        box = interviews.box_of(turn.db, interview)
        if interviews.words_of(box, entry) == sent.text:
            return True
        later = await interviews.add(
            turn.db,
            interview,
            "text",
            sent.text,
            turn.now,
            path=entry.path,
            chat_id=sent.chat_id,
            message_id=sent.message_id,
            instead_of=entry,
        )
    except OPENING as error:
        raise trouble(error) from error
    visiting.note_down(turn, "interview.reworded", interview, later)
    turn.say(turn.t("✓ The new wording is kept, and the first one beside it."))
    return True


async def complain(turn: Turn, sent: Message, said: Markup) -> bool:
    """Say on the card of the question why a message was not taken."""
    del sent
    if turn.state.get("doing") != "asking":
        return False
    try:
        interview = await interview_of(turn, int(turn.state["interview"]), own=True)
    except (Stale, UserError):
        return False
    if interview.state is not State.open:
        return False
    await asking.show(turn, interview, turn.t("⚠ {problem}", problem=said))
    return True


async def lost(turn: Turn, timer: Timer) -> None:
    """Tell the interviewer that a recording could not be fetched; nothing of it is said here."""
    interview = await interviews.get(turn.db, int(timer.args["interview"]))
    if interview is None or turn.person is None or not interview.open_to(turn.person, turn.now):
        return
    found = await interviews.entries(turn.db, interview.id)
    failed = [one for one in found if one.id == timer.args["entry"]]
    if failed:
        text = turn.t(
            "⚠ A recording of your interview at {unit} could not be fetched from Telegram ({what}). "
            "Please send it again.",
            unit=interview.visit.unit.name,
            what=counted(turn, failed),
        )
        turn.say(text, ((Button(turn.label("Go on"), data("interview", "resume", interview.id)),),))
