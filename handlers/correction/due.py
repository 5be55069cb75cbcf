"""By which day a correction is to be mended: the second working day after it was sent back.

Reads the campaign's calendar; a campaign without working days ahead counts days.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from storage.campaign import calendars, campaigns
from supervision.calendar import NoWorkday

if TYPE_CHECKING:
    from datetime import date

    from handlers.turn import Turn
    from storage.visit.visits import Visit

WORKDAYS: Final = 2


async def due_on(turn: Turn, visit: Visit) -> date:
    """Return the day, as it is where the visit is."""
    today = await turn.kit.shelf.day(turn.db, visit.unit.campaign_id, turn.now)
    campaign = await campaigns.get(turn.db, visit.unit.campaign_id)
    if campaign is None:
        return today + timedelta(days=WORKDAYS)
    try:
        return (await calendars.calendar_of(turn.db, campaign)).shifted(today, WORKDAYS)
    except NoWorkday:
        return today + timedelta(days=WORKDAYS)
