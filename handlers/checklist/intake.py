"""Takes in what waited: once a visit is opened, or an item is tapped, what was sent before goes where it belongs.

What names its item goes there, everything else to the item that was tapped. Merely coming into a visit overwrites
nothing, and files nothing that was sent about another one: that waits on until somebody taps an item for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from forms import quick
from handlers.checklist.card import Receipt
from handlers.checklist.entry import TYPED, add_note, enter_quickly, read_typed, spelt_out
from handlers.checklist.filing import addressed, lay
from handlers.checklist.pieces import made, quoted, summed, where_to
from handlers.checklist.steps import refuse_violation, write
from handlers.errors import UserError
from handlers.progress import numbers_of

if TYPE_CHECKING:
    from forms.question import Screen
    from forms.quick import Entry
    from handlers.sheet import Sheet
    from handlers.turn import Turn


@dataclass(slots=True)
class _Taken:
    """What became of the pieces that waited."""

    filed: list[dict[str, Any]] = field(default_factory=list)
    left: list[dict[str, Any]] = field(default_factory=list)
    went: list[Screen] = field(default_factory=list)
    problems: list[Markup] = field(default_factory=list)


async def let_in(turn: Turn, sheet: Sheet, screen: Screen | None) -> Receipt | None:
    """File what waits; ``screen`` is the item that was tapped for it, None when the visit was only opened.

    The sheet is open for writing.
    """
    taken = _Taken()
    for kept in turn.waiting:
        take = _words if kept["kind"] == "text" else _piece
        if screen is None and kept.get("visit", sheet.visit.id) != sheet.visit.id:
            taken.left.append(kept)
        else:
            await take(turn, sheet, screen, kept, taken)
    turn.keep_waiting(taken.left)
    if not taken.filed:
        lines = [*taken.problems, *([where_to(turn)] if taken.left else [])]
        return Receipt(Markup("\n").join(dict.fromkeys(lines)), drop=bool(taken.left)) if lines else None
    return _receipt(turn, taken)


def _receipt(turn: Turn, taken: _Taken) -> Receipt:
    what = summed(turn, taken.filed)
    said = quoted(turn, [kept.get("caption", "") for kept in taken.filed if kept["kind"] != "text"])
    what += turn.t(", {words}", words=said) if said else Markup("")
    done = turn.t("✓ Stored: item {numbers}, {what}", numbers=numbers_of(turn, taken.went), what=what)
    ids = [kept["message_id"] for kept in taken.filed]
    left = [where_to(turn)] if taken.left else []
    text = Markup("\n").join(dict.fromkeys([done, *taken.problems, *left]))
    return Receipt(text, undo=min(ids), until=max(ids), drop=bool(taken.left))


async def _piece(turn: Turn, sheet: Sheet, screen: Screen | None, kept: dict[str, Any], taken: _Taken) -> None:
    """File a photo, a file or a place."""
    piece = made(turn, sheet, kept)
    found, entry = await addressed(turn, sheet, piece)
    place = found or screen
    if place is None or (screen is None and entry is not None and _overwrites(sheet, place, entry)):
        taken.left.append(kept)
        return
    problem = await lay(turn, sheet, place, piece, entry)
    taken.problems += [problem] if problem else []
    taken.filed.append(kept)
    taken.went.append(place)


def _overwrites(sheet: Sheet, screen: Screen, entry: Entry) -> bool:
    value = sheet.walk.value(sheet.main(screen).path)
    return bool(entry.choice and value and value != entry.choice)


async def _words(turn: Turn, sheet: Sheet, screen: Screen | None, kept: dict[str, Any], taken: _Taken) -> None:
    """File words: lines that name their items there, what else they say with the item that was tapped."""
    entries = quick.read(kept["caption"], sheet.form, sheet.offered)
    rest, went = [], []
    for entry in entries:
        place = sheet.find(entry.number)
        if place is None or (screen is None and _overwrites(sheet, place, entry)):
            rest.append(entry.line)
            continue
        try:
            await enter_quickly(turn, sheet, place, entry, kept["message_id"])
        except UserError as error:
            taken.problems.append(_problem(turn, place, error))
            rest.append(entry.line)
        else:
            went.append(place)
    words = "\n".join(rest) if went else kept["caption"].strip()
    if rest and screen is not None:
        try:
            await _loose(turn, sheet, screen, words, kept["message_id"])
        except UserError as error:
            taken.problems.append(_problem(turn, screen, error))
        else:
            rest = []
            went.append(screen)
    if went:
        sheet.visit.open(turn.now)
        taken.filed.append(kept)
        taken.went += went
    if rest:
        taken.left.append(kept | {"caption": words})


def _problem(turn: Turn, screen: Screen, error: UserError) -> Markup:
    problem = turn.t(error.message, **error.values)
    return turn.t("⚠ Item {number}: {problem}", number=screen.number, problem=problem)


async def _loose(turn: Turn, sheet: Sheet, screen: Screen, words: str, message_id: int) -> None:
    """Write words that name no item with the one that was tapped: its answer where it has none yet, else its note."""
    main = sheet.main(screen)
    spelt = spelt_out(sheet, main, words)
    if spelt is not None and not sheet.answered(screen):
        await enter_quickly(turn, sheet, screen, spelt, message_id)
    elif (main.kind in TYPED or main.kind == "text") and not sheet.answered(screen):
        value = read_typed(sheet, main, words) if main.kind in TYPED else words
        refuse_violation(turn, sheet, main, value)
        await write(turn, sheet, main, value, message_id)
    else:
        await add_note(turn, sheet, screen, words, message_id)
