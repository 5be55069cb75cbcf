"""Takes what an inspector sends while a checklist is open: words, numbers, photos, files, voice notes, places.

Whatever arrives lands on the item on screen, or on the one it names itself (``7 ✗ 记录缺失``), and the card says so
with an undo. Nothing sent is dropped without a sentence.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from forms import quick
from forms.canonical import InvalidAnswer
from forms.typed import typed
from handlers.chat import Attachment, Message, Place, Text
from handlers.checklist.card import Receipt, counted
from handlers.checklist.steps import advance, hold, opened, refuse_violation, show, show_overview, write
from handlers.errors import Unsuitable, UserError
from handlers.text import mark
from storage import evidence as evidences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forms.question import Question, Screen
    from forms.quick import Entry
    from handlers.sheet import Sheet
    from handlers.turn import Turn

_ADDRESS: Final = re.compile(r"^\s*(\d{1,2})(?:\s+|$)")
"""A caption that begins with a number on its own names the item: ``7 没有签到表``."""

_FILED: Final = re.compile(r"\s*\d{1,3}\s*[✅✓✔√❌✗✘×◐△]")
"""Words that were clearly meant for a numbered item, whether there is one or not."""

MAX_TEXT: Final = 4000
"""Characters of one answer; a chat message cannot be longer than 4096."""

MAX_FILE: Final = 20 * 1024 * 1024
"""Bytes; a bot cannot fetch more."""

NO_SUCH_ITEM = mark("No such item here: “{line}”. Nothing was changed.")
TOO_LONG = mark(
    "This is {length} characters long; {most} fit. Please send it in parts. What you sent before is all here."
)
FORWARDED = mark(
    "A forwarded message is not taken as your own words. To record it on item {number}, copy the text and send it."
)
TOO_LARGE = mark(
    "This file is {size} MB; {most} MB can be fetched. Please send a smaller copy or a photo of it. Nothing was lost."
)

NUMBER = mark("A number is asked for here, such as 12. Nothing was changed.")
WHOLE = mark("A whole number is asked for here, such as 12. Nothing was changed.")
RANGE = mark("This number is too large or too small to be true. Nothing was changed.")
DATE = mark("A date is asked for here, such as 2026-10-16 or “yesterday”. Nothing was changed.")
PROBLEMS: Final[Mapping[str, str]] = {
    "not_a_number": NUMBER,
    "not_an_integer": WHOLE,
    "out_of_range": RANGE,
    "not_a_date": DATE,
}
"""What to say when words cannot be read as what is asked, by the code of InvalidAnswer."""


async def message(turn: Turn, sent: Message) -> bool:
    """Take a message while the walk holds the chat."""
    sheet = await opened(turn, int(turn.state["visit"]))
    if isinstance(sent, Text):
        await _words(turn, sheet, sent)
    elif isinstance(sent, Attachment):
        await _attach(turn, sheet, sent)
    elif isinstance(sent, Place):
        await _place(turn, sheet, sent)
    else:
        raise Unsuitable
    return True


def _here(turn: Turn, sheet: Sheet) -> Screen:
    """Return the item on screen; after the overview, the one looked at before it."""
    at = turn.state.get("number")
    here = next((screen for screen in sheet.numbered() if screen.number == at), None)
    return here or sheet.next_open() or sheet.numbered()[-1]


# --- words ---


async def _words(turn: Turn, sheet: Sheet, sent: Text) -> None:
    words = sent.text.strip()
    if len(words) > MAX_TEXT:
        raise UserError(
            TOO_LONG,
            length=len(words),
            most=MAX_TEXT,
        )
    screen = _here(turn, sheet)
    if sent.forwarded:
        raise UserError(
            FORWARDED,
            number=screen.number,
        )
    if turn.state.get("mode") == "note":
        await _note(turn, sheet, screen, words, sent)
        return
    asking = sheet.form.questions.get(str(turn.state.get("asking", "")))
    if (
        asking is not None
        and asking.kind in {"integer", "decimal", "date"}
        and turn.state.get("number") == screen.number
    ):
        await _typed(turn, sheet, screen, asking, sent)
        return
    entries = quick.read(words, sheet.form, sheet.offered)
    if len(entries) == 1 and entries[0].number is not None and entries[0].choice is None and not entries[0].note:
        show(turn, sheet, sheet.screen(entries[0].number))
    elif any(entry.matched for entry in entries):
        await _burst(turn, sheet, entries, sent)
    else:
        await _here_or_note(turn, sheet, screen, words, sent)


async def _here_or_note(turn: Turn, sheet: Sheet, screen: Screen, words: str, sent: Text) -> None:
    """Take words that name no item: a choice spelt out, the answer to a text question, otherwise a note."""
    if _FILED.match(words):
        raise UserError(NO_SUCH_ITEM, line=_short(words))
    main = sheet.main(screen)
    spelt = spelt_out(sheet, main, words)
    if spelt is not None:
        await _burst(turn, sheet, [replace(spelt, number=screen.number, screen=screen)], sent)
    elif main.kind in {"integer", "decimal", "date"}:
        await _typed(turn, sheet, screen, main, sent)
    elif main.kind == "text":
        refuse_violation(turn, sheet, main, words)
        await write(turn, sheet, main, words, sent.message_id)
        advance(turn, sheet, screen, _receipt(turn, turn.t("Recorded: item {number}.", number=screen.number), sent))
    elif sheet.note(screen) is not None:
        await _note(turn, sheet, screen, words, sent)
    elif main.kind == "image":
        raise UserError(mark("A photo is asked for here. Please send one, or tap ▶ to go on. Nothing was changed."))
    else:
        raise UserError(mark("Please tap one of the answers. This item has no room for a note; nothing was changed."))


def spelt_out(sheet: Sheet, question: Question, words: str) -> Entry | None:
    """Return what words say that begin with a choice or its sign (``部分 台账未更新``), None when they do not."""
    if question.kind != "select_one":
        return None
    head, _, tail = words.partition(" ")
    found = quick.match(sheet.walk.choices(question.path), head, sheet.form.languages or ("",))
    return quick.Entry(words, choice=found.value, note=tail.strip()) if found is not None and not found.rest else None


async def _typed(turn: Turn, sheet: Sheet, screen: Screen, question: Question, sent: Text) -> None:
    """Take a typed number or date."""
    value = read_typed(sheet, question, sent.text)
    refuse_violation(turn, sheet, question, value)
    await write(turn, sheet, question, value, sent.message_id)
    label = sheet.walk.label(question.path, turn.speech.language)
    done = turn.t("Recorded: {label} {value}", label=label, value=value)
    advance(turn, sheet, screen, _receipt(turn, done, sent))


def read_typed(sheet: Sheet, question: Question, words: str) -> str:
    """Return the canonical value of a typed number or date, or raise the sentence that says what is asked."""
    try:
        return typed(question, words, now=sheet.now, language=sheet.language)
    except InvalidAnswer as error:
        raise UserError(PROBLEMS.get(error.code, NUMBER)) from error


async def _note(turn: Turn, sheet: Sheet, screen: Screen, words: str, sent: Message) -> None:
    """Put a sentence with an item; a second one goes under the first."""
    waited_for = sheet.answered(screen) and not sheet.complete(screen)
    await add_note(turn, sheet, screen, words, sent.message_id)
    hold(turn, sheet, screen, skipped=turn.state.get("skipped", []))
    done = turn.t("Note on item {number}: “{words}”", number=screen.number, words=_short(words))
    if waited_for:
        advance(turn, sheet, screen, _receipt(turn, done, sent))
    else:
        show(turn, sheet, screen, _receipt(turn, done, sent))


async def add_note(turn: Turn, sheet: Sheet, screen: Screen, words: str, message_id: int) -> None:
    """Append words to an item's note; UserError when the form has no room for them."""
    question = sheet.note(screen)
    if question is None:
        raise UserError(mark("Item {number} has no room for a note; nothing was changed."), number=screen.number)
    before = sheet.walk.value(question.path)
    value = f"{before}\n{words}" if before else words
    refuse_violation(turn, sheet, question, value)
    await write(turn, sheet, question, value, message_id)


