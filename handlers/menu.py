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


NO_ROLE: Final = mark(
    "You have no role here at the moment. If you are taking part again, please ask for an invitation."
)
INSTEAD: Final = mark("You do not have this here. What you can use: {choices}.")


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to call for: command, sentence in the command menu, label on buttons, and the tap that does the same.

    ``main`` offers compete for the reply keyboard, in the order of :data:`OFFERS`.
    """

    name: str
    description: str
    label: str = ""
    tap: str = ""
    main: bool = False


OFFERS: Final = (
    Offer("today", mark("Visits for today"), mark("Visits today"), main=True),
    Offer("todo", mark("What is waiting for you"), mark("To do"), main=True),
    Offer("invite", mark("Invite people"), mark("Invite people"), "invitation.begin", main=True),
    Offer("interview", mark("Interview somebody in confidence"), mark("Interview"), "interview.choose"),
    Offer("activity", mark("Record a symposium, documents, a site"), mark("Activities"), "activity.choose"),
    Offer("tally", mark("What was done, counted"), mark("Activity tally"), "activity.tally"),
    Offer("draw", mark("Draw units or people at random"), mark("Random draw"), "draw.begin"),
    Offer("me", mark("Your name, role and group"), mark("About me"), "profile.me", main=True),
    Offer("help", mark("What you can do here"), mark("Help"), "welcome.help", main=True),
    Offer("coverage", mark("Coverage: which units are done, which are left"), mark("Coverage"), "coverage.all"),
    Offer("plan", mark("Plan: phases, work items, deadlines"), mark("Plan"), "plan.show"),
    Offer("campaign", mark("Campaign: dates, groups, people"), mark("Campaign"), "campaign.show"),
    Offer("units", mark("Register of units: import, look up"), mark("Register"), "units.show"),
    Offer("notice", mark("Notices: send one, see who has read it"), mark("Notices"), "notice.list"),
    Offer("survey", mark("Quick surveys, anonymous"), mark("Surveys"), "survey.list"),
    Offer("forms", mark("Forms: check, try, publish"), mark("Forms"), "publishing.list"),
    Offer("status", mark("How the bot is doing"), mark("Status"), "status.show"),
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


def buttons(roles: Collection[str], speech: Speech) -> Rows:
    """Return the buttons behind "More", two in a row: every offer that has a tap and no place in the keyboard."""
    held = keyboard(roles, speech)[0]
    fitting = [offer for offer in offers(roles) if offer.tap and _fits(roles, offer.tap)]
    taps = [offer for offer in fitting if speech.label(offer.label) not in held]
    made = [Button(speech.label(offer.label), offer.tap) for offer in taps]
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
