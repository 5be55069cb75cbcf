"""One work item: what it asks, who has done it, and the few things that can be done about it.

Marked as done by whoever owns it, and taken back as easily; a deadline moves only with a reason, which is kept. The
card a button stood on is named on it, so that an old one changes nothing.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import reminding
from handlers.access import may
from handlers.chat import Button, Text
from handlers.errors import NotAllowed, Stale, UserError
from handlers.journey import data, number
from handlers.plan.overview import due, plan_of, visible
from handlers.progress import brief, listed
from handlers.roles import NAMES
from handlers.text import mark
from storage import audit, people
from storage.campaign import campaigns, reminders, work
from storage.people import Role
from supervision.register.cells import day as read_day

if TYPE_CHECKING:
    from handlers.chat import Message, Rows
    from handlers.plan.overview import Plan
    from handlers.turn import Turn
    from storage.campaign.work import WorkItem

LEADING: Final = frozenset({Role.leader, Role.deputy})
REASON: Final = 200
STEPS: Final = (1, 3, 5)
"""Worked days that a deadline is moved by with one tap."""

NO_DAY = mark("“{words}” is not a date. Write it as 2026-10-16, or tap one of the days above.")
OUTSIDE = mark("The campaign lasts from {first} to {last}; a deadline lies within it. Nothing was changed.")
REASON_WANTED = mark("Please say why in at most {most} characters; the reason is kept.")


async def item(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one item."""
    one = await _item(turn, args)
    turn.remember("plan")
    turn.card(*await _drawn(turn, one))


async def _item(turn: Turn, args: tuple[str, ...], *, lock: bool = False) -> WorkItem:
    found = await work.item(turn.db, number(args, 0), lock=lock)
    if found is None:
        raise Stale
    await visible(turn, found.campaign_id)
    return found


async def _plan(turn: Turn, one: WorkItem) -> Plan:
    campaign = await campaigns.get(turn.db, one.campaign_id)
    if campaign is None:
        raise Stale
    return await plan_of(turn, campaign)


def _mine(turn: Turn, plan: Plan, one: WorkItem) -> list[int]:
    """Return for whom the person may say that an item is done: the office for all, others for their own group."""
    parties = plan.parties(one)
    if turn.who.has(turn.now, Role.admin, Role.office):
        return parties
    held = turn.who.roles_now(turn.now)
    return [
        party
        for party in parties
        if any(role.group_id == party and (role.role is one.owner or role.role in LEADING) for role in held)
    ]


async def _drawn(turn: Turn, one: WorkItem) -> tuple[Markup, Rows]:
    plan = await _plan(turn, one)
    language = turn.speech.language
    lines = [
        turn.t("<b>{number}. {title}</b>", number=one.number, title=one.title.get(language, "")),
        turn.t("Done when: {what}", what=one.done_when.get(language, "")),
        turn.t("Answers for it: {role}", role=turn.label(NAMES[one.owner])),
    ]
    if plan.complete(one):
        lines.append(turn.t("✓ Done. Deadline: {day}", day=turn.speech.day(one.due_on)))
    else:
        lines.append(turn.t("Deadline: {due}", due=due(turn, plan, one)))
    if not plan.calendar.known(one.due_on):
        lines.append(turn.t("The holidays of {year} are not known yet.", year=one.due_on.year))
    lines += await _parties(turn, plan, one)
    lines += [
        turn.t(
            "Moved from {before} to {after}: {why}",
            before=turn.speech.day(move.before),
            after=turn.speech.day(move.after),
            why=brief(move.why, 80),
        )
        for move in await work.moves_of(turn.db, one.id)
    ]
    return Markup("\n").join(lines), _buttons(turn, plan, one)


async def _parties(turn: Turn, plan: Plan, one: WorkItem) -> list[Markup]:
    done = plan.done.get(one.id, {})
    names = await people.names(turn.db, {mark.by_id for mark in done.values() if mark.by_id is not None})
    groups = {group.id: group.name for group in plan.groups}
    lines = []
    missing = []
    for party in plan.parties(one):
        if party not in done:
            missing.append(groups.get(party, ""))
            continue
        by = names.get(done[party].by_id or 0, "") or "—"
        when = turn.speech.moment(done[party].at, plan.campaign.zone)
        who = groups.get(party, turn.label("Office"))
        lines.append(turn.t("✓ {group}: {name}, {when}", group=who, name=by, when=when))
    if any(missing):
        lines.append(turn.t("Still to do: {groups}", groups=listed(turn, missing)))
    return lines


def _buttons(turn: Turn, plan: Plan, one: WorkItem) -> Rows:
    done = plan.done.get(one.id, {})
    groups = {group.id: group.name for group in plan.groups}
    rows: list[tuple[Button, ...]] = []
    for party in _mine(turn, plan, one):
        whose = f" {groups[party]}" if party in groups else ""
        if party in done:
            rows.append((Button(turn.label("↩ Not done yet") + whose, data("plan", "undo", one.id, party)),))
        else:
            rows.append((Button(turn.label("✓ Done") + whose, data("plan", "done", one.id, party)),))
    paired = [tuple(each[0] for each in rows[at : at + 2]) for at in range(0, len(rows), 2)]
    last = [Button(turn.label("◀ Plan"), data("plan", "show", one.campaign_id))]
    if may(turn.person, "plan.move", turn.now) and not plan.complete(one):
        last.insert(0, Button(turn.label("Move the deadline …"), data("plan", "move", one.id)))
    return (*paired, tuple(last))


