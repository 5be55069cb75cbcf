"""Takes in what waited: once a visit is opened, or an item is tapped, what was sent before goes where it belongs.

What names its item goes there, everything else to the item that was tapped. Merely coming into a visit overwrites
nothing, and files nothing that was sent about another one: that waits on until somebody taps an item for it. What
somebody else has answered meanwhile is overwritten only when that very item is tapped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from handlers.checklist import lines, receipts
from handlers.checklist.card import Receipt
from handlers.checklist.entry import TYPED, add_note, enter_quickly, read_typed, spelt_out, understood
from handlers.checklist.filing import addressed, filed_as, lay, read_caption, says_more
from handlers.checklist.pieces import made, quoted, summed, where_to
from handlers.checklist.runs import Filed, Run
from handlers.checklist.steps import refuse_violation, write
from handlers.errors import UserError
from handlers.progress import brief, numbers_of

if TYPE_CHECKING:
    from handlers.checklist.lines import Line
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn


@dataclass(slots=True)
class _Taken:
    """What became of the pieces that waited."""

    filed: list[dict[str, Any]] = field(default_factory=list)
    left: list[dict[str, Any]] = field(default_factory=list)
    went: list[Item] = field(default_factory=list)
    problems: list[Markup] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    """What the words that were filed were understood to say, by item."""
    albums: set[str] = field(default_factory=set)
    """Albums that wait on as a whole, because what is said of one of their pieces has to."""
    run: Run = field(default_factory=Run)
    """What was filed, so that what was filed wrongly can be moved."""


async def let_in(turn: Turn, sheet: Sheet, screen: Item | None) -> Receipt | None:
    """File what waits; ``screen`` is the item that was tapped for it, None when the visit was only opened.

    The sheet is open for writing.
    """
    taken = _Taken(albums=_held_albums(turn, sheet, screen))
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
    return receipts.with_moves(turn, sheet, taken.run, _receipt(turn, taken))


def _receipt(turn: Turn, taken: _Taken) -> Receipt:
    done = [_laid(turn, taken)] if taken.went else []
    done += [turn.t("✓ Recorded: {items}", items="  ".join(taken.said.values()))] if taken.said else []
    ids = [kept["message_id"] for kept in taken.filed]
    left = [where_to(turn)] if taken.left else []
    text = Markup("\n").join(dict.fromkeys([*done, *taken.problems, *left]))
    wrong = bool(taken.run.filed)
    return Receipt(text, undo=min(ids), until=max(ids), drop=bool(taken.left), wrong=wrong)


def _laid(turn: Turn, taken: _Taken) -> Markup:
    """Say what pieces lie where now, and what their captions say."""
    pieces = [kept for kept in taken.filed if kept["kind"] != "text"]
    said = quoted(turn, [words for kept in pieces if says_more(words := kept.get("caption", ""))])
    what = summed(turn, pieces) + (turn.t(", {words}", words=said) if said else Markup(""))
    return turn.t("✓ Stored: item {numbers}, {what}", numbers=numbers_of(turn, taken.went), what=what)


def _held_albums(turn: Turn, sheet: Sheet, screen: Item | None) -> set[str]:
    found = set()
    for kept in turn.waiting:
        named, entry = read_caption(sheet, "" if kept.get("forwarded") else kept.get("caption", ""))
        if named is not None and entry is not None and _unseen(turn, sheet, screen, named, entry):
            found.add(kept.get("album_id", ""))
    return found - {""}


async def _piece(turn: Turn, sheet: Sheet, screen: Item | None, kept: dict[str, Any], taken: _Taken) -> None:
    """File a photo, a file or a place."""
    piece = made(turn, sheet, kept)
    found, entry = await addressed(turn, sheet, piece)
    place = found or screen
    held = entry is not None and place is not None and _unseen(turn, sheet, screen, place, entry)
    if place is None or held or piece.album_id in taken.albums:
        taken.left.append(kept)
        return
    filed, _ = filed_as(turn, sheet, piece, place, entry, "")
    taken.run.add(filed)
    problem = await lay(turn, sheet, place, piece, entry)
    taken.problems += [problem] if problem else []
    taken.filed.append(kept)
    taken.went.append(place)


def _unseen(turn: Turn, sheet: Sheet, screen: Item | None, place: Item, entry: Line) -> bool:
    """Tell whether a line would change an answer that its writer may not have seen: any, or another person's."""
    main = sheet.main(place)
    value, standing = sheet.walk.value(main.path), sheet.standing(main)
    if not entry.choice or not value or value == entry.choice or place is screen:
        return False
    return screen is None or (standing is not None and standing.by_id != turn.who.id)


