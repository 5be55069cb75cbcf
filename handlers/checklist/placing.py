"""Offers the place that was sent on a unit's first visit as the place of the unit, to whoever leads the group.

From then on a picture taken far away asks a question. Nothing is taken over unasked, and who does not answer changes
nothing; a register that says where the unit is has the last word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.chat import Button, Say
from handlers.errors import Stale
from handlers.journey import data, number
from handlers.progress import called
from handlers.text import speech
from storage import people
from storage.files import evidence as evidences
from storage.people import Role
from storage.visit import visits

if TYPE_CHECKING:
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from storage.files.evidence import Evidence
    from storage.visit.visits import Visit

_LEADERS = (Role.leader, Role.deputy)


async def offer(turn: Turn, sheet: Sheet, piece: Evidence) -> None:
    """Ask the leaders whether this is where the unit is: the first place of a visit to a unit that has none."""
    visit = sheet.visit
    first = not any(one.kind == "place" for one in sheet.evidence if one is not piece)
    if piece.kind != "place" or piece.forwarded or not first or visit.unit.place is not None:
        return
    asked = {
        one.telegram_id: one
        for role in _LEADERS
        for one in await people.with_role(turn.db, role, turn.now, visit.group_id)
        if one.telegram_id is not None
    }
    for chat_id, person in asked.items():
        spoken = speech(person.language)
        text = spoken.t(
            "📍 {who} sent a place on the visit to <b>{unit}</b>: {latitude}, {longitude}.\n"
            "Where the unit is has not been recorded. Is it there? Photos taken far away are then asked about.",
            who=called(turn.who),
            unit=visit.unit.name,
            latitude=f"{piece.latitude:.5f}",
            longitude=f"{piece.longitude:.5f}",
        )
        take = Button(spoken.label("Yes, it is there"), data("checklist", "place", visit.id, piece.id))
        leave = Button(spoken.label("No, elsewhere"), data("checklist", "elsewhere", visit.id, piece.id))
        turn.reply(Say(text=str(text), buttons=((take, leave),), silent=True), to=chat_id)


async def place(turn: Turn, args: tuple[str, ...]) -> None:
    """Record where the unit is."""
    visit, piece = await _meant(turn, args)
    unit = visit.unit
    if unit.place is not None and unit.place != (piece.latitude, piece.longitude):
        turn.change(turn.t("Where {unit} is had been recorded meanwhile; nothing was changed.", unit=unit.name))
        return
    if unit.place is None:
        unit.latitude, unit.longitude = piece.latitude, piece.longitude
        turn.record("unit.placed", f"unit:{unit.id}", evidence=piece.id)
    again = data("checklist", "elsewhere", visit.id, piece.id)
    turn.change(turn.t("✓ Recorded where {unit} is.", unit=unit.name), ((Button(turn.label("↶ Undo"), again),),))


async def elsewhere(turn: Turn, args: tuple[str, ...]) -> None:
    """Leave it unsaid where the unit is, also after this place had been taken."""
    visit, piece = await _meant(turn, args)
    unit = visit.unit
    if unit.place is not None and unit.place == (piece.latitude, piece.longitude):
        unit.latitude, unit.longitude = None, None
        turn.record("unit.unplaced", f"unit:{unit.id}", evidence=piece.id)
    turn.change(
        turn.t("It stays unrecorded where {unit} is. The place stays with the visit.", unit=unit.name),
        ((Button(turn.label("Yes, it is there"), data("checklist", "place", visit.id, piece.id)),),),
    )


async def _meant(turn: Turn, args: tuple[str, ...]) -> tuple[Visit, Evidence]:
    """Return the visit and the place a button is about; Stale for whoever does not lead the group now."""
    visit = await visits.get(turn.db, number(args, 0), lock=True)
    piece = await evidences.get(turn.db, number(args, 1))
    if visit is None or piece is None or (piece.visit_id, piece.kind) != (visit.id, "place"):
        raise Stale
    if not turn.who.has(turn.now, *_LEADERS, group_id=visit.group_id):
        raise Stale
    return visit, piece
