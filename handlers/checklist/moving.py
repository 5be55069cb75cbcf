"""Puts right what was filed with the wrong item: a list of what came together, a tap on the piece, a tap on the item.

What moves is the piece with what it said: its answer and its note go with it. Nothing is deleted: the answer that was
there before stands again, what was written stays in the history, and the caption stays with the picture as it was sent.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.chat import Button
from handlers.checklist import differing, runs
from handlers.checklist.card import counted
from handlers.checklist.entry import joined
from handlers.checklist.filing import move as lay_with
from handlers.checklist.filing import read_caption, screen_of
from handlers.checklist.mending import before
from handlers.checklist.overview import MOST, columns
from handlers.checklist.runs import Filed
from handlers.checklist.sharing import tell
from handlers.checklist.steps import opened, refuse_violation, show, show_again, write
from handlers.errors import Stale, UserError
from handlers.journey import data, number, word
from handlers.progress import brief, headline
from handlers.text import mark
from storage.visit import visits

if TYPE_CHECKING:
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from storage.files.evidence import Evidence

ACROSS: Final = 6
"""Numbers of pieces in a row."""

NO_SUCH_ANSWER = mark("Item {number} has no answer “{answer}”; please answer it yourself. Nothing was moved.")

NO_ROOM = mark("Item {number} has no room for a note; nothing was moved.")


async def wrong(turn: Turn, args: tuple[str, ...]) -> None:
    """List what was filed one after the other, each with a button that moves it."""
    sheet = await opened(turn, number(args, 0), to_write=False)
    if not runs.of(turn, sheet).filed:
        turn.toast(turn.label("There is nothing left to move here; look under 📎 of the item."), alert=True)
        show_again(turn, sheet)
        return
    _list(turn, sheet)


def _list(turn: Turn, sheet: Sheet) -> None:
    run, visit = runs.of(turn, sheet), sheet.visit.id
    lines = [headline(turn, sheet) + Markup("\n"), turn.t("Which one lies with the wrong item? Tap its number.")]
    buttons = []
    for at, one in enumerate(run.filed):
        item = runs.where(turn, sheet, one)
        if item is None:
            continue
        lines.append(
            turn.t("{at}. item {number}: {what}", at=at + 1, number=item.key, what=_said(turn, sheet, one, item))
        )
        buttons.append(Button(str(at + 1), data("checklist", "move", visit, f"m{at}", one.message_id)))
    rows = [tuple(buttons[at : at + ACROSS]) for at in range(0, len(buttons), ACROSS)]
    back = (Button(turn.label("◀ Back"), data("checklist", "moved", visit)),)
    turn.card(Markup("\n").join(lines), (*rows, back))


def _said(turn: Turn, sheet: Sheet, one: Filed, item: Item) -> Markup:
    """Return what a piece or line is, as its sender knows it."""
    words = turn.label("“{line}”", line=brief(one.note, 24)) if one.note else ""
    sign = sheet.sign(item, one.choice) if one.choice else ""
    what = sign + words
    if one.kind == "text":
        return Markup.escape(what)
    return counted(turn, one.kind, 1) + (Markup(" ") + what if what else Markup(""))


async def moved(turn: Turn, args: tuple[str, ...]) -> None:
    """Show what was on screen before."""
    show_again(turn, await opened(turn, number(args, 0), to_write=False))


async def move(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask which item a piece belongs to."""
    sheet = await opened(turn, number(args, 0))
    one, item = _meant(turn, sheet, args)
    visit, what = sheet.visit.id, (word(args, 1), number(args, 2))
    others = [each for each in sheet.numbered() if each.key != item.key][:MOST]
    buttons = [
        Button(f"{each.key}{sheet.symbol(each)}", data("checklist", "moveto", visit, *what, each.key))
        for each in others
    ]
    across = columns(len(buttons))
    rows = [tuple(buttons[at : at + across]) for at in range(0, len(buttons), across)]
    said = _said(turn, sheet, one, item)
    text = turn.t("Item {number}, {what}: which item does it belong to?", number=item.key, what=said)
    leave = data("checklist", "wrong", visit) if _in_run(args) else data("checklist", "evidence", visit, item.key)
    last = (Button(turn.label("Leave it there"), leave),)
    turn.card(headline(turn, sheet) + Markup("\n\n") + text, (*rows, last))


def _in_run(args: tuple[str, ...]) -> bool:
    return word(args, 1).startswith("m")


