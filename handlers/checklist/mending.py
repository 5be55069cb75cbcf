"""Takes things back: undo by button, a message edited afterwards, a photo removed.

Nothing is deleted: an answer is superseded by the one before it, a photo is marked removed, both stay in the history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from forms import quick
from handlers.chat import Attachment, Button, Message, Say, Text
from handlers.checklist.card import Receipt, counted
from handlers.checklist.sending import NO_SUCH_ITEM, enter_quickly, read_typed, spelt_out
from handlers.checklist.steps import hold, opened, refuse_violation, show, show_overview, write
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.progress import header, item_title
from handlers.sheet import pictures
from handlers.text import mark
from storage import evidence as evidences
from storage import visits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forms.question import Question, Screen
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from storage.visits import Answer


async def undo(turn: Turn, args: tuple[str, ...]) -> None:
    """Take back all that one message brought: its answers, its notes, its files (a whole album)."""
    sheet = await opened(turn, number(args, 0))
    message_id = number(args, 1)
    written = [
        one for one in await visits.by_message(turn.db, turn.chat_id, message_id) if one.visit_id == sheet.visit.id
    ]
    sent = [piece for piece in sheet.evidence if (piece.chat_id, piece.message_id) == (turn.chat_id, message_id)]
    albums = {piece.album_id for piece in sent if piece.album_id}
    pieces = [piece for piece in sheet.evidence if piece in sent or piece.album_id in albums]
    standing = [one for one in written if sheet.seen(one.path) == one.id]
    if not standing and not pieces:
        turn.toast(turn.label("There is nothing left to undo here; it has been changed since."), alert=True)
        return
    for one in reversed(standing):
        question = sheet.form.questions.get(one.path)
        if question is not None:
            await write(turn, sheet, question, await _before(turn, one))
    for piece in pieces:
        piece.remove(turn.who, turn.now, why="undone")
    _forget(sheet, pieces)
    turn.toast(turn.label("Undone."))
    _show_again(turn, sheet)


async def _before(turn: Turn, answer: Answer) -> str:
    """Return what stood before an answer."""
    history = await visits.history(turn.db, answer.visit_id, answer.path)
    earlier = [one for one in history if one.id < answer.id]
    return earlier[-1].value if earlier else ""


def _forget(sheet: Sheet, pieces: list[evidences.Evidence]) -> None:
    """Take removed pieces out of the sheet and let the picture questions fall back to what is left."""
    sheet.evidence = [piece for piece in sheet.evidence if piece not in pieces]
    left = pictures(sheet.form, sheet.evidence)
    for path in {piece.path for piece in pieces}:
        question = sheet.form.questions.get(path)
        if question is not None and question.kind == "image":
            sheet.walk.set(path, left.get(path, ""))


def _show_again(turn: Turn, sheet: Sheet, receipt: Receipt | None = None) -> None:
    """Show what was on screen once more."""
    state = turn.state if turn.conversation.journey == "checklist" and turn.state.get("visit") == sheet.visit.id else {}
    here = next((one for one in sheet.numbered() if one.number == state.get("number")), None)
    if here is None or state.get("mode") == "overview":
        show_overview(turn, sheet, receipt)
    else:
        show(turn, sheet, here, receipt)


# --- what lies with an item ---


async def evidence(turn: Turn, args: tuple[str, ...]) -> None:
    """List the evidence of one item, each piece with a button to see it and one to remove it."""
    sheet = await opened(turn, number(args, 0), to_write=False)
    screen = sheet.screen(number(args, 1))
    _gallery(turn, sheet, screen)


def _gallery(turn: Turn, sheet: Sheet, screen: Screen) -> None:
    lines = [header(turn, sheet) + Markup("\n"), item_title(turn, sheet, screen)]
    rows = []
    for at, piece in enumerate(sheet.evidence_of(screen), 1):
        line = turn.t(
            "{at}. {what} {when}",
            at=at,
            what=counted(turn, piece.kind, 1),
            when=turn.speech.moment(piece.sent_at, sheet.zone),
        )
        if piece.caption:
            line += turn.t(" “{words}”", words=piece.caption[:80])
        lines.append(line)
        row = [Button(turn.label("✕ Remove {at}", at=at), data("checklist", "remove", sheet.visit.id, piece.id))]
        if piece.blob_sha256:
            row.insert(
                0, Button(turn.label("Look at {at}", at=at), data("checklist", "look", sheet.visit.id, piece.id))
            )
        rows.append(tuple(row))
    if not rows:
        lines.append(turn.t("Nothing lies with this item yet. Send a photo, a file, a voice note, a video or a place."))
    rows.append(
        (
            Button(
                turn.label("◀ Back to item {number}", number=screen.number),
                data("checklist", "go", sheet.visit.id, screen.number),
            ),
        )
    )
    hold(turn, sheet, screen)
    turn.card(Markup("\n").join(lines), tuple(rows))


def _piece(sheet: Sheet, piece_id: int) -> tuple[evidences.Evidence, Screen]:
    """Return a piece of this visit's evidence and the screen it lies with; Stale when it is gone."""
    for screen in sheet.numbered():
        for piece in sheet.evidence_of(screen):
            if piece.id == piece_id:
                return piece, screen
    raise Stale


