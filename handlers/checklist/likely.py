"""Where something that was filed could have been meant to go instead: what one tap on a receipt offers.

A photo without words goes with the one before it or to the item on screen, and either may be the wrong one of the two;
so may a caption such as ``3 处漏水``, which begins with a number and names no item. Reads a run and a sheet, and writes
nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from handlers.checklist import runs
from handlers.checklist.steps import refuse_violation
from handlers.errors import UserError
from handlers.items import Item
from handlers.text import mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.checklist.runs import Filed, Run
    from handlers.sheet import Sheet
    from handlers.turn import Turn

JUST: Final = timedelta(minutes=3)
"""So soon after an answer a photo may still be meant for that item, although the card has gone on."""

OFFERED: Final = 2
"""Other items that are offered for one thing."""

_QUANTITY: Final = re.compile(
    r"\s*\d{1,3}\s+(?:处(?![理室方])|个(?![别人])|人(?![员事数])|次(?!数)|张|件|名(?![单册])|年(?![度终底])|月(?![度报])"
    r"|日(?![常志])|天|种(?!类)|户|家(?![访属])|吨|米|辆|箱|桶|[%％])"
)
"""A caption that begins with how many there are of something, and not with the number of an item."""

NO_SUCH_ANSWER = mark("Item {number} has no answer “{answer}”; please answer it yourself. Nothing was moved.")

NO_ROOM = mark("Item {number} has no room for a note; nothing was moved.")


@dataclass(frozen=True, slots=True)
class Lot:
    """What moves together: pieces from one place of a run to another, and the item all of them lie with."""

    first: int
    last: int
    pieces: tuple[Filed, ...]
    item: Item

    @property
    def name(self) -> str:
        """What a button calls it: its places in the run."""
        return f"m{self.first}" if self.first == self.last else f"m{self.first}-{self.last}"

    @property
    def message_id(self) -> int:
        """The message that brought the first of it."""
        return self.pieces[0].message_id

    @property
    def sure(self) -> bool:
        """Tell whether it says itself where it belongs: of an album, one of them does."""
        return any(one.sure for one in self.pieces)


def is_sure(caption: str, choice: str | None) -> bool:
    """Tell whether a caption that begins with a number surely names an item by it."""
    return bool(choice) or _QUANTITY.match(caption) is None


def instead(turn: Turn, sheet: Sheet, here: Item | None, place: Item) -> str:
    """Return the item for which something filed with ``place`` could be meant: '' when nothing suggests any.

    The one on screen; where it is that one, the one before: where the last piece went, or the item just answered.
    """
    if here is not None and here.key != place.key:
        return here.key
    filed = runs.of(turn, sheet).filed
    before = runs.where(turn, sheet, filed[-1]) if filed else None
    if before is None:
        mine = [one for one in sheet.answers.values() if one.by_id == turn.who.id and turn.now - one.at <= JUST]
        last = max(mine, key=lambda one: (one.at, one.id), default=None)
        before = sheet.item_at(last.path) if last is not None else None
    return before.key if before is not None and before.key != place.key else ""


# --- what moves together ---


def lot_of(turn: Turn, sheet: Sheet, run: Run, first: int, last: int) -> Lot | None:
    """Return what lies in these places of a run, None where it does not lie with one item."""
    if not 0 <= first <= last < len(run.filed):
        return None
    pieces = tuple(run.filed[first : last + 1])
    items = [runs.where(turn, sheet, one) for one in pieces]
    item = items[0]
    if item is None or any(one is None or one.key != item.key for one in items):
        return None
    return Lot(first, last, pieces, item)


def lots(turn: Turn, sheet: Sheet, run: Run) -> list[Lot]:
    """Return what was filed as it is listed: each message for itself, an album as one; what is gone is left out."""
    found: list[Lot] = []
    for at, one in enumerate(run.filed):
        if found and found[-1].last == at - 1 and _album(turn, sheet, one) & _album(turn, sheet, run.filed[at - 1]):
            longer = lot_of(turn, sheet, run, found[-1].first, at)
            if longer is not None:
                found[-1] = longer
                continue
        lot = lot_of(turn, sheet, run, at, at)
        found += [lot] if lot is not None else []
    return found


def _album(turn: Turn, sheet: Sheet, one: Filed) -> set[str]:
    return {piece.album_id for piece in runs.pieces_of(turn, sheet, one) if piece.album_id}


def doubtful(turn: Turn, sheet: Sheet, run: Run) -> list[Lot]:
    """Return what does not say itself where it belongs: what came together to one item together, in order."""
    found: list[Lot] = []
    for lot in lots(turn, sheet, run):
        if lot.sure or any(one.was for one in lot.pieces):
            continue
        longer = lot_of(turn, sheet, run, found[-1].first, lot.last) if found else None
        if longer is not None and found[-1].last == lot.first - 1:
            found[-1] = longer
        else:
            found.append(lot)
    return found


# --- where else it could go ---


def likelier(turn: Turn, sheet: Sheet, run: Run, lot: Lot) -> list[Item]:
    """Return the items that something in doubt could be meant for instead, the likeliest first.

    The one that what came next names, as photos are often sent before their words; then the one it was sent at.
    """
    keys = [one.key for one in run.filed[lot.last + 1 :] if one.sure][:1]
    return _fitting(turn, sheet, lot, [*keys, *(one.screen for one in lot.pieces)])


def others(turn: Turn, sheet: Sheet, run: Run, lot: Lot) -> list[Item]:
    """Return the items that are offered for anything: where it was before, what is likelier, those next to its own."""
    keys = [one.was for one in lot.pieces]
    if not lot.sure:
        keys += [one.key for one in likelier(turn, sheet, run, lot)]
    for step in (1, -1):
        beside = sheet.neighbour(lot.item, step)
        keys += [beside.key] if isinstance(beside, Item) else []
    return _fitting(turn, sheet, lot, keys)


def _fitting(turn: Turn, sheet: Sheet, lot: Lot, keys: Sequence[str]) -> list[Item]:
    """Return those items to which all of something can be moved."""
    found = []
    for key in dict.fromkeys(keys):
        item = sheet.find(key) if key and key != lot.item.key else None
        if item is not None and _fits(turn, sheet, lot, item):
            found.append(item)
    return found[:OFFERED]


def _fits(turn: Turn, sheet: Sheet, lot: Lot, item: Item) -> bool:
    try:
        for one in lot.pieces:
            choice_there(turn, sheet, one, lot.item, item)
    except UserError:
        return False
    return True


def choice_there(turn: Turn, sheet: Sheet, one: Filed, old: Item, new: Item) -> str:
    """Return the answer of another item that a piece's choice is there, '' for none; UserError when it cannot move."""
    if one.note and one.kind == "text" and not one.choice and sheet.note(new) is None:
        raise UserError(NO_ROOM, number=new.key)
    if not one.choice:
        return ""
    offered = {each.value for each in sheet.offered(new)}
    sign = sheet.sign(old, one.choice)
    alike = [value for value in offered if sheet.sign(new, value) == sign]
    found = one.choice if one.choice in offered else alike[0] if len(alike) == 1 else ""
    if not found:
        raise UserError(NO_SUCH_ANSWER, number=new.key, answer=sign)
    refuse_violation(turn, sheet, sheet.main(new), found)
    return found