# --- done, and not ---


async def done(turn: Turn, args: tuple[str, ...]) -> None:
    """Note that an item is done."""
    one, party = await _allowed(turn, args)
    await work.mark(turn.db, one.id, party, turn.who.id, turn.now)
    _record(turn, "work.done", one, party)
    await reminders.drop(turn.db, [f"item:{one.id}:{party}"])
    turn.toast(turn.label("Noted. It can be taken back here."))
    turn.card(*await _drawn(turn, one))


async def undo(turn: Turn, args: tuple[str, ...]) -> None:
    """Take back that an item is done."""
    one, party = await _allowed(turn, args)
    await work.unmark(turn.db, one.id, party)
    _record(turn, "work.undone", one, party)
    await reminding.replan(turn.db, (await _plan(turn, one)).campaign, turn.now)
    turn.card(*await _drawn(turn, one))


async def _allowed(turn: Turn, args: tuple[str, ...]) -> tuple[WorkItem, int]:
    one = await _item(turn, args, lock=True)
    party = number(args, 1)
    if party not in _mine(turn, await _plan(turn, one), one):
        raise NotAllowed
    return one, party


def _record(turn: Turn, action: str, one: WorkItem, party: int) -> None:
    details = {"item": one.number, "group": party}
    audit.record(turn.db, action, f"work:{one.id}", now=turn.now, person_id=turn.who.id, details=details)


# --- moving a deadline ---


async def move(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask to which day."""
    one = await _item(turn, args)
    plan = await _plan(turn, one)
    start = max(one.due_on, plan.today)
    offered = [plan.calendar.shifted(start, days) for days in STEPS]
    rows = tuple(
        (Button(turn.speech.day(day), data("plan", "to", one.id, day.isoformat())),)
        for day in offered
        if day <= plan.campaign.ends_on
    )
    turn.remember("plan", move=one.id)
    text = turn.t(
        "To which day does the deadline of “{title}” move? It is {day} now. Tap one, or type a date.",
        title=one.title.get(turn.speech.language, ""),
        day=turn.speech.day(one.due_on),
    )
    turn.card(text, (*rows, (Button(turn.label("↩ Back"), data("plan", "item", one.id)),)))


async def to(turn: Turn, args: tuple[str, ...]) -> None:
    """Take the day that was tapped, and ask why."""
    one = await _item(turn, args)
    try:
        day = date.fromisoformat(args[1])
    except (IndexError, ValueError) as error:
        raise Stale from error
    await _ask_why(turn, one, day)


async def _ask_why(turn: Turn, one: WorkItem, day: date) -> None:
    campaign = await campaigns.get(turn.db, one.campaign_id)
    if campaign is None:
        raise Stale
    if not campaign.starts_on <= day <= campaign.ends_on:
        raise UserError(OUTSIDE, first=campaign.starts_on.isoformat(), last=campaign.ends_on.isoformat())
    turn.remember("plan", move=one.id, day=day.isoformat())
    text = turn.t(
        "New deadline: {day}. Why? Please type the reason; it stands with the item.", day=turn.speech.day(day)
    )
    turn.card(text, ((Button(turn.label("↩ Back"), data("plan", "move", one.id)),),))


async def message(turn: Turn, sent: Message) -> bool:
    """Take the day or the reason that was asked for."""
    held = turn.state.get("move")
    if held is None or not isinstance(sent, Text):
        return False
    if not may(turn.person, "plan.move", turn.now):  # the office's role may have ended since it asked
        raise NotAllowed
    one = await _item(turn, (str(held),), lock=True)
    words = " ".join(sent.text.split())
    chosen = turn.state.get("day")
    if chosen is None:
        campaign = await campaigns.get(turn.db, one.campaign_id)
        day = read_day(words, turn.now.year)
        if day is None or campaign is None:
            raise UserError(NO_DAY, words=words[:40])
        await _ask_why(turn, one, day)
        return True
    if not words or len(words) > REASON:
        raise UserError(REASON_WANTED, most=REASON)
    await work.move(turn.db, one, date.fromisoformat(chosen), words, turn.who.id, turn.now)
    audit.record(
        turn.db,
        "work.moved",
        f"work:{one.id}",
        now=turn.now,
        person_id=turn.who.id,
        details={"item": one.number, "to": chosen},
    )
    plan = await _plan(turn, one)
    await reminders.drop(turn.db, [f"item:{one.id}:{party}" for party in plan.parties(one)])
    await reminding.replan(turn.db, plan.campaign, turn.now)
    turn.remember("plan")
    turn.card(*await _drawn(turn, one))
    return True


async def give_up(turn: Turn) -> bool:
    """Give up moving a deadline; it stays where it is."""
    waited = turn.state.get("move") is not None
    turn.leave()
    if waited:
        turn.say(turn.t("The deadline stays as it was."))
    return waited
