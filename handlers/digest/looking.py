"""What is behind the figures of a digest: the visits of a day, what is late and why, who is stuck, what is open.

Each list is a card with a way back. Shows only; what can be done about a visit belongs to others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import digesting
from handlers.access import may
from handlers.chat import Button
from handlers.digest import reach
from handlers.digest.figures import LATE, NEXT, PREFIX, TODAY, buttons, nudges
from handlers.digest.telling import body, digest
from handlers.digest.wording import state
from handlers.errors import NotAllowed, Stale, Uninvited
from handlers.journey import data, number, word
from handlers.menu import way_back
from handlers.progress import brief
from handlers.rows import in_rows
from handlers.text import mark
from storage import people
from storage.campaign import campaigns, digests, work
from storage.campaign.digest_plans import OFFICE
from storage.people import FIELD
from storage.visit import agenda, findings, tallies
from supervision.wanting import Grade

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign
    from supervision.digest import Facts, Going

SHOWN: Final = 12
"""Lines on one card."""

NUDGES: Final = 20
OPEN = mark("<b>Open matters</b> · {count}")
OVERDUE = mark("<b>Overdue matters</b> · {count}")
SIGNS: Final = {Grade.partly: "◐", Grade.missing: "✗"}


async def enter(turn: Turn, link: str = "", **_: object) -> None:
    """Open what a link in a group chat leads to, for whoever may see it."""
    verb, *args = link.removeprefix(PREFIX).split("-")
    steps = {"show": show, "day": day, "late": late, "stuck": stuck, "moved": moved, "matters": matters, "items": items}
    action = f"digest.{verb}" if verb in steps else "/digest"
    if not may(turn.person, action, turn.now):
        raise NotAllowed if turn.person is not None else Uninvited
    await (steps[verb](turn, tuple(args)) if verb in steps else digest(turn, ""))


async def show(turn: Turn, args: tuple[str, ...]) -> None:
    """Show a digest as a card, words only: where the lists lead back to."""
    campaign, group = await reach.asked(turn, args)
    facts = await digesting.gather(turn.db, campaign, group, turn.now)
    names = await people.names(turn.db, set(facts.laggards()))
    groups = {} if group else {one.id: one.name for one in await campaigns.groups_of(turn.db, campaign.id)}
    rows = buttons(turn.speech, facts, group.id if group else OFFICE, names, groups)
    foot = [Button(turn.label("⚙ When and where it comes"), data("digest", "settings", group.id if group else OFFICE))]
    if group is not None and turn.who.has(turn.now, *reach.CENTRE):
        foot.insert(0, Button(turn.label("All groups"), data("digest", "show", OFFICE)))
    turn.card(await body(turn, turn.speech, campaign, group, facts), (*rows, tuple(foot), way_back(turn.speech)))


async def _facts(turn: Turn, args: tuple[str, ...]) -> tuple[Facts, int]:
    campaign, group = await reach.asked(turn, args)
    return await digesting.gather(turn.db, campaign, group, turn.now), group.id if group else OFFICE


def _back(turn: Turn, group_id: int) -> tuple[Button, ...]:
    return (Button(turn.label("◀ Digest"), data("digest", "show", group_id)),)


# --- visits ---


async def day(turn: Turn, args: tuple[str, ...]) -> None:
    """List the visits of today, or of the next worked day."""
    facts, group_id = await _facts(turn, args)
    which = word(args, 1)
    if which not in (TODAY, NEXT):
        raise Stale
    on = facts.today if which == TODAY else facts.coming
    title = turn.t("<b>Visits</b> · {day}", day=turn.speech.day(on) if on else "")
    going = facts.now_on if which == TODAY else facts.ahead
    at, moves = _page(("day", group_id, which), args, len(going))
    await _list(turn, title, going, at, *moves, _back(turn, group_id), dated=False)


async def late(turn: Turn, args: tuple[str, ...]) -> None:
    """List what is late, how it stands, and whom to nudge."""
    facts, group_id = await _facts(turn, args)
    await _late(turn, facts, group_id, args)


async def _late(turn: Turn, facts: Facts, group_id: int, args: tuple[str, ...] = ()) -> None:
    at, moves = _page(("late", group_id), args, len(facts.late))
    names = await people.names(turn.db, set(facts.laggards()))
    rows = nudges(turn.speech, facts, group_id, names, NUDGES)
    title = turn.t("<b>Not handed in</b> · {count}", count=len(facts.late))
    await _list(turn, title, facts.late, at, *moves, *rows, _back(turn, group_id), dated=True)


async def stuck(turn: Turn, args: tuple[str, ...]) -> None:
    """List what does not move, since when, and what was said about it."""
    facts, group_id = await _facts(turn, args)
    title = turn.t("<b>Stuck</b> · {count}", count=len(facts.stuck))
    at, moves = _page(("stuck", group_id), args, len(facts.stuck))
    await _list(turn, title, facts.stuck, at, *moves, _back(turn, group_id), dated=True)


def _page(to: tuple[str | int, ...], args: tuple[str, ...], count: int) -> tuple[int, Rows]:
    """Return the page that a button asks for behind what it is about, the first else, and the way to its neighbours."""
    pages = max(1, -(-count // SHOWN))
    wanted = args[len(to) - 1 :]
    at = min(max(number(wanted, 0), 0), pages - 1) if wanted else 0
    if pages == 1:
        return at, ()
    near = (("‹", at - 1), (f"{at + 1}/{pages}", at), ("›", at + 1))
    return at, (
        tuple(Button(words, data("digest", str(to[0]), *to[1:], page)) for words, page in near if 0 <= page < pages),
    )


async def _list(
    turn: Turn, title: Markup, every: Sequence[Going], at: int, *rows: tuple[Button, ...], dated: bool
) -> None:
    shown = every[at * SHOWN : (at + 1) * SHOWN]
    names = await people.names(turn.db, {person for one in shown for person in one.people})
    said = [title]
    for place, one in enumerate(shown, at * SHOWN + 1):
        how = state(turn.speech, one, names)
        if dated:
            how = turn.label("{day} · {how}", day=turn.speech.day(one.on), how=how)
        said.append(Markup("{}. {}\n    {}").format(place, brief(one.unit, 30), how))
    if not shown:
        said.append(turn.t("Nothing here now."))
    turn.card(Markup("\n").join(said), rows)


async def moved(turn: Turn, args: tuple[str, ...]) -> None:
    """List the visits that were handed in since the last digest; whoever goes on visits can open them."""
    facts, group_id = await _facts(turn, args)
    partly, missing = facts.found
    said = [
        turn.t("<b>Handed in</b> · {count}", count=len(facts.moved)),
        *_wanting(turn, partly, missing),
    ]
    page, moves = _page(("moved", group_id), args, len(facts.moved))
    shown = list(enumerate(facts.moved, 1))[page * SHOWN : (page + 1) * SHOWN]
    said += [Markup("{}. {}").format(at, brief(name, 30)) for at, (_, name) in shown]
    opens: Rows = ()
    if group_id and turn.who.has(turn.now, *FIELD, group_id=group_id):
        opens = in_rows(
            [Button(f"{at}. {brief(name, 12)}", data("visit", "summary", visit)) for at, (visit, name) in shown]
        )
    turn.card(Markup("\n").join(said), (*opens, *moves, _back(turn, group_id)))


def _wanting(turn: Turn, partly: int, missing: int) -> list[Markup]:
    """Say what was found wanting, and nothing of what was not."""
    if partly and missing:
        return [turn.t("Found wanting: not done {missing}, partly {partly}", missing=missing, partly=partly)]
    if not partly and not missing:
        return []
    said = mark("Found wanting: not done {count}") if missing else mark("Found wanting: partly done {count}")
    return [turn.t(said, count=missing or partly)]


# --- work items ---


async def items(turn: Turn, args: tuple[str, ...]) -> None:
    """List the work items that the group, or the office, is late with; each opens where it is said to be done."""
    facts, group_id = await _facts(turn, args)
    found = [one for one in [await work.item(turn.db, each) for each in facts.items] if one is not None]
    said = [turn.t("<b>Late work items</b> · {count}", count=len(found))]
    for one in found:
        title, due = one.title.get(turn.speech.language, ""), turn.speech.day(one.due_on)
        said.append(turn.t("⚠ {number} {title} · due {day}", number=one.number, title=title, day=due))
    if not found:
        said.append(turn.t("Nothing here now."))
    rows = in_rows([Button(f"⚠{one.number}", data("plan", "item", one.id)) for one in found])
    turn.card(Markup("\n").join(said), (*rows, _back(turn, group_id)))


# --- open matters ---


async def matters(turn: Turn, args: tuple[str, ...]) -> None:
    """List the open matters of a group, the gravest and oldest first; of the whole campaign, how many each has.

    ``args`` are whose, which page, and ``late`` where only those are meant that are overdue.
    """
    campaign, group = await reach.asked(turn, args)
    narrow = (LATE,) if args[2:] == (LATE,) else ()
    before = await digesting.overdue_before(turn.db, campaign, group, turn.now) if narrow else None
    title = OVERDUE if narrow else OPEN
    if group is None:
        counted = await _counted(turn, campaign, before)
        groups = [one for one in await campaigns.groups_of(turn.db, campaign.id) if one.id in counted]
        rows = in_rows(
            [
                Button(f"{brief(one.name, 8)} {counted[one.id]}", data("digest", "matters", one.id, 0, *narrow))
                for one in groups
            ]
        )
        turn.card(turn.t(title, count=sum(counted.values())), (*rows, _back(turn, OFFICE)))
        return
    found = await findings.of_group(turn.db, group.id, before=before)
    total = (await _counted(turn, campaign, before)).get(group.id, 0)
    pages = max(1, -(-len(found) // SHOWN))
    at = min(max(number(args, 1), 0), pages - 1)
    said = [turn.t(title, count=total)]
    if not total:
        said.append(turn.t("Nothing here now."))
    for one in found[at * SHOWN : (at + 1) * SHOWN]:
        since = turn.speech.day(campaigns.day_in(campaign.zone, one.since))
        line = turn.t(
            "{sign} {unit} · item {number} · since {day}",
            sign=SIGNS.get(one.grade, ""),
            unit=brief(one.unit, 20),
            number=one.number,
            day=since,
        )
        said.append(line + Markup("\n    {}").format(brief(one.note, 60)) if one.note else line)
    moves = [
        Button(words, data("digest", "matters", group.id, to, *narrow))
        for words, to in (("‹", at - 1), (f"{at + 1}/{pages}", at), ("›", at + 1))
        if pages > 1 and 0 <= to < pages
    ]
    turn.card(Markup("\n").join(said), (*((tuple(moves),) if moves else ()), _back(turn, group.id)))


async def _counted(turn: Turn, campaign: Campaign, before: datetime | None) -> dict[int, int]:
    """Return how many matters are open, by group; with ``before`` those that were open by then."""
    if before is not None:
        await digests.freshen(turn.db, campaign)
        return await tallies.open_since(turn.db, campaign.id, before)
    return {one: each.total for one, each in (await findings.count_campaign(turn.db, campaign.id)).items()}


# --- on demand ---


async def lag(turn: Turn, _: object) -> None:
    """Show what is late: of one's group or of the campaign for whoever leads, else of oneself."""
    if turn.who.has(turn.now, *reach.LEAD, *reach.CENTRE):
        campaign, group = await reach.own(turn)
        await _late(turn, await digesting.gather(turn.db, campaign, group, turn.now), group.id if group else OFFICE)
        return
    mine = []
    for one in await agenda.planned_for(turn.db, turn.who, turn.now):
        today = await turn.kit.shelf.day(turn.db, one.unit.campaign_id, turn.now)
        theirs = not one.members or any(each.person_id == turn.who.id for each in one.members)
        if theirs and one.planned_on is not None and one.planned_on < today:
            mine.append(one)
    said = [turn.t("<b>Not handed in</b> · {count}", count=len(mine))]
    for place, one in enumerate(mine[:SHOWN], 1):
        name = brief(one.unit.name, 30)
        said.append(
            Markup("{}. {} · {}").format(place, name, turn.speech.day(one.planned_on) if one.planned_on else "")
        )
    rows = in_rows(
        [
            Button(f"{at}. {brief(one.unit.name, 12)}", data("visit", "open", one.id))
            for at, one in enumerate(mine[:SHOWN], 1)
        ]
    )
    if not mine:
        said = [turn.t("None of your visits is late.")]
    turn.card(Markup("\n").join(said), (*rows, way_back(turn.speech)))
