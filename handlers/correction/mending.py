"""Mends an item in place, on one live card: its own widgets, words and evidence, until it is done or left as it is.

What is mended is kept in the ticket at every step, so a telephone that dies loses nothing; it stands once approved.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from forms.canonical import InvalidAnswer, canonical
from forms.question import SELECTS
from handlers import aside
from handlers.chat import MAX_FILE_BYTES, Attachment, Button, Place, Text
from handlers.correction.card import asked_on, look_card, mend_card
from handlers.correction.desk import at_desk, settle_in
from handlers.errors import Stale, Unsuitable, UserError
from handlers.journey import data, number, word
from handlers.progress import called, numbers_of
from handlers.text import mark
from handlers.ticketing import tell_lead
from handlers.widgets.choices import MOST as MOST_TAPPED
from handlers.widgets.kinds import widget_of
from storage import people
from storage.files import evidence as evidences
from storage.files.evidence import Evidence
from storage.visit import corrections
from storage.visit.corrections import LONGEST, State

if TYPE_CHECKING:
    from forms.question import Question
    from handlers.chat import Message
    from handlers.correction.desk import Desk
    from handlers.text import Speech
    from handlers.turn import Turn
    from handlers.widgets.asked import Step

REOPENED = mark("This visit has been taken back: mend item {number} on its checklist, where everything is open now.")
SETTLED = mark("This correction is settled already; nothing was changed.")
NOTHING = mark("Nothing has been mended yet. Change something, or tap “Leave as it is …” and say why.")
LACKS = mark("Item {number} still lacks something: {what}. Nothing was lost; please add it.")
WORDS_WANTED = mark("Please say it in 1 to {most} characters.")
TOO_LARGE = mark(
    "This file is {size} MB; {most} MB can be fetched. Please send a smaller copy or a photo of it. Nothing was lost."
)
FORBIDDEN = mark("The form does not allow this answer. Nothing was changed.")
UNLED = mark("Nobody leads your group now; the office has been told. It waits, nothing is lost.")
BY_BUTTON = mark("This question is answered by the buttons on its card.")
MOST_PIECES: Final = 20
MANY = mark("{most} pieces lie with this correction already; please take one back first.")
KEPT: Final = (
    "file_id", "unique_id", "album_id", "name", "mime", "size", "caption",
    "latitude", "longitude", "message_id", "forwarded",
)  # fmt: skip


async def names_at(turn: Turn, desk: Desk) -> dict[int, str]:
    """Return the names of those a ticket is about."""
    ticket = desk.ticket
    return await people.names(turn.db, {ticket.to_id, ticket.by_id, *(who for who, _, _ in ticket.said)})


async def opened(turn: Turn, args: tuple[str, ...]) -> None:
    """Open a ticket to mend it; one that is not to be mended now is shown as it stands."""
    desk = await at_desk(turn, number(args, 0))
    if not await _gone(turn, desk):
        await show(turn, desk)


async def _gone(turn: Turn, desk: Desk) -> bool:
    """Show what is in the way of mending; False when nothing is."""
    ticket = desk.ticket
    if ticket.live and desk.sheet.visit.state != "submitted":
        raise UserError(REOPENED, number=ticket.number)
    if desk.item is None and ticket.live:
        ticket.step(turn.who, State.dropped, turn.now)
        await tell_lead(
            turn,
            desk.sheet.visit,
            lambda theirs: theirs.t(
                "<b>{unit}</b>: item {number} no longer applies on this visit; its correction is closed.",
                unit=desk.sheet.visit.unit.name,
                number=ticket.number,
            ),
            first=ticket.by_id,
        )
    if desk.mendable and desk.item is not None:
        return False
    aside.let_go(turn, "correction")
    text, rows = look_card(turn, desk, await names_at(turn, desk))
    if desk.item is None:
        text += Markup("\n") + turn.t("Item {number} no longer applies on this visit.", number=ticket.number)
    turn.card(text, rows)
    return True


async def show(turn: Turn, desk: Desk, at: int = 0, held: str = "", complaint: Markup | None = None) -> None:
    """Show the card on which it is mended, and remember which question is asked."""
    aside.hold(turn, "correction", ticket=desk.ticket.id, at=at, held=held)
    turn.card(*mend_card(turn, desk, await names_at(turn, desk), at, held, complaint))


async def _mendable(turn: Turn, args: tuple[str, ...]) -> Desk:
    """Return the desk of a ticket that this person mends now; UserError says why not."""
    desk = await at_desk(turn, number(args, 0))
    if desk.ticket.live and desk.sheet.visit.state != "submitted":
        raise UserError(REOPENED, number=desk.ticket.number)
    if not desk.mendable or desk.item is None:
        raise UserError(SETTLED)
    return desk


async def at(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask another question of the item."""
    desk = await _mendable(turn, args)
    await show(turn, desk, _place(desk, number(args, 1)))


