"""A campaign at a glance: its dates, its units, groups and people, and what is still to be set up.

Shows only; every line leads to where it can be changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from handlers.access import may
from handlers.chat import Button
from handlers.errors import Stale
from handlers.journey import data, number
from storage.campaign import campaigns, seats

if TYPE_CHECKING:
    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign


async def campaign(turn: Turn, args: object) -> None:
    """Show a campaign, or how one is started where there is none."""
    turn.remember("campaign")
    one = await asked(turn, args) if isinstance(args, tuple) and args else await campaigns.current(turn.db, turn.now)
    if one is None:
        await _none(turn)
        return
    turn.card(*await drawn(turn, one))


async def asked(turn: Turn, args: tuple[str, ...]) -> Campaign:
    """Return the campaign a button is about; Stale when there is none."""
    found = await campaigns.get(turn.db, number(args, 0))
    if found is None:
        raise Stale
    return found


async def _none(turn: Turn) -> None:
    if may(turn.person, "campaign.begin", turn.now):
        button = Button(turn.label("Start a campaign"), data("campaign", "begin"))
        turn.card(turn.t("There is no campaign yet. It takes a minute: choose a pack and the first day."), ((button,),))
    else:
        turn.card(turn.t("There is no campaign yet. An administrator starts it with /campaign."))


async def drawn(turn: Turn, one: Campaign) -> tuple[Markup, Rows]:
    """Draw a campaign."""
    today = campaigns.day_in(one.zone, turn.now)
    units = sum((await campaigns.count_units(turn.db, one.id)).values())
    groups = await campaigns.groups_of(turn.db, one.id)
    places = [seat for seat in await seats.of_campaign(turn.db, one.id) if seat.name]
    inside = {(group.id, name) for group in groups for _, name, _ in await seats.members(turn.db, group.id, turn.now)}
    outside = [seat for seat in places if (seat.group_id, seat.name) not in inside]
    lines = [
        turn.t("<b>{title}</b>", title=one.title_in(turn.speech.language)),
        _when(turn, one, (today - one.starts_on).days + 1),
        *[
            turn.t(
                "Round {number}: {first} – {last}",
                number=turn.speech.ordinal(each.number),
                first=turn.speech.day(each.starts_on),
                last=turn.speech.day(each.ends_on),
            )
            for each in await campaigns.rounds_of(turn.db, one.id)
        ],
        turn.t(
            "Units {units} · groups {groups} · people {people}", units=units, groups=len(groups), people=len(inside)
        ),
    ]
    if not units:
        lines.append(turn.t("⚠ The register is empty: send it under “Register”."))
    elif not groups:
        lines.append(turn.t("⚠ There is no group yet."))
    if outside:
        lines.append(
            turn.n("⚠ {count} person has not come in yet", "⚠ {count} people have not come in yet", len(outside))
        )
    rows: list[tuple[Button, ...]] = [
        (
            Button(turn.label("Register"), data("units", "of", one.id)),
            Button(turn.label("Groups"), data("campaign", "groups", one.id)),
            Button(turn.label("Plan"), data("plan", "show", one.id)),
        ),
        (
            Button(turn.label("Rounds"), data("round", "all", one.id)),
            Button(turn.label("Itinerary"), data("itinerary", "all")),
        ),
        (Button(turn.label("Calendar"), data("calendar", "show", one.id)),),
    ]
    others = [each for each in await campaigns.all_campaigns(turn.db) if each.id != one.id][:3]
    rows += [(Button(each.title_in(turn.speech.language)[:30], data("campaign", "show", each.id)),) for each in others]
    if may(turn.person, "campaign.begin", turn.now):
        rows.append((Button(turn.label("Start another campaign"), data("campaign", "begin")),))
    return Markup("\n").join(lines), tuple(rows)


def _when(turn: Turn, one: Campaign, day: int) -> Markup:
    dates = {"first": one.starts_on.isoformat(), "last": one.ends_on.isoformat()}
    if day < 1:
        return turn.n(
            "{first} – {last} · begins in {count} day", "{first} – {last} · begins in {count} days", 1 - day, **dates
        )
    if day > (one.ends_on - one.starts_on).days + 1:
        return turn.t("{first} – {last} · over", **dates)
    return turn.t("{first} – {last} · day {day}", **dates, day=day)
