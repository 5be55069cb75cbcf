"""Keeps several inspectors on one visit in step: who has begun, who looks after what by duty, whose card is to follow.

A colleague's open card is drawn anew where it stands, some seconds later and once however much has happened: never as
a new message, never in the way of a reply. Who works alone pays nothing for it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from handlers.chat import Card
from handlers.labour import labour_of
from handlers.turn import LIVE
from storage.campaign import seats
from storage.chat import outbox, timers
from storage.visit import parts
from supervision.labour import divided

if TYPE_CHECKING:
    from handlers.sheet import Sheet
    from handlers.turn import Turn

PAUSE: Final = timedelta(seconds=4)
"""How long what colleagues do is gathered before a card follows; between two changes of it there is no less."""

TIMER: Final = "checklist.follow"


async def begun(turn: Turn, sheet: Sheet) -> None:
    """Count somebody in who answers; when that makes them several, divide the items by the group's duties."""
    visit = sheet.visit
    part = visit.come(turn.who.id, turn.now)
    if part.began_at is None or part.done_at is not None:
        new = part.began_at is None
        part.begin(turn.now)
        if new and len(visit.parts) > 1:
            await _by_duty(turn, sheet)
            sheet.labour = await labour_of(turn, visit)
    await tell(turn, sheet)


async def tell(turn: Turn, sheet: Sheet) -> None:
    """Have the open cards of colleagues follow soon; once a turn."""
    others = [one.person_id for one in sheet.visit.parts if one.person_id != turn.who.id]
    if others and not sheet.told:
        sheet.told = True
        chats = await parts.open_chats(turn.db, others)
        await timers.soon(turn.db, TIMER, turn.now + PAUSE, chats, TIMER, {})


async def _by_duty(turn: Turn, sheet: Sheet) -> None:
    """Give those who are here what their duties name and nobody has."""
    visit = sheet.visit
    duties = {(one.role, one.name): one.duties for one in await seats.of_group(turn.db, visit.group_id) if one.duties}
    if not duties:
        return
    here = {one.person_id: one for one in visit.parts}
    team = await seats.members(turn.db, visit.group_id, turn.now)
    words = {who: duties[role, name] for who, name, role in team if (role, name) in duties}
    for who, numbers in divided(words, _in_every_language(sheet)).items():
        free = numbers - {number for one in visit.parts for number in one.items}
        if who in here and free:
            here[who].items = sorted({*here[who].items, *free}, key=int)


def _in_every_language(sheet: Sheet) -> list[tuple[str, list[str]]]:
    """Return the sections by each of their names, whatever language the duties are written in."""
    found = []
    for language in sheet.form.languages or ("",):
        for title, items in groupby(sheet.numbered(), lambda item: item.section(language)):  # noqa: B023 - used at once
            found.append((title, list(dict.fromkeys(str(item.number) for item in items))))
    return found


def aspects(sheet: Sheet) -> list[tuple[str, list[str]]]:
    """Return the sections of a checklist with the numbers of the items that apply, each number once."""
    found = []
    for title, items in groupby(sheet.numbered(), sheet.section):
        found.append((title, list(dict.fromkeys(str(item.number) for item in items))))
    return found


async def in_place(turn: Turn) -> int | None:
    """Return the card that may be drawn anew now; None when there is none, or a reply is still on its way to it."""
    card = await outbox.card_of(turn.db, turn.chat_id) if LIVE in turn.state else None
    if card is not None and await outbox.waits(turn.db, turn.chat_id):
        await timers.soon(turn.db, TIMER, turn.now + PAUSE, [turn.chat_id], TIMER, {})
        return None
    return card


def quietly(turn: Turn, card: int) -> None:
    """Make of the card that was drawn a change of the one that is there."""
    turn.replies[:] = [
        (to, replace(reply, tapped=card, quiet=True) if isinstance(reply, Card) else reply)
        for to, reply in turn.replies
    ]
