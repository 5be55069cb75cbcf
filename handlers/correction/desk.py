"""One ticket as it stands in a turn: the item as it would be with what was mended, beside what it was.

Reads and puts together; what is mended lies in the ticket and in no answer. Must not draw.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from forms.question import MEDIA
from handlers.errors import Stale
from handlers.outline import ASKED
from handlers.progress import called
from handlers.sheet import answers, sheet_of
from handlers.ticketing import leads, other_lead
from handlers.widgets.words import in_words
from storage.visit import corrections
from storage.visit.corrections import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forms.question import Question
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from storage.files.evidence import Evidence
    from storage.visit.corrections import Correction


@dataclass(slots=True)
class Desk:
    """``before`` is what stands, in words, by the question's path; ``fresh`` what was sent for the ticket."""

    ticket: Correction
    sheet: Sheet
    item: Item | None
    leads: bool
    mine: bool
    before: Mapping[str, str] = field(default_factory=dict)
    fresh: list[Evidence] = field(default_factory=list)
    judge: str = ""
    """Who else judges what this person has mended themselves, '' where it is theirs to judge."""

    @property
    def mendable(self) -> bool:
        """Tell whether this person may mend it now."""
        return self.mine and self.ticket.state is State.open and self.sheet.visit.state == "submitted"

    def asked(self) -> list[Question]:
        """Return the questions of the item that are answered by hand, the one it is about first."""
        if self.item is None:
            return []
        main = self.sheet.main(self.item)
        others = [one for one in self.item.questions if one.path != main.path and self.sheet.asks(one)]
        return [main, *(one for one in others if one.kind not in MEDIA)]

    def changes(self, turn: Turn) -> list[tuple[Question, str, str]]:
        """Return what was mended: the question, what stands, what it would be."""
        now = _said(turn, self.sheet, self.item)
        both = {**self.before, **now}
        questions = {one.path: one for one in (self.item.questions if self.item is not None else ())}
        return [
            (questions[path], self.before.get(path, ""), now.get(path, ""))
            for path in both
            if self.before.get(path, "") != now.get(path, "")
        ]

    @property
    def changed(self) -> bool:
        """Tell whether anything was mended or sent."""
        return bool(self.ticket.draft or self.fresh)


def _said(turn: Turn, sheet: Sheet, item: Item | None) -> dict[str, str]:
    """Return the answers of an item in words, those of files left out."""
    if item is None:
        return {}
    asked = (one for one in item.questions if one.kind in ASKED and one.kind not in MEDIA and sheet.asks(one))
    return {one.path: in_words(turn.speech, sheet.walk, one) for one in asked if sheet.walk.value(one.path)}


async def at_desk(turn: Turn, ticket_id: int) -> Desk:
    """Load a ticket for whoever mends or judges it; nothing of its visit changes until the turn ends. Else Stale."""
    found = await corrections.get(turn.db, ticket_id)
    if found is None:
        raise Stale
    ticket, visit = found
    leading, mine = leads(turn, visit), ticket.to_id == turn.who.id
    if not visit.open_to(turn.who, turn.now) or not (leading or mine):
        raise Stale
    sheet = await sheet_of(turn, visit)
    before = _said(turn, sheet, sheet.item_at(ticket.path))
    if ticket.live:
        for path, value in ticket.draft.items():
            if (placed := sheet.placed(path)) is not None:
                sheet.put(placed, value)
    desk = Desk(ticket, sheet, sheet.item_at(ticket.path), leading, mine, before)
    if leading and ticket.state is State.mended and ticket.last(State.mended)[0] == turn.who.id:
        desk.judge = called(other) if (other := await other_lead(turn, visit)) is not None else ""
    desk.fresh = [one for one in sheet.evidence if one.path == corrections.path_of(ticket)]
    for piece in desk.fresh if desk.item is not None else ():
        settle_in(desk, piece)
    return desk


def settle_in(desk: Desk, piece: Evidence) -> None:
    """Let a piece that was sent for the ticket count on its item."""
    if desk.item is not None:
        question = desk.sheet.place(desk.item, piece)
        if answers(question, piece) and not desk.sheet.walk.value(question.path):
            desk.sheet.put(question.path, piece.filename)
