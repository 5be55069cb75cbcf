"""Puts right what was filed with the wrong item: by one tap on its receipt, or in the list of what came together.

What moves is the piece with what it said: its answer and its note go with it, and come back with it. Nothing is
deleted: the answer that was there before stands again, what was written stays in the history, and the caption stays
with the picture as it was sent. Where something is likelier meant to go is ``likely``'s to say.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.chat import Button
from handlers.checklist import differing, likely, receipts, runs
from handlers.checklist.card import counted
from handlers.checklist.entry import joined
from handlers.checklist.filing import move as lay_with
from handlers.checklist.filing import read_caption, screen_of
from handlers.checklist.likely import NO_ROOM, Lot
from handlers.checklist.mending import before
from handlers.checklist.overview import MOST, columns
from handlers.checklist.runs import Filed
from handlers.checklist.sharing import tell
from handlers.checklist.steps import opened, show, show_again, write
from handlers.errors import Stale, UserError
from handlers.journey import data, number, word
from handlers.progress import brief, headline, listed
from handlers.text import mark
from storage.visit import visits

if TYPE_CHECKING:
    from handlers.checklist.runs import Run
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from storage.files.evidence import Evidence

SHOWN: Final = 8
"""Things on one page of the list: a row of buttons each."""

_PLACES: Final = re.compile(r"m(\d{1,3})(?:-(\d{1,3}))?")

GONE = mark("There is nothing left to move here; look under 📎 of the item.")


async def wrong(turn: Turn, args: tuple[str, ...]) -> None:
    """List what was filed one after the other, each with buttons that move it."""
    sheet = await opened(turn, number(args, 0), to_write=False)
    if not runs.of(turn, sheet).filed:
        _gone(turn, sheet)
        return
    _list(turn, sheet, number(args, 1) if len(args) > 1 else 0)


def _gone(turn: Turn, sheet: Sheet) -> None:
    turn.toast(turn.label(GONE), alert=True)
    show_again(turn, sheet)


def _list(turn: Turn, sheet: Sheet, page: int) -> None:
    run, visit = runs.of(turn, sheet), sheet.visit.id
    every = likely.lots(turn, sheet, run)
    last = max(0, (len(every) - 1) // SHOWN)
    page = min(page, last)
    lines = [headline(turn, sheet) + Markup("\n"), turn.t("Which one lies with the wrong item? One tap moves it.")]
    rows = []
    for at, lot in enumerate(every[page * SHOWN : (page + 1) * SHOWN], page * SHOWN + 1):
        lines.append(turn.t("{at}. item {number}: {what}", at=at, number=lot.item.key, what=_said(turn, sheet, lot)))
        what = (visit, lot.name, lot.message_id)
        row = [
            Button(
                turn.label("{at} → item {number}", at=at, number=each.key), data("checklist", "moveto", *what, each.key)
            )
            for each in likely.others(turn, sheet, run, lot)
        ]
        label = turn.label("{at} → …", at=at) if not row else "…"
        rows.append((*row, Button(label, data("checklist", "move", *what))))
    turn.card(Markup("\n").join(lines), (*rows, _ends(turn, visit, page, last)))


def _ends(turn: Turn, visit: int, page: int, last: int) -> tuple[Button, ...]:
    """Return the row under the list: the pages before and after, and the way back."""
    row = [Button(turn.label("◀ Back"), data("checklist", "moved", visit))]
    if page:
        row.append(Button(f"◀ {page}", data("checklist", "wrong", visit, page - 1)))
    if page < last:
        row.append(Button(f"{page + 2} ▶", data("checklist", "wrong", visit, page + 1)))
    return tuple(row)


def _said(turn: Turn, sheet: Sheet, lot: Lot) -> Markup:
    """Return what something is, as its sender knows it."""
    notes = [one.note for one in lot.pieces if one.note]
    choice = next((one.choice for one in lot.pieces if one.choice), "")
    words = turn.label("“{line}”", line=brief(notes[0], 24)) if notes else ""
    what = (sheet.sign(lot.item, choice) if choice else "") + words
    kinds = Counter(one.kind for one in lot.pieces if one.kind != "text")
    pieces = listed(turn, (counted(turn, kind, count) for kind, count in kinds.items()))
    return Markup.escape(" ".join(filter(None, (pieces, what))))


async def moved(turn: Turn, args: tuple[str, ...]) -> None:
    """Show what was on screen before, with the receipt as it reads now."""
    sheet = await opened(turn, number(args, 0), to_write=False)
    run = runs.of(turn, sheet)
    show_again(turn, sheet, receipts.receipt(turn, sheet, run) if run.filed else None)


async def move(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask which item a piece belongs to."""
    sheet = await opened(turn, number(args, 0))
    lot = _meant(turn, sheet, args)
    if lot is None:
        _gone(turn, sheet)
        return
    visit, item = sheet.visit.id, lot.item
    others = [each for each in sheet.numbered() if each.key != item.key][:MOST]
    what = (visit, word(args, 1), number(args, 2))
    buttons = [
        Button(f"{each.key}{sheet.symbol(each)}", data("checklist", "moveto", *what, each.key)) for each in others
    ]
    across = columns(len(buttons))
    rows = [tuple(buttons[at : at + across]) for at in range(0, len(buttons), across)]
    said = _said(turn, sheet, lot)
    text = turn.t("Item {number}, {what}: which item does it belong to?", number=item.key, what=said)
    page = _page(turn, sheet, lot)
    leave = data("checklist", "wrong", visit, page) if _in_run(args) else data("checklist", "evidence", visit, item.key)
    last = (Button(turn.label("Leave it there"), leave),)
    turn.card(headline(turn, sheet) + Markup("\n\n") + text, (*rows, last))


