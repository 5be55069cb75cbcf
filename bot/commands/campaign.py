"""``xundu campaign``: a pack's example campaign in the bot's own database, and a link for each of its people.

The same seed as the demonstration's, on a bot that is served. Refuses a database that holds a campaign already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.drivers.driver import open_driver
from bot.hold import CommandError
from bot.offline.seed import seed
from handlers.campaign import folder
from handlers.link import link_of
from storage.campaign import campaigns
from storage.database import Database
from supervision.pack import PackError

if TYPE_CHECKING:
    from datetime import datetime

    from bot.config import Settings


async def started(settings: Settings, pack: str, now: datetime) -> str:
    """Seed the example campaign of a pack and return one line a person: name, role, invitation link.

    Raises CommandError when the pack has no example or the database has a campaign.
    """
    try:
        example = folder(pack).joinpath("demo.toml").is_file()
    except PackError as error:
        raise CommandError(f"{str(error).capitalize()}.") from error
    if not example:
        raise CommandError(f"The pack {pack} has no example campaign.")
    database = Database(settings.database.reveal())
    driver = open_driver(settings)
    try:
        me = await driver.start()
        async with database.begin() as db:
            if await campaigns.all_campaigns(db):
                raise CommandError("This database holds a campaign already; nothing was changed.")
            people = await seed(db, pack, now)
    finally:
        await driver.close()
        await database.close()
    return "\n".join(f"{one.name}  {one.role}  {link_of(me.username, one.start)}" for one in people)
