"""Tells a digest when its hour has come: once a day, never at night, and what was missed in one message.

The timer belongs to the group and not to a person: whoever leads it at that moment is told. Everything else about when
is decided in supervision/digest.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from markupsafe import Markup

from handlers import digesting, reminding
from handlers.chat import Button, Say
from handlers.digest import reach
from handlers.digest.drawing import drawing
from handlers.digest.figures import buttons, links
from handlers.digest.wording import lines, of_groups, quiet, title
from handlers.journey import data
from handlers.own_groups import others
from handlers.text import speech
from storage import people
from storage.campaign import calendars, campaigns, digest_plans
from storage.campaign.digest_plans import OFFICE
from storage.chat import timers
from supervision.calendar import DAY, Quiet, next_disturbable
from supervision.digest import SOON
from supervision.digest import due as moment_of

if TYPE_CHECKING:
    from handlers.chat import Rows, Timer
    from handlers.text import Speech
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign, Group
    from storage.campaign.digest_plans import DigestPlan
    from supervision.digest import Facts

CATCH = "digest.catch"
GROUP_CHAT = 0
"""Stands for a group chat where a person's id would stand."""


# --- when its hour has come ---


async def due(turn: Turn, timer: Timer) -> None:
    """Tell everybody who gets the digest of a group; those who may not be disturbed now, later."""
    found = await _about(turn, timer)
    if found is None:
        return
    campaign, group, sent = found
    day = date.fromisoformat(str(timer.args["day"]))
    if sent.told_on is not None and sent.told_on >= day:
        return
    if await _comes_soon(turn, campaign, group, sent, day):
        return
    zone = calendars.zone_of_group(campaign, group)
    since = sent.told_at or moment_of(day, sent.clock, zone) - digesting.YESTERDAY
    later: dict[int, datetime] = {}
    told = False
    facts = await digesting.gather(turn.db, campaign, group, turn.now, since)
    for person in await digesting.readers(turn.db, group, turn.now):
        at = await reminding.not_before(turn.db, campaign, person, turn.now)
        if at > turn.now:
            later[person.id] = at
            continue
        await _tell(turn, campaign, group, facts, person.id)
        told = True
    if sent.chat_id is not None:
        at = await _group_chat_from(turn, campaign, group)
        if at > turn.now:
            later[GROUP_CHAT] = at
        else:
            await _tell_chat(turn, campaign, group, facts, sent)
            told = True
    if later and not told:  # at night nobody is told yet: all of it comes in the morning, with what moves until then
        key = digesting.key_of(campaign.id, sent.group_id, day.isoformat())
        await timers.plan(turn.db, key, min(later.values()), reminding.NOBODYS_CHAT, digesting.DUE, timer.args)
        return
    told_on = _latest(turn, campaign, group, sent)
    for person_id, at in later.items():
        key = digesting.key_of(campaign.id, sent.group_id, f"{told_on.isoformat()}:{person_id}")
        args = timer.args | {"person": person_id, "since": since.isoformat(), "day": told_on.isoformat()}
        await timers.plan(turn.db, key, at, reminding.NOBODYS_CHAT, CATCH, args)
    sent.told(told_on, since, turn.now)


def _latest(turn: Turn, campaign: Campaign, group: Group | None, sent: DigestPlan) -> date:
    """Return the last day whose digest was due by now: one message is all of them."""
    zone = calendars.zone_of_group(campaign, group)
    today = campaigns.day_in(zone, turn.now)
    return today if moment_of(today, sent.clock, zone) <= turn.now else today - DAY


async def catch(turn: Turn, timer: Timer) -> None:
    """Tell one person, or the group chat, what could not be told at its hour."""
    found = await _about(turn, timer)
    if found is None:
        return
    campaign, group, sent = found
    if sent.told_on != date.fromisoformat(str(timer.args["day"])):
        return  # a later digest has been told since: it said it all
    facts = await digesting.gather(turn.db, campaign, group, turn.now, datetime.fromisoformat(str(timer.args["since"])))
    person_id = int(timer.args["person"])
    if person_id == GROUP_CHAT:
        if sent.chat_id is not None:
            await _tell_chat(turn, campaign, group, facts, sent)
    elif any(one.id == person_id for one in await digesting.readers(turn.db, group, turn.now)):
        await _tell(turn, campaign, group, facts, person_id)


