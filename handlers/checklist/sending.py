"""Takes what an inspector writes while a checklist is open: answers, numbers, dates, notes, bursts of lines.

Whatever arrives lands on the item on screen, or on the one it names itself (``7 ✗ 记录缺失``), and the card says so
with an undo. Nothing sent is dropped without a sentence. Files and places are handed to ``filing``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from forms import bounds
from forms.question import MEDIA
from handlers.chat import Attachment, Message, Place, Text
from handlers.checklist import (
    answering,
    continuing,
    differing,
    filing,
    gallery,
    intake,
    lines,
    receipts,
    repeating,
    runs,
    waiting,
)
from handlers.checklist.card import Receipt
from handlers.checklist.choosing import very_many
from handlers.checklist.complaining import length_before
from handlers.checklist.entry import (
    FORWARDED,
    TYPED,
    add_note,
    enter_quickly,
    meant_for,
    no_item,
    read_typed,
    spelt_out,
    strayed,
    understood,
)
from handlers.checklist.pieces import keep
from handlers.checklist.runs import Filed
from handlers.checklist.steps import (
    advance,
    hear,
    held,
    hold,
    let_wait,
    refuse_violation,
    show,
    show_overview,
    write,
)
from handlers.errors import Unsuitable, UserError
from handlers.progress import brief, value_text
from handlers.sheet import sheet_of
from handlers.text import mark
from handlers.widgets.words import asked_in
from storage.visit import visits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from forms.question import Question
    from handlers.checklist.lines import Line
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn

MAX_TEXT: Final = 4000
"""Characters of one answer; a chat message cannot be longer than 4096."""

TOO_LONG = mark(
    "This is {length} characters long; {most} fit. Please send it in parts. What you sent before is all here."
)
DOUBTFUL = mark(
    "Not recorded: “{line}”. For item {number}, begin with “#{number}”; for a note, begin with another word."
)


def blank(sent: Message) -> bool:
    """Tell whether a message is nothing but spaces, wide ones perhaps, which would empty an answer."""
    return isinstance(sent, Text) and not sent.text.strip()


async def message(turn: Turn, sent: Message) -> bool:
    """Take a message while the walk holds the chat; False when the visit is no longer this person's."""
    visit = await visits.get(turn.db, int(turn.state.get("visit", 0)), lock=True)
    if visit is None or not visit.open_to(turn.who, turn.now):
        turn.leave()
        return False
    if not isinstance(sent, Text | Attachment | Place) or blank(sent):
        raise Unsuitable
    if visit.state == "submitted":
        await waiting.after_handing_in(turn, visit, sent)
        return True
    sheet = await sheet_of(turn, visit)
    if isinstance(sent, Text) and not sent.forwarded and await gallery.said_why(turn, sheet, sent.text):
        return True
    if not await _for_widget(turn, sheet, sent):
        if isinstance(sent, Text):
            await _words(turn, sheet, sent)
        else:
            await filing.attach(turn, sheet, sent)
    if isinstance(sent, Text):  # a file that was taken lies somewhere, and is found there
        hear(turn, sent)
        continuing.remember(turn, sheet, sent)
    return True


async def _for_widget(turn: Turn, sheet: Sheet, sent: Text | Attachment | Place) -> bool:
    """Give what was sent to what waits for it: the list or the widget on screen, the long text it is the rest of.

    False for what names another item, or is of no use there.
    """
    if isinstance(sent, Text) and await continuing.continued(turn, sheet, sent):
        return True
    if isinstance(sent, Text) and not sent.forwarded and await repeating.said(turn, sheet, sent.text):
        return True
    screen = filing.here(turn, sheet)
    question = answering.wanted(turn, sheet, screen) if screen is not None else None
    if screen is None or question is None or sent.forwarded:
        return False
    if isinstance(sent, Text):
        entries = lines.read(sheet, sent.text, screen)
        if any(entry.choice is not None for entry in entries) or _named(sent.text):
            return False
    return await answering.sent(turn, sheet, screen, question, sent)


def _named(words: str) -> bool:
    """Tell whether words are the number of an item and say so: ``第7题``, not ``7``."""
    number = lines.alone(words)
    return number is not None and number[1]


