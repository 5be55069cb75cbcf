"""Judges what was mended: looks at before and after, lets it stand, sends it back again, closes it, takes it over.

Approving is the only way into the answers of a submitted visit; what the visit found is worked out anew with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import aside
from handlers.chat import Button, Text
from handlers.correction.card import WORDS, look_card
from handlers.correction.desk import at_desk
from handlers.correction.mending import REOPENED, SETTLED, WORDS_WANTED, names_at, show
from handlers.errors import Stale, UserError
from handlers.found import judged
from handlers.journey import data, number
from handlers.progress import called, clipped
from handlers.shared_copy import shared_copy
from handlers.sheet import sheet_of
from handlers.text import mark
from handlers.ticketing import settle_evidence, tell, words_of
from storage import people
from storage.visit import findings, visits
from storage.visit.corrections import LONGEST, State

if TYPE_CHECKING:
    from collections.abc import Collection

    from handlers.chat import Message
    from handlers.correction.desk import Desk
    from handlers.turn import Turn

DECIDED = mark("This has been decided already: see how it stands. Nothing was changed.")
OWN = mark("You have mended this yourself, so {who} approves it. Nothing was changed.")
FETCHING = mark("This file is still being fetched. Please try again in a moment.")
BROKEN = mark("This file cannot be opened. Please remove it and send it again.")


async def look(turn: Turn, args: tuple[str, ...]) -> None:
    """Show a ticket as it stands."""
    await _look(turn, await at_desk(turn, number(args, 0)))


async def _look(turn: Turn, desk: Desk) -> None:
    aside.let_go(turn, "correction")
    turn.card(*look_card(turn, desk, await names_at(turn, desk)))


async def _judge(turn: Turn, args: tuple[str, ...], states: Collection[State]) -> Desk | None:
    """Return the desk of a ticket for whoever judges it; None when another has been quicker, and that is shown."""
    desk = await at_desk(turn, number(args, 0))
    if not desk.leads:
        raise Stale
    if desk.ticket.live and desk.sheet.visit.state != "submitted":
        raise UserError(REOPENED, number=desk.ticket.number)
    if desk.ticket.state not in states:
        turn.toast(turn.label(DECIDED), alert=True)
        await _look(turn, desk)
        return None
    return desk


async def approve(turn: Turn, args: tuple[str, ...]) -> None:
    """Let what was mended stand."""
    desk = await _judge(turn, args, {State.mended})
    if desk is None:
        return
    if desk.judge:
        raise UserError(OWN, who=desk.judge)
    ticket, visit = desk.ticket, desk.sheet.visit
    author = await people.by_id(turn.db, ticket.to_id) or turn.who
    for path, value in ticket.draft.items():
        await visits.mend(turn.db, visit, path, value, author, turn.who, turn.now)
    settle_evidence(desk.sheet, ticket)
    ticket.step(turn.who, State.approved, turn.now)
    await turn.db.flush()
    await findings.write(turn.db, visit, judged(await sheet_of(turn, visit)))
    theirs = words_of(author)
    said = theirs.t(
        "{who} has approved your correction of item {number} at <b>{unit}</b>.",
        who=called(turn.who),
        number=ticket.number,
        unit=visit.unit.name,
    )
    tell(turn, author, said)
    turn.toast(turn.label("Approved: it stands now."))
    await _look(turn, await at_desk(turn, ticket.id))


async def drop(turn: Turn, args: tuple[str, ...]) -> None:
    """Close a ticket: the answer stands as it was."""
    desk = await _judge(turn, args, {State.open, State.mended, State.declined})
    if desk is None:
        return
    ticket = desk.ticket
    settle_evidence(desk.sheet, ticket)
    ticket.step(turn.who, State.dropped, turn.now)
    await turn.db.flush()
    person = await people.by_id(turn.db, ticket.to_id)
    if person is not None:
        said = words_of(person).t(
            "{who} lets item {number} of <b>{unit}</b> stand as it was; there is nothing more to do about it.",
            who=called(turn.who),
            number=ticket.number,
            unit=desk.sheet.visit.unit.name,
        )
        tell(turn, person, said)
    await _look(turn, await at_desk(turn, ticket.id))


async def mine(turn: Turn, args: tuple[str, ...]) -> None:
    """Take a ticket over, to mend it oneself."""
    desk = await _judge(turn, args, {State.open})
    if desk is None:
        return
    if not desk.mine:
        person = await people.by_id(turn.db, desk.ticket.to_id)
        desk.ticket.hand(turn.who, turn.now)
        desk.mine = True
        if person is not None and desk.sheet.visit.open_to(person, turn.now):
            said = words_of(person).t(
                "{who} mends item {number} of <b>{unit}</b>; there is nothing more to do for you about it.",
                who=called(turn.who),
                number=desk.ticket.number,
                unit=desk.sheet.visit.unit.name,
            )
            tell(turn, person, said)
    if desk.item is None:
        await _look(turn, desk)
    else:
        await show(turn, desk)


async def again(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask what is still to be mended."""
    desk = await _judge(turn, args, {State.mended, State.declined})
    if desk is None:
        return
    aside.hold(turn, "correction", again=desk.ticket.id)
    text = turn.t("Item {number}: what is still to be mended? Please send a sentence.", number=desk.ticket.number)
    turn.card(text, ((Button(turn.label("↩ Back"), data("correction", "look", desk.ticket.id)),),))


async def said_again(turn: Turn, sent: Message) -> bool:
    """Take the sentence, and send the ticket back with it."""
    desk = await at_desk(turn, int(turn.state.get("again", 0)))
    if not desk.leads or desk.ticket.state not in {State.mended, State.declined}:
        aside.let_go(turn, "correction")
        raise UserError(SETTLED)
    words = sent.text.strip() if isinstance(sent, Text) and not sent.forwarded else ""
    if not 0 < len(words) <= LONGEST:
        raise UserError(WORDS_WANTED, most=LONGEST)
    ticket, visit = desk.ticket, desk.sheet.visit
    ticket.step(turn.who, State.open, turn.now, words)
    person = await people.by_id(turn.db, ticket.to_id)
    if person is None or not visit.open_to(person, turn.now):
        person = turn.who
        ticket.hand(person, turn.now)
    theirs = words_of(person)
    text = theirs.t(
        "{who} sends item {number} of <b>{unit}</b> back again:\n{words}",
        who=called(turn.who),
        number=ticket.number,
        unit=visit.unit.name,
        words=words,
    )
    tell(turn, person, text, (Button(theirs.label("✎ Mend it"), data("correction", "open", ticket.id)),))
    desk.mine = ticket.to_id == turn.who.id
    await _look(turn, desk)
    return True


async def piece(turn: Turn, args: tuple[str, ...]) -> None:
    """Show a piece that was sent for a ticket in the place of its card."""
    desk = await at_desk(turn, number(args, 0))
    one = next((each for each in desk.fresh if each.id == number(args, 1)), None)
    if one is None:
        raise Stale
    if not one.is_usable or not one.blob_sha256:
        turn.toast(turn.label(FETCHING if one.is_usable else BROKEN), alert=True)
        return
    back = data("correction", "look", desk.ticket.id)
    text, rows = turn.t("Item {number}", number=desk.ticket.number), ((Button(turn.label("↩ Back"), back),),)
    if one.caption:
        text += turn.t(" “{words}”", words=clipped(one.caption, WORDS))
    if one.kind == "photo":
        turn.pictured_card(text, rows, picture=one.blob_sha256)
        return
    document = await shared_copy(turn, one)
    if document is not None:
        turn.pictured_card(text, rows, document=document, filename=one.filename)
