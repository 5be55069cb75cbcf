"""The policy library: found by topic or by any words in it, filled by the office, and what is new reaches inspectors.

``shelves`` shows and finds, ``adding`` takes a new item and lets it go out as a notice with a receipt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers import aside
from handlers.access import may
from handlers.errors import NotAllowed
from handlers.journey import Journey
from handlers.library import adding, shelves
from handlers.menu import command

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn

ADDING: Final = frozenset({"compose", "title", "topic"})
"""Steps of whoever puts something in; anybody who was invited may look for something."""


async def message(turn: Turn, sent: Message) -> bool:
    """Give what was sent to the step that waits for it; putting something in asks for the right again."""
    step = turn.state.get("step")
    if step in ADDING and not may(turn.person, "library.begin", turn.now):
        raise NotAllowed
    match step:
        case "search":
            return await shelves.searched(turn, sent)
        case "compose":
            return await adding.intake(turn, sent)
        case "title" | "topic":
            return await adding.named(turn, sent)
    return False


async def edited(turn: Turn, sent: Message) -> bool:
    """Take over a later version of a message that an item being written came from."""
    if not may(turn.person, "library.begin", turn.now):
        return False
    return await adding.revised(turn, sent)


async def give_up(turn: Turn) -> bool:
    """Leave the library; what was begun stays as a draft."""
    writing = turn.state.get("step") in ADDING
    said = (
        turn.t("It is kept as a draft and is not in the library yet.")
        if writing
        else turn.t("You have left the library.")
    )
    aside.leave(turn, "library", said)
    return True


LIBRARY = Journey(
    name="library",
    commands={"library": command("library", shelves.asked)},
    taps={
        "list": shelves.listed,
        "topic": shelves.topic,
        "open": shelves.open_,
        "withdraw": shelves.withdraw,
        "gone": shelves.gone,
        "begin": adding.begin,
        "edit": adding.edit,
        "empty": adding.empty,
        "drop": adding.drop,
        "title": adding.title,
        "under": adding.under,
        "put": adding.put,
        "whose": adding.whose,
        "publish": adding.publish,
    },
    message=message,
    edited=edited,
    give_up=give_up,
)
"""The journey of the policy library."""