def _place(desk: Desk, place: int) -> int:
    if not 0 <= place < len(desk.asked()):
        raise Stale
    return place


async def tap(turn: Turn, args: tuple[str, ...]) -> None:
    """Take a tap on the widget of a question."""
    desk = await _mendable(turn, args)
    place = _place(desk, number(args, 1))
    held = str(turn.state.get("held", "")) if turn.state.get("at") == place else ""
    asked = asked_on(turn, desk, place, held)
    await _take(turn, desk, place, widget_of(asked.question).tapped(asked, word(args, 2)))


async def _take(turn: Turn, desk: Desk, place: int, step: Step) -> None:
    """Keep what a step came to in the ticket, and go on: to what it made necessary, else to the main question."""
    if step.value is not None:
        _fill(turn, desk, desk.asked()[place], step.value)
    if not step.done:
        await show(turn, desk, place, step.held)
        return
    item = desk.item
    waiting = [one.path for one in desk.sheet.open_questions(item)] if item is not None else []
    following = next((at for at, one in enumerate(desk.asked()) if one.path in waiting), 0)
    await show(turn, desk, following)


def _fill(turn: Turn, desk: Desk, question: Question, value: str) -> None:
    """Mend the answer to one question in the ticket; what the form forbids is refused in its own words."""
    sheet = desk.sheet
    offered = sheet.walk.choices(question.path) if question.kind in SELECTS else ()
    try:
        value = canonical(question, value, [one.value for one in offered])
    except InvalidAnswer as error:
        raise UserError(FORBIDDEN) from error
    violation = sheet.walk.check(question.path, value)
    if violation is not None and violation.kind == "constraint":
        words = violation.message(turn.speech.language)
        raise UserError(mark("{words}"), words=words) if words else UserError(FORBIDDEN)
    stored = sheet.stored(question.path)
    standing = sheet.standing(question)
    desk.ticket.fill(stored, value, standing.value if standing is not None else "", turn.now)
    sheet.put(question.path, value)


# --- what is sent ---


async def message(turn: Turn, sent: Message) -> bool:
    """Take words, files and places for the item that is being mended."""
    desk = await _mendable(turn, (str(turn.state.get("ticket", 0)),))
    if turn.state.get("why"):
        await _declined(turn, desk, sent)
        return True
    place = int(turn.state.get("at", 0))
    place = place if 0 <= place < len(desk.asked()) else 0
    asked = asked_on(turn, desk, place, str(turn.state.get("held", "")))
    if isinstance(sent, Attachment) or (isinstance(sent, Place) and not asked.question.kind.startswith("geo")):
        await _attach(turn, desk, sent)
        await show(turn, desk, place)
        return True
    if not isinstance(sent, Text | Place):
        raise Unsuitable
    note = desk.sheet.note(desk.item) if desk.item is not None else None
    few = asked.question.kind in SELECTS and len(desk.sheet.walk.choices(asked.question.path)) <= MOST_TAPPED
    if isinstance(sent, Text) and few and note is not None:  # buttons answer it, so words are for the note
        before = desk.sheet.walk.value(note.path)
        _fill(turn, desk, note, "\n".join(filter(None, (before, sent.text.strip()))))
        await show(turn, desk, place)
        return True
    step = widget_of(asked.question).sent(asked, sent)
    if step is None:
        raise UserError(BY_BUTTON)
    await _take(turn, desk, place, step)
    return True