async def _burst(turn: Turn, sheet: Sheet, entries: list[Entry], sent: Message) -> None:
    """File lines that name their items; one receipt for all of them."""
    filed: list[str] = []
    left: list[str] = []
    last = _here(turn, sheet)
    for entry in entries:
        screen = next((one for one in sheet.numbered() if one.number == entry.number), None)
        if screen is None or (entry.choice is None and not entry.note):
            left.append(entry.line)
            continue
        await enter_quickly(turn, sheet, screen, entry, sent.message_id)
        filed.append(str(screen.number))
        last = screen
    if not filed:
        raise UserError(NO_SUCH_ITEM, line=_short(left[0]))
    done = turn.t("Recorded: item {numbers}.", numbers="、".join(filed))
    if left:
        done += Markup("\n") + turn.t("Not understood: {lines}", lines="；".join(_short(line) for line in left))
    if last.number == turn.state.get("number"):
        advance(turn, sheet, last, _receipt(turn, done, sent))
    elif turn.state.get("mode") == "overview":
        show_overview(turn, sheet, _receipt(turn, done, sent))
    else:
        show(turn, sheet, _here(turn, sheet), _receipt(turn, done, sent))


async def enter_quickly(turn: Turn, sheet: Sheet, screen: Screen, entry: Entry, message_id: int) -> None:
    """Write what one quick-entry line says: the choice and, if there is more on the line, the note."""
    main = sheet.main(screen)
    if entry.choice is not None and sheet.walk.value(main.path) != entry.choice:
        refuse_violation(turn, sheet, main, entry.choice)
        await write(turn, sheet, main, entry.choice, message_id)
    if entry.note:
        await add_note(turn, sheet, screen, entry.note, message_id)


