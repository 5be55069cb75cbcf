"""Coverage of a round at a glance: how many units are done, by level, group and area, and every unit left by name.

Shows only. A field worker sees their own group first, the office everybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import own_groups
from handlers.belonging import campaign_of
from handlers.chat import Button
from handlers.coverage import parts
from handlers.errors import Stale, UserError
from handlers.journey import data, number, word
from handlers.menu import way_back
from handlers.own_groups import wanted
from handlers.progress import bar, brief
from handlers.reasons import reason_words
from handlers.rows import in_rows
from handlers.text import mark
from storage.campaign import calendars, campaigns
from storage.campaign import coverage as ledgers
from storage.people import Role
from supervision.coverage import Line, Stand, count, counted, province

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign, Round
    from supervision.coverage import Count

NAMES: Final = 12
AREAS: Final = 20
OUT: Final = 15
EVERYBODY: Final = 0
LOWER: Final = (3, 4)
"""The levels of which every unit is to be covered, said at a glance."""

NO_GROUP = mark("You belong to no group whose units could be shown.")
NO_ROUND = mark("There is no round yet. Rounds come with the campaign or with the register.")
STANDS: Final = {
    Stand.uncovered: mark("Not planned"),
    Stand.planned: mark("Planned"),
    Stand.under_way: mark("Under way"),
    Stand.covered: mark("Handed in"),
}
"""How far a unit can be, as a button says it; what is left comes first."""


async def coverage(turn: Turn, args: object) -> None:
    """Show the round that is on, for one's own group or for everybody."""
    campaign, group_id = await _own(turn, wanted(turn, args))
    one = await _on(turn, campaign)
    await _show(turn, campaign, one, group_id)


def _sees_all(turn: Turn) -> bool:
    return turn.who.has(turn.now, Role.admin, Role.office)


async def _own(turn: Turn, group_id: int) -> tuple[Campaign, int]:
    """Return the campaign a person works in, and the group they go on visits for; the office sees them all."""
    whole = _sees_all(turn)
    if not (whole or group_id):
        raise UserError(NO_GROUP)
    found = await campaign_of(turn.db, group_id) if group_id else await campaigns.current(turn.db, turn.now)
    if found is None:
        raise UserError(NO_ROUND)
    return found, EVERYBODY if whole else group_id


async def _on(turn: Turn, campaign: Campaign) -> Round:
    """Return the round that is on; before the first the first, afterwards the last that has begun."""
    rounds = await campaigns.rounds_of(turn.db, campaign.id)
    if not rounds:
        raise UserError(NO_ROUND)
    today = campaigns.day_in(campaign.zone, turn.now)
    begun = [one for one in rounds if one.starts_on <= today]
    return begun[-1] if begun else rounds[0]


async def _asked(turn: Turn, args: tuple[str, ...]) -> tuple[Campaign, Round, int]:
    """Return what a button is about: its campaign, round and group; Stale for what is not the person's to see."""
    asked = number(args, 1)
    campaign, group_id = await _own(turn, wanted(turn, (str(asked),)))
    one = await campaigns.round_of(turn.db, number(args, 0))
    if one is None or (group_id and asked != group_id):
        raise Stale
    if one.campaign_id != campaign.id:
        other = await campaigns.get(turn.db, one.campaign_id)
        if other is None or group_id:
            raise Stale
        campaign = other
    return campaign, one, asked


