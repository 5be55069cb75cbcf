"""Lets people in: an administrator, the office or a leader makes a one-time link and its picture for somebody else.

What may be in an invitation is checked in :mod:`handlers.draft` at every step; the link is made in
:mod:`handlers.link`, and held here only until the reply is written; what has been made is listed in
:mod:`handlers.invited`.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import invited, menu
from handlers.belonging import campaign_of, roles_of, zone_of
from handlers.chat import Attachment, Button, Change, Place, Tap, Text
from handlers.draft import Draft, check, check_group, check_role, described, groups_for, read
from handlers.errors import Stale, UserError
from handlers.journey import Journey, data
from handlers.link import NAME_LENGTH, invite, picture
from handlers.once import put_once
from handlers.panel import show
from handlers.roles import NAMES, gives
from handlers.text import mark
from storage.campaign import campaigns
from storage.giving import AT_A_UNIT, IN_A_GROUP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.chat import Message, Rows
    from handlers.turn import Turn
    from storage.campaign.campaigns import Unit

UNITS_SHOWN: Final = 12
"""How many units stand on buttons; more than that is quicker to type."""

BEGIN: Final = data("invitation", "begin")
MINE: Final = data("invitation", "mine")

NO_GROUP = mark("There is no group to invite anybody into yet. Groups come with the campaign's register.")
NO_UNITS = mark("This group has no units yet. Units come with the campaign's register.")
NO_UNIT = mark("No unit of this group has “{words}” in its code or name. Please try another part of it.")
MANY_UNITS = mark("{count} units have “{words}” in their code or name. Please type a little more.")
NAME_TOO_LONG = mark("A name has at most {most} characters. Nothing was lost; please send a shorter one.")
NAME_WANTED = mark("Please type the name, or tap “Skip”.")
NOT_A_NAME = mark(
    "This looks like an answer to an item, so it was neither taken as a name nor recorded. "
    "Please type the name, or tap “Skip”; /cancel leaves the invitation."
)
UNIT_WANTED = mark("Please type the unit's code or part of its name.")

ENTRY: Final = re.compile(r"(?:第\s*|[#＃])?[0-9０-９]{1,3}(?:\s*[题项条]|\s|[^\w\s]|$)")
"""How a quick entry of a checklist begins: ``7 ✗ …``, ``第7题 …``. No name does."""


# --- putting it together ---


async def begin(turn: Turn, _: object) -> None:
    """Ask which role to invite for."""
    _let_go(turn)
    roles = gives(roles_of(turn.who, turn.now))
    chosen = [Button(turn.label(NAMES[role]), Draft(role).to("role")) for role in roles]
    rows = [tuple(chosen[at : at + 2]) for at in range(0, len(chosen), 2)]
    rows += [(Button(turn.label("My invitations"), MINE),), menu.way_back(turn.speech)]
    show(turn, turn.t("Whom would you like to invite?"), tuple(rows))


async def role(turn: Turn, args: tuple[str, ...]) -> None:
    """Go on with a role: ask for the group where there is a choice."""
    draft = read(args)
    check_role(turn, draft)
    if draft.role not in IN_A_GROUP:
        await _ask_name(turn, draft)
        return
    groups = await groups_for(turn, draft.role)
    if not groups:
        raise UserError(NO_GROUP)
    if len(groups) == 1:
        await _in_group(turn, Draft(draft.role, next(iter(groups))))
        return
    _let_go(turn)
    chosen = [Button(name, Draft(draft.role, group_id).to("group")) for group_id, name in groups.items()]
    rows = (*(tuple(chosen[at : at + 2]) for at in range(0, len(chosen), 2)), _back(turn))
    show(turn, turn.t("{role}: into which group?", role=turn.label(NAMES[draft.role])), rows)


async def group(turn: Turn, args: tuple[str, ...]) -> None:
    """Go on with a group."""
    draft = read(args)
    await check_group(turn, draft)
    await _in_group(turn, draft)


async def unit(turn: Turn, args: tuple[str, ...]) -> None:
    """Go on with a unit."""
    draft = read(args)
    await check(turn, draft)
    await _ask_name(turn, draft)


async def skip(turn: Turn, args: tuple[str, ...]) -> None:
    """Make the invitation without a name: the person's own Telegram name will do. A double tap makes one, not two."""
    draft = read(args)
    await check(turn, draft)
    if turn.conversation.journey != "invitation" or turn.state.get("draft") != draft.kept:
        raise Stale
    await _make(turn, draft, "")


async def message(turn: Turn, sent: Message) -> bool:
    """Take the name, or part of a unit's name, whichever was asked for; a photo or a place is for somebody else."""
    if isinstance(sent, Attachment | Place):
        return False
    draft = read(tuple(turn.state["draft"]))
    asked_for_unit = turn.state["step"] == "unit"
    if not isinstance(sent, Text):
        raise UserError(UNIT_WANTED if asked_for_unit else NAME_WANTED)
    words = " ".join(sent.text.split())
    if asked_for_unit:
        await _find_unit(turn, draft, words)
        return True
    if ENTRY.match(words):
        raise UserError(NOT_A_NAME)
    if len(words) > NAME_LENGTH:
        raise UserError(NAME_TOO_LONG, most=NAME_LENGTH)
    await _make(turn, draft, words)
    return True


# --- steps ---


async def _in_group(turn: Turn, draft: Draft) -> None:
    if draft.role not in AT_A_UNIT:
        await _ask_name(turn, draft)
        return
    units = await campaigns.units_of_group(turn.db, draft.group_id)
    if not units:
        raise UserError(NO_UNITS)
    _hold(turn, draft, "unit")
    back = await _back_to_group(turn, draft)
    if len(units) <= UNITS_SHOWN:
        show(turn, turn.t("Which unit?"), (*_unit_buttons(draft, units), back))
    else:
        show(turn, turn.t(UNIT_WANTED), (back,))


