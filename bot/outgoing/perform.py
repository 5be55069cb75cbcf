"""One stored reply becomes one message: what each kind of reply means at Telegram, the live card above all.

The card is edited in place when the tap was on it; otherwise it is sent anew at the bottom, and only then is the old
one taken away, so that at no moment is there none. Nothing is stored or repeated here: the driver's errors go up.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.drivers.errors import DriverError, Gone
from bot.outgoing.limits import EDIT_COST
from handlers.chat import Card, Change, Commands, Say
from storage.chat.outbox import State

if TYPE_CHECKING:
    from bot.drivers.driver import Driver, Files
    from handlers.chat import Reply

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Performed:
    """What came of a reply: the message that shows it, the card that is live now, and an old card to take away."""

    message_id: int | None
    live: int | None
    old: int | None = None
    state: State = State.sent
    error: str | None = None


async def perform(driver: Driver, chat_id: int, reply: Reply, live: int | None, files: Files) -> Performed:
    """Carry out one reply; ``live`` is the chat's card now, None when it has none."""
    if isinstance(reply, Say):
        return Performed(await driver.send(chat_id, reply, files), live)
    if isinstance(reply, Card):
        return await _show(driver, chat_id, reply, live, files)
    if isinstance(reply, Change):
        try:
            edit = driver.caption if reply.caption else driver.edit
            await edit(chat_id, reply.message_id, reply.text, reply.buttons)
        except Gone as error:  # deleted by the person, or too old: there is nothing left to change
            return Performed(None, live, state=State.skipped, error=str(error))
        return Performed(reply.message_id, live)
    await driver.commands(chat_id, reply.commands)
    return Performed(None, live)


async def _show(driver: Driver, chat_id: int, card: Card, live: int | None, files: Files) -> Performed:
    old = live
    if card.quiet and not edits(card, live):  # the person has gone on meanwhile, to a card that knows more
        return Performed(None, live, state=State.skipped)
    if edits(card, live) and live is not None:
        try:
            await driver.edit(chat_id, live, card.text, card.buttons)
        except Gone as error:
            if card.quiet:
                return Performed(None, None, state=State.skipped, error=str(error))
            old = None
        else:
            return Performed(live, None if card.final else live)
    message = Say(
        text=card.text,
        buttons=card.buttons,
        picture=card.picture,
        document=card.document,
        filename=card.filename,
    )
    message_id = await driver.send(chat_id, message, files)
    return Performed(message_id, None if card.final else message_id, old)


async def take_away(driver: Driver, chat_id: int, message_id: int) -> None:
    """Delete a superseded card, or its buttons at least; one that stays does no harm, for a tap names its item."""
    try:
        await driver.delete(chat_id, message_id)
    except Gone:
        try:  # older than 48 hours
            await driver.strip(chat_id, message_id)
        except DriverError as error:
            _LOG.debug("old card %s of chat %s stays: %s", message_id, chat_id, type(error).__name__)
    except DriverError as error:
        _LOG.info("old card %s of chat %s stays: %s", message_id, chat_id, type(error).__name__)


def edits(reply: Reply, live: int | None) -> bool:
    """Tell whether the reply changes a message that is there, rather than adding one."""
    if isinstance(reply, Card):
        return reply.tapped != 0 and reply.tapped == live
    return isinstance(reply, Change | Commands)


def cost(reply: Reply, live: int | None) -> float:
    """Return what the reply costs of the rate limits, a new message being 1."""
    if edits(reply, live):
        return EDIT_COST
    return max(1.0, float(len(reply.media))) if isinstance(reply, Say) else 1.0