async def _words(turn: Turn, sheet: Sheet, sent: Text) -> None:
    """Find out what words are for; the item on screen has them when they name no other."""
    words, state = sent.text.strip(), held(turn, sheet)
    screen = filing.here(turn, sheet)
    if sent.forwarded:
        raise UserError(FORWARDED, number=screen.key if screen else "…")
    entries = lines.read(sheet, words, screen)
    filed = any(entry.choice is not None for entry in entries)
    asking = sheet.asked_for(str(state.get("asking", ""))) if screen else None
    if asking is not None and (filed or screen is None or not _takes_words(sheet, screen, asking)):
        asking = None
    _refuse_length(sent, state, None if filed or screen is None else asking or sheet.note(screen))
    number = lines.alone(words)
    if number and len(entries) == 1 and number[1]:
        await _jump(turn, sheet, number[0], screen)
    elif screen is not None and state.get("mode") == "note" and not (filed and meant_for(words)):
        await _note(turn, sheet, screen, words, sent)
    elif screen is not None and asking is not None:
        await _asked_for(turn, sheet, screen, asking, words, sent)
    elif number and len(entries) == 1:
        await _jump(turn, sheet, number[0], screen)
    elif any(entry.matched for entry in entries) or meant_for(words) or _strays(sheet, entries):
        await _burst(turn, sheet, entries, sent)
    elif len(entries) == 1 and entries[0].doubtful:
        raise UserError(DOUBTFUL, line=brief(words), number=entries[0].doubtful)
    elif screen is None:
        keep(turn, sent)
        show_overview(turn, sheet)
    else:
        await _loose(turn, sheet, screen, words, sent)


def _strays(sheet: Sheet, entries: Sequence[Line]) -> bool:
    return len(entries) == 1 and strayed(sheet, entries[0].line) is not None


def _refuse_length(sent: Text, state: Mapping[str, Any], question: Question | None) -> None:
    """Refuse a text that is longer than anything can be, and every further part of it that the client cut it into."""
    before = length_before(state, sent)
    if not before and len(sent.text.strip()) <= MAX_TEXT:
        return
    most = bounds.of_length(question).most if question is not None else None
    raise UserError(TOO_LONG, length=before + len(sent.text), most=min(MAX_TEXT, round(most or MAX_TEXT)))


def _takes_words(sheet: Sheet, screen: Item, asking: Question) -> bool:
    """Tell whether the question on screen is one that is answered by writing: typed values, texts besides the note."""
    if not any(one.path == asking.path for one in screen.questions) or not sheet.asks(asking):
        return False
    return asking.kind in TYPED or (asking.kind == "text" and asking is not sheet.note(screen))


async def _jump(turn: Turn, sheet: Sheet, key: str, here: Item | None) -> None:
    screen = sheet.find(key) or (sheet.meant(int(key), here) if key.isdecimal() else None)
    if screen is None:
        raise no_item(turn, sheet, int(key.partition(".")[0]))
    show(turn, sheet, screen, await intake.let_in(turn, sheet, screen))


async def _asked_for(turn: Turn, sheet: Sheet, screen: Item, question: Question, words: str, sent: Text) -> None:
    """Take the number, date or text that the card asks for."""
    value = read_typed(sheet, question, words) if question.kind in TYPED else words
    refuse_violation(turn, sheet, question, value)
    if differing.earlier(turn, sheet, question, value) is not None:
        await differing.ask(turn, sheet, [differing.pending(sheet, screen, question, value, sent.message_id)])
        return
    await write(turn, sheet, question, value, sent.message_id)
    label = brief(asked_in(turn.speech, sheet.walk, question))
    done = turn.t("✓ Recorded: {label} {value}", label=label, value=brief(value_text(turn, sheet, question)))
    advance(turn, sheet, screen, Receipt(done, undo=sent.message_id))