async def show(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one round, of everybody or of one group."""
    await _show(turn, *await _asked(turn, args))


async def _show(turn: Turn, campaign: Campaign, one: Round, group_id: int) -> None:
    lines = await ledgers.ledger(turn.db, one, group_id or None)
    groups = {each.id: each.name for each in await campaigns.groups_of(turn.db, campaign.id)}
    whole = count(lines)
    calendar = await calendars.calendar_of(turn.db, campaign)
    today = campaigns.day_in(campaign.zone, turn.now)
    title = turn.t("<b>Coverage</b> · Round {number}", number=turn.speech.ordinal(one.number))
    if group_id:
        title += Markup(" · {}").format(groups.get(group_id, ""))
    said = [
        title,
        turn.t("{first} – {last}", first=turn.speech.day(one.starts_on), last=turn.speech.day(one.ends_on)),
        turn.t("{bar} {done}/{total}", bar=bar(whole.covered, whole.total), done=whole.covered, total=whole.total),
    ]
    if one.starts_on <= today <= one.ends_on:
        left = calendar.between(today, one.ends_on)
        said[1] += Markup(" · ") + turn.n("{count} working day left", "{count} working days left", left)
    if not lines:
        said.append(turn.t("No unit of the register belongs to this round yet."))
    said += _branches(turn, lines)
    said += _parts(turn, lines, groups, one_group=bool(group_id))
    turn.card(Markup("\n").join(said), await _buttons(turn, campaign, one, group_id, lines))


def _branches(turn: Turn, lines: Sequence[Line]) -> list[Markup]:
    """Say in a line whether the third and fourth level are covered: one of the nine things a round must have."""
    below = count(one for one in lines if one.level in LOWER)
    if not below.total:
        return []
    if below.covered == below.total:
        return [turn.t("✓ Levels 3 and 4 are covered: {done}/{total}", done=below.covered, total=below.total)]
    left = below.total - below.covered
    return [turn.n("⚠ Levels 3 and 4: {count} unit left", "⚠ Levels 3 and 4: {count} units left", left)]


def _parts(turn: Turn, lines: Sequence[Line], groups: Mapping[int, str], *, one_group: bool) -> list[Markup]:
    by_level = counted(lines, lambda each: each.level)
    said = [turn.t("By level")] if by_level else []
    said += [_part(turn, turn.label("level {level}", level=level), by_level[level]) for level in sorted(by_level)]
    if not one_group and groups:
        by_group = counted(lines, lambda each: each.group_id)
        said += [turn.t("By group")] if by_group else []
        said += [_part(turn, name, by_group[at]) for at, name in groups.items() if at in by_group]
        if None in by_group:
            said.append(_part(turn, turn.label("no group"), by_group[None]))
    return said


def _part(turn: Turn, name: str, counts: Count, usual: str = "·") -> Markup:
    mark_of = "✓" if counts.covered == counts.total else "⚠" if counts.uncovered else usual
    line = turn.t("{mark} {name} {done}/{total}", mark=mark_of, name=name, done=counts.covered, total=counts.total)
    if counts.uncovered:
        line += Markup(" · ") + turn.n("{count} not planned", "{count} not planned", counts.uncovered)
    return line


async def _buttons(turn: Turn, campaign: Campaign, one: Round, group_id: int, lines: Sequence[Line]) -> Rows:
    whole = count(lines)
    looks = [
        Button(
            turn.label("{what} {count}", what=turn.label(words), count=getattr(whole, stand.value)),
            data("coverage", "names", one.id, group_id, stand.value, 0),
        )
        for stand, words in STANDS.items()
        if getattr(whole, stand.value)
    ]
    rows = [tuple(looks[at : at + 2]) for at in range(0, len(looks), 2)]
    rows += parts.levels(turn, one, group_id, lines)
    rows.append((Button(turn.label("By area"), data("coverage", "areas", one.id, group_id)),))
    if not _sees_all(turn):
        rows += await own_groups.others(turn, group_id, lambda _, each: data("coverage", "all", each))
    else:
        others = [
            Button(each.name[:12], data("coverage", "show", one.id, each.id))
            for each in await campaigns.groups_of(turn.db, campaign.id)
            if each.id != group_id
        ]
        if group_id:
            others.insert(0, Button(turn.label("All groups"), data("coverage", "show", one.id, EVERYBODY)))
        rows += in_rows(others)
    rounds = [
        Button(
            turn.label("Round {number}", number=turn.speech.ordinal(each.number)),
            data("coverage", "show", each.id, group_id),
        )
        for each in await campaigns.rounds_of(turn.db, campaign.id)
        if each.id != one.id
    ]
    rows += in_rows(rounds)
    if await ledgers.dropped_out(turn.db, campaign.id, 1, group_id or None):
        rows.append((Button(turn.label("Dropped out"), data("coverage", "out", one.id, group_id)),))
    return (*rows, way_back(turn.speech))


async def names(turn: Turn, args: tuple[str, ...]) -> None:
    """Show a page of the units that are so far, by name."""
    campaign, one, group_id = await _asked(turn, args)
    try:
        stand = Stand(args[2])
    except (IndexError, ValueError) as error:
        raise Stale from error
    found = [each for each in await ledgers.ledger(turn.db, one, group_id or None) if each.stand is stand]
    pages = max(1, -(-len(found) // NAMES))
    at = min(max(number(args, 3), 0), pages - 1)
    groups = {each.id: each.name for each in await campaigns.groups_of(turn.db, campaign.id)}
    title = turn.label("{what} {count}", what=turn.label(STANDS[stand]), count=len(found))
    said = [Markup("<b>{}</b>").format(title)]
    for place, each in enumerate(found[at * NAMES : (at + 1) * NAMES], at * NAMES + 1):
        said.append(_unit(turn, place, each, {} if group_id else groups))
    moves = parts.turning(at, pages, lambda to: data("coverage", "names", one.id, group_id, stand.value, to))
    turn.card(Markup("\n").join(said), (*moves, _back(turn, one, group_id)))


def _back(turn: Turn, one: Round, group_id: int) -> tuple[Button, ...]:
    return (Button(turn.label("↩ Back"), data("coverage", "show", one.id, group_id)),)


async def areas(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the round by province, those with units left first; a tap names the units of one."""
    _, one, group_id = await _asked(turn, args)
    found = counted(await ledgers.ledger(turn.db, one, group_id or None), province)
    ranked = sorted(found.items(), key=lambda each: (-each[1].uncovered, -each[1].total, each[0]))[:AREAS]
    said = [turn.t("<b>By area</b>")]
    said += [
        Markup("{}. ").format(place) + _part(turn, name or turn.label("no area"), counts, "").lstrip()
        for place, (name, counts) in enumerate(ranked, 1)
    ]
    if len(found) > AREAS:
        said.append(turn.t("… and {count} more", count=len(found) - AREAS))
    if ranked:
        said.append(turn.t("Tap a number for the units by name."))
    buttons = [
        Button(str(place), data("coverage", "part", one.id, group_id, parts.of_area(name), 0))
        for place, (name, _) in enumerate(ranked, 1)
    ]
    rows = [tuple(buttons[at : at + 7]) for at in range(0, len(buttons), 7)]
    turn.card(Markup("\n").join(said), (*rows, _back(turn, one, group_id)))


async def part(turn: Turn, args: tuple[str, ...]) -> None:
    """Show a page of the units of one level or area by name, those that are left first."""
    campaign, one, group_id = await _asked(turn, args)
    wanted = word(args, 2)
    found = parts.of(await ledgers.ledger(turn.db, one, group_id or None), wanted)
    if not found:
        raise Stale
    groups = {each.id: each.name for each in await campaigns.groups_of(turn.db, campaign.id)}
    level = wanted.startswith(parts.LEVEL)
    name = turn.label("level {level}", level=found[0].level) if level else province(found[0]) or turn.label("no area")
    pages = max(1, -(-len(found) // NAMES))
    at = min(max(number(args, 3), 0), pages - 1)
    said = [Markup("<b>{}</b>").format(turn.label("{what} {count}", what=name, count=len(found)))]
    stand = None
    for place, each in enumerate(found[at * NAMES : (at + 1) * NAMES], at * NAMES + 1):
        if each.stand is not stand:
            stand = each.stand
            said.append(Markup("<i>{}</i>").format(turn.label(STANDS[stand])))
        said.append(_unit(turn, place, each, {} if group_id else groups))
    moves = parts.turning(at, pages, lambda to: data("coverage", "part", one.id, group_id, wanted, to))
    back = _back(turn, one, group_id)
    if not level:
        back = (Button(turn.label("◀ By area"), data("coverage", "areas", one.id, group_id)),)
    turn.card(Markup("\n").join(said), (*moves, back))


def _unit(turn: Turn, place: int, each: Line, groups: Mapping[int, str]) -> Markup:
    line = Markup("{}. {}").format(place, brief(each.name, 40))
    return line + Markup(" · {}").format(groups.get(each.group_id or 0, turn.label("no group"))) if groups else line


async def out(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the units that dropped out of the register, each with its reason."""
    campaign, one, group_id = await _asked(turn, args)
    said = [turn.t("<b>Dropped out of the register</b>")]
    for each in await ledgers.dropped_out(turn.db, campaign.id, OUT, group_id or None):
        if each.retired_at is not None:
            day = turn.speech.day(campaigns.day_in(campaign.zone, each.retired_at))
            why = reason_words(turn.speech, each.retired_why)
            said.append(turn.t("{name}: {why}, {day}", name=each.name, why=why, day=day))
    turn.card(Markup("\n").join(said), (_back(turn, one, group_id),))
