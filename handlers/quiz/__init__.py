"""Quizzes: learn first, then visit. Made by the office, taken by everybody who goes on visits, seen through by leaders.

``making`` and ``from_form`` put the questions together, ``opening`` sets what passes and whom it keeps back, ``taking``
is the card of whoever takes one, ``standing`` says who has passed and lets somebody go without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers import aside
from handlers.access import may
from handlers.errors import NotAllowed
from handlers.journey import Journey
from handlers.menu import command
from handlers.quiz import making, opening, standing, taking

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn

NEEDS: Final = {"title": "quiz.begin", "question": "quiz.begin", "reason": "quiz.waive"}
"""Steps that take words, and the right that is asked for again then."""


async def message(turn: Turn, sent: Message) -> bool:
    """Give what was sent to the step that waits for it; the right is asked for again."""
    step = str(turn.state.get("step"))
    if step in NEEDS and not may(turn.person, NEEDS[step], turn.now):
        raise NotAllowed
    match step:
        case "title" | "question":
            return await making.intake(turn, sent)
        case "reason":
            return await standing.reasoned(turn, sent)
    return False


async def give_up(turn: Turn) -> bool:
    """Leave the quiz: a draft is kept, half a try does not count."""
    taking_one = turn.state.get("step") == "take"
    said = (
        turn.t("You have left the quiz; this try does not count.")
        if taking_one
        else turn.t("Left as it was; a quiz being written is kept as a draft.")
    )
    aside.leave(turn, "quiz", said)
    return True


QUIZ = Journey(
    name="quiz",
    commands={"quiz": command("quiz", taking.listed)},
    taps={
        "list": taking.listed,
        "open": taking.open_,
        "start": taking.start,
        "answer": taking.answer,
        "tick": taking.tick,
        "done": taking.done,
        "next": taking.following,
        "begin": making.begin,
        "new": making.new,
        "ready": making.ready,
        "forms": making.published,
        "form": making.form,
        "draft": making.draft,
        "pop": making.pop,
        "title": making.title,
        "drop": making.drop,
        "look": opening.look,
        "mark": opening.mark_,
        "round": opening.round_,
        "go": opening.go,
        "end": opening.end,
        "show": standing.show,
        "waive": standing.waive,
        "reason": standing.reason,
    },
    message=message,
    give_up=give_up,
)
"""The journey of quizzes."""
