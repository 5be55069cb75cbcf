"""Lets a message that is edited afterwards revise what it gave, with history, and nothing that has changed since.

What the message would have written in its new words is worked out first, on top of what stood before it; then only what
is really different is written. A message that gave nothing the first time is taken as a new one while what
it was sent for is still on screen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from handlers.chat import Attachment, Message, Place, Text
from handlers.checklist import lines, sending, waiting
from handlers.checklist.asking import BY_WIDGET, on_card
from handlers.checklist.card import Receipt
from handlers.checklist.choosing import very_many
from handlers.checklist.entry import TYPED, joined, meant_for, no_item, read_typed, spelt_out
from handlers.checklist.filing import album_of, move, read_caption, screen_of, settle_in
from handlers.checklist.gallery import forget
from handlers.checklist.pieces import described, made
from handlers.checklist.steps import SUBMITTED, held, refuse_violation, show_again, write
from handlers.errors import Unsuitable, UserError
from handlers.progress import numbers_of
from handlers.sheet import sheet_of
from handlers.text import mark
from handlers.widgets.kinds import widget_of
from storage.files import evidence as evidences
from storage.visit import asides, visits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forms.question import Question
    from handlers.checklist.lines import Line
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from storage.files.evidence import Evidence
    from storage.visit.visits import Answer

TAKEN_BACK = mark(
    "What this message gave was taken back or changed since. Nothing was changed; to record it, send it anew."
)
MOVED_ON = mark(
    "What you edited had not been recorded, and what it was sent for is no longer on screen. "
    "Nothing was changed; to record it, open its item and send it anew."
)
NOT_YOURS = mark("This visit is no longer open to you. Nothing was changed.")
NO_ANSWER = mark("“{words}” is none of the answers. Nothing was changed.")


@dataclass(slots=True)
class Revision:
    """What a message gave and still stands, what was there before it, and what it is to become, all by path."""

    standing: dict[str, Answer]
    base: dict[str, str]
    lost: set[str]
    targets: dict[str, str]


async def edited(turn: Turn, sent: Message) -> bool:
    """Take a later version of a message; False when it is nobody's business here."""
    if isinstance(sent, Place):
        return True  # a live location moves on; the evidence is where it was when it was sent
    if not isinstance(sent, Text | Attachment):
        return False
    if sending.blank(sent):
        raise Unsuitable
    written = await visits.by_message(turn.db, turn.chat_id, sent.message_id)
    pieces = await evidences.by_message(turn.db, turn.chat_id, sent.message_id)
    if not written and not pieces:
        return await _afresh(turn, sent)
    visit = await visits.get(turn.db, written[0].visit_id if written else pieces[0].visit_id, lock=True)
    if visit is None or not visit.open_to(turn.who, turn.now):
        raise UserError(NOT_YOURS)
    if visit.state == "submitted":
        raise UserError(SUBMITTED)
    sheet = await sheet_of(turn, visit)
    live = [piece for piece in sheet.evidence if piece in pieces]
    revision = await _revision(turn, sheet, written)
    if not revision.standing and not live:
        raise UserError(TAKEN_BACK)
    if isinstance(sent, Attachment):
        live = await _replaced(turn, sheet, live, sent)
    await _revise(turn, sheet, revision, live, sent)
    return True


async def _afresh(turn: Turn, sent: Text | Attachment) -> bool:
    """Take the new version of a message that gave nothing the first time, such as one that was refused.

    Only while the question it was sent for is still on screen: its words say nothing about any other.
    """
    if waiting.revise(turn, sent):
        await waiting.say(turn)
        return True
    words = sent.text if isinstance(sent, Text) else sent.caption
    if turn.conversation.journey != "checklist" or words.startswith("/"):
        return False
    if sent.message_id not in turn.state.get("heard", ()):
        raise UserError(MOVED_ON)
    return await sending.message(turn, sent)


async def _revision(turn: Turn, sheet: Sheet, written: Sequence[Answer]) -> Revision:
    standing = {one.path: one for one in written if sheet.stands(one)}
    base = {}
    for path, one in standing.items():
        history = await asides.history(turn.db, one.visit_id, path)
        mine = {each.id for each in written}
        earlier = [each for each in history if each.id < one.id and each.id not in mine]
        base[path] = earlier[-1].value if earlier else ""
    lost = {one.path for one in written} - set(standing)
    return Revision(standing, base, lost, dict(base))


async def _revise(
    turn: Turn, sheet: Sheet, revision: Revision, pieces: list[Evidence], sent: Text | Attachment
) -> None:
    words = (sent.text if isinstance(sent, Text) else sent.caption).strip()
    changed = [piece for piece in pieces if piece.caption != words]
    for piece in pieces:
        piece.caption = words
    _aim(turn, sheet, revision, words, captioned=bool(pieces))
    named, _ = read_caption(sheet, words) if pieces else (None, None)
    if named is not None:
        for piece in {*pieces, *album_of(sheet, pieces)}:
            move(sheet, piece, named)
    screens = []
    for path, value in revision.targets.items():
        question, screen = sheet.asked_for(path), screen_of(sheet, path)
        if path in revision.lost or question is None or screen is None or value == sheet.walk.raw(question.path):
            continue
        if value:
            refuse_violation(turn, sheet, question, value)
        await write(turn, sheet, question, value, sent.message_id)
        screens.append(screen)
    if screens or changed or revision.lost:
        _say(turn, sheet, revision, screens, Receipt(Markup(), undo=0 if pieces else sent.message_id))


