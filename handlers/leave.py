"""Leave: entered by whoever takes it or by who leads their group, with two taps or two typed dates, and taken back.

Nobody is asked why. Nobody is sent anywhere on these days; where a visit is planned on one already, the leader is told.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import reminding
from handlers.chat import Button, Text
from handlers.errors import NotAllowed, Stale, UserError
from handlers.journey import Journey, data, number, word
from handlers.menu import command, way_back
from handlers.progress import brief
from handlers.rows import in_rows
from handlers.text import mark, speech
from storage import people
from storage.campaign import calendars, campaigns, itineraries, leave, seats
from storage.campaign.leave import Leave
from storage.chat import timers
from storage.people import FIELD, Role
from storage.visit.visits import State
from supervision.calendar import DAY, NoWorkday
from supervision.spans import span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.chat import Message, Timer
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign
    from storage.campaign.itineraries import Standing

LEADING: Final = (Role.leader, Role.deputy)
OFFERED: Final = 12
"""Worked days on one card."""

PAGES: Final = 5
"""Further cards of days: together three months."""

LONGEST: Final = timedelta(days=92)
FAR: Final = timedelta(days=400)

NO_GROUP = mark("You belong to no group, so nobody plans visits for you.")
NO_DATES = mark("“{words}” is no date. Type the first and the last day, for example {example}, or tap a day.")
BACKWARDS = mark("The last day lies before the first. Please type both again.")
PAST = mark("Leave is entered for days to come, at most three months at once.")
TWICE = mark("{name} is on leave then already.")


def _group(turn: Turn) -> int:
    held = turn.who.roles_now(turn.now)
    found = next((one.group_id for one in held if one.role in FIELD and one.group_id is not None), None)
    if found is None:
        raise UserError(NO_GROUP)
    return found


async def _campaign(turn: Turn, group_id: int) -> Campaign:
    found = await campaigns.campaign_of_group(turn.db, group_id)
    if found is None:
        raise Stale
    return found


async def _mates(turn: Turn) -> dict[int, str]:
    """Return for whom leave may be entered or seen: a leader for the group, everybody for themselves."""
    _group(turn)
    led = {one.group_id for one in turn.who.roles_now(turn.now) if one.role in LEADING and one.group_id is not None}
    mates: dict[int, str] = {}
    for each in sorted(led):
        mates |= {person: name for person, name, _ in await seats.members(turn.db, each, turn.now)}
    return mates or {turn.who.id: turn.who.name}


async def show(turn: Turn, _: object) -> None:
    """Show the leave to come: one's own, or of the group one leads."""
    mates = await _mates(turn)
    campaign = await _campaign(turn, _group(turn))
    found = await leave.of(turn.db, list(mates), campaigns.day_in(campaign.zone, turn.now))
    said = [turn.t("<b>Leave</b>")]
    said += [Markup("{}. {} {}").format(at, mates[one.person_id], _span(turn, one)) for at, one in enumerate(found, 1)]
    if not found:
        said.append(turn.t("Nobody is on leave in the days to come.") if len(mates) > 1 else turn.t("You have none."))
    drops = [
        Button(turn.label("Take back {at}", at=at), data("leave", "drop", one.id)) for at, one in enumerate(found, 1)
    ]
    rows = [(Button(turn.label("Enter my leave"), data("leave", "first", turn.who.id, 0)),)]
    if len(mates) > 1:
        rows.append((Button(turn.label("Enter somebody's"), data("leave", "who")),))
    turn.remember("leave")
    turn.card(Markup("\n").join(said), (*in_rows(drops), *rows, _back(turn)))


def _back(turn: Turn) -> tuple[Button, ...]:
    return (Button(turn.label("Itinerary"), data("itinerary", "all")), *way_back(turn.speech))


def _span(turn: Turn, one: Leave) -> str:
    first, last = turn.speech.day(one.first_on), turn.speech.day(one.last_on)
    return first if one.first_on == one.last_on else turn.label("{first} – {last}", first=first, last=last)


async def whose(turn: Turn, _: object) -> None:
    """Ask whose leave it is."""
    mates = await _mates(turn)
    buttons = [
        Button(brief(name, 12), data("leave", "first", person, 0))
        for person, name in mates.items()
        if person != turn.who.id
    ]
    turn.card(turn.t("Whose leave?"), (*in_rows(buttons), (Button(turn.label("↩ Back"), data("leave", "show")),)))


