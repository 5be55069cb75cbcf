"""Campaigns, their units and their forms are found again as they were set up; a published form never changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage import audit
from storage.campaign import campaigns, forms
from storage.campaign.campaigns import Unit
from storage.campaign.forms import VersionTaken

if TYPE_CHECKING:
    from storage.database import Database
    from tests.storage.conftest import World


async def test_units_are_found_by_code_and_by_group(database: Database, world: World) -> None:
    async with database.begin() as db:
        db.add(Unit(campaign_id=world.campaign.id, code="330000", name="浙江省公司", level=1, tags=["集团", "物流"]))
    async with database.read() as db:
        assert [one.code for one in await campaigns.units_of_group(db, world.group.id)] == ["330109"]
        found = await campaigns.unit_by_code(db, world.campaign.id, "330000")
        assert found is not None
        assert found.tags == ["集团", "物流"]
        assert await campaigns.unit_by_code(db, world.campaign.id, "x") is None


async def test_a_code_is_given_once_in_a_campaign_and_a_level_is_one_of_five(database: Database, world: World) -> None:
    for code, level in (("330109", 5), ("new", 6)):
        async with database.begin() as db:
            db.add(Unit(campaign_id=world.campaign.id, code=code, name="x", level=level))
            with pytest.raises(sa.exc.IntegrityError):
                await db.flush()
            await db.rollback()


async def test_a_unit_of_a_group_that_does_not_exist_is_refused(database: Database, world: World) -> None:
    async with database.begin() as db:
        db.add(Unit(campaign_id=world.campaign.id, code="x", name="x", level=1, group_id=999_999))
        with pytest.raises(sa.exc.IntegrityError):
            await db.flush()
        await db.rollback()


async def test_a_title_is_given_in_the_language_asked_or_in_any(database: Database, world: World) -> None:
    async with database.read() as db:
        campaign = await campaigns.campaign_of_group(db, world.group.id)
    assert campaign is not None
    assert (campaign.title_in("zh_CN"), campaign.title_in("en")) == ("巡回督导", "巡回督导")


async def _publish(database: Database, now: datetime, version: str, xform: str) -> forms.FormVersion:
    async with database.begin() as db:
        return await forms.publish(
            db,
            form_id="checklist",
            version=version,
            title="检查表",
            xform=xform,
            source=b"\x00\xffbytes",
            source_name="x.xlsx",
            now=now,
        )


async def test_a_version_published_again_is_the_same_one_and_a_changed_one_needs_a_new_number(
    database: Database, world: World, now: datetime
) -> None:
    again = await _publish(database, now, "1", "<h:html/>")
    assert again.id == world.form.id
    with pytest.raises(VersionTaken):
        await _publish(database, now, "1", "<h:html>changed</h:html>")


async def test_a_new_visit_starts_with_the_version_published_last_and_not_retired(
    database: Database, world: World, now: datetime
) -> None:
    second = await _publish(database, now + timedelta(days=1), "2", "<h:html>2</h:html>")
    async with database.begin() as db:
        latest = await forms.latest(db, "checklist")
        assert latest is not None
        assert latest.id == second.id
        latest.retire(now)
        await db.flush()
        latest = await forms.latest(db, "checklist")
        assert latest is not None
        assert latest.id == world.form.id
        assert (await forms.latest(db, "nothing")) is None


async def test_the_file_a_form_came_from_is_kept_byte_for_byte(database: Database, world: World, now: datetime) -> None:
    del world
    published = await _publish(database, now, "2", "<h:html>2</h:html>")
    async with database.read() as db:
        found = await forms.get(db, published.id)
        assert found is not None
        assert found.xform == "<h:html>2</h:html>"
        assert await forms.source_of(db, published.id) == b"\x00\xffbytes"
        assert await forms.source_of(db, 999_999) is None


async def test_what_was_done_to_a_subject_is_told_the_latest_first(
    database: Database, world: World, now: datetime
) -> None:
    async with database.begin() as db:
        for action in ("visit.opened", "visit.submitted"):
            audit.record(db, action, "visit:7", now=now, person_id=world.first.id, details={"items": 22})
            await db.flush()
        audit.record(db, "inbox.pruned", now=now)
    async with database.read() as db:
        rows = await audit.of_subject(db, "visit:7")
    assert [(one.action, one.person_id, one.details) for one in rows] == [
        ("visit.submitted", world.first.id, {"items": 22}),
        ("visit.opened", world.first.id, {"items": 22}),
    ]
