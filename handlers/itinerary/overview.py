"""The itinerary of a round as it stands: how much is arranged, by group and by day, and what can be done about it.

Shows only. Everybody at work sees the itinerary of their own group, the office all of them; who leads a group or works
in the office may have one proposed or change it (draft.py, changing.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import arranging, own_groups
from handlers.access import may
from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.menu import way_back
from handlers.own_groups import wanted
from handlers.progress import bar, brief, listed
from handlers.rows import in_rows
from handlers.text import mark
from storage.campaign import campaigns, itineraries
from storage.people import FIELD, Role
from storage.visit.visits import State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from handlers.arranging import Ground
    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.campaign.campaigns import Round

    Stops = Mapping[int, tuple[date, tuple[int, ...]]]

ALL: Final = 0
"""Stands for all groups where a group's id would stand."""

DAY: Final = 14
"""Visits of one day that are named."""

NO_GROUP = mark("You belong to no group whose itinerary could be shown.")
NO_ROUND = mark("There is no round yet. An administrator makes one with /round.")


async def itinerary(turn: Turn, args: object) -> None:
    """Show the itinerary of the round that is on, or comes next: of one's own group, or of all."""
    group_id = wanted(turn, args)
    office = turn.who.has(turn.now, Role.admin, Role.office)
    if group_id and not office:
        campaign = await campaigns.campaign_of_group(turn.db, group_id)
    elif office:
        campaign = await campaigns.current(turn.db, turn.now)
    else:
        raise UserError(NO_GROUP)
    rounds = await campaigns.rounds_of(turn.db, campaign.id) if campaign is not None else ()
    if campaign is None or not rounds:
        raise UserError(NO_ROUND)
    today = campaigns.day_in(campaign.zone, turn.now)
    one = next((each for each in rounds if each.ends_on >= today and each.closed_at is None), rounds[-1])
    await show_round(turn, one, ALL if office else group_id)


async def asked(turn: Turn, args: tuple[str, ...]) -> tuple[Round, int]:
    """Return the round and group a button is about; Stale for what is not the person's to see."""
    one = await campaigns.round_of(turn.db, number(args, 0))
    group_id = number(args, 1)
    if one is None:
        raise Stale
    office = turn.who.has(turn.now, Role.admin, Role.office)
    if office and group_id == ALL:
        return one, ALL
    found = await campaigns.group(turn.db, group_id)
    if found is None or found.campaign_id != one.campaign_id:
        raise Stale
    if not office and not turn.who.has(turn.now, *FIELD, group_id=group_id):
        raise Stale
    return one, group_id


def plans(turn: Turn, group_id: int | None) -> bool:
    """Tell whether the person may arrange the visits of a group (of all: 0 or None)."""
    if turn.who.has(turn.now, Role.admin, Role.office):
        return True
    return bool(group_id) and turn.who.has(turn.now, *arranging.LEADING, group_id=group_id)


