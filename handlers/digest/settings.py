"""When a digest comes and where: the hour, on or off, the group chat, and light or dark pictures for oneself."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import digesting
from handlers.chat import Button
from handlers.digest import reach
from handlers.errors import Stale
from handlers.journey import data, word
from handlers.rows import in_rows
from handlers.text import LANGUAGES, NAMES, mark
from storage.campaign import digest_plans
from storage.campaign.digest_plans import OFFICE

if TYPE_CHECKING:
    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign, Group
    from storage.campaign.digest_plans import DigestPlan

HOURS: Final = ("0830", "1200", "1700", "1730", "1800", "1900", "2000")
THEMES: Final = {"light": mark("Light pictures"), "dark": mark("Dark pictures")}
THERE: Final = {"light": mark("Group chat: light"), "dark": mark("Group chat: dark")}


async def show(turn: Turn, args: tuple[str, ...]) -> None:
    """Show when and where the digest comes, and offer something else."""
    await _show(turn, *await reach.asked(turn, args))


async def _sent(turn: Turn, campaign: Campaign, group: Group | None) -> DigestPlan:
    return await digest_plans.plan_of(turn.db, campaign.id, group.id if group else OFFICE, lock=True)


async def _show(turn: Turn, campaign: Campaign, group: Group | None) -> None:
    sent = await _sent(turn, campaign, group)
    group_id, clock = sent.group_id, f"{sent.clock:%H:%M}"
    name = reach.name_of(turn.speech, campaign, group)
    said = [turn.t("<b>Digest</b> · {name}", name=name)]
    if sent.off:
        said.append(turn.t("Switched off. /digest shows it whenever you like."))
    elif group is None:
        said.append(
            turn.t("Comes once a week, on Friday at {clock}, or on the last working day before it.", clock=clock)
        )
    else:
        said.append(turn.t("Comes on working days at {clock}.", clock=clock))
    if sent.chat_id is None:
        said.append(
            turn.t(
                "To have it in a group chat as well: add the bot with the button, or write /digest in a group it is in."
            )
        )
    else:
        said.append(turn.t("It also goes to a group chat."))
    theme = await digest_plans.theme_of(turn.db, turn.who.id)
    hours = [
        Button(
            ("● " if one == f"{sent.clock:%H%M}" and not sent.off else "") + f"{one[:2]}:{one[2:]}",
            data("digest", "hour", group_id, one),
        )
        for one in HOURS
    ]
    themes = [
        Button(("● " if one == theme else "") + turn.label(label), data("digest", "theme", group_id, one))
        for one, label in THEMES.items()
    ]
    off = [] if sent.off else [Button(turn.label("Switch off"), data("digest", "off", group_id))]
    place = (
        Button(turn.label("Not to the group chat"), data("digest", "unbind", group_id))
        if sent.chat_id is not None
        else Button(turn.label("Add to a group chat …"), url=f"https://t.me/{turn.kit.bot_username}?startgroup=digest")
    )
    there = _of_chat(turn, sent) if sent.chat_id is not None else ()
    back = Button(turn.label("◀ Digest"), data("digest", "show", group_id))
    turn.card(Markup("\n").join(said), (*in_rows(hours), tuple(themes), *there, (place, *off), (back,)))


def _of_chat(turn: Turn, sent: DigestPlan) -> Rows:
    """Return what can be chosen for the group chat, which is nobody's own: its language and its colours."""
    languages = [
        Button(("● " if one == sent.language else "") + NAMES[one], data("digest", "words", sent.group_id, one))
        for one in LANGUAGES
    ]
    themes = [
        Button(("● " if one == sent.theme else "") + turn.label(label), data("digest", "paint", sent.group_id, one))
        for one, label in THERE.items()
    ]
    return tuple(languages), tuple(themes)


async def hour(turn: Turn, args: tuple[str, ...]) -> None:
    """Have the digest come at another hour from now on; one that was switched off comes again."""
    campaign, group = await reach.asked(turn, args)
    wanted = word(args, 1)
    if wanted not in HOURS:
        raise Stale
    sent = await _sent(turn, campaign, group)
    sent.hour, sent.off = f"{time.fromisoformat(wanted):%H:%M}", False
    await digesting.plan_one(turn.db, campaign, group, turn.now)
    turn.record("digest.hour", f"digest:{campaign.id}:{sent.group_id}", hour=wanted)
    await _show(turn, campaign, group)


async def off(turn: Turn, args: tuple[str, ...]) -> None:
    """Send no digest any more."""
    campaign, group = await reach.asked(turn, args)
    sent = await _sent(turn, campaign, group)
    sent.off = True
    turn.record("digest.off", f"digest:{campaign.id}:{sent.group_id}")
    await _show(turn, campaign, group)


async def theme(turn: Turn, args: tuple[str, ...]) -> None:
    """Draw pictures for this person in these colours."""
    campaign, group = await reach.asked(turn, args)
    wanted = word(args, 1)
    if wanted not in THEMES:
        raise Stale
    await digest_plans.choose_theme(turn.db, turn.who.id, wanted)
    await _show(turn, campaign, group)


async def paint(turn: Turn, args: tuple[str, ...]) -> None:
    """Draw the pictures of the group chat in these colours."""
    campaign, group = await reach.asked(turn, args)
    wanted = word(args, 1)
    if wanted not in THERE:
        raise Stale
    sent = await _sent(turn, campaign, group)
    sent.theme = wanted
    turn.record("digest.painted", f"digest:{campaign.id}:{sent.group_id}", theme=wanted)
    await _show(turn, campaign, group)


async def words(turn: Turn, args: tuple[str, ...]) -> None:
    """Have the digest in the group chat in this language."""
    campaign, group = await reach.asked(turn, args)
    wanted = word(args, 1)
    if wanted not in LANGUAGES:
        raise Stale
    sent = await _sent(turn, campaign, group)
    sent.language = wanted
    turn.record("digest.worded", f"digest:{campaign.id}:{sent.group_id}", language=wanted)
    await _show(turn, campaign, group)


async def unbind(turn: Turn, args: tuple[str, ...]) -> None:
    """Send the digest to no group chat any more."""
    campaign, group = await reach.asked(turn, args)
    sent = await _sent(turn, campaign, group)
    if sent.chat_id is not None:
        sent.chat_id = None
        turn.record("digest.unbound", f"digest:{campaign.id}:{sent.group_id}")
    await _show(turn, campaign, group)
