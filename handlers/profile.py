"""What the bot knows about the person who asks: who they are here, their language, their data and its erasure.

Shows and changes only what belongs to the person asking. It never shows one person another, and it decides nothing
about roles.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import departing, menu
from handlers.belonging import places, roles_of
from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.journey import Journey, data
from handlers.once import put_once
from handlers.panel import show
from handlers.text import LANGUAGES, NAMES, mark, speech
from storage import audit, people
from storage.people import Role

if TYPE_CHECKING:
    from handlers.turn import Turn
    from storage.people import Person


ASKED: Final = "erase asked twice"
"""What the conversation remembers while the second question is open."""


class LastAdministrator(UserError):
    """Nobody would be left who can let people in."""

    message = mark(
        "You are the only administrator: without you nobody could let people in. "
        "Invite another administrator first; nothing was erased."
    )


# --- who am I ---


async def me(turn: Turn, _: object) -> None:
    """Show name, roles, groups and language."""
    person = turn.who
    lines = [
        Markup("<b>{}</b>").format(person.name),
        *await places(turn, person),
        turn.t("Language: {language}", language=NAMES[person.language]),
    ]
    buttons = (
        Button(turn.label("Language"), data("profile", "language")),
        Button(turn.label("My data"), data("profile", "privacy")),
        Button(turn.label("Quiet hours"), data("quiet", "hours")),
    )
    show(turn, Markup("\n").join(lines), (buttons, menu.way_back(turn.speech)))


# --- language ---


async def language(turn: Turn, _: object) -> None:
    """Offer the languages."""
    _languages(turn)


async def speak(turn: Turn, args: tuple[str, ...]) -> None:
    """Speak the chosen language from now on, in the menus too."""
    if args[:1] not in [(one,) for one in LANGUAGES]:
        raise Stale
    person = turn.who
    person.speak(args[0])
    turn.speech = speech(person.language)
    roles = roles_of(person, turn.now)
    _languages(turn)
    turn.say(turn.t("I speak English from now on."), menu=menu.keyboard(roles, turn.speech))
    turn.commands(menu.commands(roles, turn.speech))


def _languages(turn: Turn) -> None:
    chosen = turn.who.language
    row = tuple(
        Button(f"✓ {NAMES[one]}" if one == chosen else NAMES[one], data("profile", "speak", one)) for one in LANGUAGES
    )
    show(turn, turn.t("Which language shall I speak?"), (row, menu.way_back(turn.speech)))


# --- what is stored ---

STORED = mark(
    "<b>What is stored about you</b>\n"
    "· your name, Telegram number and language; your roles and group\n"
    "· what you answer and send for the work: answers, notes, photos, files, voice and places, each with its time\n"
    "· a record of what you changed, so that mistakes can be undone\n"
    "Not stored: your telephone number, your contacts, your other chats, where you are (unless you send a place).\n"
    "It stays in this campaign's own database and is used for this work only. "
    "What you write passes through Telegram on its way here."
)
STORED_OF_STRANGERS = mark(
    "You are not on any list here. Of this chat only its number is kept, so that an answer finds its way; "
    "what you write is dropped as soon as it has been answered. What you write passes through Telegram on its way here."
)


async def privacy(turn: Turn, _: object) -> None:
    """Say in plain words what is stored, and offer to export or erase it."""
    if turn.person is None:
        show(turn, turn.t(STORED_OF_STRANGERS))
        return
    turn.conversation.state = {name: value for name, value in turn.state.items() if name != ASKED}
    buttons = (
        (Button(turn.label("Export my data"), data("profile", "export")),),
        (Button(turn.label("Erase my data"), data("profile", "erase")),),
        *((menu.way_back(turn.speech),) if roles_of(turn.person, turn.now) else ()),
    )
    show(turn, turn.t(STORED), buttons)


async def export(turn: Turn, _: tuple[str, ...]) -> None:
    """Send the person everything that is stored about them, as one JSON document."""
    person = _known(turn)
    everything = await people.export(turn.db, person)
    written = json.dumps(everything, ensure_ascii=False, indent=2, default=str).encode(errors="replace")
    turn.record("person.exported", f"person:{person.id}")
    turn.say(
        turn.t(
            "Everything that is stored about you, as a JSON file. Photos and files are listed in it, not included. "
            "The copy made for sending is deleted in a day."
        ),
        document=await put_once(turn, written),
        filename="my-data.json",
    )


async def erase(turn: Turn, _: tuple[str, ...]) -> None:
    """Ask the first time: say what goes and what stays."""
    await _erasable(turn)
    words = turn.t(
        "<b>Erase your data?</b>\n"
        "Goes: your name, your Telegram number, your roles, your language.\n"
        "Stays: the answers and evidence you gave, as a record of the work, without your name.\n"
        "Afterwards the bot no longer knows you; coming back takes a new invitation."
    )
    keep = Button(turn.label("Keep everything"), data("profile", "privacy"))
    show(turn, words, ((Button(turn.label("Erase…"), data("profile", "sure")),), (keep,)))


async def sure(turn: Turn, _: tuple[str, ...]) -> None:
    """Ask the second time."""
    await _erasable(turn)
    keep = Button(turn.label("Keep everything"), data("profile", "privacy"))
    turn.conversation.state = turn.state | {ASKED: True}
    words = turn.t("Please confirm once more: this cannot be taken back.")
    show(turn, words, ((keep,), (Button(turn.label("Erase for good"), data("profile", "gone")),)))


async def gone(turn: Turn, _: tuple[str, ...]) -> None:
    """Erase, once both questions were asked; the person is a stranger from here on."""
    person = await _erasable(turn)
    if not turn.state.get(ASKED):
        raise Stale
    audit.record(turn.db, "person.erased", f"person:{person.id}", now=turn.now)
    await departing.tell_leaders(turn, person)
    await people.erase(turn.db, person, turn.now)
    turn.leave()
    turn.conversation.person_id = None
    show(turn, turn.t("Erased."))
    turn.say(
        turn.t("Your data is erased, and I no longer know you. Thank you for your work."),
        menu=menu.keyboard((), turn.speech),
    )
    turn.commands(menu.commands((), turn.speech))


async def _erasable(turn: Turn) -> Person:
    """Return the person, unless the campaign would be locked without them."""
    person = _known(turn)
    # Of two who erase themselves at once, the second sees the first gone.
    await people.lock_role(turn.db, Role.admin, turn.now)
    admins = await people.with_role(turn.db, Role.admin, turn.now)
    if [one.id for one in admins] == [person.id]:
        raise LastAdministrator
    return person


def _known(turn: Turn) -> Person:
    """Return the person; an old button in the chat of somebody erased meanwhile is stale."""
    if turn.person is None:
        raise Stale
    return turn.person


PROFILE = Journey(
    name="profile",
    commands={
        "me": menu.command("me", me),
        "language": menu.command("language", language),
        "privacy": menu.command("privacy", privacy),
    },
    taps={
        "me": me,
        "language": language,
        "speak": speak,
        "privacy": privacy,
        "export": export,
        "erase": erase,
        "sure": sure,
        "gone": gone,
    },
)
