"""Draws the receipt of a run: how much was filed where, what is in doubt, and the one tap that moves it.

Short whatever came: a line an item, at most two things in doubt, one list for the rest. Reads only.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.checklist import likely, runs
from handlers.checklist.card import Receipt, counted
from handlers.journey import data
from handlers.progress import listed, numbers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.checklist.likely import Lot
    from handlers.checklist.runs import Run
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn

SHOWN: Final = 8
"""Items that a receipt names line by line."""

DOUBTS: Final = 2
"""Things in doubt that a receipt offers to move; the others are in its list."""


def receipt(turn: Turn, sheet: Sheet, run: Run, left: Sequence[str | int] = ()) -> Receipt:
    """Tell of all of a run at once: of lines alone on one line, else item by item."""
    told = _by_item(turn, sheet, run) if any(one.kind != "text" for one in run.filed) else _lines(turn, run)
    text = Markup("\n").join([*([told] if told else []), *map(Markup, run.remarks)])
    until = run.last if run.last != run.first else 0
    made = Receipt(text, undo=run.first, until=until, left=tuple(left), wrong=len(run.filed) > 1)
    return with_moves(turn, sheet, run, made)


def with_moves(turn: Turn, sheet: Sheet, run: Run, made: Receipt) -> Receipt:
    """Return a receipt with what moves things in doubt by one tap, and with the run for as long as it stands."""
    rows, said = [], []
    if run.moved is not None and (lot := likely.lot_of(turn, sheet, run, *run.moved)) is not None:
        was = lot.pieces[0].was
        label = turn.label("↩ Back to item {number}", number=was)
        rows.append([[label, data("checklist", "shift", sheet.visit.id, lot.name, lot.message_id, was)]])
    for lot in likely.doubtful(turn, sheet, run)[-DOUBTS:]:
        items = likely.likelier(turn, sheet, run, lot)
        if items:
            rows.append([_move(turn, sheet, lot, item) for item in items])
            said.append(turn.t("Item {number}? {what}", number=lot.item.key, what=_what(turn, lot)))
    if said and made.wrong:  # of one piece the line above tells
        made = replace(made, text=Markup("\n").join([made.text, *said]))
    return replace(made, moves=rows, run=runs.plain(turn, run))


def _move(turn: Turn, sheet: Sheet, lot: Lot, item: Item) -> list[str]:
    label = turn.label("↪ Item {old} → {new}", old=lot.item.key, new=item.key)
    return [label, data("checklist", "shift", sheet.visit.id, lot.name, lot.message_id, item.key)]


def _what(turn: Turn, lot: Lot) -> Markup:
    kinds = Counter(one.kind for one in lot.pieces)
    return Markup.escape(listed(turn, (counted(turn, kind, count) for kind, count in kinds.items())))


def _lines(turn: Turn, run: Run) -> Markup:
    return turn.t("✓ Recorded: {items}", items="  ".join(run.said.values())) if run.said else Markup("")


def _by_item(turn: Turn, sheet: Sheet, run: Run) -> Markup:
    """Say how many were filed with which items, and of each item what."""
    places: dict[str, Counter[str]] = {}
    items: dict[str, Item] = {}
    for one in run.filed:
        item = runs.where(turn, sheet, one)
        if item is not None:
            items[item.key] = item
            places.setdefault(item.key, Counter()).update([one.kind])
    lines = [
        turn.n(
            "✓ {count} filed with item {numbers}",
            "✓ {count} filed: items {numbers}",
            sum(sum(kinds.values()) for kinds in places.values()),
            numbers=numbers_of(turn, items.values()),
        )
    ]
    more = {one.key for one in run.filed if one.note} | {key for key, kinds in places.items() if set(kinds) != {"text"}}
    plain = [run.said.get(one.key, one.key) for one in sorted(items.values(), key=sheet.index) if one.key not in more]
    lines += [Markup.escape("  ".join(plain))] if plain else []
    shown = [one for one in sorted(items.values(), key=sheet.index) if one.key in more]
    lines += [_line(turn, run, one.key, places[one.key]) for one in shown[:SHOWN]]
    return Markup("\n").join(lines) + (Markup("\n…") if len(shown) > SHOWN else Markup(""))


def _line(turn: Turn, run: Run, key: str, kinds: Counter[str]) -> Markup:
    pieces = listed(turn, (counted(turn, kind, count) for kind, count in kinds.items() if kind != "text"))
    return Markup.escape("  ".join(filter(None, (run.said.get(key, key), pieces))))
