"""Takes the code that was read in a photo, once the photo has come home and been looked at.

That takes a moment, and the person goes on meanwhile: the card is changed only while it still asks for the code, else
a message tells what was read. What has been typed or changed meanwhile is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from forms.canonical import InvalidAnswer
from handlers.chat import Button
from handlers.checklist.card import Receipt
from handlers.checklist.steps import advance, held, is_asking, opened, refuse_violation, show, write
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.progress import brief, item_title
from handlers.sheet import sheet_of
from handlers.widgets.words import asked_in
from storage.files import evidence as evidences
from storage.visit import visits

if TYPE_CHECKING:
    from forms.question import Question
    from handlers.chat import Rows, Timer
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from storage.files.evidence import Evidence

SHOWN: Final = 8
"""Codes of one picture that are offered."""

CODE: Final = 40


async def scanned(turn: Turn, timer: Timer) -> None:
    """Write the code of a photo; ask which when there are several; say so when there is none."""
    piece = await evidences.get(turn.db, int(timer.args.get("evidence", 0)))
    if piece is None or piece.removed_at is not None or turn.person is None:
        return
    visit = await visits.get(turn.db, piece.visit_id, lock=True)
    if visit is None or not visit.open_to(turn.who, turn.now) or visit.state == "submitted":
        return
    sheet = await sheet_of(turn, visit)
    item, question = sheet.item_at(piece.path), sheet.asked_for(piece.path)
    if item is None or question is None or question.kind != "barcode" or sheet.walk.value(question.path):
        return
    codes = piece.codes or []
    if len(codes) == 1:
        await _take(turn, sheet, item, question, piece, codes[0])
    elif codes:
        _which(turn, sheet, item, question, piece)
    else:
        said = turn.t("No code was found in the photo. Take it closer and in good light, or type the code.")
        _tell(turn, sheet, item, question, Receipt(Markup(""), complaint=said))


async def _take(turn: Turn, sheet: Sheet, item: Item, question: Question, piece: Evidence, code: str) -> None:
    """Write a code; what the form forbids is told in its own words."""
    asked = _asked(turn, sheet, item, question)
    try:
        refuse_violation(turn, sheet, question, code)
    except (UserError, InvalidAnswer) as error:
        why = turn.t(error.message, **error.values) if isinstance(error, UserError) else Markup("")
        said = turn.t("Read “{code}”. {why}", code=brief(code, CODE), why=why)
        _tell(turn, sheet, item, question, Receipt(Markup(""), complaint=said))
        return
    await write(turn, sheet, question, code, piece.message_id)
    label = brief(asked_in(turn.speech, sheet.walk, question))
    done = turn.t("✓ Read: {label} {code}", label=label, code=brief(code, CODE))
    if asked:
        advance(turn, sheet, item, Receipt(done, undo=piece.message_id or 0))
    else:
        _tell(turn, sheet, item, question, Receipt(done))


def _asked(turn: Turn, sheet: Sheet, item: Item, question: Question) -> bool:
    """Tell whether the card on screen asks for this code."""
    state = held(turn, sheet)
    return state.get("number") == item.key and not state.get("mode") and is_asking(turn, sheet, question)


def _tell(turn: Turn, sheet: Sheet, item: Item, question: Question, receipt: Receipt) -> None:
    """Say on the card what came of a photo, or beside it when the card is about something else."""
    if _asked(turn, sheet, item, question):
        show(turn, sheet, item, receipt)
        return
    lines = [turn.t("{unit}, item {number}", unit=sheet.visit.unit.name, number=item.key)]
    lines += [receipt.text] if receipt.text else []
    lines += [turn.t("⚠ {complaint}", complaint=receipt.complaint)] if receipt.complaint else []
    go = Button(
        turn.label("Go to item {number}", number=item.key), data("checklist", "go", sheet.visit.id, item.key, 0)
    )
    turn.say(Markup("\n").join(lines), ((go,),))


def _which(turn: Turn, sheet: Sheet, item: Item, question: Question, piece: Evidence) -> None:
    """Offer the codes of a photo that has several."""
    codes = (piece.codes or [])[:SHOWN]
    asked = turn.n("{count} code in the photo: which one?", "{count} codes in the photo: which one?", len(codes))
    text = item_title(turn, sheet, item) + Markup("\n") + asked
    rows: Rows = tuple(
        (Button(brief(code, CODE), data("checklist", "code", sheet.visit.id, piece.id, at)),)
        for at, code in enumerate(codes)
    )
    back = Button(turn.label("None of them"), data("checklist", "go", sheet.visit.id, item.key, 0))
    if _asked(turn, sheet, item, question):
        turn.card(text, (*rows, (back,)))
    else:
        turn.say(turn.t("<b>{unit}</b>", unit=sheet.visit.unit.name) + Markup("\n") + text, (*rows, (back,)))


async def code(turn: Turn, args: tuple[str, ...]) -> None:
    """Take the code that was chosen of several; one that has been answered meanwhile is shown as it is."""
    sheet = await opened(turn, number(args, 0))
    piece = next((one for one in sheet.evidence if one.id == number(args, 1)), None)
    item = sheet.item_at(piece.path) if piece is not None else None
    question = sheet.asked_for(piece.path) if piece is not None else None
    if piece is None or item is None or question is None or question.kind != "barcode":
        raise Stale
    codes, at = piece.codes or [], number(args, 2)
    if not 0 <= at < len(codes):
        raise Stale
    if sheet.walk.value(question.path):
        turn.toast(turn.label("This has changed since; please look again."))
        show(turn, sheet, item)
        return
    refuse_violation(turn, sheet, question, codes[at])
    await write(turn, sheet, question, codes[at], piece.message_id)
    turn.toast(turn.label("Item {number}: {answer}", number=item.key, answer=brief(codes[at], CODE)))
    advance(turn, sheet, item)
