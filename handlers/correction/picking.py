"""Sends items of a submitted visit back: tapped on its summary's list, with a comment for all of them or one for each.

Who answered an item mends it; where they no longer work on the visit, whoever sends it back does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from handlers import aside
from handlers.chat import Button, Text
from handlers.correction.due import due_on
from handlers.errors import Stale, UserError
from handlers.journey import data, number, word
from handlers.progress import brief, called, clipped, headline, listed
from handlers.sheet import sheet_of
from handlers.text import mark
from handlers.ticketing import leads, tell, words_of
from handlers.widgets.words import asked_in, in_words
from storage import people
from storage.visit import corrections, visits
from storage.visit.corrections import LONGEST, Correction, State

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from storage.people import Person

ACROSS: Final = 6
SHOWN: Final = 8
WORDS: Final = 200
SHORT: Final = 60
"""Characters of a comment, a question, an answer where many stand in one message."""

MOST: Final = 20
"""Items that are sent back at once."""

OPEN = mark("This visit is open: mend it on its checklist. Only what was submitted is sent back.")
TOO_MANY = mark("At most {most} items are sent back at once; please send these first.")
NONE = mark("No item is chosen. Tap the items that are to be mended.")
COMMENT = mark("Please write in 1 to {most} characters what is to be mended.")
ALREADY = mark("Items {numbers} have been sent back meanwhile; the others were sent.")


async def _submitted(turn: Turn, visit_id: int, *, lock: bool = False) -> Sheet:
    """Load a submitted visit for whoever leads its group; Stale for anybody else."""
    visit = await visits.get(turn.db, visit_id, lock=lock)
    if visit is None or not visit.open_to(turn.who, turn.now) or not leads(turn, visit):
        raise Stale
    if visit.state != "submitted":
        raise UserError(OPEN)
    return await sheet_of(turn, visit)


def _state(turn: Turn, sheet: Sheet) -> dict[str, Any]:
    """Return what was chosen and written for this visit so far."""
    state = turn.state if turn.conversation.journey == "correction" else {}
    if state.get("visit") != sheet.visit.id:
        state = {}
    return {"picked": list(state.get("picked", ())), "words": dict(state.get("words", {}))}


async def pick(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the items of a visit to choose from, and how those stand that were sent back."""
    sheet = await _submitted(turn, number(args, 0))
    await _show(turn, sheet, _state(turn, sheet)["picked"])


async def _show(turn: Turn, sheet: Sheet, picked: list[str]) -> None:
    visit = sheet.visit
    tickets = [one for one in await corrections.of_visit(turn.db, visit.id) if one.state is not State.dropped]
    live = {one.number: one for one in tickets if one.live}
    names = await people.names(turn.db, {one.to_id for one in tickets})
    lines = [headline(turn, sheet), turn.t("<b>Send back to be mended</b>\nTap the items; ● is chosen.")]
    lines += [_line(turn, one, names) for one in live.values()]
    settled = sum(one.state is State.approved for one in tickets)
    if settled:
        lines.append(turn.n("{count} correction approved.", "{count} corrections approved.", settled))
    buttons = []
    for item in sheet.numbered():
        if ticket := live.get(item.key):
            sign = "⏳" if ticket.state is State.open else "✎"
            buttons.append(Button(f"{item.key}{sign}", data("correction", "look", ticket.id)))
        else:
            sign = "●" if item.key in picked else sheet.symbol(item)
            buttons.append(Button(f"{item.key}{sign}", data("correction", "mark", visit.id, item.key)))
    rows = [tuple(buttons[at : at + ACROSS]) for at in range(0, len(buttons[:90]), ACROSS)]
    if picked:
        label = turn.label("✎ Comment on {count}", count=len(picked))
        rows.append((Button(label, data("correction", "ask", visit.id, "all")),))
        if len(picked) > 1:
            each = Button(turn.label("A comment for each"), data("correction", "ask", visit.id, "each"))
            rows[-1] = (*rows[-1], each)
    rows.append((Button(turn.label("Summary"), data("visit", "summary", visit.id)),))
    aside.hold(turn, "correction", visit=visit.id, picked=picked, words={})
    turn.card(Markup("\n").join(lines), tuple(rows))


