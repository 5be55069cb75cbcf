"""Plans when digests come, says who gets them, and gathers what they tell: the same figures for whoever asks.

Called once a day with the planning of reminders, and when somebody changes an hour. Sends nothing.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from handlers.campaign import pack_of
from handlers.reminding import AHEAD, NOBODYS_CHAT
from storage import people
from storage.campaign import calendars, campaigns, digest_plans, digests
from storage.campaign.digest_plans import OFFICE
from storage.chat import timers
from storage.people import Role
from supervision import digest
from supervision.pack import PUT_RIGHT

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from storage.campaign.campaigns import Campaign, Group
    from storage.campaign.digest_plans import DigestPlan
    from storage.database import Session
    from storage.people import Person
    from supervision.digest import Facts

DUE: Final = "digest.due"
YESTERDAY: Final = timedelta(days=1)
"""From when on the first digest tells."""


def key_of(campaign_id: int, group_id: int, day: str) -> str:
    """Return what makes the digest of a day the same when it is planned again."""
    return f"digest:{campaign_id}:{group_id}:{day}"


def is_on(campaign: Campaign, group: Group | None, now: datetime) -> bool:
    """Tell whether a campaign is going on where a group's clocks are: before and after it there is no digest."""
    today = campaigns.day_in(calendars.zone_of_group(campaign, group), now)
    return campaign.starts_on <= today <= campaign.ends_on


async def plan(db: Session, campaign: Campaign, now: datetime) -> None:
    """Plan the digests of the next day and a half: of each group, and of the office."""
    for group in (*await campaigns.groups_of(db, campaign.id), None):
        await plan_one(db, campaign, group, now)


async def plan_one(db: Session, campaign: Campaign, group: Group | None, now: datetime) -> None:
    """Plan the digests of one group, or of the office; one that waits already moves to the hour that holds now."""
    group_id = group.id if group else OFFICE
    sent = await digest_plans.plan_of(db, campaign.id, group_id)
    zone = calendars.zone_of_group(campaign, group)
    calendar = await calendars.calendar_of(db, campaign)
    for day in digest.days(now, AHEAD, zone, calendar, sent.weekday):
        at = digest.due(day, sent.clock, zone)
        within = campaign.starts_on <= day <= campaign.ends_on and now < at <= now + AHEAD
        if within and sent.told_on != day and not sent.off:
            args = {"campaign": campaign.id, "group": group_id, "day": day.isoformat()}
            await timers.plan(db, key_of(campaign.id, group_id, day.isoformat()), at, NOBODYS_CHAT, DUE, args)


async def readers(db: Session, group: Group | None, now: datetime) -> list[Person]:
    """Return who gets a digest: the leaders of the group, its deputies where nobody leads it; the office and admins."""
    if group is None:
        found = [one for role in (Role.office, Role.admin) for one in await people.with_role(db, role, now)]
    else:
        found = await people.with_role(db, Role.leader, now, group.id)
        found = found or await people.with_role(db, Role.deputy, now, group.id)
    return list({one.id: one for one in found if one.telegram_id is not None}.values())


def since_of(sent: DigestPlan, zone: tzinfo, now: datetime) -> datetime:
    """Return from when on a digest tells what moved; one that is asked for again tells what the day's digest told."""
    again = sent.told_at is not None and campaigns.day_in(zone, sent.told_at) == campaigns.day_in(zone, now)
    return (sent.since if again else sent.told_at) or now - YESTERDAY


async def gather(
    db: Session, campaign: Campaign, group: Group | None, now: datetime, since: datetime | None = None
) -> Facts:
    """Return what the digest of a group, or of the whole campaign, says now."""
    await digests.freshen(db, campaign)
    sent = await digest_plans.plan_of(db, campaign.id, group.id if group else OFFICE)
    zone = calendars.zone_of_group(campaign, group)
    calendar = await calendars.calendar_of(db, campaign)
    within = within_of(campaign.pack)
    return await digests.facts(db, campaign, group, calendar, now, since or since_of(sent, zone, now), within)


@cache
def within_of(pack: str) -> int:
    """Return within how many worked days a campaign of a pack wants put right what was found wanting."""
    return pack_of(pack).put_right if pack else PUT_RIGHT


async def overdue_before(db: Session, campaign: Campaign, group: Group | None, now: datetime) -> datetime | None:
    """Return before which moment a matter was found that is overdue by now."""
    zone = calendars.zone_of_group(campaign, group)
    calendar = await calendars.calendar_of(db, campaign)
    return digest.overdue_before(campaigns.day_in(zone, now), within_of(campaign.pack), zone, calendar)