async def _whom(turn: Turn, args: tuple[str, ...]) -> tuple[int, str]:
    mates, person = await _mates(turn), number(args, 0)
    if person not in mates:
        raise NotAllowed
    return person, mates[person]


async def first(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask for the first day: worked days to come, a page at a time."""
    person, name = await _whom(turn, args)
    page = min(max(0, number(args, 1)), PAGES)
    campaign = await _campaign(turn, _group(turn))
    days = await _worked(turn, campaign, campaigns.day_in(campaign.zone, turn.now), OFFERED * (page + 1))
    shown = days[OFFERED * page :]
    buttons = [Button(turn.speech.day(each), data("leave", "last", person, each.isoformat())) for each in shown]
    moves = [Button("›", data("leave", "first", person, page + 1))] if page < PAGES else []
    if page:
        moves.insert(0, Button("‹", data("leave", "first", person, page - 1)))
    example = f"{shown[0].isoformat()} {(shown[0] + 2 * DAY).isoformat()}"
    text = turn.t(
        "{name}: from which day? Tap it, or type the first and the last day, for example {example}.",
        name=name,
        example=example,
    )
    turn.remember("leave", person=person)
    turn.card(text, (*in_rows(buttons), tuple(moves), (Button(turn.label("↩ Back"), data("leave", "show")),)))


async def _worked(turn: Turn, campaign: Campaign, start: date, count: int) -> list[date]:
    calendar = await calendars.calendar_of(turn.db, campaign)
    found: list[date] = []
    for _ in range(count):
        start = calendar.on_or_after(start)
        found.append(start)
        start += DAY
    return found


async def last(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask for the last day."""
    person, name = await _whom(turn, args)
    begins = _day(word(args, 1))
    campaign = await _campaign(turn, _group(turn))
    if abs(begins - campaigns.day_in(campaign.zone, turn.now)) > FAR:
        raise Stale
    days = await _worked(turn, campaign, begins, OFFERED)
    buttons = [
        Button(
            turn.label("that day only") if each == begins else turn.speech.day(each),
            data("leave", "take", person, begins.isoformat(), each.isoformat()),
        )
        for each in days
    ]
    text = turn.t("{name}: from {first} to which day?", name=name, first=turn.speech.day(begins))
    turn.remember("leave", person=person)
    back = (Button(turn.label("↩ Back"), data("leave", "first", person, 0)),)
    turn.card(text, (*in_rows(buttons), back))


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise Stale from error


async def take(turn: Turn, args: tuple[str, ...]) -> None:
    """Enter it."""
    person, name = await _whom(turn, args)
    await _enter(turn, person, name, _day(word(args, 1)), _day(word(args, 2)))


async def message(turn: Turn, sent: Message) -> bool:
    """Take two typed dates, or one for a single day."""
    person = turn.state.get("person")
    if person is None or not isinstance(sent, Text):
        return False
    whom, name = await _whom(turn, (str(person),))
    campaign = await _campaign(turn, _group(turn))
    today = campaigns.day_in(campaign.zone, turn.now)
    found = span(sent.text, today.year)
    if found is None:
        raise UserError(NO_DATES, words=sent.text[:40], example=f"{today.isoformat()} {(today + DAY).isoformat()}")
    await _enter(turn, whom, name, found[0], found[-1])
    return True


async def _enter(turn: Turn, person: int, name: str, begins: date, ends: date) -> None:
    campaign = await _campaign(turn, _group(turn))
    today = campaigns.day_in(campaign.zone, turn.now)
    if ends < begins:
        raise UserError(BACKWARDS)
    if begins < today or begins - today > FAR or ends - begins > LONGEST:
        raise UserError(PAST)
    if any(one.first_on <= begins and ends <= one.last_on for one in await leave.of(turn.db, [person], begins, ends)):
        raise UserError(TWICE, name=name)
    one = Leave(person_id=person, first_on=begins, last_on=ends, by_id=turn.who.id, at=turn.now)
    await leave.add(turn.db, one)
    turn.record("leave.entered", f"person:{person}", first=begins.isoformat(), last=ends.isoformat())
    hit = await _hit(turn, campaign, one)
    await _tell_leaders(turn, campaign, one, hit)
    turn.toast(turn.label("Entered."))
    turn.remember("leave")
    said = [turn.t("✓ {name}: leave {days}", name=name, days=_span(turn, one))]
    if hit:
        said.append(
            turn.n(
                "⚠ {count} visit is planned on these days; whoever leads the group moves it.",
                "⚠ {count} visits are planned on these days; whoever leads the group moves them.",
                len(hit),
            )
        )
    rows = [
        (
            Button(turn.label("Take back"), data("leave", "drop", one.id)),
            Button(turn.label("◀ Leave"), data("leave", "show")),
        )
    ]
    turn.card(Markup("\n").join(said), (*rows, _back(turn)))


async def _hit(turn: Turn, campaign: Campaign, one: Leave) -> list[Standing]:
    """Return the planned visits on which the person was put by name and that fall on the leave."""
    found = []
    for each in await campaigns.rounds_of(turn.db, campaign.id):
        if each.starts_on <= one.last_on and one.first_on <= each.ends_on:
            found += [
                visit
                for visit in await itineraries.standing(turn.db, each.id)
                if visit.state is State.planned and visit.day in one.days and one.person_id in visit.people
            ]
    return found


async def _tell_leaders(turn: Turn, campaign: Campaign, one: Leave, hit: Sequence[Standing]) -> None:
    """Have the leaders of the group told whose visits have to be moved, unless they entered it themselves."""
    leaders = {
        leader.id: leader
        for group_id in sorted({each.group_id for each in hit})
        for leader in await people.with_role(turn.db, Role.leader, turn.now, group_id)
    }
    for leader in leaders.values():
        if leader.id == turn.who.id or leader.telegram_id is None:
            continue
        try:
            at = await reminding.not_before(turn.db, campaign, leader, turn.now)
        except NoWorkday:
            at = turn.now
        key = f"leave:{one.id}:{leader.id}:{turn.now:%Y%m%d%H%M%S}"
        await timers.plan(turn.db, key, at, leader.telegram_id, "leave.told", {"leave": one.id, "person": leader.id})


async def told(turn: Turn, timer: Timer) -> None:
    """Tell a leader that planned visits fall on somebody's leave, if they still do."""
    person = await people.by_id(turn.db, int(timer.args["person"]))
    one = await leave.get(turn.db, int(timer.args["leave"]))
    if person is None or one is None or person.telegram_id != turn.chat_id:
        return
    led = [each.group_id for each in person.roles_now(turn.now) if each.role is Role.leader and each.group_id]
    campaign = await campaigns.campaign_of_group(turn.db, led[0]) if led else None
    hit = [each for each in await _hit(turn, campaign, one) if each.group_id in led] if campaign is not None else []
    if not hit or campaign is None:
        return
    group_id = hit[0].group_id
    turn.speech = speech(person.language)
    names = await people.names(turn.db, {one.person_id})
    said = turn.n(
        "{name} is on leave {days}; {count} visit is planned then.",
        "{name} is on leave {days}; {count} visits are planned then.",
        len(hit),
        name=names.get(one.person_id, "—"),
        days=_span(turn, one),
    )
    rounds = [each for each in await campaigns.rounds_of(turn.db, campaign.id) if each.ends_on >= one.first_on]
    button = Button(turn.label("Change the itinerary"), data("itinerary", "adjust", rounds[0].id, group_id))
    turn.say(said, ((button,),))


async def drop(turn: Turn, args: tuple[str, ...]) -> None:
    """Take leave back."""
    one = await leave.get(turn.db, number(args, 0))
    if one is None or one.person_id not in await _mates(turn):
        raise Stale
    await leave.drop(turn.db, one)
    turn.record("leave.taken_back", f"person:{one.person_id}", first=one.first_on.isoformat())
    turn.toast(turn.label("Taken back."))
    await show(turn, ())


async def give_up(turn: Turn) -> bool:
    """Leave it; nothing was entered by asking."""
    waited = turn.state.get("person") is not None
    turn.leave()
    if waited:
        turn.say(turn.t("Left as it was."))
    return waited


LEAVE: Final = Journey(
    name="leave",
    commands={"leave": command("leave", show)},
    taps={"show": show, "who": whose, "first": first, "last": last, "take": take, "drop": drop},
    timers={"told": told},
    message=message,
    give_up=give_up,
)
