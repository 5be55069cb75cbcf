"""Lets people in: an administrator, the office or a leader makes a one-time link and its picture for somebody else.

Every button carries the whole draft and every step checks it again against the roles of whoever taps, so that a forged,
old or forwarded button gives nobody more than they may give. What has been made is listed in :mod:`handlers.invited`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Final

import segno
from markupsafe import Markup

from handlers import invited, menu
from handlers.belonging import campaign_of, led_by, open_groups, roles_of, words, zone_of
from handlers.chat import Button, Change, Tap, Text
from handlers.errors import NotAllowed, Stale, UserError
from handlers.journey import Journey, data, number
from handlers.once import put_once
from handlers.panel import show
from handlers.roles import AT_A_UNIT, IN_A_GROUP, NAMES, everywhere, gives
from handlers.text import mark
from storage import audit, campaigns, invitations
from storage.people import Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from handlers.chat import Message, Rows
    from handlers.turn import Turn
    from storage.campaigns import Unit
    from storage.database import Session

NAME_LENGTH: Final = 60
"""Characters in a name; longer is a slip of the thumb."""

UNITS_SHOWN: Final = 12
"""How many units stand on buttons; more than that is quicker to type."""

NO_GROUP = mark("There is no group to invite anybody into yet. Groups come with the campaign's register.")
NO_UNITS = mark("This group has no units yet. Units come with the campaign's register.")
NO_UNIT = mark("No unit of this group has “{words}” in its code or name. Please try another part of it.")
MANY_UNITS = mark("{count} units have “{words}” in their code or name. Please type a little more.")
NAME_TOO_LONG = mark("A name has at most {most} characters. Nothing was lost; please send a shorter one.")
NAME_WANTED = mark("Please type the name, or tap “Skip”.")
UNIT_WANTED = mark("Please type the unit's code or part of its name.")


@dataclass(frozen=True, slots=True)
class Draft:
    """An invitation being put together; 0 where nothing is chosen."""

    role: Role
    group_id: int = 0
    unit_id: int = 0

    def to(self, verb: str) -> str:
        """Return what a button carries that takes this draft to the next step."""
        return data("invitation", verb, self.role, self.group_id, self.unit_id)

    @property
    def kept(self) -> list[str]:
        """The draft as the conversation's state keeps it, which :func:`read` reads."""
        return [self.role.value, str(self.group_id), str(self.unit_id)]


def read(args: tuple[str, ...]) -> Draft:
    """Read a draft off a button; a forged or ancient one raises Stale."""
    try:
        role = Role(args[0])
    except (IndexError, ValueError) as error:
        raise Stale from error
    return Draft(role, number(args, 1), number(args, 2))


# --- the link itself ---


async def invite(
    db: Session,
    *,
    role: Role,
    name: str,
    group_id: int | None = None,
    unit_id: int | None = None,
    created_by: int | None = None,
    now: datetime,
    lifetime: timedelta,
    bot_username: str,
) -> str:
    """Make an invitation and return its deep link, the only copy of the token there is.

    Asks nobody's leave: the caller has seen to it that whoever asks may give this role (the command line may always).
    """
    invitation, token = await invitations.create(
        db,
        role=role,
        name=name,
        group_id=group_id,
        unit_id=unit_id,
        created_by=created_by,
        now=now,
        lifetime=lifetime,
    )
    audit.record(
        db,
        "invitation.created",
        f"invitation:{invitation.id}",
        now=now,
        person_id=created_by,
        details={"role": role.value, "group": group_id, "unit": unit_id},
    )
    return f"https://t.me/{bot_username}?start={token}"


def picture(link: str) -> bytes:
    """Draw the link as a QR code: PNG, black on white with the quiet zone scanners need."""
    written = BytesIO()
    segno.make(link, error="m", micro=False).save(written, kind="png", scale=12, border=4)
    return written.getvalue()


# --- putting it together ---


async def begin(turn: Turn, _: object) -> None:
    """Ask which role to invite for."""
    roles = gives(roles_of(turn.who, turn.now))
    chosen = [Button(turn.label(NAMES[role]), Draft(role).to("role")) for role in roles]
    rows = [tuple(chosen[at : at + 2]) for at in range(0, len(chosen), 2)]
    rows.append((Button(turn.label("My invitations"), data("invitation", "mine")),))
    show(turn, turn.t("Whom would you like to invite?"), tuple(rows))


async def role(turn: Turn, args: tuple[str, ...]) -> None:
    """Go on with a role: ask for the group where there is a choice."""
    draft = read(args)
    _check_role(turn, draft)
    if draft.role not in IN_A_GROUP:
        await _ask_name(turn, draft)
        return
    groups = await _groups(turn, draft.role)
    if not groups:
        raise UserError(NO_GROUP)
    if len(groups) == 1:
        await _in_group(turn, Draft(draft.role, next(iter(groups))))
        return
    chosen = [Button(name, Draft(draft.role, group_id).to("group")) for group_id, name in groups.items()]
    rows = tuple(tuple(chosen[at : at + 2]) for at in range(0, len(chosen), 2))
    show(turn, turn.t("{role}: into which group?", role=turn.label(NAMES[draft.role])), rows)