def _aim(turn: Turn, sheet: Sheet, revision: Revision, words: str, *, captioned: bool) -> None:
    """Work out what the new words give, on top of what stood before the message."""
    entries = _entries(turn, sheet, revision, words, captioned=captioned)
    if entries is not None:
        for entry in entries:
            _aim_entry(turn, sheet, revision, entry)
        return
    for path in revision.standing:
        question = _question(sheet, path)
        if question.kind in TYPED:
            revision.targets[path] = read_typed(sheet, question, words)
        elif question.kind == "text":
            revision.targets[path] = joined(revision.base[path], words)
        else:
            revision.targets[path] = _by_widget(turn, sheet, question, words)


def _by_widget(turn: Turn, sheet: Sheet, question: Question, words: str) -> str:
    """Return what words answer to a question that its widget takes them for; UserError when they are no answer."""
    screen = sheet.item_at(sheet.stored(question.path))
    if screen is not None and (question.kind in BY_WIDGET or very_many(sheet, question)):
        asked = on_card(turn, sheet, screen, question)
        said = Text(chat_id=turn.chat_id, private=True, at=turn.now, message_id=0, text=words)
        step = widget_of(question).sent(asked, said)
        if step is not None and step.value is not None:
            return step.value
    raise UserError(NO_ANSWER, words=words[:40])


def _question(sheet: Sheet, path: str) -> Question:
    """Return the question that stands under a stored path."""
    question = sheet.asked_for(path)
    if question is None:
        raise UserError(TAKEN_BACK)
    return question


def _entries(turn: Turn, sheet: Sheet, revision: Revision, words: str, *, captioned: bool) -> list[Line] | None:
    """Return the lines that name their items; None when the words are one note, number or date."""
    if captioned:
        _, entry = read_caption(sheet, words)
        return [entry] if entry is not None else None
    questions = [_question(sheet, path) for path in revision.standing]
    if all(question.kind in TYPED or question.kind in BY_WIDGET for question in questions):
        return None
    here = next((item for path in revision.standing if (item := screen_of(sheet, path)) is not None), None)
    entries = [entry for entry in lines.read(sheet, words, here) if entry.matched]
    if entries:
        return entries
    number = meant_for(words)
    if number is not None and not sheet.alike(number):
        raise no_item(turn, sheet, number)
    for question in questions:
        screen = screen_of(sheet, sheet.stored(question.path))
        spelt = spelt_out(sheet, question, words) if screen is not None else None
        if spelt is not None and screen is not None:
            return [lines.answered_with(screen, spelt)]
    return None


def _aim_entry(turn: Turn, sheet: Sheet, revision: Revision, entry: Line) -> None:
    screen = sheet.find(entry.key)
    if screen is None:
        raise no_item(turn, sheet, entry.number)
    targets, note = revision.targets, sheet.note(screen)
    if entry.choice is not None:
        targets[sheet.stored(sheet.main(screen).path)] = entry.choice
    if entry.note and note is not None:
        path = sheet.stored(note.path)
        targets[path] = joined(targets.get(path, sheet.walk.value(note.path)), entry.note)


async def _replaced(turn: Turn, sheet: Sheet, pieces: list[Evidence], sent: Attachment) -> list[Evidence]:
    """Put another file in the place of the one a message carried before; the old one stays in the history."""
    old = [piece for piece in pieces if piece.unique_id != sent.unique_id]
    if not old:
        return pieces
    new = made(turn, sheet, described(sent), old[0].path)
    for piece in old:
        piece.remove(turn.who, turn.now, why="replaced")
    forget(sheet, old)
    await evidences.attach(turn.db, new)
    turn.attached += 1
    settle_in(sheet, new)
    return [*(piece for piece in pieces if piece not in old), new]


def _say(turn: Turn, sheet: Sheet, revision: Revision, screens: list[Item], receipt: Receipt) -> None:
    """Say what was revised, on the card when it is this visit's, and what was left alone."""
    which = numbers_of(turn, screens)
    said = turn.t("✓ Revised: item {numbers}.", numbers=which) if screens else turn.t("✓ Revised.")
    if revision.lost:
        places = (screen_of(sheet, path) for path in revision.lost)
        left = numbers_of(turn, (screen for screen in places if screen is not None))
        said += Markup("\n") + turn.t("Left as it is, because it was changed since: item {numbers}.", numbers=left)
    if held(turn, sheet):
        show_again(turn, sheet, replace(receipt, text=said, undo=receipt.undo if screens else 0))
    else:
        turn.say(turn.t("<b>{unit}</b>", unit=sheet.visit.unit.name) + Markup("\n") + said)
