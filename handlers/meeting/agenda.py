"""What there is to talk about, drawn from what is open: decisions, late work, units left, matters found wanting.

Draws only; nothing of it is stored, so that an agenda is never older than the moment it is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.progress import brief, listed
from storage import people
from storage.campaign import calendars, campaigns, coverage, meetings, work
from storage.visit import findings
from supervision.coverage import Stand
from supervision.wanting import Grade

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from handlers.meeting.circle import Circle
    from handlers.turn import Turn
    from storage.campaign.campaigns import Round
    from storage.campaign.meetings import Decision
    from storage.visit.findings import Matter
    from supervision.calendar import Calendar

SHOWN: Final = 5
NAMED: Final = 4


@dataclass(frozen=True, slots=True)
class _Today:
    """The day as a circle counts it."""

    day: date
    calendar: Calendar

    def late(self, due: date) -> int:
        """Return by how many worked days something is late; 0 when it is not."""
        return max(1, self.calendar.between(due, self.day)) if due < self.day else 0


async def agenda(turn: Turn, circle: Circle, meeting_id: int) -> list[Markup]:
    """Return the points of a meeting's agenda, one a paragraph; nothing when nothing is open."""
    today = _Today(campaigns.day_in(circle.zone, turn.now), await calendars.calendar_of(turn.db, circle.campaign))
    found = [
        await _decided(turn, circle, today, meeting_id),
        await _late(turn, circle, today),
        await _left(turn, circle, today),
        await _wanting(turn, circle),
    ]
    points = [one for one in found if one]
    return [Markup("{}. ").format(at) + one for at, one in enumerate(points, 1)]


async def _decided(turn: Turn, circle: Circle, today: _Today, meeting_id: int) -> Markup:
    """Say what earlier meetings decided and nobody has done."""
    every = await meetings.undone(turn.db, circle.campaign.id, circle.group_id)
    undone = [one for one in every if one.meeting_id != meeting_id]
    if not undone:
        return Markup()
    head = turn.n("{count} decision not done yet", "{count} decisions not done yet", len(undone))
    return Markup("\n").join([head, *await decided(turn, undone[:SHOWN], today.late)])


async def decided(turn: Turn, some: Sequence[Decision], late: object = None) -> list[Markup]:
    """Say decisions in a line each: what, who, until when, and whether that is over."""
    names = await people.names(turn.db, {one.owner_id for one in some})
    lines = []
    for one in some:
        line = turn.t(
            "{mark} {what} – {who}, {day}",
            mark="✓" if one.done_at else "·",
            what=brief(one.words, 60),
            who=names.get(one.owner_id, "") or "—",
            day=turn.speech.day(one.due_on),
        )
        over = late(one.due_on) if callable(late) and not one.done_at else 0
        if over:
            line += Markup(" · ") + turn.n("{count} working day late", "{count} working days late", over)
        lines.append(line)
    return lines


async def _late(turn: Turn, circle: Circle, today: _Today) -> Markup:
    done = await work.done_of(turn.db, circle.campaign.id)
    groups = await campaigns.groups_of(turn.db, circle.campaign.id)
    titles = []
    for item in await work.items_of(turn.db, circle.campaign.id):
        parties = [work.OFFICE] if item.once or not groups else [one.id for one in groups]
        if circle.group is not None:
            parties = [one for one in parties if one == circle.group.id]
        if today.late(item.due_on) and any(one not in done.get(item.id, {}) for one in parties):
            titles.append(brief(item.title.get(turn.speech.language, ""), 20))
    if not titles:
        return Markup()
    return turn.n(
        "{count} work item late: {titles}",
        "{count} work items late: {titles}",
        len(titles),
        titles=listed(turn, titles[:NAMED]) + (Markup(" …") if len(titles) > NAMED else Markup()),
    )


async def _round(turn: Turn, circle: Circle, day: date) -> Round | None:
    """Return the round that is on; None between rounds."""
    every = await campaigns.rounds_of(turn.db, circle.campaign.id)
    return next((one for one in every if one.starts_on <= day <= one.ends_on), None)


async def _left(turn: Turn, circle: Circle, today: _Today) -> Markup:
    on = await _round(turn, circle, today.day)
    lines = await coverage.ledger(turn.db, on, circle.group_id) if on else []
    left = [one for one in lines if one.stand is Stand.uncovered]
    if not lines:
        return Markup()
    done = sum(one.stand is Stand.covered for one in lines)
    said = turn.t("Covered {done}/{total}", done=done, total=len(lines))
    if left:
        said += Markup(" · ") + turn.n(
            "{count} unit without a visit planned: {units}",
            "{count} units without a visit planned: {units}",
            len(left),
            units=listed(turn, [brief(one.name, 16) for one in left[:NAMED]])
            + (Markup(" …") if len(left) > NAMED else Markup()),
        )
    return said


async def _wanting(turn: Turn, circle: Circle) -> Markup:
    if circle.group is not None:
        found = await findings.of_group(turn.db, circle.group.id, SHOWN)
        total = sum(one.total for one in (await findings.count_group(turn.db, circle.group.id)).values())
    else:
        found = await findings.of_campaign(turn.db, circle.campaign.id, SHOWN)
        total = sum(one.total for one in (await findings.count_campaign(turn.db, circle.campaign.id)).values())
    if not total:
        return Markup()
    head = turn.n("{count} matter found wanting", "{count} matters found wanting", total)
    return Markup("\n").join([head, *(_matter(turn, one) for one in found)])


def _matter(turn: Turn, one: Matter) -> Markup:
    line = turn.t(
        "{mark} {unit}, item {number}",
        mark="✗" if one.grade is Grade.missing else "◐",
        unit=brief(one.unit, 16),
        number=one.number,
    )
    return line + Markup(" · {}").format(brief(one.note, 30)) if one.note else line
