"""Adds instances of a repeat and takes them away: another room, another person spoken to.

An instance keeps its number for good, so that nobody's answer moves when another one goes; taking one away leaves all
its answers in the history, and bringing it back brings them back. A button says what its card was showing: where that
has changed, the list is shown anew and nothing is done.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from handlers.checklist.answering import CHANGED
from handlers.checklist.card import Receipt
from handlers.checklist.listing import items_in, newest
from handlers.checklist.steps import go_on, go_to, held, keep, keep_fresh, opened, show_more
from handlers.errors import Stale, UserError
from handlers.items import MOST
from handlers.journey import number, word
from handlers.sheet import sheet_of
from handlers.text import mark
from supervision.instances import ADDED, ENOUGH

if TYPE_CHECKING:
    from handlers.items import More
    from handlers.sheet import Sheet
    from handlers.turn import Turn

NO: Final = re.compile(r"(?:没有?了?|无|完了?|结束了?|no|none|no more|done|that's all)[.!。！]?", re.IGNORECASE)
YES: Final = re.compile(r"(?:还?有|再?加一?个?|再来一?个|yes|add|add one|add another|more)[.!。！]?", re.IGNORECASE)
"""What people write in place of tapping."""

TOO_MANY = mark("{most} are listed here already; more are not taken.")


async def more(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the list of a repeat, or a page of it."""
    sheet = await opened(turn, number(args, 0), to_write=False)
    page = number(args, 2) if len(args) > 2 else None  # noqa: PLR2004 - visit, repeat, page
    show_more(turn, sheet, sheet.more(word(args, 1)), page=page)


async def add(turn: Turn, args: tuple[str, ...]) -> None:
    """Add an instance and show its first item; tapped twice, or by two at once, it adds the one that was offered."""
    sheet = await opened(turn, number(args, 0))
    place, following = sheet.more(word(args, 1)), number(args, 2)
    if sheet.instances.following(place.place) != following:
        turn.toast(turn.label(CHANGED))
        show_more(turn, sheet, place)
        return
    await added(turn, sheet, place)


async def added(turn: Turn, sheet: Sheet, place: More) -> None:
    """Store another instance and show its first item."""
    if len(sheet.instances.numbers(place.place)) >= MOST:
        raise UserError(TOO_MANY, most=MOST)
    following = sheet.instances.following(place.place)
    await keep(turn, sheet, f"{place.place}[{following}]", ADDED)
    if sheet.closed(place):
        await keep(turn, sheet, place.place, "")
    sheet = await sheet_of(turn, sheet.visit)
    await keep_fresh(turn, sheet)
    _into(turn, sheet, place, following)


def _into(turn: Turn, sheet: Sheet, place: More, following: int) -> None:
    """Show the first item of an instance that is open, else its first; the list when it has none."""
    items = items_in(sheet, place, following)
    first = next((one for one in items if not sheet.complete(one)), items[0] if items else None)
    go_to(turn, sheet, first if first is not None else place)


async def into(turn: Turn, args: tuple[str, ...]) -> None:
    """Go back into an instance."""
    sheet = await opened(turn, number(args, 0), to_write=False)
    place = sheet.more(word(args, 1))
    if number(args, 2) not in sheet.instances.numbers(place.place):
        turn.toast(turn.label(CHANGED))
        show_more(turn, sheet, place)
        return
    items = items_in(sheet, place, number(args, 2))
    go_to(turn, sheet, items[0] if items else place)


async def take(turn: Turn, args: tuple[str, ...]) -> None:
    """Take an instance away, as its card was showing it."""
    sheet = await opened(turn, number(args, 0))
    place, which = sheet.more(word(args, 1)), number(args, 2)
    if which not in sheet.instances.numbers(place.place) or newest(sheet, place, which) != number(args, 3):
        turn.toast(turn.label(CHANGED))
        show_more(turn, sheet, place)
        return
    await keep(turn, sheet, f"{place.place}[{which}]", "")
    sheet = await sheet_of(turn, sheet.visit)
    said = turn.t("✓ Removed: {number}. What it held is kept in the history.", number=which)
    show_more(turn, sheet, sheet.more(place.key), Receipt(said), back=which)


async def bring(turn: Turn, args: tuple[str, ...]) -> None:
    """Bring an instance back that was taken away, with all it held."""
    sheet = await opened(turn, number(args, 0))
    place, which = sheet.more(word(args, 1)), number(args, 2)
    if not 1 <= which < sheet.instances.following(place.place):
        raise Stale
    if which not in sheet.instances.numbers(place.place):
        await keep(turn, sheet, f"{place.place}[{which}]", ADDED)
        sheet = await sheet_of(turn, sheet.visit)
        turn.toast(turn.label("Undone."))
    show_more(turn, sheet, sheet.more(place.key))


async def said(turn: Turn, sheet: Sheet, words: str) -> bool:
    """Take words for the list on screen: whether there is another; False when they say nothing of it."""
    state = held(turn, sheet)
    place = next((one for one in sheet.mores() if one.key == state.get("number")), None)
    meant = words.strip()
    yes = YES.fullmatch(meant) is not None
    if place is None or state.get("mode") != "more" or not (yes or NO.fullmatch(meant)):
        return False
    if yes:
        await added(turn, sheet, place)
    else:
        await closed(turn, sheet, place)
    return True


async def enough(turn: Turn, args: tuple[str, ...]) -> None:
    """Note that there is nothing more to add, and go on."""
    sheet = await opened(turn, number(args, 0))
    await closed(turn, sheet, sheet.more(word(args, 1)))


async def closed(turn: Turn, sheet: Sheet, place: More) -> None:
    """Store that there is nothing more to add, and go on."""
    if not sheet.closed(place):
        await keep(turn, sheet, place.place, ENOUGH)
    go_on(turn, sheet, place)