async def _attach(turn: Turn, desk: Desk, sent: Attachment | Place) -> None:
    """Keep a piece of evidence with the ticket: it lies with the item once the ticket is settled."""
    if len(desk.fresh) >= MOST_PIECES:
        raise UserError(MANY, most=MOST_PIECES)
    if isinstance(sent, Attachment) and sent.size > MAX_FILE_BYTES:
        raise UserError(TOO_LARGE, size=round(sent.size / 1024 / 1024), most=MAX_FILE_BYTES // 1024 // 1024)
    piece = Evidence(
        visit_id=desk.sheet.visit.id,
        path=corrections.path_of(desk.ticket),
        kind=sent.kind if isinstance(sent, Attachment) else "place",
        sender_id=turn.who.id,
        sent_at=sent.at,
        chat_id=turn.chat_id,
        **{name: value for name, value in asdict(sent).items() if name in KEPT},
    )
    await evidences.attach(turn.db, piece)
    turn.attached += piece.kind != "place"
    desk.fresh.append(piece)
    settle_in(desk, piece)


async def remove(turn: Turn, args: tuple[str, ...]) -> None:
    """Take a piece back that was sent for the ticket."""
    desk = await _mendable(turn, args)
    piece = next((one for one in desk.fresh if one.id == number(args, 1)), None)
    if piece is not None:
        piece.remove(turn.who, turn.now, "mistake")
        await turn.db.flush()
    desk = await at_desk(turn, desk.ticket.id)
    await show(turn, desk)


# --- being done ---


async def done(turn: Turn, args: tuple[str, ...]) -> None:
    """Hand the mended item to whoever judges it."""
    desk = await _mendable(turn, args)
    item, sheet = desk.item, desk.sheet
    if not desk.changed or item is None:
        raise UserError(NOTHING)
    if lacking := sheet.missing(item):
        what = sheet.walk.label(lacking[0].path, turn.speech.language)
        raise UserError(LACKS, number=desk.ticket.number, what=what)
    desk.ticket.step(turn.who, State.mended, turn.now)
    await _passed_on(turn, desk)


def _news(theirs: Speech, turn: Turn, desk: Desk) -> Markup:
    """Say to whoever judges what has become of a ticket."""
    ticket, visit = desk.ticket, desk.sheet.visit
    if ticket.state is State.mended:
        return theirs.t(
            "{who} has mended item {number} of <b>{unit}</b>.",
            who=called(turn.who),
            number=ticket.number,
            unit=visit.unit.name,
        )
    return theirs.t(
        "{who} leaves item {number} of <b>{unit}</b> as it is: {why}",
        who=called(turn.who),
        number=ticket.number,
        unit=visit.unit.name,
        why=ticket.last(State.declined)[1],
    )


async def _passed_on(turn: Turn, desk: Desk) -> None:
    """Tell those who judge, and show how it stands with what is next."""
    ticket, look = desk.ticket, data("correction", "look", desk.ticket.id)
    led = await tell_lead(
        turn, desk.sheet.visit, lambda theirs: _news(theirs, turn, desk), look=look, first=ticket.by_id
    )
    if not led:
        turn.toast(turn.label(UNLED))
    elif ticket.state is State.mended:
        turn.toast(turn.label("Handed to who leads the group."))
    aside.let_go(turn, "correction")
    text, _ = look_card(turn, desk, await names_at(turn, desk))
    rows = []
    mine = [one for one in await corrections.waiting_for(turn.db, turn.who, turn.now) if one.id != ticket.id]
    following = next((one for one in mine if one.state is State.open and one.to_id == turn.who.id), None)
    if desk.leads:
        rows.append((Button(turn.label("Look"), data("correction", "look", ticket.id)),))
    if following is not None:
        label = turn.label("Next correction: item {number}", number=following.number)
        rows.append((Button(label, data("correction", "open", following.id)),))
    turn.card(text, (*rows, (Button(turn.label("◀ To do"), data("visit", "todo")),)))


async def why(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask why it is left as it is."""
    desk = await _mendable(turn, args)
    aside.hold(turn, "correction", ticket=desk.ticket.id, why=True)
    text = turn.t(
        "Item {number}: why is it left as it is? Please send a sentence; who leads the group decides.",
        number=numbers_of(turn, [desk.item]) if desk.item is not None else desk.ticket.number,
    )
    turn.card(text, ((Button(turn.label("↩ Back"), data("correction", "open", desk.ticket.id)),),))


async def _declined(turn: Turn, desk: Desk, sent: Message) -> None:
    words = sent.text.strip() if isinstance(sent, Text) and not sent.forwarded else ""
    if not 0 < len(words) <= LONGEST:
        raise UserError(WORDS_WANTED, most=LONGEST)
    desk.ticket.step(turn.who, State.declined, turn.now, words)
    await _passed_on(turn, desk)
