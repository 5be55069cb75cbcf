"""The working calendar in the chat: days off and days worked against the rule, whose holidays, where clocks are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.belonging import roles_of
from handlers.calendar import days, zones
from handlers.chat import Text
from handlers.errors import NotAllowed
from handlers.journey import Journey
from handlers.menu import command, keyboard
from storage.people import Role

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn


async def message(turn: Turn, sent: Message) -> bool:
    """Take the words that were asked for: days, a country, a time zone."""
    if not isinstance(sent, Text) or not turn.state.get("ask"):
        return False
    if not turn.who.has(turn.now, Role.admin, Role.office):  # the role may have ended since it was asked
        raise NotAllowed
    words = " ".join(sent.text.split())
    if turn.state["ask"] == "zone":
        await zones.typed(turn, words)
    else:
        await days.typed(turn, words)
    return True


async def give_up(turn: Turn) -> bool:
    """Give up what was asked for; nothing was changed by asking."""
    waited = bool(turn.state.get("ask"))
    turn.leave()
    if waited:
        turn.say(turn.t("Left as it was."), menu=keyboard(roles_of(turn.who, turn.now), turn.speech))
    return waited


CALENDAR = Journey(
    name="calendar",
    commands={"calendar": command("calendar", days.calendar)},
    taps={
        "show": days.calendar,
        "ask": days.ask,
        "drop": days.drop,
        "whose": days.whose,
        "country": days.country,
        "groups": zones.groups,
        "group": zones.group,
        "zone": zones.zone,
    },
    message=message,
    give_up=give_up,
)
