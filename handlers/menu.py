"""What a person can call for: the reply keyboard, Telegram's command menu and the list behind "More".

Pure: roles and a language go in, labels come out. The order and the words stand here once, so that every menu agrees;
who may use an offer is asked of the access table, never repeated here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from handlers.access import ACCESS, STRANGER
from handlers.chat import Button
from handlers.errors import NotAllowed
from handlers.journey import Command
from handlers.text import mark

if TYPE_CHECKING:
    from collections.abc import Collection

    from handlers.chat import Rows
    from handlers.journey import Run
    from handlers.text import Speech

MAIN_PLACES: Final = 2
"""How many offers stand in the reply keyboard beside "More"; three labels are what a narrow telephone shows whole."""

FLAT: Final = 8
"""How many buttons "More" shows side by side; more than that lie in drawers."""

SPOT: Final = mark("🧭 On the spot")
PROGRESS: Final = mark("📈 Progress")
VOICES: Final = mark("📣 Policy and notices")
SETUP: Final = mark("⚙️ Setting up")
OWN: Final = mark("👤 My own")
DRAWERS: Final = (SPOT, PROGRESS, VOICES, SETUP, OWN)
"""What the offers behind "More" are sorted into, for those who have many; a tap carries the place in here."""


NO_ROLE: Final = mark(
    "You have no role here at the moment. If you are taking part again, please ask for an invitation."
)
INSTEAD: Final = mark("You do not have this here. What you can use: {choices}.")


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to call for: command, sentence in the command menu, label on buttons, and the tap that does the same.

    ``main`` offers compete for the reply keyboard, in the order of :data:`OFFERS`. ``drawer`` is where it lies behind
    "More" for those who have many.
    """

    name: str
    description: str
    label: str = ""
    tap: str = ""
    main: bool = False
    drawer: str = OWN


OFFERS: Final = (
    Offer("today", mark("Visits for today"), mark("Visits today"), main=True, drawer=SPOT),
    Offer("todo", mark("What is waiting for you"), mark("To do"), main=True, drawer=SPOT),
    Offer("visit", mark("Go on a visit, its briefing first")),
    Offer("invite", mark("Invite people"), mark("Invite people"), "invitation.begin", main=True, drawer=SETUP),
    Offer(
        "campaign",
        mark("Campaign: dates, groups, people"),
        mark("Campaign"),
        "campaign.show",
        main=True,
        drawer=SETUP,
    ),
    Offer("interview", mark("Interview somebody in confidence"), mark("Interview"), "interview.choose", drawer=SPOT),
    Offer(
        "activity", mark("Record a symposium, documents, a site"), mark("Activities"), "activity.choose", drawer=SPOT
    ),
    Offer(
        "guidance",
        mark("Guidance plans: what to look at in each unit"),
        mark("Guidance plans"),
        "guidance.all",
        drawer=SPOT,
    ),
    Offer("draw", mark("Draw units or people at random"), mark("Random draw"), "draw.begin", drawer=SPOT),
    Offer("digest", mark("Digest: what moved, what is late"), mark("Digest"), "digest.ask", drawer=PROGRESS),
    Offer("late", mark("What is late, and with whom"), mark("Late visits"), "digest.lag", drawer=PROGRESS),
    Offer(
        "coverage",
        mark("Coverage: which units are done, which are left"),
        mark("Coverage"),
        "coverage.all",
        drawer=PROGRESS,
    ),
    Offer(
        "itinerary",
        mark("Itinerary: who visits which unit on which day"),
        mark("Itinerary"),
        "itinerary.all",
        drawer=PROGRESS,
    ),
    Offer("plan", mark("Plan: phases, work items, deadlines"), mark("Plan"), "plan.show", drawer=PROGRESS),
    Offer("meeting", mark("Meetings: agenda, minutes, decisions"), mark("Meetings"), "meeting.list", drawer=PROGRESS),
    Offer("tally", mark("What was done, counted"), mark("Activity tally"), "activity.tally", drawer=PROGRESS),
    Offer(
        "ask", mark("Ask for guidance, in your own words"), mark("Enquiries"), "enquiry.list", main=True, drawer=VOICES
    ),
    Offer(
        "library",
        mark("Policy library: find a rule by its words"),
        mark("Policy library"),
        "library.list",
        drawer=VOICES,
    ),
    Offer("quiz", mark("Quizzes: learn first, then visit"), mark("Quizzes"), "quiz.list", drawer=VOICES),
    Offer("notice", mark("Notices: send one, see who has read it"), mark("Notices"), "notice.list", drawer=VOICES),
    Offer("survey", mark("Quick surveys, anonymous"), mark("Surveys"), "survey.list", drawer=VOICES),
    Offer("units", mark("Register of units: import, look up"), mark("Register"), "units.show", drawer=SETUP),
    Offer("round", mark("Rounds: dates and units in scope"), mark("Rounds"), "round.all", drawer=SETUP),
    Offer("calendar", mark("Working calendar: days off, time zones"), mark("Calendar"), "calendar.show", drawer=SETUP),
    Offer("forms", mark("Forms: check, try, publish"), mark("Forms"), "publishing.list", drawer=SETUP),
    Offer("status", mark("How the bot is doing"), mark("Status"), "status.show", drawer=SETUP),
    Offer("leave", mark("Leave: days on which you are away"), mark("Leave days"), "leave.show"),
    Offer("me", mark("Your name, role and group"), mark("About me"), "profile.me"),
    Offer("help", mark("What you can do here"), mark("Help"), "welcome.help", main=True),
    Offer("language", mark("Change the language"), mark("Language"), "profile.language"),
    Offer("privacy", mark("What is stored about you"), mark("My data"), "profile.privacy"),
    Offer("cancel", mark("Cancel what is under way")),
    Offer("more", mark("Everything else"), mark("More")),
    Offer("start", mark("Begin")),
)
"""Everything that can be called for, the most wanted first."""