async def _words(turn: Turn, sheet: Sheet, screen: Item | None, kept: dict[str, Any], taken: _Taken) -> None:
    """File words: lines that name their items there, what else they say with the item that was tapped."""
    entries = lines.read(sheet, kept["caption"], screen)
    rest, held, filed = [], [], False
    for entry in entries:
        place = sheet.find(entry.key)
        if place is None:
            rest.append(entry.line)
        elif _unseen(turn, sheet, screen, place, entry):
            held.append(entry.line)
        elif await _entered(turn, sheet, place, entry, kept["message_id"], taken):
            filed = True
        else:
            held.append(entry.line)  # it says itself where it belongs: no other item is tried
    words = "\n".join(rest) if filed or held else kept["caption"].strip()
    if rest and screen is not None:
        try:
            movable = await _loose(turn, sheet, screen, words, kept["message_id"])
        except UserError as error:
            taken.problems.append(_problem(turn, screen, error))
        else:
            rest, filed = [], True
            taken.run.filed += movable
            taken.said[screen.key] = _with(turn, taken, screen, words)
    if filed:
        sheet.visit.open(turn.now)
        taken.filed.append(kept)
    if rest or held:
        left = "\n".join([*held, *rest]) if filed or held else words
        taken.left.append(kept | {"caption": left})


async def _entered(turn: Turn, sheet: Sheet, place: Item, entry: Line, message_id: int, taken: _Taken) -> bool:
    """Write a line with the item it names; False, with the reason among the problems, when it is refused."""
    before = sheet.walk.value(sheet.main(place).path)
    try:
        await enter_quickly(turn, sheet, place, entry, message_id)
    except UserError as error:
        taken.problems.append(_problem(turn, place, error))
        return False
    taken.said[place.key] = understood(turn, sheet, place, entry, before)
    taken.run.add(Filed(message_id, place.key, entry.choice or "", entry.note))
    return True


def _with(turn: Turn, taken: _Taken, screen: Item, words: str) -> str:
    """Return what was understood of an item so far, with words that name none under it."""
    return taken.said.get(screen.key, screen.key) + turn.label("“{line}”", line=brief(words))


def _problem(turn: Turn, screen: Item, error: UserError) -> Markup:
    problem = turn.t(error.message, **error.values)
    return turn.t("⚠ Item {number}: {problem}", number=screen.key, problem=problem)


async def _loose(turn: Turn, sheet: Sheet, screen: Item, words: str, message_id: int) -> list[Filed]:
    """Write words that name no item with the one that was tapped: its answer where it has none yet, else its note.

    Returns what can be moved of it: a number or a text that is the answer itself fits no other item.
    """
    main = sheet.main(screen)
    spelt = spelt_out(sheet, main, words)
    if spelt is not None and not sheet.answered(screen):
        await enter_quickly(turn, sheet, screen, spelt, message_id)
        return [Filed(message_id, screen.key, spelt.choice or "", spelt.note)]
    if (main.kind in TYPED or main.kind == "text") and not sheet.answered(screen):
        value = read_typed(sheet, main, words) if main.kind in TYPED else words
        refuse_violation(turn, sheet, main, value)
        await write(turn, sheet, main, value, message_id)
        return []
    await add_note(turn, sheet, screen, words, message_id)
    return [Filed(message_id, screen.key, note=words)]
