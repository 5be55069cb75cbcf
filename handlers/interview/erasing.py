"""Erases an interview by right: the key is destroyed, and with it every copy of what was said that lies here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.chat import Button
from handlers.interview import visiting
from handlers.interview.quoting import quoted
from handlers.interview.talk import OPENING, interview_of
from handlers.journey import data, number
from storage.visit import interviews, quotes

if TYPE_CHECKING:
    from handlers.turn import Turn


async def ask(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask whether it is meant."""
    interview = await interview_of(turn, number(args, 0))
    turn.card(
        turn.t(
            "Erase what was said in this interview, the recordings and who it was? Nobody can bring it back. "
            "Quotes that no finding has used are taken back. That there was a talk, and when, stays."
        ),
        (
            (Button(turn.label("Erase it"), data("interview", "erased", interview.id)),),
            (Button(turn.label("◀ Keep it"), data("interview", "read", interview.id)),),
        ),
    )


async def erase(turn: Turn, args: tuple[str, ...]) -> None:
    """Destroy it."""
    interview = await interview_of(turn, number(args, 0), lock=True)
    try:
        for one in await quoted(turn, interview):
            await quotes.take_back(turn.db, one)
    except OPENING:
        pass  # it cannot be opened any more, so nobody knows its quotes; it can be erased all the same
    await interviews.erase(turn.db, interview, turn.now)
    visiting.note_down(turn, "interview.erased", interview)
    await turn.db.flush()
    await visiting.show(turn, interview.visit)
