"""Learn first: whether somebody is kept from starting a visit by a quiz that is not passed, and what they are told.

A visit that has begun is never kept from anybody: what was found stays open to whoever found it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.chat import Button
from handlers.journey import data
from storage.visit.visits import State
from storage.voices import quizzes

if TYPE_CHECKING:
    from handlers.turn import Turn
    from storage.visit.visits import Visit


async def kept_back(turn: Turn, visit: Visit) -> bool:
    """Tell whether the person may not start this visit yet; if so the way to the quiz is on the card."""
    if visit.state is not State.planned or visit.round_id is None:
        return False
    quiz = await quizzes.keeping_back(turn.db, visit.round_id, turn.who.id)
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