# --- evidence ---


async def _attach(turn: Turn, sheet: Sheet, sent: Attachment) -> None:
    """Lay a file with the item it belongs to: the one its caption names, its album's, or the one on screen."""
    if sent.size > MAX_FILE:
        raise UserError(
            TOO_LARGE,
            size=round(sent.size / 1024 / 1024),
            most=MAX_FILE // 1024 // 1024,
        )
    screen, entry = await _addressed(turn, sheet, sent)
    piece = evidences.Evidence(
        visit_id=sheet.visit.id,
        path=sheet.place(screen).path,
        kind=sent.kind,
        file_id=sent.file_id,
        unique_id=sent.unique_id,
        album_id=sent.album_id,
        name=sent.name,
        mime=sent.mime,
        size=sent.size,
        caption=sent.caption,
        sender_id=turn.who.id,
        sent_at=sent.at,
        chat_id=turn.chat_id,
        message_id=sent.message_id,
        forwarded=sent.forwarded,
    )
    await evidences.attach(turn.db, piece)
    turn.attached += 1
    note = entry.note if entry else sent.caption.strip()
    await _lay(turn, sheet, screen, piece, sent, entry, note)


async def _place(turn: Turn, sheet: Sheet, sent: Place) -> None:
    """Lay a place with the item on screen."""
    screen = _here(turn, sheet)
    piece = evidences.Evidence(
        visit_id=sheet.visit.id,
        path=sheet.place(screen).path,
        kind="place",
        latitude=sent.latitude,
        longitude=sent.longitude,
        sender_id=turn.who.id,
        sent_at=sent.at,
        chat_id=turn.chat_id,
        message_id=sent.message_id,
        forwarded=sent.forwarded,
    )
    await evidences.attach(turn.db, piece)
    await _lay(turn, sheet, screen, piece, sent, None, "")


async def _addressed(turn: Turn, sheet: Sheet, sent: Attachment) -> tuple[Screen, Entry | None]:
    """Return the screen a file is for, and what its caption answers there."""
    entries = quick.read(_ADDRESS.sub(r"#\1 ", sent.caption), sheet.form, sheet.offered)[:1]
    for screen in sheet.numbered():
        if entries and screen.number == entries[0].number:
            return screen, entries[0]
    if sent.album_id:
        for piece in sheet.evidence:
            if piece.album_id == sent.album_id:
                for one in sheet.numbered():
                    if any(question.path == piece.path for question in one.questions):
                        return one, None
    return _here(turn, sheet), None


async def _lay(
    turn: Turn,
    sheet: Sheet,
    screen: Screen,
    piece: evidences.Evidence,
    sent: Message,
    entry: Entry | None,
    note: str,
) -> None:
    """Bring the walk up to date with a new piece, write what came with it, and show where it went."""
    sheet.visit.open(turn.now)
    waited_for = sheet.answered(screen) and not sheet.complete(screen)
    sheet.evidence.append(piece)
    place = sheet.place(screen)
    if place.kind == "image" and piece.is_picture and not sheet.walk.value(place.path):
        sheet.walk.set(place.path, piece.filename)
    if entry is not None:
        await enter_quickly(turn, sheet, screen, entry, sent.message_id)
    elif note and sheet.note(screen) is not None:
        await add_note(turn, sheet, screen, note, sent.message_id)
    receipt = _receipt(turn, _stored(turn, sheet, screen, piece, note), sent)
    here = _here(turn, sheet)
    if screen is here and waited_for and turn.state.get("mode") != "overview":
        advance(turn, sheet, screen, receipt)
    elif turn.state.get("mode") == "overview":
        show_overview(turn, sheet, receipt)
    else:
        show(turn, sheet, here, receipt)


def _stored(turn: Turn, sheet: Sheet, screen: Screen, piece: evidences.Evidence, note: str) -> Markup:
    """Say what was stored and where: one line for a whole album."""
    album = [one for one in sheet.evidence if piece.album_id and one.album_id == piece.album_id] or [piece]
    what = counted(turn, piece.kind, len(album))
    if note:
        what += turn.t(", “{words}”", words=_short(note))
    if piece.forwarded:
        what += turn.t(" (forwarded)")
    return turn.t("Stored: item {number}, {what}", number=screen.number, what=what)


def _receipt(turn: Turn, text: Markup, sent: Message) -> Receipt:
    return Receipt(turn.t("✓ {text}", text=text), undo=sent.message_id)


def _short(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= 40 else flat[:39] + "…"  # noqa: PLR2004 - a line on a phone
