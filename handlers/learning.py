"""Learn first: whether somebody is kept from starting a visit by a quiz that is not passed, and what they are told.

A visit that has begun is never kept from anybody: what was found stays open to whoever found it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.chat import Button
from handlers.errors import UserError
from handlers.journey import data
from handlers.text import mark
from storage.visit.visits import State
from storage.voices import quizzes

if TYPE_CHECKING:
    from handlers.turn import Turn
    from storage.visit.visits import Visit
    from storage.voices.quizzes import Quiz


LEARN_FIRST = mark("Please pass “{title}” under /quiz before you start this visit.")


async def _keeper(turn: Turn, visit: Visit) -> Quiz | None:
    """Return the quiz that keeps the person from starting this visit, None when none does."""
    if visit.state is not State.planned or visit.round_id is None:
        return None
    return await quizzes.keeping_back(turn.db, visit.round_id, turn.who.id)


async def may_start(turn: Turn, visit: Visit) -> None:
    """Raise UserError where the person may not start this visit yet, whichever old button they tapped."""
    quiz = await _keeper(turn, visit)
    if quiz is not None:
        raise UserError(LEARN_FIRST, title=quiz.title)


async def kept_back(turn: Turn, visit: Visit) -> bool:
    """Tell whether the person may not start this visit yet; if so the way to the quiz is on the card."""
    quiz = await _keeper(turn, visit)
    if quiz is None:
        return False
    said = turn.t(
        "Learn first, then visit: please pass “{title}” before you start visits of this round. "
        "It takes a few minutes; whoever leads the group can let you go without.",
        title=quiz.title,
    )
    take = Button(turn.label("Take the quiz"), data("quiz", "open", quiz.id))
    turn.card(said, ((take,), (Button(turn.label("◀ Visits"), data("visit", "today")),)))
    return True
