"""Makes a group chat the place of a digest: whoever may see the digest writes /digest in it, or adds the bot by button.

Says nothing to anybody else and nothing about anything else: a group chat gets digests, never conversations. Where the
bot is shown out, the digest no longer goes there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers import digesting
from handlers.access import may
from handlers.chat import Membership, Text
from handlers.digest import reach
from handlers.errors import UserError
from storage.campaign import campaigns, digest_plans
from storage.campaign.digest_plans import OFFICE
from storage.people import Role

if TYPE_CHECKING:
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign, Group

BY_BUTTON: Final = ("start", "digest")
"""What Telegram writes for whoever adds the bot by the button of the settings."""


async def hear(turn: Turn) -> None:
    """Take what happens in a group chat."""
    event = turn.event
    if isinstance(event, Membership):
        if event.blocked:
            for sent in await digest_plans.in_chat(turn.db, turn.chat_id):
                sent.chat_id = None
        return
    if not isinstance(event, Text) or not event.text.startswith("/") or event.edited:
        return
    called = turn.router.registry.command_in(event.text, turn.router.bot_username)
    if called is None or not may(turn.person, "/digest", turn.now):
        return
    command, words = called
    if command == "digest" or called == BY_BUTTON:
        await _bind(turn, words if command == "digest" else "")


async def _bind(turn: Turn, name: str) -> None:
    try:
        campaign, group = await _meant(turn, name)
    except UserError:
        return  # who leads nothing that is under way is told so in private, not before everybody
    sent = await digest_plans.plan_of(turn.db, campaign.id, group.id if group else OFFICE, lock=True)
    if sent.chat_id != turn.chat_id:  # whoever leads has a say in both afterwards
        sent.language = turn.speech.language
        sent.theme = await digest_plans.theme_of(turn.db, turn.who.id)
    sent.chat_id = turn.chat_id
    await digesting.plan_one(turn.db, campaign, group, turn.now)
    turn.record("digest.bound", f"digest:{campaign.id}:{sent.group_id}")
    whose = reach.name_of(turn.speech, campaign, group)
    if group is None:
        turn.say(
            turn.t("The weekly digest of “{name}” now comes here, on Friday at {clock}.", name=whose, clock=sent.hour)
        )
    else:
        turn.say(
            turn.t("The digest of {name} now comes here, on working days at {clock}.", name=whose, clock=sent.hour)
        )


async def _meant(turn: Turn, name: str) -> tuple[Campaign, Group | None]:
    """Return whose digest is meant: the group that the office names, else the person's own."""
    campaign, group = await reach.own(turn)
    if name and turn.who.has(turn.now, Role.admin, Role.office):
        named = await campaigns.group_named(turn.db, campaign.id, name)
        return campaign, named or group
    return campaign, group