def _meant(turn: Turn, sheet: Sheet, args: tuple[str, ...]) -> tuple[Filed, Item]:
    """Return what a button is about, and where it lies: ``m`` one of the run, ``e`` one of the evidence."""
    which, message_id = word(args, 1), number(args, 2)
    if _in_run(args):
        filed, at = runs.of(turn, sheet).filed, number((which[1:],), 0)
        one = filed[at] if 0 <= at < len(filed) and filed[at].message_id == message_id else None
    else:
        piece = next((each for each in sheet.evidence if each.id == number((which[1:],), 0)), None)
        one = _as_filed(sheet, piece) if piece is not None and piece.message_id == message_id else None
    item = runs.where(turn, sheet, one) if one is not None else None
    if item is None and not _in_run(args) and one is not None:
        item = sheet.find(one.key)
    if one is None or item is None:
        raise Stale
    return one, item


def _as_filed(sheet: Sheet, piece: Evidence) -> Filed | None:
    item = screen_of(sheet, piece.path)
    if item is None:
        return None
    named, entry = (None, None) if piece.forwarded else read_caption(sheet, piece.caption)
    note = entry.note if named is not None and entry is not None else piece.caption.strip()
    choice = entry.choice or "" if named is not None and entry is not None else ""
    return Filed(piece.message_id or 0, item.key, choice, "" if piece.forwarded else note, piece.kind)


async def moveto(turn: Turn, args: tuple[str, ...]) -> None:
    """Move a piece, with what it said, to another item."""
    sheet = await opened(turn, number(args, 0))
    one, old = _meant(turn, sheet, args)
    new = sheet.screen(word(args, 3))
    choice = _fitting(turn, sheet, one, old, new)
    await _take_words(turn, sheet, one, old)
    pieces = runs.pieces_of(turn, sheet, one)
    if not _in_run(args):
        pieces = [piece for piece in sheet.evidence if f"e{piece.id}" == word(args, 1)]
    for piece in pieces:
        lay_with(sheet, piece, new)
    sheet.evidence.sort(key=lambda each: each.id)
    await tell(turn, sheet)
    await _put_words(turn, sheet, one, choice, new)
    turn.toast(turn.label("✓ Moved from item {old} to item {new}.", old=old.key, new=new.key))
    if not _in_run(args):
        show(turn, sheet, new)
        return
    run = runs.of(turn, sheet)
    at = number((word(args, 1)[1:],), 0)
    run.filed[at] = replace(one, key=new.key, choice=choice)
    runs.keep(turn, run)
    _list(turn, sheet)


def _fitting(turn: Turn, sheet: Sheet, one: Filed, old: Item, new: Item) -> str:
    """Return the answer of another item that a choice is there, '' for none; UserError when it has none like it."""
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


async def _take_words(turn: Turn, sheet: Sheet, one: Filed, item: Item) -> None:
    """Take back what was written with an item because of a piece, where it stands as it was written."""
    main, note = sheet.main(item), sheet.note(item)
    standing = sheet.standing(main)
    given = {each.id: each for each in await visits.by_messages(turn.db, turn.chat_id, [one.message_id])}
    if one.choice and standing is not None and standing.id in given and standing.value == one.choice:
        await write(turn, sheet, main, await before(turn, given[standing.id]))
    if one.note and note is not None:
        value = sheet.walk.value(note.path)
        rest = _without(value, one.note)
        if rest != value:
            await write(turn, sheet, note, rest)


def _without(value: str, words: str) -> str:
    """Return a note without words that stand in it on lines of their own, the last time they do."""
    lines, gone = value.split("\n"), words.split("\n")
    for at in range(len(lines) - len(gone), -1, -1):
        if lines[at : at + len(gone)] == gone:
            return "\n".join([*lines[:at], *lines[at + len(gone) :]])
    return value


async def _put_words(turn: Turn, sheet: Sheet, one: Filed, choice: str, item: Item) -> None:
    main, words = sheet.main(item), one.note
    if choice and differing.earlier(turn, sheet, main, choice) is not None:  # a colleague's answer stands
        await differing.set_aside(turn, sheet, main, choice)
        words = joined(differing.as_note(turn, sheet, main, choice), words)
    elif choice and sheet.walk.value(main.path) != choice:
        await write(turn, sheet, main, choice, one.message_id)
    note = sheet.note(item)  # there may be room for one only now
    if words and note is None and one.kind == "text":
        raise UserError(NO_ROOM, number=item.key)
    if words and note is not None:
        await write(turn, sheet, note, joined(sheet.walk.value(note.path), words), one.message_id)
