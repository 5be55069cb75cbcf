"""A round made and changed by an administrator: its window, and what it is about by level, area, tag and group.

Each tap changes one thing and shows how many units are left; nothing is asked that has a usual answer.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from handlers import reminding
from handlers.access import may
from handlers.campaign import terms_of
from handlers.chat import Button, Text
from handlers.errors import NotAllowed, Stale, UserError
from handlers.journey import data, number, word
from handlers.progress import brief
from handlers.round.overview import asked, draw, level_title, tag_title
from handlers.rows import CHOSEN, in_rows
from handlers.text import mark
from storage.campaign import campaigns, itineraries, reminders
from storage.campaign.campaigns import Round
from storage.visit.visits import State
from supervision.register.cells import several
from supervision.spans import span

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign

T = TypeVar("T")

PROVINCES: Final = 33
MOST_BYTES: Final = 40
"""Of an area's name that a button carries; a longer one is typed."""

NO_DATES = mark("“{words}” is not two dates. Type the first and the last day, for example {example}.")
OUTSIDE = mark("The campaign lasts from {first} to {last}; a round lies within it. Nothing was changed.")
BACKWARDS = mark("The last day lies before the first. Please type both again.")
OVERLAPS = mark("Round {number} lies from {first} to {last}; two rounds never overlap. Nothing was changed.")
UNKNOWN_AREA = mark("“{area}” is not a known area. Nothing was changed; please correct it.")
CLOSED = mark("The round is closed. Open it again first.")


# --- the window ---


