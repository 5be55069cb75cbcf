"""A link gives no more than whoever made it could still give."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from storage import invitations, people
from storage.giving import GIVES, IN_A_GROUP
from storage.invitations import InvitationUnknown
from storage.people import Person, Role

if TYPE_CHECKING:
    from storage.database import Database
    from tests.storage.conftest import World

WEEK = timedelta(days=7)


async def _invite(database: Database, now: datetime, role: Role = Role.inspector, **more: int) -> str:
    async with database.begin() as db:
        _, token = await invitations.create(db, role=role, name="督导员01", now=now, lifetime=WEEK, **more)
    return token


async def _redeem(database: Database, token: str, telegram_id: int, now: datetime) -> Person:
    async with database.begin() as db:
        await database.lock_chat(db, telegram_id)
        return await invitations.redeem(db, token, telegram_id, "Zhang", "en", now)


@pytest.mark.parametrize("role", [Role.admin, Role.office, Role.leader, Role.deputy, Role.inspector, Role.member])
async def test_an_old_link_gives_only_what_its_maker_could_still_give(
    database: Database, world: World, now: datetime, role: Role
) -> None:
    async with database.begin() as db:
        maker = await people.by_id(db, world.first.id)
        assert maker is not None
        maker.appoint(Role.admin, now)
        maker.appoint(Role.leader, now, group_id=world.group.id)
    place = {"group_id": world.group.id} if role in IN_A_GROUP else {}
    token = await _invite(database, now, role, created_by=maker.id, **place)
    async with database.begin() as db:
        maker = await people.by_id(db, world.first.id)
        assert maker is not None
        maker.dismiss(Role.admin, now)
    if role in GIVES[Role.leader]:
        assert (await _redeem(database, token, 99, now)).has(now, role, group_id=world.group.id)
    else:
        with pytest.raises(InvitationUnknown):
            await _redeem(database, token, 99, now)
