"""Enquiries: asked from below in one's own words, answered from the library or passed up, and never by one alone.

``asking`` is the asker's side, ``desk`` what waits for an answer and how an enquiry looks, ``answering`` the way from
the question over what it rests on to an answer that others agree to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers import aside
from handlers.access import may
from handlers.enquiry import answering, asking, desk
from handlers.errors import NotAllowed
from handlers.journey import Journey
from handlers.menu import command

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn

ANSWERING: Final = frozenset({"cite", "answer"})
"""Steps of whoever answers; anybody who was invited may ask."""


async def message(turn: Turn, sent: Message) -> bool:
    """Give what was sent to the step that waits for it; answering asks for the right again."""
    step = turn.state.get("step")
    if step in ANSWERING and not may(turn.person, "enquiry.cite", turn.now):
        raise NotAllowed
    match step:
        case "ask":
            return await asking.asked(turn, sent)
        case "cite":
            return await answering.looked_for(turn, sent)
        case "answer":
            return await answering.written(turn, sent)
    return False


async def give_up(turn: Turn) -> bool:
    """Leave it; nothing was sent."""
    said = turn.t("Left as it was; nothing was sent.")
    aside.leave(turn, "enquiry", said)
    return True


ENQUIRY = Journey(
    name="enquiry",
    commands={"ask": command("ask", asking.opened)},
    taps={
        "list": asking.listed,
        "show": desk.show,
        "new": asking.new,
        "withdraw": asking.withdraw,
        "cite": answering.cite,
        "take": answering.take,
        "none": answering.none,
        "agree": answering.agree,
        "up": answering.up,
        "publish": answering.publish,
    },
    message=message,
    give_up=give_up,
)
"""The journey of enquiries."""
