"""Tells a unit beforehand that it is visited, where whoever leads the group decides so: a visit is unannounced else.

Nothing else in the bot tells a unit of a visit. Part of the visit's journey.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.progress import called, listed
from handlers.text import mark
from handlers.ticketing import leads, tell, words_of
from storage.campaign import campaigns
from storage.visit import announcements, visits

if TYPE_CHECKING:
    from datetime import date

    from handlers.chat import Rows
    from handlers.text import Speech
    from handlers.turn import Turn
    from storage.people import Person
    from storage.visit.announcements import Announcement
    from storage.visit.visits import Visit

BEGUN = mark("This visit has begun, so there is nothing to announce any more. Nobody was told.")
OVER = mark("The day of this visit is over. Please give it another day first; nobody was told.")
AGAIN = mark("The unit has been told of this day already. Nobody was told twice.")


async def line(turn: Turn, visit: Visit) -> Markup:
    """Return what a briefing says of it: whether the unit knows, and of which day."""
    made = await announcements.of_visit(turn.db, visit.id)
    if made is None:
        return turn.t("Unannounced: the unit has not been told.")
    zone = await turn.kit.shelf.zone(turn.db, visit.unit.campaign_id)
    when = turn.speech.day(made.at.astimezone(zone).date())
    if _other_day(visit, made):
        return turn.t(
            "⚠ The unit was told on {when} of another day: {day}.", when=when, day=_day(turn.speech, made.day)
        )
    return turn.t("Announced: the unit was told on {when}.", when=when)


def _other_day(visit: Visit, made: Announcement) -> bool:
    return made.day != visit.planned_on


def _day(speech: Speech, day: date | None) -> str:
    return speech.day(day) if day is not None else speech.label("soon")


async def rows(turn: Turn, visit: Visit) -> Rows:
    """Return the button that announces a visit, for whoever leads its group while there is something to announce."""
    if visit.state != "planned" or not leads(turn, visit):
        return ()
    made = await announcements.of_visit(turn.db, visit.id)
    if made is not None and not _other_day(visit, made):
        return ()
    label = turn.label("📣 Tell the unit …") if made is None else turn.label("📣 Tell the unit the new day …")
    return ((Button(label, data("visit", "announce", visit.id)),),)


async def _announcing(turn: Turn, args: tuple[str, ...]) -> tuple[Visit, list[Person]]:
    """Return a visit that can be announced by this person, and whom the bot can tell; else the sentence why not."""
    visit = await visits.get(turn.db, number(args, 0), lock=True)
    if visit is None or not visit.open_to(turn.who, turn.now) or not leads(turn, visit):
        raise Stale
    if visit.state != "planned":
        raise UserError(BEGUN)
    today = await turn.kit.shelf.day(turn.db, visit.unit.campaign_id, turn.now)
    if visit.planned_on is not None and visit.planned_on < today:
        raise UserError(OVER)
    made = await announcements.of_visit(turn.db, visit.id)
    if made is not None and not _other_day(visit, made):
        raise UserError(AGAIN)
    return visit, await announcements.contacts(turn.db, visit.unit_id, turn.now)


async def announce(turn: Turn, args: tuple[str, ...]) -> None:
    """Show what the unit would be told, and whom; nothing is sent yet."""
    visit, people = await _announcing(turn, args)
    lines = [turn.t("<b>Announce this visit?</b>"), turn.t("<b>{unit}</b>", unit=visit.unit.name)]
    if people:
        lines.append(turn.t("Told: {who}", who=listed(turn, (called(one) for one in people))))
        lines.append(turn.t("“{words}”", words=await _words(turn, turn.speech, visit)))
        lines.append(turn.t("What was told cannot be taken back."))
        sure = turn.label("📣 Tell them")
    else:
        contact = " ".join(filter(None, (visit.unit.contact, visit.unit.phone))) or "—"
        lines.append(turn.t("Nobody of this unit uses the bot. Please ring: {contact}", contact=contact))
        sure = turn.label("✓ I have told them")
    day = visit.planned_on.toordinal() if visit.planned_on is not None else 0
    keep = Button(turn.label("Keep it unannounced"), data("visit", "brief", visit.id))
    told = data("visit", "announced", visit.id, day, len(people))
    turn.card(Markup("\n").join(lines), ((Button(sure, told),), (keep,)))


async def _words(turn: Turn, speech: Speech, visit: Visit) -> Markup:
    group = await campaigns.group(turn.db, visit.group_id)
    return speech.t(
        "{group} visits {unit}: {day}.",
        group=group.name if group is not None else "—",
        unit=visit.unit.name,
        day=_day(speech, visit.planned_on),
    )


async def announced(turn: Turn, args: tuple[str, ...]) -> Visit:
    """Tell the unit; returns the visit. Where the day or who hears it has changed meanwhile, it is asked anew."""
    visit, people = await _announcing(turn, args)
    day = visit.planned_on.toordinal() if visit.planned_on is not None else 0
    if (day, len(people)) != (number(args, 1), number(args, 2)):
        raise Stale
    for one in people:
        theirs = words_of(one)
        tell(turn, one, await _words(turn, theirs, visit))
    await announcements.announce(turn.db, visit.id, turn.who, visit.planned_on, len(people), turn.now)
    turn.record("visit.announced", visit)
    turn.toast(turn.label("Noted: the unit knows."))
    return visit