def _page(turn: Turn, sheet: Sheet, lot: Lot) -> int:
    """Return the page of the list that something stands on."""
    every = likely.lots(turn, sheet, runs.of(turn, sheet))
    return next((at for at, one in enumerate(every) if one.first == lot.first), 0) // SHOWN


def _in_run(args: tuple[str, ...]) -> bool:
    return word(args, 1).startswith("m")


def _meant(turn: Turn, sheet: Sheet, args: tuple[str, ...]) -> Lot | None:
    """Return what a button is about, and where it lies: ``m`` some of the run, ``e`` one of the evidence.

    None when it is a run that nobody remembers any more; Stale for anything else that is not there.
    """
    which, message_id = word(args, 1), number(args, 2)
    if _in_run(args):
        places, run = _PLACES.fullmatch(which), runs.of(turn, sheet)
        if not run.filed:
            return None
        lot = likely.lot_of(turn, sheet, run, int(places[1]), int(places[2] or places[1])) if places else None
    else:
        piece = next((each for each in sheet.evidence if each.id == number((which[1:],), 0)), None)
        lot = _of_piece(sheet, piece) if piece is not None else None
    if lot is None or lot.message_id != message_id:
        raise Stale
    return lot


def _of_piece(sheet: Sheet, piece: Evidence) -> Lot | None:
    item = screen_of(sheet, piece.path)
    if item is None:
        return None
    named, entry = (None, None) if piece.forwarded else read_caption(sheet, piece.caption)
    note = entry.note if named is not None and entry is not None else piece.caption.strip()
    choice = entry.choice or "" if named is not None and entry is not None else ""
    one = Filed(piece.message_id or 0, item.key, choice, "" if piece.forwarded else note, piece.kind)
    return Lot(0, 0, (one,), item)


async def shift(turn: Turn, args: tuple[str, ...]) -> None:
    """Move something by one tap on its receipt; the card stays, and the next tap may bring it back."""
    sheet = await opened(turn, number(args, 0))
    lot = _meant(turn, sheet, args)
    if lot is None:
        _gone(turn, sheet)
        return
    run = await _moved(turn, sheet, lot, sheet.screen(word(args, 3)))
    show_again(turn, sheet, receipts.receipt(turn, sheet, run))


async def moveto(turn: Turn, args: tuple[str, ...]) -> None:
    """Move something, with what it said, to another item."""
    sheet = await opened(turn, number(args, 0))
    lot, new = _meant(turn, sheet, args), sheet.screen(word(args, 3))
    if lot is None:
        _gone(turn, sheet)
        return
    if _in_run(args):
        page = _page(turn, sheet, lot)
        runs.keep(turn, await _moved(turn, sheet, lot, new))
        _list(turn, sheet, page)
        return
    pieces = [piece for piece in sheet.evidence if f"e{piece.id}" == word(args, 1)]
    await _carry(turn, sheet, lot, lot.pieces[0], pieces, new)
    _say(turn, lot, new)
    await tell(turn, sheet)
    show(turn, sheet, new)


