"""Forms that were sent in: read by one at a time, never out of date, gone after a month; which round has which."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from storage import people
from storage.campaign import drafts, forms
from storage.campaign.campaigns import Round
from storage.campaign.drafts import DraftFile, FormDraft, State
from storage.database import Database
from storage.visit import visits
from storage.visit.visits import Visit
from tests.storage.conftest import World


def _draft(world: World, now: datetime, **more: str) -> FormDraft:
    return FormDraft(person_id=world.first.id, chat_id=7, name="表.xlsx", created_at=now, asked_at=now, **more)


def _file(name: str, content: bytes | None = None) -> DraftFile:
    return DraftFile(draft_id=0, name=name, file_id=name, content=content)


async def test_a_draft_is_handed_out_to_one_reader_until_its_lease_ends(database: Database, world: World) -> None:
    now = world.now
    async with database.begin() as db:
        made = await drafts.add(db, _draft(world, now), _file("表.xlsx"))
    async with database.begin() as db:
        assert [one.id for one in await drafts.waiting(db, now)] == [made.id]
    async with database.begin() as db:
        assert await drafts.waiting(db, now + timedelta(seconds=1)) == []
    async with database.begin() as db:
        assert [one.id for one in await drafts.waiting(db, now + drafts.LEASE)] == [made.id]


async def test_a_further_file_takes_the_place_of_its_namesake_and_has_all_read_again(
    database: Database, world: World
) -> None:
    now = world.now
    async with database.begin() as db:
        made = await drafts.add(db, _draft(world, now), _file("表.xlsx", b"form"))
        made.state = State.read
        await drafts.put(db, made, _file("towns.csv", b"old"), now)
        await drafts.put(db, made, _file("towns.csv", b"new"), now + timedelta(minutes=1))
    async with database.begin() as db:
        (again,) = await drafts.waiting(db, now + timedelta(minutes=1))
        found = await drafts.files_of(db, again.id, whole=True)
        assert [(one.name, one.content) for one in found] == [("表.xlsx", b"form"), ("towns.csv", b"new")]
        assert again.asked_at == now + timedelta(minutes=1)


async def test_an_album_is_one_draft_and_another_chat_has_its_own(database: Database, world: World) -> None:
    async with database.begin() as db:
        made = await drafts.add(db, _draft(world, world.now, album_id="a1"), _file("表.xlsx"))
        found = await drafts.of_album(db, 7, "a1")
        assert found is made
        assert await drafts.of_album(db, 8, "a1") is None


async def test_drafts_are_thrown_away_when_old_or_when_their_sender_is_erased(database: Database, world: World) -> None:
    now = world.now
    async with database.begin() as db:
        old = await drafts.add(db, _draft(world, now), _file("alt.md"))
        new = await drafts.add(db, _draft(world, now + timedelta(days=2)), _file("neu.md"))
        assert await drafts.prune(db, now + timedelta(days=1)) == 1
        assert await drafts.files_of(db, old.id) == []
        person = await people.by_id(db, world.first.id)
        assert person is not None
        await people.erase(db, person, now)
        assert await drafts.get(db, new.id) is None
        assert await db.scalar(sa.select(sa.func.count()).select_from(DraftFile)) == 0


@pytest.fixture
async def later(database: Database, world: World) -> Round:
    async with database.begin() as db:
        made = Round(campaign_id=world.campaign.id, number=2, starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 30))
        db.add(made)
        await db.flush()
        for state in visits.State:
            db.add(
                Visit(
                    unit_id=world.unit.id,
                    round_id=made.id,
                    group_id=world.group.id,
                    form_version_id=world.form.id,
                    state=state,
                    created_at=world.now,
                )
            )
    return made


async def test_a_version_chosen_for_a_round_reaches_its_visits_that_have_not_begun(
    database: Database, world: World, later: Round
) -> None:
    async with database.begin() as db:
        version = await forms.publish(
            db, form_id="f", version="2", title="F", xform="<y/>", source=b"", source_name="f.md", now=world.now
        )
        assert await forms.of_round(db, later.id) is None
        assert await forms.choose(db, later, version, world.first, world.now) == 1
        assert await forms.choose(db, later, version, world.first, world.now) == 0
    async with database.read() as db:
        use = (await forms.uses(db, [version.id, world.form.id]))[version.id]
        assert (use.planned, use.open, use.submitted, use.visits) == (1, 0, 0, 1)
        kept = (await forms.uses(db, [world.form.id]))[world.form.id]
        assert (kept.open, kept.submitted) == (1, 1)
        chosen = await forms.of_round(db, later.id)
        assert chosen is not None
        assert chosen.id == version.id
        assert [one.number for one in await forms.rounds_with(db, version.id)] == [2]


async def test_retired_versions_come_last_in_the_list(database: Database, world: World) -> None:
    async with database.begin() as db:
        first = await forms.get(db, world.form.id)
        assert first is not None
        first.retire(world.now)
        for number in ("2", "3"):
            await forms.publish(
                db, form_id="f", version=number, title="F", xform=number, source=b"", source_name="f.md", now=world.now
            )
        listed = await forms.every(db, offset=0, limit=10)
        assert [one.version for one in listed] == ["3", "2", world.form.version]
        assert await forms.count(db) == 3
        assert await forms.of_version(db, "f", "9") is None
