"""Sealed columns in a real database, and changing their keys."""

import json
from datetime import datetime

import pytest
import sqlalchemy as sa

from storage import portable
from storage.chat import conversations, inbox, outbox
from storage.database import Database
from storage.vault import rotation
from storage.vault.sealed import Unreadable, readable
from storage.vault.sealing import KeyLost, Keyring, new_key

WORDS = "食堂的事拖了三年没人管"
OLD, NEW = new_key(), new_key()


async def opened(url: str, *keys: str) -> Database:
    return Database(url, keyring=Keyring.parse("\n".join(keys)) if keys else None)


@pytest.fixture
async def sealing(database_url: str, now: datetime) -> str:
    """A database in which an update, a reply and a conversation were sealed with the old key."""
    database = await opened(database_url, OLD)
    async with database.begin() as db:
        await inbox.store(db, [(1, 7, {"message": {"text": WORDS}})], now)
        await outbox.put(db, 7, [{"kind": "say", "text": WORDS}], now=now)
        (await conversations.load(db, 7, now)).keep("interview", {"note": WORDS}, now)
    await database.close()
    return database_url


async def raw(database: Database) -> str:
    async with database.read() as db:
        found = [
            await db.scalar(sa.text(f"SELECT {column} FROM {table}"))  # noqa: S608 - names of ours
            for table, column in (("inbox", "payload"), ("outbox", "reply"), ("conversations", "state"))
        ]
    return json.dumps(found, ensure_ascii=False)


async def read(database: Database, now: datetime) -> list[object]:
    async with database.read() as db:
        arrival = await inbox.next_for(db, 7, now)
        (reply,) = await outbox.pending(db, now)
        kept = await db.get(conversations.Conversation, 7)
        assert arrival is not None
        assert kept is not None
        return [arrival.payload, reply.reply, kept.state]


CLEAR = [{"message": {"text": WORDS}}, {"kind": "say", "text": WORDS}, {"note": WORDS}]


async def test_what_is_sealed_is_read_with_the_key_and_lies_there_without_a_word(sealing: str, now: datetime) -> None:
    database = await opened(sealing, NEW, OLD)
    assert await read(database, now) == CLEAR
    lying = await raw(database)
    assert WORDS not in lying
    assert json.dumps(WORDS)[1:-1] not in lying
    await database.close()


@pytest.mark.parametrize("keys", [(), (NEW,)], ids=["no key", "another key"])
async def test_without_its_key_nothing_fails_but_what_is_asked_of_it(
    sealing: str, now: datetime, keys: tuple[str, ...]
) -> None:
    database = await opened(sealing, *keys)
    found = await read(database, now)
    assert all(isinstance(one, Unreadable) for one in found)
    if keys:
        with pytest.raises(KeyLost):
            readable(found[0])  # type: ignore[arg-type]
    async with database.begin() as db:
        kept = await conversations.load(db, 7, now)
        assert (kept.journey, kept.state) == ("", {})
    await database.close()


async def test_what_was_stored_before_there_was_a_key_is_still_read(database_url: str, now: datetime) -> None:
    database = await opened(database_url)
    async with database.begin() as db:
        await inbox.store(db, [(1, 7, {"message": {"text": WORDS}})], now)
    await database.close()
    database = await opened(database_url, NEW)
    async with database.read() as db:
        arrival = await inbox.next_for(db, 7, now)
        assert arrival is not None
        assert arrival.payload == CLEAR[0]
    assert await rotation.counted(database) == {rotation.CLEAR: 1}
    keyring = Keyring.parse(NEW)
    assert (await rotation.rotate(database, keyring, now)).changed == 1
    assert await rotation.counted(database) == {keyring.ids[0]: 1}
    await database.close()


async def test_rotation_goes_on_where_a_kill_stopped_it(
    sealing: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, only_new = Keyring.parse(f"{NEW},{OLD}"), Keyring.parse(NEW)
    database = await opened(sealing, NEW, OLD)
    async with database.begin() as db:
        await inbox.store(db, [(n, 100 + n, {"n": n}) for n in range(2, 12)], now)
        await db.execute(sa.text("UPDATE inbox SET payload = NULL WHERE update_id = 3"))
    monkeypatch.setattr(rotation, "BATCH", 4)

    class Killed(BaseException):
        pass

    def told(table: str, done: int, total: int) -> None:
        assert done <= total
        if table == "inbox":
            raise Killed

    with pytest.raises(Killed):
        await rotation.rotate(database, both, now, told)
    assert await read(database, now) == CLEAR
    await rotation.rotate(database, both, now)
    assert set(await rotation.counted(database)) == {only_new.ids[0]}
    assert (await rotation.rotate(database, both, now)).changed == 0
    await database.close()
    database = await opened(sealing, NEW)
    assert await read(database, now) == CLEAR
    await database.close()


async def test_rotation_leaves_alone_what_it_cannot_open(sealing: str, now: datetime) -> None:
    database = await opened(sealing, NEW)
    done = await rotation.rotate(database, Keyring.parse(NEW), now)
    assert (done.changed, done.unreadable) == (0, 3)
    await database.close()
    database = await opened(sealing, OLD)
    assert await read(database, now) == CLEAR
    await database.close()


async def test_a_backup_carries_what_is_sealed_as_it_lies_there_and_needs_no_key(sealing: str) -> None:
    database = await opened(sealing)
    async with database.read() as db:
        carried = [row for shape in portable.shapes() async for batch in portable.rows(db, shape) for row in batch]
    assert WORDS not in json.dumps(carried, ensure_ascii=False)
    assert sum(str(value).startswith("x1:") for row in carried for value in row) == 3
    await database.close()
