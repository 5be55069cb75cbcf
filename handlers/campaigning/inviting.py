"""Makes the invitation for a place in a group: one tap, a link with its picture, ready to be forwarded.

Asks the same leave as every invitation: nobody gives a role that is not theirs to give.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from handlers.belonging import campaign_of, words, zone_of
from handlers.errors import NotAllowed, Stale
from handlers.journey import number
from handlers.link import invite as make
from handlers.link import picture
from handlers.once import put_once
from storage.campaign import seats
from storage.giving import may_give

if TYPE_CHECKING:
    from handlers.turn import Turn


async def invite(turn: Turn, args: tuple[str, ...]) -> None:
    """Make the invitation of one place and send it as a picture that can be forwarded as it is."""
    seat = await seats.get(turn.db, number(args, 0))
    if seat is None or not seat.name:
        raise Stale
    if not may_give(turn.who.roles_now(turn.now), seat.role, seat.group_id):
        raise NotAllowed
    lifetime = timedelta(days=turn.kit.invitation_days)
    link = await make(
        turn.db,
        role=seat.role,
        name=seat.name,
        group_id=seat.group_id,
        created_by=turn.who.id,
        now=turn.now,
        lifetime=lifetime,
        bot_username=turn.kit.bot_username,
    )
    place = await words(turn.db, turn.speech, seat.role, group_id=seat.group_id)
    zone = zone_of(await campaign_of(turn.db, seat.group_id))
    turn.toast(turn.label("The invitation is below. Please forward it to this person only."))
    turn.say(
        turn.t(
            "Invitation: {what}\n{link}\nOpen the link or scan the picture. Good for one person, until {time}.",
            what=turn.t("<b>{name}</b> · {place}", name=seat.name, place=place),
            link=link,
            time=turn.speech.moment(turn.now + lifetime, zone),
        ),
        picture=await put_once(turn, picture(link)),
    )