async def show(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the itinerary of a round and a group."""
    await show_round(turn, *await asked(turn, args))


async def show_round(turn: Turn, one: Round, group_id: int) -> None:
    """Draw the itinerary of a round, of one group or of all."""
    ground = await arranging.ground(turn.db, one, turn.now)
    span = {"first": turn.speech.day(one.starts_on), "last": turn.speech.day(one.ends_on)}
    title = turn.t("<b>Itinerary</b> · Round {number}", number=turn.speech.ordinal(one.number))
    if group_id in ground.groups:
        title += Markup(" · {}").format(ground.groups[group_id].name)
    said = [title, turn.t("{first} – {last}", **span)]
    if one.closed_at is not None:
        said.append(turn.t("The round is closed; nothing more is planned in it."))
    for each in [group_id] if group_id else list(ground.groups):
        said += _group(turn, ground, each, alone=bool(group_id))
    if not group_id and ground.nobodys:
        said.append(
            turn.n(
                "⚠ {count} unit has no group: {names}",
                "⚠ {count} units have no group: {names}",
                len(ground.nobodys),
                names=listed(turn, [brief(unit.name, 16) for unit in ground.nobodys[:3]]),
            )
        )
    turn.remember("itinerary", round=one.id, group=group_id)
    turn.card(Markup("\n").join(said), await _buttons(turn, ground, group_id))


def _group(turn: Turn, ground: Ground, group_id: int, *, alone: bool) -> list[Markup]:
    units = [unit for unit in ground.units.values() if unit.group_id == group_id]
    planned = ground.planned(group_id)
    begun = sum(
        one.state is not State.planned and one.unit_id in ground.units and one.group_id == group_id
        for one in ground.standing.values()
    )
    arranged = begun + sum(unit.id in planned for unit in units)
    name = turn.label("Arranged") if alone else ground.groups[group_id].name
    count = {"done": arranged, "total": len(units)}
    said = [turn.t("{bar} {name} {done}/{total}", bar=bar(arranged, len(units)), name=name, **count)]
    if len(units) > arranged:
        said[-1] += Markup(" · ") + turn.n("{count} without a day", "{count} without a day", len(units) - arranged)
    if alone and planned:
        said += loads(turn, ground, planned)
    said += clashes(turn, ground, planned)
    return said


def loads(turn: Turn, ground: Ground, stops: Stops) -> list[Markup]:
    """Say how many visits each person has that is named; nothing where nobody is."""
    counts: dict[int, int] = {}
    for _, people in stops.values():
        for person in people:
            counts[person] = counts.get(person, 0) + 1
    each = [
        turn.label("{name} {count}", name=ground.names.get(person, "—"), count=count)
        for person, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]
    return [turn.t("Visits each: {loads}", loads=listed(turn, each))] if each else []


def _left(turn: Turn, ground: Ground, stops: Stops) -> list[Markup]:
    """Say on which visits somebody is who has left the group since: “Change places” gives them to another."""
    found = {unit: left for unit, (_, people) in stops.items() if (left := ground.left(unit, people))}
    if not found:
        return []
    people = {person for left in found.values() for person in left}
    return [
        turn.n(
            "⚠ {count} visit has somebody who has left the group: {names}",
            "⚠ {count} visits have somebody who has left the group: {names}",
            len(found),
            names=listed(turn, [ground.names.get(person, "—") for person in sorted(people)]),
        )
    ]


def clashes(turn: Turn, ground: Ground, stops: Stops) -> list[Markup]:
    """Say where somebody is to go who is away by then."""
    found = [
        (unit, person)
        for unit, (day, people) in stops.items()
        for person in people
        if day in ground.away.get(person, ())
    ]
    left = _left(turn, ground, stops)
    if not found:
        return left
    names = listed(turn, list(dict.fromkeys(ground.names.get(person, "—") for _, person in found)))
    return [
        *left,
        turn.n(
            "⚠ {count} visit falls on leave: {names}",
            "⚠ {count} visits fall on leave: {names}",
            len({unit for unit, _ in found}),
            names=names,
        ),
    ]


async def _buttons(turn: Turn, ground: Ground, group_id: int) -> Rows:
    one = ground.round
    rows: list[tuple[Button, ...]] = []
    if ground.planned(group_id or None):
        rows.append((Button(turn.label("Day by day"), data("itinerary", "days", one.id, group_id, "")),))
    if plans(turn, group_id) and one.closed_at is None:
        draft = await itineraries.of_person(turn.db, turn.who.id, one.id)
        if draft is not None:
            rows.append((Button(turn.label("Go on with the draft"), data("itinerary", "draft", draft.id)),))
        rows.append(
            (
                Button(turn.label("Propose one"), data("itinerary", "propose", one.id, group_id, 0, 3)),
                Button(turn.label("Change by hand"), data("itinerary", "adjust", one.id, group_id)),
            )
        )
        rows.append((Button(turn.label("As an Excel file"), data("itinerary", "sheet", one.id, group_id)),))
    if turn.who.has(turn.now, Role.admin, Role.office):
        others = [
            Button(each.name[:12], data("itinerary", "show", one.id, each.id))
            for each in ground.groups.values()
            if each.id != group_id
        ]
        if group_id:
            others.insert(0, Button(turn.label("All groups"), data("itinerary", "show", one.id, ALL)))
        rows += in_rows(others)
    else:
        rows += await own_groups.others(turn, group_id, lambda _, each: data("itinerary", "all", each))
    rounds = [
        Button(
            turn.label("Round {number}", number=turn.speech.ordinal(each.number)),
            data("itinerary", "show", each.id, group_id),
        )
        for each in await campaigns.rounds_of(turn.db, one.campaign_id)
        if each.id != one.id
    ]
    rows += in_rows(rounds)
    beside = []
    if may(turn.person, "guidance.show", turn.now):
        beside.append(Button(turn.label("Guidance plans"), data("guidance", "show", one.id, group_id, 0)))
    if may(turn.person, "leave.show", turn.now):
        beside.append(Button(turn.label("Leave"), data("leave", "show", group_id)))
    rows += [tuple(beside)] if beside else []
    return (*rows, way_back(turn.speech))


# --- day by day ---


async def days(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one day of the itinerary as it stands: today's, or the first that has visits."""
    one, group_id = await asked(turn, args)
    ground = await arranging.ground(turn.db, one, turn.now)
    stops = ground.planned(group_id or None)
    every = sorted({day for day, _ in stops.values()})
    if not every:
        await show_round(turn, one, group_id)
        return
    today = campaigns.day_in(ground.campaign.zone, turn.now).isoformat()
    wanted = args[2] if len(args) > 2 and args[2] else today  # noqa: PLR2004 - round, group, day
    day = next((each for each in every if each.isoformat() >= wanted), every[-1])
    turn.remember("itinerary", round=one.id, group=group_id)
    said = [turn.t("<b>{day}</b>", day=turn.speech.day(day)), *of_day(turn, ground, stops, day)]
    moves = turning(every, day, lambda to: data("itinerary", "days", one.id, group_id, to.isoformat()), turn)
    back = (Button(turn.label("↩ Back"), data("itinerary", "show", one.id, group_id)),)
    turn.card(Markup("\n").join(said), (*moves, back))


def of_day(turn: Turn, ground: Ground, stops: Stops, day: date) -> list[Markup]:
    """Return the visits of one day, a line each, those of one team together."""
    there = sorted((people, unit) for unit, (on, people) in stops.items() if on == day)
    said: list[Markup] = []
    before: tuple[int, ...] | None = None
    for place, (people, unit) in enumerate(there[:DAY], 1):
        if people != before:
            said.append(Markup("<b>{}</b>").format(who(turn, ground, people)))
            before = people
        said.append(Markup("{}. {}").format(place, named(ground, unit)))
    if len(there) > DAY:
        said.append(turn.t("… and {count} more", count=len(there) - DAY))
    return said


def who(turn: Turn, ground: Ground, people: Sequence[int]) -> str:
    """Return who goes, by name; nobody by name is the whole group."""
    return listed(turn, [ground.names.get(person, "—") for person in people]) or turn.label("whole group")


def named(ground: Ground, unit_id: int, most: int = 30) -> str:
    """Return a unit with its city, short enough for a line."""
    unit = ground.units.get(unit_id)
    if unit is None:
        return "—"
    city = unit.area.split("/")[1] if unit.area.count("/") else unit.area
    return f"{brief(unit.name, most)} · {city}" if city else brief(unit.name, most)


def turning(every: Sequence[date], day: date, to: Callable[[date], str], turn: Turn) -> Rows:
    """Return the buttons to the days before and after."""
    at = list(every).index(day)
    moves = [
        Button(words.format(turn.speech.day(every[other])), to(every[other]))
        for words, other in (("‹ {}", at - 1), ("{} ›", at + 1))
        if 0 <= other < len(every)
    ]
    return (tuple(moves),) if moves else ()