UNLISTED: Final = frozenset({"start", "more"})
"""Commands that need no line of their own: Telegram offers the one, the reply keyboard the other."""


def command(name: str, run: Run) -> Command:
    """Make the command of an offer, in its words; raises StopIteration when nothing of that name is offered."""
    offer = next(offer for offer in OFFERS if offer.name == name)
    return Command(run, description=offer.description, label=offer.label)


def offers(roles: Collection[str]) -> tuple[Offer, ...]:
    """Return what fits these roles; no roles at all is a stranger."""
    return tuple(offer for offer in OFFERS if _fits(roles, f"/{offer.name}"))


def keyboard(roles: Collection[str], speech: Speech) -> tuple[tuple[str, ...], ...]:
    """Return the reply keyboard: the first offers that fit, and "More" when there is more."""
    fitting = offers(roles)
    labels = [offer.label for offer in fitting if offer.main][:MAIN_PLACES]
    labels += [offer.label for offer in fitting if offer.name == "more"]
    return (tuple(speech.label(label) for label in labels),)


def commands(roles: Collection[str], speech: Speech) -> tuple[tuple[str, str], ...]:
    """Return Telegram's command menu: (name, description) pairs."""
    listed = (offer for offer in offers(roles) if offer.name not in UNLISTED)
    return tuple((offer.name, speech.label(offer.description)) for offer in listed)


def buttons(roles: Collection[str], speech: Speech, drawer: int = 0) -> Rows:
    """Return the buttons behind "More", two in a row: every offer that has a tap and no place in the keyboard.

    Those who have many are shown drawers first, or the one thing that lies in a drawer; ``drawer`` counts from 1, and a
    number that is none shows them all.
    """
    held = keyboard(roles, speech)[0]
    fitting = [offer for offer in offers(roles) if offer.tap and _fits(roles, offer.tap)]
    behind = [offer for offer in fitting if speech.label(offer.label) not in held]
    if len(behind) <= FLAT:
        return _in_twos([Button(speech.label(offer.label), offer.tap) for offer in behind])
    if 1 <= drawer <= len(DRAWERS):
        lying = [offer for offer in behind if offer.drawer == DRAWERS[drawer - 1]]
        return (*_in_twos([Button(speech.label(offer.label), offer.tap) for offer in lying]), way_back(speech))
    shown = []
    for at, name in enumerate(DRAWERS, start=1):
        lying = [offer for offer in behind if offer.drawer == name]
        if len(lying) == 1:  # a drawer with one thing in it is a tap too many
            shown.append(Button(speech.label(lying[0].label), lying[0].tap))
        elif lying:
            shown.append(Button(speech.label(name), f"welcome.more:{at}"))
    return _in_twos(shown)


def _in_twos(made: list[Button]) -> Rows:
    return tuple(tuple(made[at : at + 2]) for at in range(0, len(made), 2))


def way_back(speech: Speech) -> tuple[Button, ...]:
    """Return the row that leads from a panel back to what lies behind "More"."""
    return (Button(speech.label("◀ Back"), "welcome.more"),)


def refusal(roles: Collection[str], speech: Speech) -> NotAllowed:
    """Return what to tell somebody who asks for what their roles do not have: that, and what they have instead."""
    if not roles:
        return NotAllowed(NO_ROLE)
    (row,) = keyboard(roles, speech)
    return NotAllowed(INSTEAD, choices=" · ".join(row))


def _fits(roles: Collection[str], action: str) -> bool:
    return not ACCESS.get(action, frozenset()).isdisjoint({STRANGER, *roles})