async def _about(turn: Turn, timer: Timer) -> tuple[Campaign, Group | None, DigestPlan] | None:
    """Return what a timer is about; None where there is nothing to tell: the campaign is over, the digest is off."""
    campaign = await campaigns.get(turn.db, int(timer.args["campaign"]))
    group_id = int(timer.args["group"])
    group = await campaigns.group(turn.db, group_id) if group_id else None
    if campaign is None or (group_id and group is None) or not digesting.is_on(campaign, group, turn.now):
        return None
    sent = await digest_plans.plan_of(turn.db, campaign.id, group_id, lock=True)
    return None if sent.off else (campaign, group, sent)


async def _comes_soon(turn: Turn, campaign: Campaign, group: Group | None, sent: DigestPlan, day: date) -> bool:
    """Tell whether a digest that is made up for can be left to the next one, which comes within hours."""
    zone = calendars.zone_of_group(campaign, group)
    today = campaigns.day_in(zone, turn.now)
    calendar = await calendars.calendar_of(turn.db, campaign)
    if day >= today or sent.weekday is not None or not calendar.works(today):
        return False
    return turn.now < moment_of(today, sent.clock, zone) <= turn.now + SOON


async def _group_chat_from(turn: Turn, campaign: Campaign, group: Group | None) -> datetime:
    zone = calendars.zone_of_group(campaign, group)
    return next_disturbable(turn.now, zone, Quiet(), await calendars.calendar_of(turn.db, campaign))


# --- to whom ---


async def _tell(turn: Turn, campaign: Campaign, group: Group | None, facts: Facts, person_id: int) -> None:
    person = await people.by_id(turn.db, person_id)
    if person is None or person.telegram_id is None:
        return
    words = speech(person.language)
    names = await people.names(turn.db, set(facts.laggards()))
    theme = await digest_plans.theme_of(turn.db, person.id)
    rows = buttons(words, facts, group.id if group else OFFICE, names, await _groups(turn, campaign, group))
    turn.reply(await _say(turn, words, campaign, group, facts, rows, theme), to=person.telegram_id)


async def _tell_chat(turn: Turn, campaign: Campaign, group: Group | None, facts: Facts, sent: DigestPlan) -> None:
    """Tell a group chat: its buttons lead to the private chat, where whoever may see more does."""
    words = speech(sent.language)
    rows = links(words, facts, sent.group_id, turn.kit.bot_username)
    turn.reply(await _say(turn, words, campaign, group, facts, rows, sent.theme), to=sent.chat_id or 0)


async def _groups(turn: Turn, campaign: Campaign, group: Group | None) -> dict[int, str]:
    """Return the names of the groups that the digest of a whole campaign speaks of."""
    if group is not None:
        return {}
    return {one.id: one.name for one in await campaigns.groups_of(turn.db, campaign.id)}


async def _say(
    turn: Turn, words: Speech, campaign: Campaign, group: Group | None, facts: Facts, rows: Rows, theme: str
) -> Say:
    name = reach.name_of(words, campaign, group)
    if not facts.news:
        return Say(text=str(quiet(words, facts, name)), buttons=rows, silent=True)
    groups = await _groups(turn, campaign, group)
    text = await body(turn, words, campaign, group, facts)
    return Say(text=str(text), buttons=rows, drawing=drawing(words, facts, name, theme, groups))


async def body(turn: Turn, words: Speech, campaign: Campaign, group: Group | None, facts: Facts) -> Markup:
    """Return the words of a digest with news."""
    zone = calendars.zone_of_group(campaign, group)
    said = [title(words, facts, reach.name_of(words, campaign, group)), *lines(words, facts, zone)]
    said += of_groups(words, facts, await _groups(turn, campaign, group))
    return Markup("\n").join(said)


# --- when somebody asks ---


async def digest(turn: Turn, words: str) -> None:
    """Show the digest as it would come now, picture and all."""
    del words
    campaign, group = await reach.own(turn)
    facts = await digesting.gather(turn.db, campaign, group, turn.now)
    names = await people.names(turn.db, set(facts.laggards()))
    group_id = group.id if group else OFFICE
    rows = buttons(turn.speech, facts, group_id, names, await _groups(turn, campaign, group))
    rows += await others(turn, group_id, lambda _, each: data("digest", "show", each), reach.LEAD)
    rows = (*rows, (Button(turn.label("⚙ When and where it comes"), f"digest.settings:{group_id}"),))
    theme = await digest_plans.theme_of(turn.db, turn.who.id)
    turn.reply(await _say(turn, turn.speech, campaign, group, facts, rows, theme))


async def ask(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the digest from a menu."""
    del args
    await digest(turn, "")