async def _find_unit(turn: Turn, draft: Draft, words: str) -> None:
    await check_group(turn, draft)
    wanted = words.casefold()
    units = await campaigns.units_of_group(turn.db, draft.group_id)
    found = [one for one in units if one.code.casefold() == wanted] or [
        one for one in units if wanted in one.name.casefold() or wanted in one.code.casefold()
    ]
    if not found:
        raise UserError(NO_UNIT, words=words[:NAME_LENGTH])
    if len(found) > UNITS_SHOWN:
        raise UserError(MANY_UNITS, words=words[:NAME_LENGTH], count=len(found))
    if len(found) == 1:
        await _ask_name(turn, Draft(draft.role, draft.group_id, found[0].id))
        return
    show(turn, turn.t("Which unit?"), (*_unit_buttons(draft, found), await _back_to_group(turn, draft)))


def _unit_buttons(draft: Draft, units: Sequence[Unit]) -> Rows:
    return tuple((Button(one.name, Draft(draft.role, draft.group_id, one.id).to("unit")),) for one in units)


async def _ask_name(turn: Turn, draft: Draft) -> None:
    _hold(turn, draft, "name")
    words = turn.t(
        "{what}\nPlease type the name this person is to have here, or skip: then it is the name they have in Telegram.",
        what=await described(turn, draft, ""),
    )
    if draft.role in AT_A_UNIT:
        back = _back(turn, Draft(draft.role, draft.group_id).to("group"))
    else:
        back = await _back_to_group(turn, draft)
    show(turn, words, ((Button(turn.label("Skip"), draft.to("skip")),), back))


async def _back_to_group(turn: Turn, draft: Draft) -> tuple[Button, ...]:
    """Return the way back to the group's question, or where there was none to choose, to the role's."""
    if draft.role in IN_A_GROUP and len(await groups_for(turn, draft.role)) > 1:
        return _back(turn, Draft(draft.role).to("role"))
    return _back(turn)


def _back(turn: Turn, to: str = BEGIN) -> tuple[Button, ...]:
    return (Button(turn.label("◀ Back"), to),)


async def _make(turn: Turn, draft: Draft, name: str) -> None:
    """Make the invitation and send it as a picture that can be forwarded as it is."""
    await check(turn, draft)
    lifetime = timedelta(days=turn.kit.invitation_days)
    link = await invite(
        turn.db,
        role=draft.role,
        name=name,
        group_id=draft.group_id or None,
        unit_id=draft.unit_id or None,
        created_by=turn.who.id,
        now=turn.now,
        lifetime=lifetime,
        bot_username=turn.kit.bot_username,
    )
    what = await described(turn, draft, name)
    zone = zone_of(await campaign_of(turn.db, draft.group_id or None))
    _finish(turn, turn.t("{what}\nThe invitation is below. Please forward it to this person only.", what=what))
    turn.say(
        turn.t(
            "Invitation: {what}\n{link}\nOpen the link or scan the picture. Good for one person, until {time}.",
            what=what,
            link=link,
            time=turn.speech.moment(turn.now + lifetime, zone),
        ),
        picture=await put_once(turn, picture(link)),
    )


# --- holding the chat for a typed answer ---


def _hold(turn: Turn, draft: Draft, step: str) -> None:
    """Wait for a typed answer, remembering what was going on before so that it can go on afterwards."""
    conversation = turn.conversation
    mine = conversation.journey == "invitation"
    back = conversation.state.get("back") if mine else [conversation.journey, conversation.state]
    panel = turn.event.message_id if isinstance(turn.event, Tap) else 0
    turn.remember(
        "invitation",
        step=step,
        draft=draft.kept,
        panel=panel,
        back=back,
    )


def _let_go(turn: Turn) -> int:
    """Give the chat back to what held it before; return the panel that waited, 0 when none did."""
    if turn.conversation.journey != "invitation":
        return 0
    panel = int(turn.state.get("panel", 0))
    journey, state = turn.state.get("back") or ["", {}]
    turn.remember(journey, **state)
    return panel


def _finish(turn: Turn, text: Markup) -> None:
    """Close the panel, offer what may come next, and give the chat back to what held it before."""
    waited = _let_go(turn)
    panel = turn.event.message_id if isinstance(turn.event, Tap) else waited
    if panel:
        turn.reply(Change(message_id=panel, text=str(text), buttons=(_another(turn),)))


def _another(turn: Turn) -> tuple[Button, ...]:
    """Return what may come after an invitation, made or not."""
    return (Button(turn.label("Invite another"), BEGIN), Button(turn.label("My invitations"), MINE))


async def give_up(turn: Turn) -> bool:
    """Drop the draft; whatever was going on before it goes on."""
    panel = _let_go(turn)
    said = turn.t("The invitation is cancelled; no link was made.")
    if panel:
        turn.reply(Change(message_id=panel, text=str(said), buttons=(_another(turn),)))
    if turn.conversation.journey:
        said += Markup("\n") + turn.t("Everything else goes on where it was.")
    turn.say(said)
    return True


INVITATION = Journey(
    name="invitation",
    commands={"invite": menu.command("invite", begin)},
    taps={
        "begin": begin,
        "role": role,
        "group": group,
        "unit": unit,
        "skip": skip,
        "mine": invited.mine,
        "revoke": invited.revoke,
    },
    message=message,
    give_up=give_up,
)
