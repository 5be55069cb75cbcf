"""Takes back what a message brought: its answers, its notes, its files.

Nothing is deleted: an answer is superseded by the one before it, a photo is marked removed, both stay in the history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.checklist.filing import album_of, screen_of
from handlers.checklist.gallery import forget
from handlers.checklist.sharing import tell
from handlers.checklist.steps import opened, show_again, write
from handlers.journey import number
from handlers.progress import numbers_of
from storage.visit import asides, visits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from storage.visit.visits import Answer


MOST_MESSAGES: Final = 400
"""Messages that one undo looks through."""


async def undo(turn: Turn, args: tuple[str, ...]) -> None:
    """Take back all that one message (a whole album, a run of photos that waited) brought."""
    sheet = await opened(turn, number(args, 0))
    first = number(args, 1)
    last = number(args, 2) if len(args) > 2 else first  # noqa: PLR2004 - visit, first message, last message
    sent = [
        piece
        for piece in sheet.evidence
        if piece.chat_id == turn.chat_id and first <= (piece.message_id or 0) <= last and piece.sender_id == turn.who.id
    ]
    pieces = [*sent, *(one for one in album_of(sheet, sent) if one not in sent)]
    messages = {*range(first, min(last, first + MOST_MESSAGES) + 1), *(piece.message_id or 0 for piece in pieces)}
    written = await _written(turn, sheet, messages)
    standing = [one for one in written if sheet.stands(one)]
    if not standing and not pieces:
        turn.toast(turn.label("There is nothing left to undo here; it has been changed since."), alert=True)
        return
    for one in standing:
        question = sheet.asked_for(one.path)
        if question is not None:
            await write(turn, sheet, question, await before(turn, one, messages - {one.message_id or 0}))
    for piece in pieces:
        piece.remove(turn.who, turn.now, why="undone")
    forget(sheet, pieces)
    await tell(turn, sheet)
    _tell(turn, sheet, {one.path for one in written} - {one.path for one in standing})
    show_again(turn, sheet)


def _tell(turn: Turn, sheet: Sheet, left: Iterable[str]) -> None:
    """Say that it is done, and what was left alone because somebody has changed it since."""
    screens = [screen for path in left if (screen := screen_of(sheet, path)) is not None]
    if screens:
        which = numbers_of(turn, screens)
        turn.toast(turn.label("Undone, except item {numbers}: changed since.", numbers=which), alert=True)
    else:
        turn.toast(turn.label("Undone."))


async def _written(turn: Turn, sheet: Sheet, messages: Collection[int]) -> list[Answer]:
    """Return the answers that these messages gave on this visit; of one that was edited, what the edit gave."""
    given = await visits.by_messages(turn.db, turn.chat_id, messages)
    last: dict[int | None, datetime] = {}
    for one in given:
        last[one.message_id] = max(one.at, last.get(one.message_id, one.at))
    return [one for one in given if one.visit_id == sheet.visit.id and one.at == last[one.message_id]]


async def before(turn: Turn, answer: Answer, messages: Collection[int] = ()) -> str:
    """Return what stood before the turn that wrote an answer, and before these messages of the chat; '' if nothing."""
    history = await asides.history(turn.db, answer.visit_id, answer.path)
    run = (answer.message_id, answer.at)
    earlier = [one for one in history if one.id < answer.id and (one.message_id, one.at) != run]
    earlier = [one for one in earlier if one.chat_id != turn.chat_id or one.message_id not in messages]
    return earlier[-1].value if earlier else ""