async def group(turn: Turn, args: tuple[str, ...]) -> None:
    """Go on with a group."""
    draft = read(args)
    await _check_group(turn, draft)
    await _in_group(turn, draft)


async def unit(turn: Turn, args: tuple[str, ...]) -> None:
    """Go on with a unit."""
    draft = read(args)
    await _check(turn, draft)
    await _ask_name(turn, draft)


async def skip(turn: Turn, args: tuple[str, ...]) -> None:
    """Make the invitation without a name: the person's own Telegram name will do. A double tap makes one, not two."""
    draft = read(args)
    await _check(turn, draft)
    if turn.conversation.journey != "invitation" or turn.state.get("draft") != draft.kept:
        raise Stale
    await _make(turn, draft, "")


async def message(turn: Turn, sent: Message) -> bool:
    """Take the name, or part of a unit's name, whichever was asked for."""
    draft = read(tuple(turn.state["draft"]))
    asked_for_unit = turn.state["step"] == "unit"
    if not isinstance(sent, Text):
        raise UserError(UNIT_WANTED if asked_for_unit else NAME_WANTED)
    words = " ".join(sent.text.split())
    if asked_for_unit:
        await _find_unit(turn, draft, words)
        return True
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
    if len(units) <= UNITS_SHOWN:
        show(turn, turn.t("Which unit?"), _unit_buttons(draft, units))
        return
    _hold(turn, draft, "unit")
    show(turn, turn.t(UNIT_WANTED))


async def _find_unit(turn: Turn, draft: Draft, words: str) -> None:
    await _check_group(turn, draft)
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
    show(turn, turn.t("Which unit?"), _unit_buttons(draft, found))


def _unit_buttons(draft: Draft, units: Sequence[Unit]) -> Rows:
    return tuple((Button(one.name, Draft(draft.role, draft.group_id, one.id).to("unit")),) for one in units)


async def _ask_name(turn: Turn, draft: Draft) -> None:
    _hold(turn, draft, "name")
    words = turn.t(
        "{what}\nPlease type the name this person is to have here, or skip: then it is the name they have in Telegram.",
        what=await _what(turn, draft, ""),
    )
    show(turn, words, ((Button(turn.label("Skip"), draft.to("skip")),),))


async def _make(turn: Turn, draft: Draft, name: str) -> None:
    """Make the invitation and send it as a picture that can be forwarded as it is."""
    await _check(turn, draft)
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
    what = await _what(turn, draft, name)
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


async def _what(turn: Turn, draft: Draft, name: str) -> Markup:
    """Put the draft into words: name, role, group, unit, campaign."""
    place = await words(
        turn.db, turn.speech, draft.role, group_id=draft.group_id or None, unit_id=draft.unit_id or None
    )
    return Markup("<b>{}</b> · {}").format(name, place) if name else place


# --- who may give what ---


def _check_role(turn: Turn, draft: Draft) -> None:
    if draft.role not in gives(roles_of(turn.who, turn.now)):
        raise NotAllowed


async def _groups(turn: Turn, role: Role) -> dict[int, str]:
    """Return the groups this person may invite into: id -> name, with the campaign where there are several."""
    if not everywhere(roles_of(turn.who, turn.now), role):
        return {group.id: group.name for group in await led_by(turn, turn.who)}
    groups = await open_groups(turn)
    several = len({campaign.id for campaign, _ in groups}) > 1
    language = turn.speech.language
    return {
        group.id: f"{group.name} · {campaign.title_in(language)}" if several else group.name
        for campaign, group in groups
    }


async def _check_group(turn: Turn, draft: Draft) -> None:
    _check_role(turn, draft)
    if draft.group_id not in await _groups(turn, draft.role):
        raise NotAllowed


async def _check(turn: Turn, draft: Draft) -> None:
    """See to it that this person may make exactly this invitation; raises NotAllowed or Stale."""
    _check_role(turn, draft)
    if draft.role not in IN_A_GROUP:
        if draft.group_id or draft.unit_id:
            raise Stale
        return
    await _check_group(turn, draft)
    if (draft.role in AT_A_UNIT) != bool(draft.unit_id):
        raise Stale
    units = await campaigns.units_of_group(turn.db, draft.group_id) if draft.unit_id else ()
    if draft.unit_id and draft.unit_id not in {one.id for one in units}:
        raise NotAllowed


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


def _finish(turn: Turn, text: Markup) -> None:
    """Close the panel and give the chat back to what held it before."""
    panel = turn.event.message_id if isinstance(turn.event, Tap) else 0
    if turn.conversation.journey == "invitation":
        panel = panel or turn.state.get("panel", 0)
        journey, state = turn.state.get("back") or ["", {}]
        turn.remember(journey, **state)
    if panel:
        turn.reply(Change(message_id=panel, text=str(text)))


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
)
