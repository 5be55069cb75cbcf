"""Tells a person what has changed for them: one message, whatever came together, merged visit by visit.

Only what is true in the end is said: a visit that was moved and moved back is no news.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import reminding
from handlers.chat import Button
from handlers.journey import data
from handlers.progress import brief, listed
from handlers.text import speech
from storage import people
from storage.campaign import campaigns, itineraries
from storage.visit import visits
from supervision.calendar import NoWorkday

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from handlers.chat import Rows, Timer
    from handlers.turn import Turn
    from storage.campaign.itineraries import ItineraryNews
    from storage.visit.visits import Visit

SHOWN: Final = 6
"""Visits that are named in one message; the rest is counted."""

Item = tuple["Visit", "date | None", "date | None"]


async def told(turn: Turn, timer: Timer) -> None:
    """Tell a person all that waits for them, unless they are to be left alone just now."""
    person = await people.by_id(turn.db, int(timer.args["person"]))
    if person is None or person.telegram_id != turn.chat_id:
        return
    turn.speech = speech(person.language)  # who has never written has a chat that knows no language
    news = await itineraries.news_of(turn.db, person.id)
    if not news:
        return
    first = await visits.get(turn.db, news[0].visit_id)
    campaign = await campaigns.get(turn.db, first.unit.campaign_id) if first is not None else None
    if campaign is not None:
        try:
            later = await reminding.not_before(turn.db, campaign, person, turn.now)
        except NoWorkday:
            later = turn.now
        if later > turn.now:
            await itineraries.wake(turn.db, person.id, turn.chat_id, later)
            return
    await itineraries.told(turn.db, news)
    own = await _merged(turn, [one for one in news if not one.leads])
    led = await _merged(turn, [one for one in news if one.leads])
    said = _own(turn, own) + await _together(turn, person.id, own) + _led(turn, led)
    if said:
        turn.say(Markup("\n").join(said), _buttons(turn, own or led))


async def _merged(turn: Turn, news: Sequence[ItineraryNews]) -> list[Item]:
    """Return of each visit where it was first and where it is last, those that are where they were left out."""
    spans: dict[int, tuple[date | None, date | None]] = {}
    others = {one.visit_id for one in news if one.was_on == one.is_on}  # other people go, on the same day
    for one in news:
        was = spans[one.visit_id][0] if one.visit_id in spans else one.was_on
        spans[one.visit_id] = (was, one.is_on)
    found: list[Item] = []
    for visit_id, (was, now) in spans.items():
        visit = await visits.get(turn.db, visit_id)
        if visit is not None and (was != now or visit_id in others):
            found.append((visit, was, now))
    found.sort(key=lambda one: (one[2] or one[1], one[0].id))
    return found


def _own(turn: Turn, items: Sequence[Item]) -> list[Markup]:
    if not items:
        return []
    said = [turn.t("<b>Your itinerary</b>")]
    new = [one for one in items if one[1] is None]
    moved = [one for one in items if None not in one[1:] and one[1] != one[2]]
    gone = [one for one in items if one[2] is None]
    if new:
        said.append(turn.n("New: {count} visit", "New: {count} visits", len(new)))
        said += [
            turn.t("· {day} {unit}", day=turn.speech.day(now), unit=brief(visit.unit.name, 30))
            for visit, _, now in new[:SHOWN]
            if now is not None
        ]
        said += _rest(turn, new)
    if moved:
        said.append(turn.t("On another day:"))
        said += [
            turn.t(
                "· {unit}: {before} → {after}",
                unit=brief(visit.unit.name, 30),
                before=turn.speech.day(was),
                after=turn.speech.day(now),
            )
            for visit, was, now in moved[:SHOWN]
            if was is not None and now is not None
        ]
        said += _rest(turn, moved)
    if gone:
        said.append(turn.t("No longer yours:"))
        said += [
            turn.t("· {day} {unit}", day=turn.speech.day(was), unit=brief(visit.unit.name, 30))
            for visit, was, _ in gone[:SHOWN]
            if was is not None
        ]
        said += _rest(turn, gone)
    return said


async def _together(turn: Turn, own: int, items: Sequence[Item]) -> list[Markup]:
    """Say of visits somebody stays on with whom they go now."""
    stays = [one for one in items if one[1] == one[2]]
    if not stays:
        return []
    said = [turn.t("With other people:")]
    for visit, _, now in stays[:SHOWN]:
        found = [await people.by_id(turn.db, each.person_id) for each in visit.members if each.person_id != own]
        names = listed(turn, [each.name for each in found if each is not None])
        alone = turn.label("alone") if visit.members else turn.label("whole group")
        unit = brief(visit.unit.name, 30)
        if now is not None:
            said.append(turn.t("· {day} {unit}: {people}", day=turn.speech.day(now), unit=unit, people=names or alone))
    return said + _rest(turn, stays)


def _rest(turn: Turn, items: Sequence[Item]) -> list[Markup]:
    return [turn.t("… and {count} more", count=len(items) - SHOWN)] if len(items) > SHOWN else []


def _led(turn: Turn, items: Sequence[Item]) -> list[Markup]:
    """Say what changed in the group somebody leads: counted, the first by name."""
    if not items:
        return []
    said = [
        turn.n(
            "<b>Your group's itinerary</b>: {count} visit changed",
            "<b>Your group's itinerary</b>: {count} visits changed",
            len(items),
        )
    ]
    for visit, was, now in items[:SHOWN]:
        if was == now and now is not None:
            unit = brief(visit.unit.name, 30)
            said.append(turn.t("· {unit}, {day}: other people", unit=unit, day=turn.speech.day(now)))
            continue
        said.append(
            turn.t(
                "· {unit}: {before} → {after}",
                unit=brief(visit.unit.name, 30),
                before=turn.speech.day(was) if was else "–",
                after=turn.speech.day(now) if now else "–",
            )
        )
    return said + _rest(turn, items)


def _buttons(turn: Turn, items: Sequence[Item]) -> Rows:
    visit = items[0][0]
    if visit.round_id is None:
        return ()
    return ((Button(turn.label("Day by day"), data("itinerary", "days", visit.round_id, visit.group_id, "")),),)
