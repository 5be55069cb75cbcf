"""Quick surveys, anonymous: made in the chat, opened to people or to a link, answered in a minute, shown as they come.

``making`` and ``from_form`` put the questions together, ``opening`` opens, reminds and closes, ``answering`` is the
respondent's card, ``results`` shows what may be shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers import aside
from handlers.access import may
from handlers.errors import NotAllowed
from handlers.journey import Journey
from handlers.menu import command
from handlers.survey import answering, making, opening, results

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn

MAKING: Final = frozenset({"title", "question", "find"})
"""Steps of whoever makes a survey; the others are of whoever answers one."""


async def message(turn: Turn, sent: Message) -> bool:
    """Give what was sent to the step that waits for it; anybody may answer, and making one asks for the right again."""
    if turn.state.get("step") in MAKING and not may(turn.person, "/survey", turn.now):
        raise NotAllowed
    match turn.state.get("step"):
        case "title" | "question":
            return await making.intake(turn, sent)
        case "find":
            return await opening.ADDRESSING.found(turn, sent)
        case "answer":
            return await answering.typed(turn, sent)
    return False


async def give_up(turn: Turn) -> bool:
    """Leave the survey: a draft is kept, half an answer is not."""
    answering_one = turn.state.get("step") == "answer"
    said = (
        turn.t("You have left the survey; nothing of it was kept.")
        if answering_one
        else turn.t("The survey is kept as a draft; it is not open.")
    )
    aside.leave(turn, "survey", said)
    return True


SURVEY = Journey(
    name="survey",
    commands={"survey": command("survey", making.listed)},
    taps={
        "list": making.listed,
        "begin": making.begin,
        "new": making.new,
        "ready": making.ready,
        "forms": making.published,
        "form": making.form,
        "draft": making.draft,
        "pop": making.pop,
        "title": making.title,
        "drop": making.drop,
        "again": making.again,
        "how": opening.how,
        "whom": opening.choose,
        "everyone": opening.ADDRESSING.everyone,
        "except": opening.ADDRESSING.except_,
        "pick": opening.ADDRESSING.pick,
        "choose": opening.ADDRESSING.chosen,
        "look": opening.look,
        "days": opening.days,
        "start": opening.start,
        "remind": opening.remind,
        "poster": opening.poster,
        "end": opening.end,
        "show": results.show,
        "chart": results.chart,
        "table": results.table,
        "words": results.words,
        "open": answering.open_,
        "answer": answering.answer,
        "go": answering.go,
        "cast": answering.cast,
        "why": answering.why,
    },
    timers={"close": opening.over},
    enter=answering.enter,
    message=message,
    give_up=give_up,
)
"""The journey of surveys."""