async def _loose(turn: Turn, sheet: Sheet, screen: Item, words: str, sent: Text) -> None:
    """Take words that name no item: a choice spelt out, otherwise a note."""
    main = sheet.main(screen)
    spelt = spelt_out(sheet, main, words)
    if spelt is not None:
        await _burst(turn, sheet, [lines.answered_with(screen, spelt)], sent)
    elif very_many(sheet, main) and await answering.sent(turn, sheet, screen, main, sent):
        return
    elif main.kind in TYPED or main.kind == "text":
        await _asked_for(turn, sheet, screen, main, words, sent)
    elif sheet.note(screen) is not None:
        await _note(turn, sheet, screen, words, sent)
    elif main.kind == "image":
        raise UserError(mark("A photo is asked for here. Please send one, or tap ▶ to go on. Nothing was changed."))
    elif main.kind in MEDIA:
        raise UserError(mark("A file is asked for here. Please send it, or tap ▶ to go on. Nothing was changed."))
    else:
        raise UserError(mark("Please tap one of the answers. This item has no room for a note; nothing was changed."))


async def _note(turn: Turn, sheet: Sheet, screen: Item, words: str, sent: Message) -> None:
    """Put a sentence with an item; a second one goes under the first."""
    waited_for = sheet.answered(screen) and not sheet.complete(screen)
    await add_note(turn, sheet, screen, words, sent.message_id)
    skipped = let_wait(turn, sheet, screen)
    hold(turn, sheet, screen, skipped=skipped)
    if waited_for and not sheet.open_questions(screen, skipped):
        done = turn.t("✓ Note on item {number}: “{words}”", number=screen.key, words=brief(words))
        advance(turn, sheet, screen, Receipt(done, undo=sent.message_id))
    else:  # the card itself shows what the note says
        show(turn, sheet, screen, Receipt(turn.t("✓ Noted on item {number}", number=screen.key), undo=sent.message_id))


# --- lines that name their items ---


async def _burst(turn: Turn, sheet: Sheet, entries: list[Line], sent: Message) -> None:
    """File lines that name their items; one receipt for all of them. What cannot be filed is named, the rest stands."""
    filed: list[Item] = []
    left: list[str | int] = []
    remarks: list[Markup] = []
    run = await runs.going(turn, sheet, sent.message_id, named=True)
    differ: list[list[Any]] = []
    for entry in entries:
        screen = sheet.find(entry.key)
        if screen is None or not entry.matched or (entry.choice is None and not entry.note):
            left.append(_untaken(sheet, entry))
            continue
        main = sheet.main(screen)
        if entry.choice is not None and differing.earlier(turn, sheet, main, entry.choice) is not None:
            refuse_violation(turn, sheet, main, entry.choice)
            differ.append(differing.pending(sheet, screen, main, entry.choice, sent.message_id))
            if not entry.note:
                continue
            entry = replace(entry, choice=None)  # noqa: PLW2901 - the sentence is noted, whichever answer stands
        before = sheet.walk.value(main.path)
        try:
            await enter_quickly(turn, sheet, screen, entry, sent.message_id)
        except UserError as error:
            if len(entries) == 1:
                raise
            problem = turn.t(error.message, **error.values)
            remarks.append(turn.t("⚠ Item {number}: {problem}", number=screen.key, problem=problem))
            continue
        filed.append(screen)
        one = Filed(sent.message_id, screen.key, entry.choice or "", entry.note)
        run.add(one, understood(turn, sheet, screen, entry, before))
    run.remarks = list(dict.fromkeys([*run.remarks, *map(str, remarks)]))
    receipt = receipts.receipt(turn, sheet, run, left)
    if differ:
        await differing.ask(turn, sheet, differ, receipt)
    else:
        _after_burst(turn, sheet, filed, receipt)


def _untaken(sheet: Sheet, entry: Line) -> str | int:
    """Return what stands on the card for a line that was not taken: the number when it is the number that is wrong."""
    if "." in entry.key and sheet.find(entry.key) is None:
        return entry.key
    number = (meant_for(entry.line) or strayed(sheet, entry.line)) if entry.number is None else entry.number
    return number if number is not None and sheet.meant(number) is None else brief(entry.line)


def _after_burst(turn: Turn, sheet: Sheet, filed: list[Item], receipt: Receipt) -> None:
    """Go on from the item on screen when it was answered, otherwise leave the person where they are."""
    here = filing.here(turn, sheet)
    if held(turn, sheet).get("mode") == "overview" or here is None:
        show_overview(turn, sheet, receipt)
    elif here in filed:
        advance(turn, sheet, here, receipt)
    else:
        show(turn, sheet, here, receipt)
