"""What is said and done about a correction wherever it comes up: in a list, to others, when its visit is taken back.

Shared by the journeys that list, judge and reopen. Must not draw a card.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from handlers.chat import Button, Say
from handlers.journey import data
from handlers.progress import called
from handlers.text import speech
from storage import people
from storage.campaign import campaigns
from storage.people import Role
from storage.visit import corrections
from storage.visit.corrections import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.sheet import Sheet
    from handlers.text import Speech
    from handlers.turn import Turn
    from storage.people import Person
    from storage.visit.corrections import Correction
    from storage.visit.visits import Visit

LEAD = (Role.leader, Role.deputy)


def leads(turn: Turn, visit: Visit) -> bool:
    """Tell whether this person leads the group whose visit it is."""
    return turn.who.has(turn.now, *LEAD, group_id=visit.group_id)


def line(turn: Turn, ticket: Correction, visit: Visit) -> Markup:
    """Return what a list says of a ticket."""
    unit, number = visit.unit.name, ticket.number
    if ticket.state is State.open:
        day = turn.speech.day(ticket.due_on)
        return turn.t("✎ {unit}, item {number}: to be mended by {day}", unit=unit, number=number, day=day)
    if ticket.state is State.mended:
        return turn.t("✎ {unit}, item {number}: mended, please look", unit=unit, number=number)
    return turn.t("✎ {unit}, item {number}: left as it is, please look", unit=unit, number=number)


def way_to(turn: Turn, ticket: Correction) -> str:
    """Return what a button carries that leads to a ticket: to mend it, or to judge it."""
    mends = ticket.state is State.open and ticket.to_id == turn.who.id
    return data("correction", "open" if mends else "look", ticket.id)


def tell(turn: Turn, person: Person | None, said: Markup, buttons: tuple[Button, ...] = ()) -> None:
    """Tell somebody else, where they can be told."""
    if person is not None and person.telegram_id is not None and person.id != turn.who.id:
        turn.reply(Say(text=str(said), buttons=tuple((one,) for one in buttons)), to=person.telegram_id)


def words_of(person: Person) -> Speech:
    """Return the language somebody is told something in."""
    return speech(person.language)


async def who_leads(turn: Turn, visit: Visit, first: int = 0) -> list[Person]:
    """Return who leads the group of a visit now, ``first`` before the others."""
    found: dict[int, Person] = {}
    for role in LEAD:
        for one in await people.with_role(turn.db, role, turn.now, visit.group_id):
            found.setdefault(one.id, one)
    return sorted(found.values(), key=lambda one: one.id != first)


async def other_lead(turn: Turn, visit: Visit) -> Person | None:
    """Return somebody else who leads the group and can be told, the leader first; None where there is nobody else."""
    found = await who_leads(turn, visit)
    return next((one for one in found if one.id != turn.who.id and one.telegram_id is not None), None)


async def tell_lead(
    turn: Turn, visit: Visit, say: Callable[[Speech], Markup], *, look: str = "", first: int = 0
) -> bool:
    """Tell who leads the group of a visit; where nobody does, the office, which is asked to appoint somebody.

    ``say`` puts it in a language, ``look`` is what the button of whoever leads carries. False when nobody leads.
    """
    lead = await who_leads(turn, visit, first)
    for one in lead:
        theirs = words_of(one)
        tell(turn, one, say(theirs), (Button(theirs.label("Look"), look),) if look else ())
    if lead:
        return True
    group = await campaigns.group(turn.db, visit.group_id)
    for one in await office(turn):
        theirs = words_of(one)
        appoint = theirs.t("Nobody leads {group} now. Please appoint somebody.", group=group.name if group else "—")
        invite = (Button(theirs.label("Invite somebody"), data("invitation", "begin")),)
        tell(turn, one, say(theirs) + Markup("\n") + appoint, invite)
    return False


async def office(turn: Turn) -> list[Person]:
    """Return who hears of what nobody in a group can hear: the administrators and the office."""
    found: dict[int, Person] = {}
    for role in (Role.admin, Role.office):
        for one in await people.with_role(turn.db, role, turn.now):
            found.setdefault(one.id, one)
    return list(found.values())


def settle_evidence(sheet: Sheet, ticket: Correction) -> None:
    """Lay what was sent for a ticket with its item for good: a photo is a fact, whatever becomes of the correction."""
    item = sheet.item_at(ticket.path)
    for piece in sheet.evidence:
        if piece.path == corrections.path_of(ticket):
            piece.path = sheet.stored(sheet.place(item, piece).path) if item is not None else ticket.path


async def reopened(turn: Turn, sheet: Sheet) -> None:
    """Close the tickets of a visit that is taken back: it is mended as a whole now. Who was to mend is told."""
    visit = sheet.visit
    for ticket in await corrections.of_visit(turn.db, visit.id):
        if not ticket.live:
            continue
        settle_evidence(sheet, ticket)
        ticket.step(turn.who, State.dropped, turn.now)
        person = await people.by_id(turn.db, ticket.to_id)
        if person is not None:
            theirs = words_of(person)
            said = theirs.t(
                "{who} has taken the visit to <b>{unit}</b> back. Item {number} is mended on its checklist now; "
                "what you had mended: {words}",
                who=called(turn.who),
                unit=visit.unit.name,
                number=ticket.number,
                words=kept_words(theirs, sheet, ticket),
            )
            go = Button(theirs.label("Go to item {number}", number=ticket.number), _item(sheet, ticket))
            tell(turn, person, said, (go,))


def _item(sheet: Sheet, ticket: Correction) -> str:
    if sheet.item_at(ticket.path) is None:
        return data("checklist", "overview", sheet.visit.id)
    return data("checklist", "go", sheet.visit.id, ticket.number, 0)


def kept_words(theirs: Speech, sheet: Sheet, ticket: Correction) -> str:
    """Return what was mended in a ticket, in words; — for nothing."""
    said = []
    for path, value in ticket.draft.items():
        question = sheet.asked_for(path)
        if question is not None and value:
            labels = {one.value: one.label(theirs.language) for one in question.choices}
            said.append(" ".join(labels.get(one, one) for one in value.split()) if labels else value)
    return theirs.label("; ").join(said) or "—"
