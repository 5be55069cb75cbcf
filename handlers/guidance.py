"""Guidance plans: for each unit of a round, what to look at there, written a point at a time by who leads its group.

What was found last time and what the last plan said are offered with a tap each, and never put in by themselves. Shown
on the briefing before a visit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.access import may
from handlers.chat import Button, Text
from handlers.errors import NotAllowed, Stale, UserError
from handlers.journey import Journey, data, number, word
from handlers.menu import command
from handlers.own_groups import others, own_groups
from handlers.progress import brief
from handlers.rows import in_rows
from handlers.text import mark
from storage.campaign import campaigns, guidance, itineraries
from storage.campaign.guidance import GuidancePoint
from storage.people import Role
from storage.visit import findings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from handlers.chat import Message, Rows
    from handlers.turn import Turn
    from storage.campaign.campaigns import Round, Unit

PAGE: Final = 8
OFFERED: Final = 5
"""Points to carry over that are offered at once."""

LEADING: Final = (Role.leader, Role.deputy)
READING: Final = frozenset({*LEADING, Role.inspector})
OFFICE: Final = (Role.admin, Role.office)

NO_GROUP = mark("You belong to no group whose guidance plans could be shown.")
NO_ROUND = mark("There is no round yet. An administrator makes one with /round.")
NOT_YOURS = mark("Whoever leads the group writes its guidance plans.")
TOO_LONG = mark("At most {most} characters. Nothing was lost; please send it shorter.")
FULL = mark("A plan has at most {most} points. Take one out first.")
THERE = mark("That point stands there already.")


@dataclass(frozen=True, slots=True)
class Offer:
    """A point that could be carried over; ``origin`` as a stored point keeps it, ``key`` as a button names it."""

    key: str
    origin: str
    text: str


async def show(turn: Turn, args: object) -> None:
    """List the units of one's own group, or of the group a button names, those visited soonest first."""
    group_id, round_id, page = 0, 0, 0
    if isinstance(args, tuple) and args:
        round_id, group_id, page = number(args, 0), number(args, 1), number(args, 2)
    group_id = group_id or await _own(turn)
    one = await _round(turn, group_id, round_id)
    if not _sees(turn, group_id):
        raise Stale
    counts = await guidance.counts(turn.db, one.id, group_id)
    days = {each.unit_id: each.day for each in await itineraries.standing(turn.db, one.id)}
    units = [each for each in await itineraries.units_of(turn.db, one) if each.group_id == group_id]
    units.sort(key=lambda each: (days.get(each.id) is None, days.get(each.id) or one.starts_on, each.code))
    pages = max(1, -(-len(units) // PAGE))
    at = min(max(page, 0), pages - 1)
    shown = units[at * PAGE : (at + 1) * PAGE]
    said = [
        turn.t("<b>Guidance plans</b> · Round {number}", number=turn.speech.ordinal(one.number)),
        turn.t("{done} of {total} units have one", done=sum(each.id in counts for each in units), total=len(units)),
    ]
    said += [_line(turn, place, each, counts, days) for place, each in enumerate(shown, 1)]
    if not units:
        said.append(turn.t("No unit of this group belongs to the round."))
    else:
        said.append(turn.t("Tap a number, or type part of a name."))
    buttons = [Button(str(place), data("guidance", "unit", one.id, each.id)) for place, each in enumerate(shown, 1)]
    moves = tuple(
        Button(words, data("guidance", "show", one.id, group_id, to))
        for words, to in (("‹", at - 1), (f"{at + 1}/{pages}", at), ("›", at + 1))
        if pages > 1 and 0 <= to < pages
    )
    beside = await _others(turn, one, group_id)
    turn.remember("guidance", round=one.id, group=group_id)
    planned = data("itinerary", "show", one.id, group_id)
    back = ((Button(turn.label("◀ Itinerary"), planned),),) if may(turn.person, "itinerary.show", turn.now) else ()
    turn.card(Markup("\n").join(said), (*in_rows(buttons), *((moves,) if moves else ()), *beside, *back))


def _line(turn: Turn, place: int, unit: Unit, counts: dict[int, int], days: dict[int, date | None]) -> Markup:
    line = Markup("{}. {}").format(place, brief(unit.name, 30))
    day = days.get(unit.id)
    if day is not None:
        line += Markup(" · {}").format(turn.speech.day(day))
    count = counts.get(unit.id, 0)
    return line + Markup(" · ") + (turn.n("{count} point", "{count} points", count) if count else turn.t("no plan yet"))


async def _others(turn: Turn, one: Round, group_id: int) -> Rows:
    if not turn.who.has(turn.now, *OFFICE):
        return await others(turn, group_id, lambda _, each: data("guidance", "show", 0, each, 0), READING)
    return in_rows(
        [
            Button(brief(each.name, 12), data("guidance", "show", one.id, each.id, 0))
            for each in await campaigns.groups_of(turn.db, one.campaign_id)
            if each.id != group_id
        ]
    )


async def _own(turn: Turn) -> int:
    found = next(iter(own_groups(turn, READING)), None)
    if found is None and turn.who.has(turn.now, *OFFICE):
        campaign = await campaigns.current(turn.db, turn.now)
        groups = await campaigns.groups_of(turn.db, campaign.id) if campaign is not None else ()
        found = groups[0].id if groups else None
    if found is None:
        raise UserError(NO_GROUP)
    return found


async def _round(turn: Turn, group_id: int, round_id: int) -> Round:
    campaign = await campaigns.campaign_of_group(turn.db, group_id)
    rounds = await campaigns.rounds_of(turn.db, campaign.id) if campaign is not None else ()
    if campaign is None or not rounds:
        raise UserError(NO_ROUND)
    if round_id:
        found = next((one for one in rounds if one.id == round_id), None)
        if found is None:
            raise Stale
        return found
    today = campaigns.day_in(campaign.zone, turn.now)
    return next((one for one in rounds if one.ends_on >= today), rounds[-1])


def _sees(turn: Turn, group_id: int | None) -> bool:
    own = group_id is not None and turn.who.has(turn.now, *READING, group_id=group_id)
    return own or turn.who.has(turn.now, *OFFICE)


def _writes(turn: Turn, group_id: int | None) -> bool:
    return group_id is not None and turn.who.has(turn.now, *LEADING, group_id=group_id)


# --- one unit ---


async def unit(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the plan of one unit, and what could be carried over."""
    one, where = await _asked(turn, args)
    await _show(turn, one, where)


async def _asked(turn: Turn, args: tuple[str, ...], *, writes: bool = False) -> tuple[Round, Unit]:
    one = await campaigns.round_of(turn.db, number(args, 0))
    where = await campaigns.unit(turn.db, number(args, 1))
    if one is None or where is None or where.campaign_id != one.campaign_id or not _sees(turn, where.group_id):
        raise Stale
    if writes and not _writes(turn, where.group_id):
        raise NotAllowed
    return one, where


async def _show(turn: Turn, one: Round, where: Unit, undo: int = 0) -> None:
    points = await guidance.of(turn.db, where.id, one.id)
    writes = _writes(turn, where.group_id)
    said = [
        Markup("<b>{}</b>").format(where.name),
        turn.t("Guidance plan, round {number}", number=turn.speech.ordinal(one.number)),
    ]
    for place, point in enumerate(points, 1):
        line = Markup("{}. {}").format(place, point.text)
        said.append(line + Markup(" · ") + turn.t("carried over") if point.origin else line)
    if not points:
        said.append(turn.t("Nothing is written yet."))
    rows: list[tuple[Button, ...]] = []
    offers = (await _offers(turn, one, where, points))[:OFFERED] if writes else []
    if offers:
        said.append(turn.t("\nFrom last time; a tap takes it over:"))
        said += [turn.t("+{at} {what}", at=place, what=brief(each.text, 70)) for place, each in enumerate(offers, 1)]
        rows += in_rows(
            [
                Button(turn.label("+{at}", at=at), data("guidance", "take", one.id, where.id, each.key))
                for at, each in enumerate(offers, 1)
            ]
        )
    if writes:
        said.append(turn.t("\nType a point to add it: what to look at here."))
        rows += in_rows(
            [
                Button(turn.label("Take out {at}", at=at), data("guidance", "remove", each.id))
                for at, each in enumerate(points, 1)
            ]
        )
    if undo:
        rows.append((Button(turn.label("Undo"), data("guidance", "restore", undo)),))
    rows.append((Button(turn.label("◀ Units"), data("guidance", "show", one.id, where.group_id or 0, 0)),))
    turn.remember("guidance", round=one.id, group=where.group_id or 0, unit=where.id)
    turn.card(Markup("\n").join(said), tuple(rows))


async def _offers(turn: Turn, one: Round, where: Unit, points: Sequence[GuidancePoint]) -> list[Offer]:
    """Return what could be carried over and is not: open findings, the gravest first, then the last plan's points."""
    taken = {each.origin for each in points} | {each.text for each in points}
    found = []
    for each in await findings.of_unit(turn.db, where.id, OFFERED * 3):
        form = await turn.kit.shelf.form(turn.db, each.form_version_id)
        question = form.questions.get(each.item)
        asked = question.label(turn.speech.language) if question is not None else ""
        said = f"{each.number} {asked}".strip()
        text = brief(turn.label("{said}: {note}", said=said, note=each.note) if each.note else said, guidance.LONGEST)
        found.append(Offer(f"a{each.visit_id}-{each.number}", f"answer:{each.visit_id}:{each.path}", text))
    earlier = await guidance.before(turn.db, where.id, one)
    found += [Offer(f"p{point.id}", f"point:{point.id}", point.text) for point in earlier]
    return [each for each in found if each.origin not in taken and each.text not in taken]


async def take(turn: Turn, args: tuple[str, ...]) -> None:
    """Carry a point over."""
    one, where = await _asked(turn, args, writes=True)
    points = await guidance.of(turn.db, where.id, one.id)
    key = word(args, 2)
    offer = next((each for each in await _offers(turn, one, where, points) if each.key == key), None)
    if offer is None:  # it was taken over already, or is no matter any more
        await _show(turn, one, where)
        return
    await _add(turn, one, where, offer.text, offer.origin)


async def _add(turn: Turn, one: Round, where: Unit, text: str, origin: str = "") -> None:
    points = await guidance.of(turn.db, where.id, one.id)
    if len(points) >= guidance.MOST:
        raise UserError(FULL, most=guidance.MOST)
    if any(each.text == text for each in points):
        raise UserError(THERE)
    made = await guidance.add(
        turn.db,
        GuidancePoint(unit_id=where.id, round_id=one.id, text=text, origin=origin, by_id=turn.who.id, at=turn.now),
    )
    turn.record("guidance.added", f"unit:{where.id}", round=one.id, point=made.id)
    await _show(turn, one, where)


async def remove(turn: Turn, args: tuple[str, ...]) -> None:
    """Take a point out; it can be put back."""
    point, one, where = await _point(turn, args)
    if point.removed_at is None:
        point.removed_at = turn.now
        turn.record("guidance.removed", f"unit:{where.id}", round=one.id, point=point.id)
    turn.toast(turn.label("Taken out."))
    await _show(turn, one, where, undo=point.id)


async def restore(turn: Turn, args: tuple[str, ...]) -> None:
    """Put a point back that was taken out."""
    point, one, where = await _point(turn, args)
    if point.removed_at is not None:
        point.removed_at = None
        turn.record("guidance.restored", f"unit:{where.id}", round=one.id, point=point.id)
    await _show(turn, one, where)


async def _point(turn: Turn, args: tuple[str, ...]) -> tuple[GuidancePoint, Round, Unit]:
    point = await guidance.get(turn.db, number(args, 0))
    if point is None:
        raise Stale
    one, where = await _asked(turn, (str(point.round_id), str(point.unit_id)), writes=True)
    return point, one, where


# --- typed ---


async def message(turn: Turn, sent: Message) -> bool:
    """Take a point that was typed, or look for a unit."""
    if not isinstance(sent, Text):
        return False
    words = " ".join(sent.text.split())
    args = (str(turn.state.get("round") or 0), str(turn.state.get("unit") or 0))
    if args[1] != "0":
        one, where = await _asked(turn, args)
        if not _writes(turn, where.group_id):
            raise UserError(NOT_YOURS)
        if not words or len(words) > guidance.LONGEST:
            raise UserError(TOO_LONG, most=guidance.LONGEST)
        await _add(turn, one, where, words)
        return True
    group_id = int(turn.state.get("group") or 0)
    group = await campaigns.group(turn.db, group_id)
    if group is None or not _sees(turn, group_id):
        return False
    found = await campaigns.find_units(turn.db, group.campaign_id, words, PAGE * 4)
    mine = [each for each in found if each.group_id == group_id and each.retired_at is None][:PAGE]
    buttons = [Button(brief(each.name, 20), data("guidance", "unit", args[0], each.id)) for each in mine]
    text = turn.t("Which one?") if mine else turn.t("No unit of the group has “{words}” in its name.", words=words[:40])
    back = (Button(turn.label("◀ Units"), data("guidance", "show", args[0], group_id, 0)),)
    turn.card(text, (*in_rows(buttons), back))
    return True


async def give_up(turn: Turn) -> bool:
    """Leave the plans; what was written stays."""
    turn.leave()
    return False


GUIDANCE: Final = Journey(
    name="guidance",
    commands={"guidance": command("guidance", show)},
    taps={"all": show, "show": show, "unit": unit, "take": take, "remove": remove, "restore": restore},
    message=message,
    give_up=give_up,
)
