"""Corrections: a leader sends items of a submitted visit back, who answered mends them, the leader lets it stand.

``picking`` chooses and sends, ``mending`` is the inspector's card, ``judging`` the leader's; ``desk`` puts a ticket
together, ``card`` draws it. Until it is approved nothing of a correction is in the visit's answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import aside
from handlers.access import may
from handlers.chat import Button
from handlers.correction import judging, mending, picking
from handlers.correction.desk import at_desk
from handlers.errors import Stale
from handlers.journey import Journey, data

if TYPE_CHECKING:
    from markupsafe import Markup

    from handlers.chat import Message
    from handlers.turn import Turn


async def message(turn: Turn, sent: Message) -> bool:
    """Take what is sent for a ticket, a comment or a reason; False when what it was for is gone."""
    try:
        if "again" in turn.state:
            return await judging.said_again(turn, sent)
        if "ticket" in turn.state:
            return await mending.message(turn, sent)
        return await picking.message(turn, sent)
    except Stale:
        aside.let_go(turn, "correction")
        return False


async def complain(turn: Turn, sent: Message, said: Markup) -> bool:
    """Say on the card why a message was not taken, with the ticket in sight; False where there is no card to say it."""
    del sent
    state = turn.state
    if not may(turn.person, "correction.message", turn.now):
        return False
    ticket = state.get("ticket") or state.get("again")
    if ticket and not state.get("why") and "again" not in state:
        try:
            desk = await at_desk(turn, int(ticket))
        except Stale:
            return False
        if desk.mendable and desk.item is not None:
            await mending.show(turn, desk, int(state.get("at", 0)), str(state.get("held", "")), said)
            return True
    back = data("correction", "look", ticket) if ticket else data("correction", "pick", state.get("visit", 0))
    turn.card(said, ((Button(turn.label("↩ Back"), back),),))
    return True


async def give_up(turn: Turn) -> bool:
    """Leave what was being chosen, written or mended: what is in a ticket stays there."""
    mended = "ticket" in turn.state
    aside.let_go(turn, "correction")
    if mended:
        turn.say(turn.t("Left for now. What you have mended is kept; /todo leads back to it."))
    else:
        turn.say(turn.t("Cancelled: nothing was sent back."))
    return True


CORRECTION = Journey(
    name="correction",
    taps={
        "pick": picking.pick,
        "mark": picking.choose,
        "ask": picking.ask,
        "send": picking.send,
        "open": mending.opened,
        "at": mending.at,
        "tap": mending.tap,
        "remove": mending.remove,
        "done": mending.done,
        "why": mending.why,
        "look": judging.look,
        "piece": judging.piece,
        "approve": judging.approve,
        "drop": judging.drop,
        "mine": judging.mine,
        "again": judging.again,
    },
    message=message,
    complain=complain,
    give_up=give_up,
)
