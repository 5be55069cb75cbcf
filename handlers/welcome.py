"""The first minute and the way back: invitation links, greetings, help, "More", leaving, and words nobody waits for.

A stranger learns one thing here: that one has to be invited. Nothing about any campaign, group or person is said before
an invitation has been redeemed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from markupsafe import Markup

from handlers import menu
from handlers.belonging import VISITED, campaign_of, place_of, places, roles_of
from handlers.chat import Attachment, Place, Text
from handlers.errors import Uninvited, Unsuitable, UserError
from handlers.journey import Journey, number
from handlers.panel import show
from handlers.roles import NAMES
from handlers.text import mark, nearest, speech
from storage import audit, invitations
from storage.giving import GIVES
from storage.invitations import Invitation, InvitationExpired, InvitationUnknown, InvitationUsed
from storage.people import FIELD
from storage.voices import surveys

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from handlers.chat import Message
    from handlers.turn import Turn
    from storage.people import Appointment, Person, Role

USED: Final = mark("This invitation has already been used. Please ask whoever invited you for a new one.")
EXPIRED: Final = mark("This invitation has run out. Please ask whoever invited you for a new one.")
UNKNOWN: Final = mark("This link is not a valid invitation. Please ask whoever sent it to you for a new one.")
HELD: Final = mark("You already have this role: {role}. This invitation is still unused; please pass it on.")
HELD_THERE: Final = mark(
    "You already have this role in {place}: {role}. This invitation is still unused; please pass it on."
)

WALKS: Final = mark(
    "I go with you through every visit: one question at a time, photos whenever you like, "
    "and nothing is lost when there is no signal."
)
INVITES: Final = mark("“Invite people” makes links that let others in, each good for one person.")
FROM_A_GROUP: Final = "digest-"
"""What a link begins with that leads from a digest in a group chat to what is behind a figure."""
WAITS: Final = mark("When there is something for you to answer or to read, it will come here.")


# --- coming in ---


async def start(turn: Turn, words: str) -> None:
    """Redeem the invitation a link carries; otherwise greet whoever is known."""
    if words.startswith(invitations.PREFIX):
        await _redeem(turn, words)
    elif words.startswith(surveys.PREFIX):
        await turn.enter("survey", link=words)
    elif words.startswith(FROM_A_GROUP):
        await turn.enter("digest", link=words)
    elif turn.person is not None:
        await _greet(turn, turn.person)
    elif words:
        raise UserError(UNKNOWN)
    else:
        _turn_away(turn)


async def _redeem(turn: Turn, token: str) -> None:
    sender = turn.event.sender
    if sender is None:
        raise LookupError("an invitation was opened by nobody")
    known = turn.person
    before = _terms(known, turn.now)
    try:
        person = await invitations.redeem(turn.db, token, sender.id, sender.name, nearest(sender.language), turn.now)
    except InvitationUsed as error:
        if known is not None and error.by == known.id:
            await _greet(turn, known)
            return
        raise UserError(USED) from error
    except InvitationExpired as error:
        raise UserError(EXPIRED) from error
    except InvitationUnknown as error:
        raise UserError(UNKNOWN) from error
    if known is not None and before == _terms(person, turn.now):
        await _nothing_new(turn, token)
    turn.person = person
    turn.conversation.person_id = person.id
    turn.speech = speech(person.language)
    given = [one for one in person.roles_now(turn.now) if (one.id, one.until) not in before]
    audit.record(
        turn.db,
        "person.joined",
        f"person:{person.id}",
        now=turn.now,
        person_id=person.id,
        details={"roles": [one.role.value for one in given]},
    )
    await _welcome(turn, person, given)


def _terms(person: Person | None, now: datetime) -> set[tuple[int, datetime | None]]:
    """Return the roles somebody holds, and when each ends: a link may give a role, or more time in it."""
    return {(one.id, one.until) for one in person.roles_now(now)} if person else set()


async def _nothing_new(turn: Turn, token: str) -> NoReturn:
    """Refuse a link to what the person has already: the refusal undoes its use, so it still lets somebody else in."""
    made = next(one for one in turn.db if isinstance(one, Invitation) and one.token_hash == invitations.hash_of(token))
    place = await place_of(turn.db, made.role, group_id=made.group_id, unit_id=made.unit_id)
    role = turn.label(NAMES[made.role])
    if place is None:
        raise UserError(HELD, role=role)
    raise UserError(HELD_THERE, role=role, place=place.name)


async def _welcome(turn: Turn, person: Person, given: list[Appointment]) -> None:
    """Say where the person has arrived and what happens next; nothing is asked."""
    lines = [await _arrival(turn, person, one) for one in given] or [turn.t("Hello, {name}.", name=person.name)]
    _show_menu(turn, person, [*lines, *_introduction(turn, roles_of(person, turn.now))])


async def _arrival(turn: Turn, person: Person, given: Appointment) -> Markup:
    campaign = await campaign_of(turn.db, given.group_id)
    place = await place_of(turn.db, given.role, group_id=given.group_id, unit_id=given.unit_id)
    role = turn.label(NAMES[given.role])
    if campaign is None:
        return turn.t("Welcome, {name}. Your role here: {role}.", name=person.name, role=role)
    title = campaign.title_in(turn.speech.language)
    if place is None:
        return turn.t(
            "Welcome, {name}. You have joined “{title}”. Your role: {role}.", name=person.name, title=title, role=role
        )
    if given.role in VISITED:
        return turn.t(
            "Welcome, {name}. You have joined “{title}”. Your role: {role}, {unit}.",
            name=person.name,
            title=title,
            unit=place.name,
            role=role,
        )
    return turn.t(
        "Welcome, {name}. You have joined “{title}”, {group}. Your role: {role}.",
        name=person.name,
        title=title,
        group=place.name,
        role=role,
    )


async def _greet(turn: Turn, person: Person) -> None:
    """Greet somebody known, by role."""
    sender = turn.event.sender
    if not person.language_chosen and sender is not None and sender.language:
        person.language = nearest(sender.language)
        turn.speech = speech(person.language)
    lines = [turn.t("Hello, {name}.", name=person.name), *await places(turn, person)]
    roles = roles_of(person, turn.now)
    _show_menu(turn, person, [*lines, *(_introduction(turn, roles) if roles else [turn.t(menu.NO_ROLE)])])


def _introduction(turn: Turn, roles: Collection[Role]) -> list[Markup]:
    """Say what the bot does for people with these roles."""
    said = [WALKS] if not FIELD.isdisjoint(roles) else []
    said += [INVITES] if any(role in GIVES for role in roles) else []
    return [turn.t(line) for line in said or [WAITS]]


def _show_menu(turn: Turn, person: Person | None, lines: list[Markup]) -> None:
    roles = roles_of(person, turn.now)
    turn.say(Markup("\n").join(lines), menu=menu.keyboard(roles, turn.speech))
    turn.commands(menu.commands(roles, turn.speech))


def _turn_away(turn: Turn) -> None:
    turn.say(turn.t(Uninvited.message))


# --- finding one's way ---


async def help_(turn: Turn, _: object) -> None:
    """Say what the person can do here."""
    roles = roles_of(turn.person, turn.now)
    listed = [
        turn.t("/{name} – {does}", name=name, does=does)
        for name, does in menu.commands(roles, turn.speech)
        if name != "help" or turn.person is None  # whoever reads this has just used it
    ]
    if turn.person is None:
        turn.say(Markup("\n").join([turn.t(Uninvited.message), *listed]))
        return
    lines = [turn.t(menu.NO_ROLE)] if not roles else [turn.t("<b>What you can do here</b>")]
    if not FIELD.isdisjoint(roles):
        listed.append(
            turn.t("Photos, files, voice and places can be sent at any time: they go to the question on screen.")
        )
        listed.append(
            turn.t(
                "You can also simply send “9 ✅” or “10 partly ledger out of date”; "
                "a photo whose caption is the number of an item goes to that item."
            )
        )
    _show_menu(turn, turn.person, [*lines, *listed])


async def more(turn: Turn, asked: str | tuple[str, ...]) -> None:
    """Show what does not fit into the keyboard; of much, one drawer."""
    drawer = number(asked, 0) if isinstance(asked, tuple) and asked else 0
    show(turn, turn.t("What would you like to do?"), menu.buttons(roles_of(turn.who, turn.now), turn.speech, drawer))


async def cancel(turn: Turn, _: str) -> None:
    """Give up the innermost thing that is under way, and nothing around it; what holds the chat says what that was."""
    if await turn.give_up():
        return
    turn.leave()
    said = turn.t("There is nothing to cancel. What you answered and sent is saved.")
    turn.say(said, menu=menu.keyboard(roles_of(turn.who, turn.now), turn.speech))


async def stranded(turn: Turn, message: Message) -> bool:
    """Answer what no journey wants: a hint with the menu, and to strangers that one has to be invited."""
    if turn.person is None:
        _turn_away(turn)
        return True
    if not isinstance(message, Text | Attachment | Place):
        raise Unsuitable
    roles = roles_of(turn.person, turn.now)
    if not roles:
        said = turn.t(menu.NO_ROLE)
    elif isinstance(message, Text):
        said = turn.t("No question is open that this would answer. Please choose below, or see /help.")
        said += Markup("\n") + turn.t(WAITS) if FIELD.isdisjoint(roles) else Markup("")
    elif FIELD.isdisjoint(roles):
        said = turn.t("Nothing is asked of you here just now, so this was not kept.") + Markup("\n") + turn.t(WAITS)
    else:
        said = turn.t(
            "No visit is open that this could belong to, so it was not kept. Please open the visit and send it again."
        )
    turn.say(said, menu=menu.keyboard(roles, turn.speech))
    return True


WELCOME = Journey(
    name="welcome",
    commands={
        "start": menu.command("start", start),
        "help": menu.command("help", help_),
        "more": menu.command("more", more),
        "cancel": menu.command("cancel", cancel),
    },
    taps={"help": help_, "more": more},
    stranded=stranded,
)
