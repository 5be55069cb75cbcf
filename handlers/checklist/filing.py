"""Lays photos, files, voice notes and places with the item they belong to, and says where.

The item is the one a caption names, else the one the rest of the album lies with, else the one on screen. A piece is
laid down whatever becomes of the words that came with it. What has no item yet waits (see ``waiting``) and is taken in
when one is chosen (see ``intake``).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from forms.question import MEDIA
from handlers.checklist import lines, receipts, runs
from handlers.checklist.card import WHICH, Receipt, counted, which
from handlers.checklist.entry import add_note, enter_quickly, understood
from handlers.checklist.likely import instead, is_sure
from handlers.checklist.lines import Line
from handlers.checklist.pieces import described, keep, made, quoted, where_to
from handlers.checklist.placing import offer
from handlers.checklist.runs import Filed
from handlers.checklist.sharing import tell
from handlers.checklist.steps import advance, held, show, show_overview
from handlers.errors import UserError
from handlers.items import Item
from handlers.outline import GONE
from handlers.sheet import answers
from handlers.text import mark
from handlers.widgets.words import labelled
from storage.files import evidence as evidences
from storage.files import pictures

if TYPE_CHECKING:
    from handlers.chat import Attachment, Place
    from handlers.checklist.runs import Run
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from storage.files.evidence import Evidence

_ADDRESS: Final = re.compile(r"^\s*(\d{1,3}(?:\.\d{1,3})*)(?:\s+|$)")
"""A caption that begins with a number on its own names the item: ``7 没有签到表``."""

AS_A_FILE: Final = mark("Sent as a file, a picture keeps the time and place it was taken at.")

_NUMBERED: Final = re.compile(r"\s*[第#＃]?\s*(\d{1,3})(?:\.\d{1,3})*\s*[题项条]?\s*")
"""A caption that is nothing but the number of an item."""


async def attach(turn: Turn, sheet: Sheet, sent: Attachment | Place) -> None:
    """File what was just sent and show where it went."""
    piece = made(turn, sheet, described(sent))
    screen, entry = await addressed(turn, sheet, piece)
    lost = _lost(turn, sheet, piece) if screen is None else None
    sure = screen is not None and is_sure(piece.caption, entry.choice if entry is not None else None)
    run = await runs.going(turn, sheet, piece.message_id or 0, named=screen is not None)
    screen = screen or (await _beside(turn, sheet, run) if lost is None else None) or here(turn, sheet)
    if screen is None or lost is not None:
        keep(turn, sent)
        show_overview(turn, sheet, Receipt(where_to(turn), complaint=lost, drop=True))
        return
    asked = sheet.answered(screen) or sheet.main(screen).kind in MEDIA
    waited_for = asked and not sheet.complete(screen)
    before, meant = _standing(sheet, screen), instead(turn, sheet, here(turn, sheet), screen)
    problem = await lay(turn, sheet, screen, piece, entry)
    receipt = _receipt(turn, sheet, screen, piece, before, problem)
    filed, said = filed_as(turn, sheet, piece, screen, entry, before)
    run.add(replace(filed, screen=meant, sure=sure), said)
    if _alone(sheet, run, piece):
        receipt = receipts.with_moves(turn, sheet, run, receipt)
    else:
        if problem:
            run.remarks.append(str(turn.t("⚠ Item {number}: {problem}", number=screen.key, problem=problem)))
        receipt = receipts.receipt(turn, sheet, run)
    if await _advisable(turn, sheet, piece):
        receipt = replace(receipt, text=receipt.text + Markup("\n") + turn.t(AS_A_FILE))
    shown = sheet.find(held(turn, sheet).get("number")) or screen
    if held(turn, sheet).get("mode") == "overview":
        show_overview(turn, sheet, receipt)
    elif screen is shown and waited_for:
        advance(turn, sheet, screen, receipt)
    else:
        show(turn, sheet, shown, receipt)


async def _beside(turn: Turn, sheet: Sheet, run: Run) -> Item | None:
    """Return the item that a piece without words goes with: the one before it, when both came at once."""
    return runs.where(turn, sheet, run.filed[-1]) if run.filed and await runs.unread(turn, sheet) else None


def filed_as(
    turn: Turn, sheet: Sheet, piece: Evidence, screen: Item, entry: Line | None, before: str
) -> tuple[Filed, str]:
    """Return what a run remembers of a piece that was filed, and what its caption was understood to say."""
    note = entry.note if entry is not None else piece.caption.strip() if says_more(piece.caption) else ""
    line = Line(piece.caption, screen.number, screen, entry.choice if entry is not None else None, note)
    said = understood(turn, sheet, screen, line, before) if line.choice or note else ""
    choice, note = (line.choice or "", note) if not piece.forwarded else ("", "")
    return Filed(piece.message_id or 0, screen.key, choice, note, piece.kind), said


def _alone(sheet: Sheet, run: Run, piece: Evidence) -> bool:
    """Tell whether a run is one piece, or one album."""
    album = {one.message_id for one in album_of(sheet, [piece])} | {piece.message_id}
    return {one.message_id for one in run.filed} <= album


async def _advisable(turn: Turn, sheet: Sheet, piece: Evidence) -> bool:
    """Tell whether to say, once to a person, how a picture keeps its time and place: where these are of use."""
    if piece.kind != "photo" or any(
        one.kind == "photo" and one.sender_id == piece.sender_id for one in sheet.evidence if one is not piece
    ):
        return False  # the first of a visit is when it is said, if ever
    question = sheet.asked_for(piece.path)
    of_use = sheet.visit.unit.place is not None or (question is not None and question.kind == "image")
    return of_use and await pictures.advise(turn.db, turn.who.id, "as a file", turn.now)


# --- where it belongs ---


def read_caption(sheet: Sheet, caption: str, here: Item | None = None) -> tuple[Item | None, Line | None]:
    """Return the screen a caption names, and what it answers there."""
    first = lines.read(sheet, _ADDRESS.sub(r"#\1 ", caption), here)[:1]
    screen = sheet.find(first[0].key) if first and first[0].matched else None
    return (screen, first[0]) if screen is not None else (None, None)


def says_more(caption: str) -> bool:
    """Tell whether a caption says anything besides the number of an item."""
    return bool(caption.strip()) and _NUMBERED.fullmatch(caption) is None


def here(turn: Turn, sheet: Sheet) -> Item | None:
    """Return the item on screen; the overview shows none, nor does the list of a repeat."""
    if held(turn, sheet).get("mode") in {"overview", "more"}:
        return None
    number = held(turn, sheet).get("number")
    if number is not None:
        return sheet.find(number)  # none when it has been taken away: what is sent for it is no other item's
    following = sheet.next_open()
    return following if isinstance(following, Item) else None


def _lost(turn: Turn, sheet: Sheet, piece: Evidence) -> Markup | None:
    """Return what to say of a caption that is only a number, when no item here has it."""
    named = lines.alone(piece.caption)
    if named is None or piece.forwarded:
        return None
    key, number = named[0], int(named[0].partition(".")[0])
    if key != str(number):
        return turn.t(GONE, number=key) if sheet.removed(key) else turn.t("There is no item {number}.", number=key)
    if sheet.alike(number):
        return turn.t(WHICH, **which(turn, sheet, number))
    if any(one.number == number for one in sheet.spared()):
        return turn.t("Item {number} does not apply to this unit.", number=number)
    return turn.t("There is no item {number}.", number=number)


async def addressed(turn: Turn, sheet: Sheet, piece: Evidence) -> tuple[Item | None, Line | None]:
    """Return the screen that a piece itself says it is for, and what its caption answers there."""
    screen, entry = read_caption(sheet, "" if piece.forwarded else piece.caption, here(turn, sheet))
    if screen is not None:
        return screen, entry
    if piece.album_id:
        for one in await evidences.by_album(turn.db, turn.chat_id, piece.album_id):
            found = screen_of(sheet, one.path) if one.visit_id == sheet.visit.id else None
            if found is not None:
                return found, None
    return None, None


def screen_of(sheet: Sheet, path: str) -> Item | None:
    """Return the item with which what is stored under a path lies."""
    return sheet.item_at(path)


async def lay(turn: Turn, sheet: Sheet, screen: Item, piece: Evidence, entry: Line | None) -> Markup | None:
    """Attach a piece to a screen and write what came with it; returns what could not be written, if anything."""
    sheet.visit.open(turn.now)
    state = held(turn, sheet)
    asking = sheet.placed(str(state.get("asking", ""))) if state.get("number") == screen.key else ""
    if entry is not None and piece.album_id:
        for one in album_of(sheet, [piece]):
            move(sheet, one, screen)
    together = [one for one in album_of(sheet, [piece]) if screen_of(sheet, one.path) is screen]
    path = together[0].path if together else sheet.stored(sheet.place(screen, piece, asking or "").path)
    piece.path = path
    piece.scan = any(sheet.stored(one.path) == path for one in sheet.codes(screen)) and piece.is_picture
    await evidences.attach(turn.db, piece)
    if piece.kind == "place":
        await pictures.put_in_line(turn.db, piece.id)  # to be compared with where the unit is
    turn.attached += piece.kind != "place"
    settle_in(sheet, piece)
    await tell(turn, sheet)
    await offer(turn, sheet, piece)
    return await _words(turn, sheet, screen, piece, entry)


def settle_in(sheet: Sheet, piece: Evidence) -> None:
    """Bring the sheet up to date with a piece that now lies with it."""
    sheet.evidence.append(piece)
    question = sheet.asked_for(piece.path)
    if question is not None and answers(question, piece) and not sheet.walk.value(question.path):
        sheet.put(question.path, piece.filename)


async def _words(turn: Turn, sheet: Sheet, screen: Item, piece: Evidence, entry: Line | None) -> Markup | None:
    """Write what a caption says. Somebody else's words stay with the piece and are nobody's answer."""
    note = "" if piece.forwarded or _NUMBERED.fullmatch(piece.caption) else piece.caption.strip()
    message_id = piece.message_id or 0
    try:
        if entry is not None:
            roomless = entry.note and sheet.note(screen) is None
            await enter_quickly(turn, sheet, screen, entry, message_id, noted=not roomless)
        elif note and sheet.note(screen) is not None:
            await add_note(turn, sheet, screen, note, message_id)
    except UserError as error:
        return turn.t(error.message, **error.values)
    return None


def album_of(sheet: Sheet, pieces: list[Evidence]) -> list[Evidence]:
    """Return the pieces of the sheet that came in one album with any of these."""
    albums = {(piece.chat_id, piece.album_id) for piece in pieces if piece.album_id}
    return [one for one in sheet.evidence if (one.chat_id, one.album_id) in albums]


def move(sheet: Sheet, piece: Evidence, screen: Item) -> None:
    """Lay a piece with another item."""
    if screen_of(sheet, piece.path) is screen:
        return
    before = sheet.asked_for(piece.path)
    sheet.evidence.remove(piece)
    if before is not None and answers(before, piece) and sheet.walk.value(before.path) == piece.filename:
        rest = [one for one in sheet.evidence if one.path == piece.path and answers(before, one)]
        sheet.put(before.path, rest[0].filename if rest else "")
    piece.path = sheet.stored(sheet.place(screen, piece).path)
    settle_in(sheet, piece)


# --- saying so ---


def _standing(sheet: Sheet, screen: Item) -> str:
    return sheet.walk.value(sheet.main(screen).path)


def _receipt(turn: Turn, sheet: Sheet, screen: Item, piece: Evidence, before: str, problem: Markup | None) -> Receipt:
    """Say what was stored and where: one line for a whole album. ``before`` is the answer there was before it."""
    album = album_of(sheet, [piece]) or [piece]
    what = counted(turn, piece.kind, len(album))
    said = quoted(turn, [_said(turn, sheet, one) for one in album])
    if said:
        what += turn.t(", {words}", words=said)
    if piece.forwarded:
        what += turn.t(" (forwarded)")
    if piece.scan:
        what += turn.t(". Reading the code …")
    text = turn.t("✓ Stored: item {numbers}, {what}", numbers=screen.key, what=what)
    now = _standing(sheet, screen)
    if before and now != before:
        text += Markup("\n") + turn.t("Answer changed from “{old}”.", old=_label(turn, sheet, screen, before))
    return Receipt(text, undo=piece.message_id or 0, complaint=problem)


def _said(turn: Turn, sheet: Sheet, piece: Evidence) -> str:
    """Return what a caption says besides the number of its item: the answer in the form's words, and the note."""
    screen, entry = (None, None) if piece.forwarded else read_caption(sheet, piece.caption)
    if screen is None or entry is None:
        return piece.caption
    return f"{_label(turn, sheet, screen, entry.choice)} {entry.note}" if entry.choice else entry.note


def _label(turn: Turn, sheet: Sheet, screen: Item, value: str) -> str:
    return labelled(turn.speech, sheet.walk, sheet.main(screen), value)
