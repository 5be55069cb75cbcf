"""The plan at a glance: phases, work items, what is done and what is late.

Shows only. Late is counted in worked days, as deadlines are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from handlers.belonging import campaign_of
from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.menu import way_back
from handlers.progress import bar
from handlers.roles import NAMES
from handlers.text import mark
from storage.campaign import calendars, campaigns, work
from storage.people import FIELD, Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign, Group
    from storage.campaign.work import WorkDone, WorkItem
    from supervision.calendar import Calendar

NO_PLAN = mark("There is no plan yet: it comes with the campaign, which an administrator starts with /campaign.")


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign's plan as it stands today."""

    campaign: Campaign
    calendar: Calendar
    today: date
    groups: Sequence[Group]
    items: Sequence[WorkItem]
    done: Mapping[int, Mapping[int, WorkDone]]

    def parties(self, item: WorkItem) -> list[int]:
        """Return who is to do an item: the office (0), or every group."""
        return [work.OFFICE] if item.once or not self.groups else [one.id for one in self.groups]

    def share(self, item: WorkItem) -> tuple[int, int]:
        """Return (how many have done an item, how many are to)."""
        parties = self.parties(item)
        return sum(one in self.done.get(item.id, {}) for one in parties), len(parties)

    def complete(self, item: WorkItem) -> bool:
        """Tell whether everybody has done it."""
        done, of = self.share(item)
        return done == of

    def late(self, item: WorkItem) -> int:
        """Return how many worked days an item that is not done is over its deadline; 0 when it is not."""
        if self.complete(item) or item.due_on >= self.today:
            return 0
        return max(1, self.calendar.between(item.due_on, self.today))


async def plan_of(turn: Turn, campaign: Campaign) -> Plan:
    """Return the plan of a campaign."""
    return Plan(
        campaign,
        await calendars.calendar_of(turn.db, campaign),
        campaigns.day_in(campaign.zone, turn.now),
        await campaigns.groups_of(turn.db, campaign.id),
        await work.items_of(turn.db, campaign.id),
        await work.done_of(turn.db, campaign.id),
    )


async def own_campaign(turn: Turn) -> Campaign:
    """Return the campaign a person works in: that of the group they go on visits for, else the one that is on."""
    roles = turn.who.roles_now(turn.now)
    held = [one.group_id for one in roles if one.role in FIELD and one.group_id is not None]
    found = await campaign_of(turn.db, held[0]) if held else await campaigns.current(turn.db, turn.now)
    if found is None:
        raise UserError(NO_PLAN)
    return found


async def visible(turn: Turn, campaign_id: int) -> Campaign:
    """Return a campaign that a button names: the office may see any, others their own. Raises Stale."""
    named = await campaigns.get(turn.db, campaign_id)
    office = turn.who.has(turn.now, Role.admin, Role.office)
    if named is None or not (office or (await own_campaign(turn)).id == named.id):
        raise Stale
    return named


async def show(turn: Turn, args: object) -> None:
    """Show the plan of one's own campaign, or of the one a button names."""
    if isinstance(args, tuple) and args:
        campaign = await visible(turn, number(args, 0))
    else:
        campaign = await own_campaign(turn)
    plan = await plan_of(turn, campaign)
    if not plan.items:
        raise UserError(NO_PLAN)
    turn.remember("plan")
    turn.card(*await _drawn(turn, plan))


async def _drawn(turn: Turn, plan: Plan) -> tuple[Markup, Rows]:
    complete = sum(plan.complete(one) for one in plan.items)
    late = sum(plan.late(one) > 0 for one in plan.items)
    head = turn.t("{bar} {done}/{total}", bar=bar(complete, len(plan.items)), done=complete, total=len(plan.items))
    if late:
        head += Markup(" · ") + turn.n("⚠ {count} late", "⚠ {count} late", late)
    lines = [turn.t("<b>Plan</b> · {title}", title=plan.campaign.title_in(turn.speech.language)), head]
    for phase in await work.phases_of(turn.db, plan.campaign.id):
        days = {"first": turn.speech.day(phase.starts_on), "last": turn.speech.day(phase.ends_on)}
        title = phase.title.get(turn.speech.language, phase.code)
        here = phase.starts_on <= plan.today <= phase.ends_on
        said = turn.t("<b>{title}</b> {first} – {last}", title=title, **days)
        lines.append(Markup("\n") + said + (Markup(" · ") + turn.t("now") if here else Markup()))
        lines += [_line(turn, plan, one) for one in plan.items if one.phase_id == phase.id]
    buttons = [Button(_label(plan, one), data("plan", "item", one.id)) for one in plan.items]
    rows = (tuple(buttons[at : at + 6]) for at in range(0, len(buttons), 6))
    return Markup("\n").join(lines), (*rows, way_back(turn.speech))


def _label(plan: Plan, item: WorkItem) -> str:
    return f"✓{item.number}" if plan.complete(item) else f"⚠{item.number}" if plan.late(item) else str(item.number)


def _line(turn: Turn, plan: Plan, item: WorkItem) -> Markup:
    title = item.title.get(turn.speech.language, "")
    if plan.complete(item):
        return turn.t("✓ {number} {title}", number=item.number, title=title)
    done, of = plan.share(item)
    line = turn.t("{mark} {number} {title}", mark="⚠" if plan.late(item) else "·", number=item.number, title=title)
    line += Markup(" · {} · ").format(turn.label(NAMES[item.owner])) + due(turn, plan, item)
    return line + Markup(" · ") + turn.t("{done}/{of} groups", done=done, of=of) if of > 1 else line


def due(turn: Turn, plan: Plan, item: WorkItem) -> Markup:
    """Say when an item is due, as somebody reads it today."""
    late = plan.late(item)
    if late:
        return turn.n("{count} working day late", "{count} working days late", late)
    if item.due_on == plan.today:
        return turn.t("today")
    left = plan.calendar.between(plan.today, item.due_on)
    day = turn.speech.day(item.due_on)
    if left > 10:  # noqa: PLR2004 - two weeks of work: then the date says more
        return turn.t("by {day}", day=day)
    return turn.n("by {day}, {count} working day left", "by {day}, {count} working days left", left, day=day)