def _line(turn: Turn, ticket: Correction, names: dict[int, str]) -> Markup:
    """Return how a ticket stands, in the list of its visit."""
    who, day = names.get(ticket.to_id, "") or "—", turn.speech.day(ticket.due_on)
    match ticket.state:
        case State.open:
            return turn.t("⏳ {number}: with {who}, by {day}", number=ticket.number, who=who, day=day)
        case State.mended:
            return turn.t("✎ {number}: mended by {who}, please look", number=ticket.number, who=who)
        case _:
            return turn.t("✎ {number}: left as it is by {who}, please look", number=ticket.number, who=who)


async def choose(turn: Turn, args: tuple[str, ...]) -> None:
    """Choose an item, or let it go again."""
    sheet = await _submitted(turn, number(args, 0))
    item = sheet.screen(word(args, 1))
    picked = _state(turn, sheet)["picked"]
    picked = [one for one in picked if one != item.key] if item.key in picked else [*picked, item.key]
    if len(picked) > MOST:
        raise UserError(TOO_MANY, most=MOST)
    order = [one.key for one in sheet.numbered()]
    await _show(turn, sheet, sorted(set(picked) & set(order), key=order.index))


async def ask(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask for the comment: one for all of them, or one after the other."""
    sheet = await _submitted(turn, number(args, 0))
    picked = _state(turn, sheet)["picked"]
    if not picked:
        raise UserError(NONE)
    each = word(args, 1) == "each"
    aside.hold(turn, "correction", visit=sheet.visit.id, picked=picked, words={}, each=each)
    _ask(turn, sheet, picked[:1] if each else picked)


def _ask(turn: Turn, sheet: Sheet, keys: list[str]) -> None:
    lines = [headline(turn, sheet)]
    lines += [_quoted(turn, sheet, sheet.screen(key)) for key in keys[:SHOWN]]
    asked = turn.n(
        "\nWhat is to be mended in item {numbers}? Please send a sentence.",
        "\nWhat is to be mended in items {numbers}? Please send a sentence.",
        len(keys),
        numbers=listed(turn, keys),
    )
    back = Button(turn.label("↩ Back"), data("correction", "pick", sheet.visit.id))
    turn.card(Markup("\n").join([*lines, asked]), ((back,),))


def _quoted(turn: Turn, sheet: Sheet, item: Item) -> Markup:
    main = sheet.main(item)
    return turn.t(
        "{number}. {title}: <b>{answer}</b>",
        number=item.key,
        title=brief(asked_in(turn.speech, sheet.walk, main), 30),
        answer=brief(in_words(turn.speech, sheet.walk, main), 40) or "—",
    )


async def message(turn: Turn, sent: Message) -> bool:
    """Take a comment; when all are there, show what is to be sent."""
    sheet = await _submitted(turn, int(turn.state.get("visit", 0)))
    state = _state(turn, sheet)
    picked, words = state["picked"], state["words"]
    left = [one for one in picked if one not in words and sheet.find(one) is not None]
    if not left:
        raise UserError(NONE)
    said = sent.text.strip() if isinstance(sent, Text) and not sent.forwarded else ""
    if not 0 < len(said) <= LONGEST:
        raise UserError(COMMENT, most=LONGEST)
    each = bool(turn.state.get("each"))
    words |= dict.fromkeys(left[:1] if each else left, said)
    aside.hold(turn, "correction", visit=sheet.visit.id, picked=picked, words=words, each=each)
    if len(left) > 1 and each:
        _ask(turn, sheet, left[1:2])
    else:
        await _confirm(turn, sheet, words)
    return True


async def _confirm(turn: Turn, sheet: Sheet, words: dict[str, str]) -> None:
    lines = [headline(turn, sheet), turn.t("<b>Send back</b>")]
    most = WORDS if len(words) <= SHOWN else SHORT
    for key, said in words.items():
        person = await _mender(turn, sheet, sheet.screen(key))
        lines.append(turn.t("{number} → {who}: {words}", number=key, who=called(person), words=clipped(said, most)))
    day = turn.speech.day(await due_on(turn, sheet.visit))
    lines.append(turn.t("\nTo be mended by {day}.", day=day))
    visit = sheet.visit.id
    label = turn.n("↩ Send {count} item back", "↩ Send {count} items back", len(words))
    rows = (
        (Button(str(label), data("correction", "send", visit)),),
        (Button(turn.label("↩ Back"), data("correction", "pick", visit)),),
    )
    turn.card(Markup("\n").join(lines), rows)


async def _mender(turn: Turn, sheet: Sheet, item: Item) -> Person:
    """Return who mends an item: who answered it, while they work on the visit and can be told; else this person."""
    standing = sheet.standing(sheet.main(item))
    author = standing.by_id if standing is not None else sheet.visit.submitted_by
    person = await people.by_id(turn.db, author) if author is not None else None
    if person is None or person.telegram_id is None or not sheet.visit.open_to(person, turn.now):
        return turn.who
    return person


async def send(turn: Turn, args: tuple[str, ...]) -> None:
    """Send the items back: a ticket each, and a message to everybody who has any."""
    sheet = await _submitted(turn, number(args, 0), lock=True)
    state = _state(turn, sheet)
    words: dict[str, str] = state["words"]
    taken = {one.path for one in await corrections.of_visit(turn.db, sheet.visit.id) if one.live}
    if not words and taken:  # tapped twice: the list says what was sent
        await _show(turn, sheet, state["picked"])
        return
    if not words:
        raise UserError(NONE)
    day = await due_on(turn, sheet.visit)
    sent: dict[int, list[tuple[Correction, str]]] = {}
    menders: dict[int, Person] = {}
    late = []
    for key, said in words.items():
        item = sheet.find(key)
        path = sheet.stored(sheet.main(item).path) if item is not None else ""
        if item is None or path in taken:
            late.append(key)
            continue
        person = await _mender(turn, sheet, item)
        ticket = Correction(
            visit_id=sheet.visit.id, path=path, number=key, to_id=person.id, by_id=turn.who.id,
            due_on=day, at=turn.now, changed_at=turn.now,
        )  # fmt: skip
        ticket.step(turn.who, State.open, turn.now, said)
        menders[person.id] = person
        sent.setdefault(person.id, []).append((await corrections.add(turn.db, ticket), said))
    for person_id, tickets in sent.items():
        _tell(turn, sheet, menders[person_id], tickets)
    if late:
        turn.toast(turn.label(ALREADY, numbers=listed(turn, late)), alert=True)
    await _show(turn, sheet, [])
    aside.let_go(turn, "correction")


def _tell(turn: Turn, sheet: Sheet, person: Person, tickets: list[tuple[Correction, str]]) -> None:
    """Tell somebody what they are to mend: each question, what they answered, the comment."""
    theirs, visit = words_of(person), sheet.visit
    lines = [
        theirs.n(
            "{who} asks you to mend {count} item of <b>{unit}</b>, by {day}:",
            "{who} asks you to mend {count} items of <b>{unit}</b>, by {day}:",
            len(tickets),
            who=called(turn.who),
            unit=visit.unit.name,
            day=theirs.day(tickets[0][0].due_on),
        )
    ]
    buttons = []
    many = len(tickets) > SHOWN
    most = LONGEST if len(tickets) <= 3 else SHORT if many else WORDS  # noqa: PLR2004 - more would fill the message
    asked_most, name = (SHORT // 2, brief(called(turn.who), 12)) if many else (80, called(turn.who))
    for ticket, said in tickets:
        item = sheet.screen(ticket.number)
        main = sheet.main(item)
        lines.append(
            theirs.t(
                "\n<b>{number}. {title}</b>\nYou answered: {answer}\n{who}: {words}",
                number=ticket.number,
                title=brief(asked_in(theirs, sheet.walk, main), asked_most),
                answer=brief(in_words(theirs, sheet.walk, main), asked_most) or "—",
                who=name,
                words=clipped(said, most),
            )
        )
        label = theirs.label("✎ Mend item {number}", number=ticket.number)
        buttons.append(Button(label, data("correction", "open", ticket.id)))
    tell(turn, person, Markup("\n").join(lines), tuple(buttons[:SHOWN]))
