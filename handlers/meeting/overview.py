"""The meetings of a circle at a glance: the next, those before, what was decided and is not done.

Shows only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import own_groups
from handlers.chat import Button
from handlers.journey import data, number
from handlers.meeting.circle import CARETAKERS, Circle, circle, own
from handlers.menu import way_back
from handlers.rows import in_rows
from storage.campaign import campaigns
from storage.campaign import meetings as records
from storage.people import Role

if TYPE_CHECKING:
    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.campaign.meetings import Meeting

SHOWN: Final = 3


async def meetings(turn: Turn, args: object) -> None:
    """Show the meetings of one's own circle, or of the one a button names."""
    if isinstance(args, tuple) and args:
        await show(turn, await circle(turn, number(args, 0), number(args, 1) or None))
    else:
        await show(turn, await own(turn))


async def show(turn: Turn, one: Circle) -> None:
    """Show the meetings of a circle."""
    turn.remember("meeting")
    coming = await records.planned(turn.db, one.campaign.id, one.group_id)
    before = await records.held(turn.db, one.campaign.id, one.group_id, SHOWN)
    undone = await records.undone(turn.db, one.campaign.id, one.group_id)
    weekly = await records.series(turn.db, one.campaign.id, one.group_id)
    lines = [turn.t("<b>Meetings</b> · {who}", who=one.name(turn))]
    if weekly is not None:
        days = turn.label("Monday Tuesday Wednesday Thursday Friday Saturday Sunday").split()
        lines.append(turn.t("Every {day} at {clock}", day=days[weekly.weekday], clock=weekly.clock))
    lines += [Markup("· ") + when(turn, one, each) for each in coming[:SHOWN]]
    if not coming:
        lines.append(turn.t("No meeting is planned."))
    if undone:
        today = campaigns.day_in(one.zone, turn.now)
        late = sum(each.due_on < today for each in undone)
        said = turn.n("{count} decision not done yet", "{count} decisions not done yet", len(undone))
        lines.append(said + (Markup(" · ") + turn.t("{count} late", count=late) if late else Markup()))
    rows = [
        *[(Button(_named(turn, one, each), data("meeting", "open", each.id)),) for each in coming[:SHOWN]],
        *[(Button("✓ " + _named(turn, one, each), data("meeting", "open", each.id)),) for each in before],
        *await _buttons(turn, one, weekly=weekly is not None, undone=bool(undone)),
        way_back(turn.speech),
    ]
    turn.card(Markup("\n").join(lines), tuple(rows))


def when(turn: Turn, one: Circle, meeting: Meeting) -> Markup:
    """Say when and where a meeting is, by the clocks of its circle."""
    day = turn.speech.day(campaigns.day_in(one.zone, meeting.starts_at))
    said = turn.t("{day} {clock}", day=day, clock=turn.speech.clock(meeting.starts_at, one.zone))
    return said + Markup(" · {}").format(meeting.place) if meeting.place else said


def _named(turn: Turn, one: Circle, meeting: Meeting) -> str:
    day = turn.speech.day(campaigns.day_in(one.zone, meeting.starts_at))
    return turn.label("{day} {clock}", day=day, clock=turn.speech.clock(meeting.starts_at, one.zone))


async def _buttons(turn: Turn, one: Circle, *, weekly: bool, undone: bool) -> Rows:
    at = (one.campaign.id, one.key)
    rows: list[tuple[Button, ...]] = []
    if undone:
        rows.append((Button(turn.label("Decisions"), data("meeting", "decisions", *at)),))
    if one.led_by(turn):
        regular = (
            Button(turn.label("End the weekly meeting …"), data("meeting", "stop", *at))
            if weekly
            else Button(turn.label("Weekly meeting …"), data("meeting", "weekly", *at))
        )
        rows.append((regular, Button(turn.label("One meeting …"), data("meeting", "once", *at))))
    others = []
    if turn.who.has(turn.now, *CARETAKERS):
        others = [
            Button(each.name[:12], data("meeting", "list", one.campaign.id, each.id))
            for each in await campaigns.groups_of(turn.db, one.campaign.id)
            if each.id != one.group_id
        ]
    if one.group is not None and turn.who.has(turn.now, *CARETAKERS, Role.leader):
        others.insert(0, Button(turn.label("Office and leaders"), data("meeting", "list", one.campaign.id, 0)))
    if not turn.who.has(turn.now, *CARETAKERS):
        rows += await own_groups.others(turn, one.group_id, lambda *where: data("meeting", "list", *where))
    rows += in_rows(others)
    return tuple(rows)
