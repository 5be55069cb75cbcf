"""Lays photos, files, voice notes and places with the item they belong to, and says where.

The item is the one a caption names, else the one the rest of the album lies with, else the one on screen. A piece is
laid down whatever becomes of the words that came with it. What has no item yet waits (see ``waiting``) and is let in
when one is chosen.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from forms import quick
from handlers.chat import Attachment, Place
from handlers.checklist.card import Receipt, counted
from handlers.checklist.entry import add_note, enter_quickly
from handlers.checklist.steps import advance, held, show, show_overview
from handlers.errors import UserError
from handlers.progress import brief, listed
from handlers.text import mark
from storage import evidence as evidences
from storage.evidence import Evidence

if TYPE_CHECKING:
    from forms.question import Screen
    from forms.quick import Entry
    from handlers.sheet import Sheet
    from handlers.turn import Turn

_ADDRESS: Final = re.compile(r"^\s*(\d{1,3})(?:\s+|$)")
"""A caption that begins with a number on its own names the item: ``7 没有签到表``."""

_NUMBERED: Final = re.compile(r"\s*[第#＃]?\s*(\d{1,3})\s*[题项条]?\s*")
"""A caption that is nothing but the number of an item."""

MAX_FILE: Final = 20 * 1024 * 1024
"""Bytes; a bot cannot fetch more."""

TOO_LARGE = mark(
    "This file is {size} MB; {most} MB can be fetched. Please send a smaller copy or a photo of it. Nothing was lost."
)

KEPT: Final = (
    "file_id", "unique_id", "album_id", "name", "mime", "size", "caption",
    "latitude", "longitude", "message_id", "forwarded",
)  # fmt: skip
"""What is kept of a message that brings a piece, besides its kind and time."""


def described(sent: Attachment | Place) -> dict[str, Any]:
    """Return a piece as plain data, as it can wait in a conversation; UserError when it can never be fetched."""
    if isinstance(sent, Attachment) and sent.size > MAX_FILE:
        raise UserError(TOO_LARGE, size=round(sent.size / 1024 / 1024), most=MAX_FILE // 1024 // 1024)
    kept = {name: value for name, value in asdict(sent).items() if name in KEPT and value}
    kind = sent.kind if isinstance(sent, Attachment) else "place"
    return kept | {"kind": kind, "at": sent.at.isoformat()}


async def attach(turn: Turn, sheet: Sheet, sent: Attachment | Place) -> None:
    """File what was just sent and show where it went."""
    piece = made(turn, sheet, described(sent))
    screen, entry = await _addressed(turn, sheet, piece)
    lost = _lost(turn, sheet, piece) if screen is None else None
    screen = screen or here(turn, sheet)
    if screen is None or lost is not None:
        turn.keep_waiting([*turn.waiting, described(sent)])
        told = [lost] if lost is not None else []
        show_overview(turn, sheet, Receipt(Markup("\n").join([*told, where_to(turn)])))
        return
    asked = sheet.answered(screen) or sheet.main(screen).kind == "image"
    waited_for = asked and not sheet.complete(screen)
    before = _standing(sheet, screen)
    problem = await _lay(turn, sheet, screen, piece, entry)
    receipt = _receipt(turn, sheet, screen, piece, entry, before, problem)
    shown = sheet.find(held(turn, sheet).get("number")) or screen
    if held(turn, sheet).get("mode") == "overview":
        show_overview(turn, sheet, receipt)
    elif screen is shown and waited_for:
        advance(turn, sheet, screen, receipt)
    else:
        show(turn, sheet, shown, receipt)


async def let_in(turn: Turn, sheet: Sheet, screen: Screen | None) -> Receipt | None:
    """File what waits: with the item its caption names, otherwise with this one; without one the rest waits on.

    The sheet is open for writing.
    """
    filed: list[dict[str, Any]] = []
    went: set[int] = set()
    left: list[dict[str, Any]] = []
    problems: list[Markup] = []
    for kept in turn.waiting:
        piece = made(turn, sheet, kept)
        found, entry = await _addressed(turn, sheet, piece)
        place = found or screen
        if place is None:
            left.append(kept)
            continue
        problem = await _lay(turn, sheet, place, piece, entry)
        problems += [problem] if problem else []
        filed.append(kept)
        went.add(place.number or 0)
    turn.keep_waiting(left)
    if not filed:
        return Receipt(where_to(turn)) if left else None
    done = turn.t("✓ Stored: item {numbers}, {what}", numbers=listed(turn, sorted(went)), what=summed(turn, filed))
    ids = [kept["message_id"] for kept in filed]
    text = Markup("\n").join([done, *problems, *([where_to(turn)] if left else [])])
    return Receipt(text, undo=min(ids), until=max(ids))


def summed(turn: Turn, pieces: list[dict[str, Any]]) -> str:
    """Return how many pieces of each kind these are, in words."""
    kinds = Counter(kept["kind"] for kept in pieces)
    return listed(turn, (counted(turn, kind, count) for kind, count in kinds.items()))


def where_to(turn: Turn) -> Markup:
    """Ask which item what waits belongs to."""
    return turn.t("{what} not filed yet. Tap the item it belongs to.", what=summed(turn, turn.waiting))


def made(turn: Turn, sheet: Sheet, kept: dict[str, Any], path: str = "") -> Evidence:
    """Make the record of a piece from what was kept of its message."""
    fields = {name: kept[name] for name in KEPT if name in kept}
    return Evidence(
        visit_id=sheet.visit.id,
        path=path,
        kind=kept["kind"],
        sender_id=turn.who.id,
        sent_at=datetime.fromisoformat(kept["at"]),
        chat_id=turn.chat_id,
        **fields,
    )


# --- where it belongs ---


def read_caption(sheet: Sheet, caption: str) -> tuple[Screen | None, Entry | None]:
    """Return the screen a caption names, and what it answers there."""
    first = quick.read(_ADDRESS.sub(r"#\1 ", caption), sheet.form, sheet.offered)[:1]
    screen = sheet.find(first[0].number) if first and first[0].matched else None
    return (screen, first[0]) if screen is not None else (None, None)


def here(turn: Turn, sheet: Sheet) -> Screen | None:
    """Return the item on screen; the overview shows none."""
    if held(turn, sheet).get("mode") == "overview":
        return None
    return sheet.find(held(turn, sheet).get("number")) or sheet.next_open()


def _lost(turn: Turn, sheet: Sheet, piece: Evidence) -> Markup | None:
    """Return what to say of a caption that is only a number, when no item here has it."""
    named = _NUMBERED.fullmatch(piece.caption)
    if named is None or piece.forwarded:
        return None
    number = int(named[1])
    if any(one.number == number for one in sheet.form.screens):
        return turn.t("Item {number} does not apply to this unit.", number=number)
    return turn.t("There is no item {number}.", number=number)


async def _addressed(turn: Turn, sheet: Sheet, piece: Evidence) -> tuple[Screen | None, Entry | None]:
    """Return the screen that a piece itself says it is for, and what its caption answers there."""
    screen, entry = read_caption(sheet, "" if piece.forwarded else piece.caption)
    if screen is not None:
        return screen, entry
    if piece.album_id:
        for one in await evidences.by_album(turn.db, turn.chat_id, piece.album_id):
            found = screen_of(sheet, one.path) if one.visit_id == sheet.visit.id else None
            if found is not None:
                return found, None
    return None, None


def screen_of(sheet: Sheet, path: str) -> Screen | None:
    """Return the screen a question stands on."""
    return next((one for one in sheet.numbered() if any(each.path == path for each in one.questions)), None)


async def _lay(turn: Turn, sheet: Sheet, screen: Screen, piece: Evidence, entry: Entry | None) -> Markup | None:
    """Attach a piece to a screen and write what came with it; returns what could not be written, if anything."""
    sheet.visit.open(turn.now)
    state = held(turn, sheet)
    asking = str(state.get("asking", "")) if state.get("number") == screen.number else ""
    if entry is not None and piece.album_id:
        for one in album_of(sheet, [piece]):
            move(sheet, one, screen)
    together = [one for one in album_of(sheet, [piece]) if screen_of(sheet, one.path) is screen]
    place = sheet.form.questions[together[0].path] if together else sheet.place(screen, asking)
    piece.path = place.path
    await evidences.attach(turn.db, piece)
    turn.attached += piece.kind != "place"
    settle_in(sheet, piece)
    return await _words(turn, sheet, screen, piece, entry)


def settle_in(sheet: Sheet, piece: Evidence) -> None:
    """Bring the sheet up to date with a piece that now lies with it."""
    sheet.evidence.append(piece)
    question = sheet.form.questions.get(piece.path)
    pictured = question is not None and question.kind == "image" and piece.is_picture and piece.is_usable
    if pictured and not sheet.walk.value(piece.path):
        sheet.walk.set(piece.path, piece.filename)


async def _words(turn: Turn, sheet: Sheet, screen: Screen, piece: Evidence, entry: Entry | None) -> Markup | None:
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


def move(sheet: Sheet, piece: Evidence, screen: Screen) -> None:
    """Lay a piece with another item."""
    if screen_of(sheet, piece.path) is screen:
        return
    before = sheet.form.questions.get(piece.path)
    sheet.evidence.remove(piece)
    if before is not None and before.kind == "image" and sheet.walk.value(before.path) == piece.filename:
        rest = [one for one in sheet.evidence if one.path == before.path and one.is_picture and one.is_usable]
        sheet.walk.set(before.path, rest[0].filename if rest else "")
    piece.path = sheet.place(screen).path
    settle_in(sheet, piece)


# --- saying so ---


def _standing(sheet: Sheet, screen: Screen) -> str:
    return sheet.walk.value(sheet.main(screen).path)


def _receipt(
    turn: Turn, sheet: Sheet, screen: Screen, piece: Evidence, entry: Entry | None, before: str, problem: Markup | None
) -> Receipt:
    """Say what was stored and where: one line for a whole album. ``before`` is the answer there was before it."""
    album = album_of(sheet, [piece]) or [piece]
    what = counted(turn, piece.kind, len(album))
    words = piece.caption
    if entry is not None:
        words = f"{_label(turn, sheet, screen, entry.choice)} {entry.note}" if entry.choice else entry.note
    if words.strip():
        what += turn.t(", “{words}”", words=brief(words))
    if piece.forwarded:
        what += turn.t(" (forwarded)")
    text = turn.t("✓ Stored: item {numbers}, {what}", numbers=screen.number, what=what)
    now = _standing(sheet, screen)
    if before and now != before:
        text += Markup("\n") + turn.t("Answer changed from “{old}”.", old=_label(turn, sheet, screen, before))
    if problem:
        text += Markup("\n") + problem
    return Receipt(text, undo=piece.message_id or 0)


def _label(turn: Turn, sheet: Sheet, screen: Screen, value: str) -> str:
    labels = {one.value: one.label(turn.speech.language) for one in sheet.main(screen).choices}
    return labels.get(value, value)