async def look(turn: Turn, args: tuple[str, ...]) -> None:
    """Send one stored piece back to the person who asks."""
    sheet = await opened(turn, number(args, 0), to_write=False)
    piece, screen = _piece(sheet, number(args, 1))
    caption = str(turn.t("Item {number}", number=screen.number))
    if not piece.blob_sha256:
        turn.toast(turn.label("This file is still being fetched. Please try again in a moment."), alert=True)
    elif piece.kind == "photo":
        turn.reply(Say(text=caption, picture=piece.blob_sha256, silent=True))
    else:
        turn.reply(Say(text=caption, document=piece.blob_sha256, filename=piece.filename, silent=True))


async def remove(turn: Turn, args: tuple[str, ...]) -> None:
    """Mark one piece removed; the gallery is shown again."""
    sheet = await opened(turn, number(args, 0))
    piece, screen = _piece(sheet, number(args, 1))
    piece.remove(turn.who, turn.now, why="removed in the gallery")
    _forget(sheet, [piece])
    turn.toast(turn.label("Removed. It stays in the history."))
    _gallery(turn, sheet, screen)


async def unreadable(turn: Turn, timer: object) -> None:
    """Tell the sender that a picture could not be opened or fetched: its item asks for another one."""
    args = getattr(timer, "args", {})
    piece = await evidences.get(turn.db, int(args.get("evidence", 0)))
    if piece is None or piece.removed_at is not None:
        return
    if args.get("why") == "corrupt":
        turn.say(turn.t("This picture cannot be opened; please take it again. Everything else is here."))
    else:
        turn.say(
            turn.t(
                "A file you sent could not be fetched from Telegram; please send it once more. Everything else is here."
            )
        )


# --- a message edited afterwards ---


async def edited(turn: Turn, sent: Message) -> bool:
    """Let a later version of a message revise the answers it gave; True when it had given any."""
    written = await visits.by_message(turn.db, turn.chat_id, sent.message_id)
    pieces = await evidences.by_message(turn.db, turn.chat_id, sent.message_id)
    if not written and not pieces:
        return False
    visit_id = written[0].visit_id if written else pieces[0].visit_id
    sheet = await opened(turn, visit_id)
    words = sent.text if isinstance(sent, Text) else sent.caption if isinstance(sent, Attachment) else ""
    for piece in pieces:
        piece.caption = words
    revised = await _revise(turn, sheet, written, words.strip(), sent.message_id)
    done = (
        turn.t("✓ Revised: item {numbers}.", numbers="、".join(dict.fromkeys(revised)))
        if revised
        else turn.t("✓ Revised.")
    )
    _show_again(turn, sheet, Receipt(done, undo=sent.message_id))
    return True


async def _revise(turn: Turn, sheet: Sheet, written: Sequence[Answer], words: str, message_id: int) -> list[str]:
    """Write the new version of each answer a message gave; returns the item numbers."""
    revised: list[str] = []
    entries = [entry for entry in quick.read(words, sheet.form, sheet.offered) if entry.matched]
    by_number = {screen.number: screen for screen in sheet.numbered()}
    paths = {question.path: screen for screen in sheet.numbered() for question in screen.questions}
    for one in [one for one in written if sheet.seen(one.path) == one.id]:
        question = sheet.form.questions.get(one.path)
        screen = paths.get(one.path)
        if question is None or screen is None:
            continue
        if entries:
            await write(turn, sheet, question, await _before(turn, one), message_id)
        else:
            await _rewrite(turn, sheet, question, one, words, message_id)
            revised.append(str(screen.number))
    for entry in entries:
        screen = by_number.get(entry.number or 0)
        if screen is None:
            raise UserError(NO_SUCH_ITEM, line=entry.line)
        await enter_quickly(turn, sheet, screen, entry, message_id)
        revised.append(str(entry.number))
    return revised


async def _rewrite(turn: Turn, sheet: Sheet, question: Question, one: Answer, words: str, message_id: int) -> None:
    """Write the new version of one answer: a note keeps what others wrote around it."""
    if question.kind in {"integer", "decimal", "date"}:
        value = read_typed(sheet, question, words)
    elif question.kind == "text":
        before = await _before(turn, one)
        own = one.value.removeprefix(before).strip("\n")
        value = one.value.replace(own, words, 1) if own and own != one.value else words
    elif question.kind == "select_one":
        spelt = spelt_out(sheet, question, words)
        if spelt is None or spelt.choice is None:
            raise UserError(mark("“{words}” is none of the answers. Nothing was changed."), words=words[:40])
        value = spelt.choice
    else:
        return
    refuse_violation(turn, sheet, question, value)
    await write(turn, sheet, question, value, message_id)