def _say(turn: Turn, lot: Lot, new: Item) -> None:
    turn.toast(turn.label("✓ Moved from item {old} to item {new}.", old=lot.item.key, new=new.key))


async def _moved(turn: Turn, sheet: Sheet, lot: Lot, new: Item) -> Run:
    """Move some of the run; returns the run as it is then."""
    run = runs.of(turn, sheet)
    if new.key == lot.item.key:  # tapped twice
        return run
    for at, one in enumerate(lot.pieces, lot.first):
        run.filed[at] = await _carry(turn, sheet, lot, one, runs.pieces_of(turn, sheet, one), new)
    run.moved = (lot.first, lot.last) if run.filed[lot.first].was else None  # brought back, it is as it was
    for item in (lot.item, new):
        _say_again(turn, sheet, run, item)
    _say(turn, lot, new)
    await tell(turn, sheet)
    return run


async def _carry(turn: Turn, sheet: Sheet, lot: Lot, one: Filed, pieces: list[Evidence], new: Item) -> Filed:
    """Take one message with its pieces, answer and words to another item; returns what is to be remembered of it."""
    choice = likely.choice_there(turn, sheet, one, lot.item, new)
    behind = not await _take_words(turn, sheet, one, lot.item) and not one.beside
    for piece in pieces:
        lay_with(sheet, piece, new)
    sheet.evidence.sort(key=lambda each: each.id)
    returns = one.was == new.key
    beside = await _put_words(turn, sheet, one, choice, new, behind=returns and one.behind)
    was = "" if returns else lot.item.key
    return replace(one, key=new.key, choice=choice, was=was, beside=beside, behind=behind and bool(was))


def _say_again(turn: Turn, sheet: Sheet, run: Run, item: Item) -> None:
    """Bring up to date what a run says of an item that something was moved to or from."""
    there = [one for one in run.filed if one.key == item.key]
    choice = next((one.choice for one in reversed(there) if one.choice), "")
    notes = [turn.label("“{line}”", line=brief(one.note)) for one in there if one.note]
    run.said.pop(item.key, None)
    if choice or notes:
        run.said[item.key] = item.key + (sheet.sign(item, choice) if choice else "") + "".join(notes)


async def _take_words(turn: Turn, sheet: Sheet, one: Filed, item: Item) -> bool:
    """Take back what was written with an item because of a piece; tells whether its answer stood as it was written."""
    main, note = sheet.main(item), sheet.note(item)
    standing = sheet.standing(main)
    given = {each.id: each for each in await visits.by_messages(turn.db, turn.chat_id, [one.message_id])}
    stood = bool(one.choice) and standing is not None and standing.id in given and standing.value == one.choice
    if stood and standing is not None:
        await write(turn, sheet, main, await before(turn, given[standing.id]))
    words = joined(one.beside, one.note)
    if words and note is not None:
        value = sheet.walk.value(note.path)
        rest = _without(value, words)
        if rest != value:
            await write(turn, sheet, note, rest)
    return stood


def _without(value: str, words: str) -> str:
    """Return a note without words that stand in it on lines of their own, the last time they do."""
    lines, gone = value.split("\n"), words.split("\n")
    for at in range(len(lines) - len(gone), -1, -1):
        if lines[at : at + len(gone)] == gone:
            return "\n".join([*lines[:at], *lines[at + len(gone) :]])
    return value


async def _put_words(turn: Turn, sheet: Sheet, one: Filed, choice: str, item: Item, *, behind: bool) -> str:
    """Write with an item what a piece says; returns what was noted besides, where a colleague's answer stands.

    ``behind``: its answer did not stand there before it was moved away, and gives way to the one that stands now.
    """
    main, beside = sheet.main(item), ""
    if behind and sheet.walk.value(main.path):
        pass
    elif choice and differing.earlier(turn, sheet, main, choice) is not None:  # a colleague's answer stands
        await differing.set_aside(turn, sheet, main, choice)
        beside = differing.as_note(turn, sheet, main, choice)
    elif choice and sheet.walk.value(main.path) != choice:
        await write(turn, sheet, main, choice, one.message_id)
    note, words = sheet.note(item), joined(beside, one.note)  # there may be room for one only now
    if words and note is None and one.kind == "text":
        raise UserError(NO_ROOM, number=item.key)
    if words and note is not None:
        await write(turn, sheet, note, joined(sheet.walk.value(note.path), words), one.message_id)
    return beside