async def new(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask from when to when a new round lasts."""
    campaign = await campaigns.get(turn.db, number(args, 0))
    if campaign is None:
        raise Stale
    turn.remember("round", campaign=campaign.id, ask="new")
    before = await campaigns.rounds_of(turn.db, campaign.id)
    text = turn.t(
        "From when to when does round {number} last? Type both days, for example {example}.",
        number=turn.speech.ordinal(len(before) + 1),
        example=_example(campaign, before[-1] if before else None),
    )
    turn.card(text, ((Button(turn.label("↩ Back"), data("round", "all", campaign.id)),),))


def _example(campaign: Campaign, before: Round | None) -> str:
    first = before.ends_on + timedelta(days=17) if before else campaign.starts_on
    return f"{first.isoformat()} {(first + timedelta(days=14)).isoformat()}"


async def dates(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask for another window."""
    one, campaign = await _open(turn, args)
    turn.remember("round", campaign=campaign.id, round=one.id, ask="dates")
    text = turn.t(
        "Round {number} lasts from {first} to {last}. Type the new first and last day, for example {example}.",
        number=turn.speech.ordinal(one.number),
        first=one.starts_on.isoformat(),
        last=one.ends_on.isoformat(),
        example=f"{one.starts_on.isoformat()} {(one.ends_on + timedelta(days=2)).isoformat()}",
    )
    turn.card(text, ((Button(turn.label("↩ Back"), data("round", "one", one.id)),),))


async def _open(turn: Turn, args: tuple[str, ...]) -> tuple[Round, Campaign]:
    one, campaign = await asked(turn, args)
    if one.closed_at is not None:
        raise UserError(CLOSED)
    return one, campaign


async def message(turn: Turn, sent: Message) -> bool:
    """Take the dates or areas that were asked for."""
    ask = turn.state.get("ask")
    if ask not in ("new", "dates", "areas") or not isinstance(sent, Text):
        return False
    if not may(turn.person, f"round.{ask}", turn.now):  # the role may have ended since it asked
        raise NotAllowed
    if ask == "areas":
        one, campaign = await _open(turn, (str(turn.state.get("round")),))
        await _set_areas(turn, one, campaign, sent.text)
        return True
    campaign_found = await campaigns.get(turn.db, int(turn.state.get("campaign") or 0))
    if campaign_found is None:
        raise Stale
    first, last = _dates(sent.text, campaign_found)
    if ask == "new":
        await _make(turn, campaign_found, first, last)
    else:
        one, campaign = await _open(turn, (str(turn.state.get("round")),))
        await _move(turn, one, campaign, first, last)
    return True


def _dates(words: str, campaign: Campaign) -> tuple[date, date]:
    found = span(words, campaign.starts_on.year)
    if found is None or len(found) != 2:  # noqa: PLR2004 - from, to
        raise UserError(NO_DATES, words=words[:40], example=_example(campaign, None))
    first, last = found
    if last < first:
        raise UserError(BACKWARDS)
    if first < campaign.starts_on or last > campaign.ends_on:
        raise UserError(OUTSIDE, first=campaign.starts_on.isoformat(), last=campaign.ends_on.isoformat())
    return first, last


async def _fits(turn: Turn, campaign: Campaign, first: date, last: date, but: int = 0) -> None:
    for each in await campaigns.rounds_of(turn.db, campaign.id):
        if each.id != but and each.starts_on <= last and first <= each.ends_on:
            span = {"first": each.starts_on.isoformat(), "last": each.ends_on.isoformat()}
            raise UserError(OVERLAPS, number=turn.speech.ordinal(each.number), **span)


async def _make(turn: Turn, campaign: Campaign, first: date, last: date) -> None:
    await _fits(turn, campaign, first, last)
    before = await campaigns.rounds_of(turn.db, campaign.id)
    number_of = max((each.number for each in before), default=0) + 1
    one = Round(campaign_id=campaign.id, number=number_of, starts_on=first, ends_on=last)
    await campaigns.add_round(turn.db, one)
    turn.record("round.made", f"round:{one.id}", first=first.isoformat(), last=last.isoformat())
    await reminding.replan(turn.db, campaign, turn.now)
    await draw(turn, one, campaign, [turn.t("✓ Made. It is about every unit until you say otherwise.\n")])


async def _move(turn: Turn, one: Round, campaign: Campaign, first: date, last: date) -> None:
    await _fits(turn, campaign, first, last, but=one.id)
    one.starts_on, one.ends_on = first, last
    turn.record("round.moved", f"round:{one.id}", first=first.isoformat(), last=last.isoformat())
    groups = await campaigns.groups_of(turn.db, campaign.id)
    kinds = ("opens", "closes", "uncovered")
    await reminders.drop(turn.db, [f"{kind}:{one.id}:{group.id}" for kind in kinds for group in groups])
    await reminding.replan(turn.db, campaign, turn.now)
    outside = sum(
        each.state is State.planned and each.day is not None and not first <= each.day <= last
        for each in await itineraries.standing(turn.db, one.id)
    )
    said = [turn.t("✓ Changed.")]
    if outside:
        said.append(
            turn.n(
                "⚠ {count} visit is planned outside these days; move it in the itinerary.\n",
                "⚠ {count} visits are planned outside these days; move them in the itinerary.\n",
                outside,
            )
        )
    await draw(turn, one, campaign, said)


# --- what it is about ---


async def levels(turn: Turn, args: tuple[str, ...]) -> None:
    """Offer the levels; a tap takes one in or out."""
    one, campaign = await _open(turn, args)
    chosen = list(one.levels or ())
    if len(args) > 1:
        level = number(args, 1)
        if level not in range(1, 6):
            raise Stale
        one.levels = _toggled(chosen, level)
        _changed(turn, one, "levels")
    buttons = [
        Button(
            _marked(level_title(turn, campaign, each), each in (one.levels or ())),
            data("round", "levels", one.id, each),
        )
        for each in range(1, 6)
    ]
    await _choices(turn, one, turn.t("Which levels is the round about? None chosen: all."), buttons)


async def tags(turn: Turn, args: tuple[str, ...]) -> None:
    """Offer the tags; a unit with any of those chosen belongs to the round."""
    one, campaign = await _open(turn, args)
    known = [each.code for each in terms_of(campaign.pack).tags]
    if len(args) > 1:
        if word(args, 1) not in known:
            raise Stale
        one.tags = _toggled(list(one.tags or ()), word(args, 1))
        _changed(turn, one, "tags")
    buttons = [
        Button(
            _marked(brief(tag_title(turn, campaign, each), 12), each in (one.tags or ())),
            data("round", "tags", one.id, each),
        )
        for each in known
    ]
    asks = turn.t("Units with which tags? One of them is enough. None chosen: all.")
    await _choices(turn, one, asks, buttons)


async def groups(turn: Turn, args: tuple[str, ...]) -> None:
    """Offer the groups whose units it is about."""
    one, campaign = await _open(turn, args)
    every = await campaigns.groups_of(turn.db, campaign.id)
    if len(args) > 1:
        if all(each.id != number(args, 1) for each in every):
            raise Stale
        one.group_ids = _toggled(list(one.group_ids or ()), number(args, 1))
        _changed(turn, one, "groups")
    buttons = [
        Button(
            _marked(brief(each.name, 12), each.id in (one.group_ids or ())), data("round", "groups", one.id, each.id)
        )
        for each in every
    ]
    await _choices(turn, one, turn.t("Which groups take part? None chosen: all."), buttons)


async def areas(turn: Turn, args: tuple[str, ...]) -> None:
    """Offer the provinces that have units; a narrower area is typed."""
    one, campaign = await _open(turn, args)
    every = await campaigns.provinces(turn.db, campaign.id)
    if len(args) > 1:
        if word(args, 1) not in every:
            raise Stale
        one.areas = _toggled(list(one.areas or ()), word(args, 1))
        _changed(turn, one, "areas")
    buttons = [
        Button(_marked(brief(each, 8), each in (one.areas or ())), data("round", "areas", one.id, each))
        for each in every[:PROVINCES]
        if len(each.encode()) <= MOST_BYTES
    ]
    asks = turn.t("Which areas? Tap provinces, or type areas with commas between them. None chosen: all.")
    await _choices(turn, one, asks, buttons, ask="areas")


async def _set_areas(turn: Turn, one: Round, campaign: Campaign, words: str) -> None:
    known = terms_of(campaign.pack).areas
    found = []
    for each in several(words):
        province, city, county = known.split(each)
        official = known.province(province)
        city_named = known.city(official, city) if official and city else ""
        if official is None or city_named is None:
            raise UserError(UNKNOWN_AREA, area=each[:40])
        found.append("/".join(part for part in (official, city_named, county) if part))
    if not found:  # a comma alone takes nothing away
        raise UserError(UNKNOWN_AREA, area=words[:40])
    one.areas = found
    _changed(turn, one, "areas")
    await draw(turn, one, campaign, [turn.t("✓ Changed.")])


async def _choices(turn: Turn, one: Round, asks: str, buttons: list[Button], ask: str = "") -> None:
    units = len(await itineraries.units_of(turn.db, one))
    counted = turn.n("Now: {count} unit", "Now: {count} units", units)
    done = (
        Button(turn.label("Units by name {count}", count=units), data("round", "names", one.id, 0)),
        Button(turn.label("Done"), data("round", "one", one.id)),
    )
    turn.remember("round", campaign=one.campaign_id, round=one.id, ask=ask)
    turn.card(asks + "\n" + counted, (*in_rows(buttons), done))


def _marked(label: str, chosen: bool) -> str:  # noqa: FBT001 - it is what the label says
    return CHOSEN + label if chosen else label


def _toggled(chosen: list[T], each: T) -> list[T] | None:
    chosen = [one for one in chosen if one != each] if each in chosen else [*chosen, each]
    return chosen or None


def _changed(turn: Turn, one: Round, what: str) -> None:
    turn.record("round.changed", f"round:{one.id}", what=what)


# --- its end ---


async def close(turn: Turn, args: tuple[str, ...]) -> None:
    """Say what closing means, and ask."""
    one, _ = await _open(turn, args)
    left = sum(each.state is not State.submitted for each in await itineraries.standing(turn.db, one.id))
    said = turn.t(
        "Close round {number}? Nothing more is planned in it then. What has begun can be handed in, and it can be "
        "opened again.",
        number=turn.speech.ordinal(one.number),
    )
    if left:
        said += turn.n("\n⚠ {count} visit is not handed in.", "\n⚠ {count} visits are not handed in.", left)
    sure = Button(turn.label("Close the round"), data("round", "closed", one.id))
    turn.card(said, ((sure, Button(turn.label("↩ Back"), data("round", "one", one.id))),))


async def closed(turn: Turn, args: tuple[str, ...]) -> None:
    """Close the round."""
    one, campaign = await asked(turn, args)
    if one.closed_at is None:
        one.closed_at = turn.now
        turn.record("round.closed", f"round:{one.id}")
    turn.toast(turn.label("Closed."))
    await draw(turn, one, campaign)


async def reopen(turn: Turn, args: tuple[str, ...]) -> None:
    """Open it again."""
    one, campaign = await asked(turn, args)
    if one.closed_at is not None:
        one.closed_at = None
        turn.record("round.opened", f"round:{one.id}")
        await reminding.replan(turn.db, campaign, turn.now)
    turn.toast(turn.label("Open again."))
    await draw(turn, one, campaign)


async def give_up(turn: Turn) -> bool:
    """Give up what was asked for; nothing was changed by asking."""
    waited = bool(turn.state.get("ask"))
    turn.leave()
    if waited:
        turn.say(turn.t("Left as it was."))
    return waited
