"""Where the clocks of each group are: quiet hours, mornings and evenings are theirs, not the office's.

A zone is tapped, or typed as people know it: in full, or by its city.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers import reminding
from handlers.calendar.days import asked
from handlers.calendar.places import zone_name, zone_named
from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.journey import data, number, word
from handlers.text import mark
from storage.campaign import calendars, campaigns

if TYPE_CHECKING:
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign, Group

OFFERED: Final = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Singapore",
    "Europe/Berlin",
    "Africa/Nairobi",
    "America/New_York",
)

NO_ZONE = mark("“{words}” is no time zone. Write its city, such as Berlin, or its name: Europe/Berlin.")


async def groups(turn: Turn, args: tuple[str, ...]) -> None:
    """Show where the clocks of each group are."""
    await _list(turn, await asked(turn, args))


async def _list(turn: Turn, campaign: Campaign) -> None:
    turn.remember("calendar")
    found = await campaigns.groups_of(turn.db, campaign.id)
    lines = [turn.t("<b>Time zones</b>")]
    speech = turn.speech
    for one in found:
        zone = calendars.zone_of_group(campaign, one)
        values = {"zone": zone_name(speech, zone.key), "clock": speech.clock(turn.now, zone)}
        lines.append(turn.t("{group}: {zone}, now {clock}", group=one.name, **values))
    if not found:
        clocks = zone_name(speech, campaign.zone.key)
        lines.append(turn.t("There is no group yet; the campaign's clocks are those of {zone}.", zone=clocks))
    buttons = [Button(one.name[:20], data("calendar", "group", one.id)) for one in found]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    back = (Button(turn.label("↩ Back"), data("calendar", "show", campaign.id)),)
    turn.card(Markup("\n").join(lines), (*rows, back))


async def group(turn: Turn, args: tuple[str, ...]) -> None:
    """Offer zones for one group, and take a typed one."""
    campaign, one = await _group(turn, args)
    turn.remember("calendar", ask="zone", group=one.id)
    buttons = [Button(zone_name(turn.speech, zone), data("calendar", "zone", one.id, zone)) for zone in OFFERED]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    if one.timezone:
        rows.append((Button(turn.label("As the campaign"), data("calendar", "zone", one.id, "-")),))
    said = turn.t(
        "Where are the clocks of {group}? Now: {zone}. Tap one, or type a city.",
        group=one.name,
        zone=zone_name(turn.speech, calendars.zone_of_group(campaign, one).key),
    )
    turn.card(said, (*rows, (Button(turn.label("↩ Back"), data("calendar", "groups", campaign.id)),)))


async def _group(turn: Turn, args: tuple[str, ...]) -> tuple[Campaign, Group]:
    one = await campaigns.group(turn.db, number(args, 0))
    campaign = await campaigns.get(turn.db, one.campaign_id) if one else None
    if one is None or campaign is None:
        raise Stale
    return campaign, one


async def zone(turn: Turn, args: tuple[str, ...]) -> None:
    """Put the clocks of a group there."""
    campaign, one = await _group(turn, args)
    wanted = word(args, 1)
    if wanted != "-" and wanted not in OFFERED:
        raise Stale
    await _put(turn, campaign, one, "" if wanted == "-" else wanted)


async def typed(turn: Turn, words: str) -> None:
    """Take a typed zone: its name, or the city it is named for."""
    campaign, one = await _group(turn, (str(turn.state["group"]),))
    found = zone_named(words)
    if found is None:
        raise UserError(NO_ZONE, words=words[:40])
    await _put(turn, campaign, one, found)


async def _put(turn: Turn, campaign: Campaign, one: Group, name: str) -> None:
    one.timezone = ZoneInfo(name).key if name and name != campaign.timezone else None
    turn.record("group.zone", f"group:{one.id}", zone=name)
    await turn.db.flush()
    await reminding.replan(turn.db, campaign, turn.now)
    turn.toast(turn.label("Noted. It can be taken back here."))
    await _list(turn, campaign)
