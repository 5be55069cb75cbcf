"""A backup is whole or refused, holds nothing but what belongs to it, and goes into empty places only."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.__main__ import main
from bot.backups import restore as restoring
from bot.backups.archive import BackupError, Refused, opened
from bot.backups.backup import back_up
from bot.hold import hold
from bot.offline.demo import PACK
from bot.offline.seed import seed
from bot.progress import Progress
from storage import upgrading
from storage.chat import inbox, outbox
from storage.database import Database
from storage.files.blobs import Blobs
from storage.files.evidence import Evidence
from storage.people import Person
from storage.visit.visits import Visit
from tests.handlers.phone import MORNING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)


def silent(*_: object) -> None:
    """Nobody watches the progress."""


@pytest.fixture
async def backup(sqlite_database: Database, tmp_path: Path) -> Path:
    """A small backup: three updates, a message with a file, no campaign."""
    blobs = Blobs(tmp_path / "evidence")
    stored = await blobs.put_once(b"a picture of an invitation" * 1000)
    async with sqlite_database.begin() as db:
        await inbox.store(db, [(n, 7, {"text": f"第{n}句"}) for n in (1, 2, 3)], NOW)
        await outbox.put(db, 7, [{"kind": "say", "text": "x", "picture": stored.sha256}], now=NOW)
    made = await back_up(sqlite_database, blobs, tmp_path / "small.zip", NOW, silent)
    assert (made.rows, made.files) == (4, 1)
    return tmp_path / "small.zip"


async def refused(file: Path, url: str, folder: Path) -> str:
    target = Database(url)
    try:
        with pytest.raises((Refused, BackupError)) as error:
            await restoring.restore(file, target, Blobs(folder / "evidence"), silent)
        return str(error.value)
    finally:
        await target.close()


async def rows_in(url: str) -> int:
    database = Database(url)
    await upgrading.migrate(database)
    async with database.read() as db:
        depth = await inbox.depth(db)
    await database.close()
    return depth.waiting


async def test_what_waits_to_be_sent_comes_along_with_its_file(backup: Path, elsewhere: str, tmp_path: Path):
    target, blobs = Database(elsewhere), Blobs(tmp_path / "new" / "evidence")
    await restoring.restore(backup, target, blobs, silent)
    async with target.begin() as db:
        (waiting,) = await outbox.pending(db, NOW)
        assert waiting.reply is not None
        picture = waiting.reply["picture"]
        assert blobs.find(picture).read_bytes() == b"a picture of an invitation" * 1000
        (new,) = await outbox.put(db, 7, [{"kind": "say", "text": "y"}], now=NOW)
        await db.flush()
        assert new.id > waiting.id
    await target.close()
    assert blobs.clear_once(datetime.now(UTC) + timedelta(seconds=1)) == 1
    assert not blobs.find(picture).exists()


async def test_a_file_that_is_evidence_and_waits_to_be_sent_is_kept(
    sqlite_database: Database, elsewhere: str, tmp_path: Path
):
    blobs, restored = Blobs(tmp_path / "evidence"), Blobs(tmp_path / "new" / "evidence")
    photo = await blobs.put_bytes(b"a photo")
    async with sqlite_database.begin() as db:
        await seed(db, PACK, NOW)
        db.add(Person(telegram_id=1, name="x", created_at=NOW))
        await db.flush()
        visit = (await db.scalars(sa.select(Visit.id))).first()
        sender = (await db.scalars(sa.select(Person.id))).first()
        piece = Evidence(visit_id=visit, path="/data/a", kind="photo", sender_id=sender, sent_at=NOW)
        piece.stored(photo.sha256, photo.size)
        db.add(piece)
        await outbox.put(db, 7, [{"kind": "say", "text": "x", "picture": photo.sha256}], now=NOW)
    await back_up(sqlite_database, blobs, tmp_path / "b.zip", NOW, silent)
    target = Database(elsewhere)
    await restoring.restore(tmp_path / "b.zip", target, restored, silent)
    await target.close()
    assert restored.clear_once(datetime.now(UTC) + timedelta(seconds=1)) == 0
    assert restored.exists(photo.sha256)


async def test_a_database_with_rows_is_refused(backup: Path, database_url: str, tmp_path: Path):
    other = Database(database_url)
    async with other.begin() as db:
        await inbox.store(db, [(9, 9, {})], NOW)
    await other.close()
    assert "The database is not empty" in await refused(backup, database_url, tmp_path / "new")
    assert await rows_in(database_url) == 1 if "postgresql" in database_url else 4
    assert not list((tmp_path / "new").rglob("*"))


async def test_a_folder_with_other_files_is_refused(backup: Path, elsewhere: str, tmp_path: Path):
    other = Blobs(tmp_path / "new" / "evidence")
    kept = await other.put_bytes(b"evidence of another campaign")
    assert "There are files in" in await refused(backup, elsewhere, tmp_path / "new")
    assert other.exists(kept.sha256)
    assert await rows_in(elsewhere) == 0


def power_cut_after(act: Callable[..., object]) -> Callable[..., None]:
    def acted(*given: object) -> None:
        act(*given)
        raise KeyboardInterrupt

    return acted


async def test_a_restore_that_was_broken_off_can_be_run_again(
    backup: Path, elsewhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    blobs, calls = Blobs(tmp_path / "new" / "evidence"), []

    def power_cut(what: str, done: int, total: int) -> None:
        calls.append(what)
        if what == "outbox":
            raise KeyboardInterrupt

    target = Database(elsewhere)
    with pytest.raises(KeyboardInterrupt):
        await restoring.restore(backup, target, blobs, power_cut)
    assert "inbox" in calls
    with monkeypatch.context() as broken:
        broken.setattr(Blobs, "pass_on", power_cut_after(Blobs.pass_on))
        with pytest.raises(KeyboardInterrupt):
            await restoring.restore(backup, target, blobs, silent)
    assert await rows_in(elsewhere) == 0
    await restoring.restore(backup, target, blobs, silent)
    await target.close()
    assert await rows_in(elsewhere) == 3


def changed(backup: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> Path:
    """Write the backup again with some of its members changed or left out."""
    target = backup.with_name("changed.zip")
    with zipfile.ZipFile(backup) as source, zipfile.ZipFile(target, "w") as made:
        for info in source.infolist():
            if (member := change(info.filename, source.read(info))) is not None:
                made.writestr(*member)
    return target


BROKEN = {
    "a table that was changed": (
        lambda name, data: (name, data.replace("第2句".encode(), "第9句".encode())),
        "tables/inbox.jsonl is not what was written",
    ),
    "a file that was changed": (
        lambda name, data: (name, data + b"!" if name.startswith("files/") else data),
        "is not what was written",
    ),
    "a table that is gone": (
        lambda name, data: None if name == "tables/inbox.jsonl" else (name, data),
        "inbox is missing",
    ),
    "a file that is gone": (
        lambda name, data: None if name.startswith("files/") else (name, data),
        "0 files of 1",
    ),
    "a name that leads out of the folder": (
        lambda name, data: ("files/../../etc/passwd" if name.startswith("files/") else name, data),
        "not named by a hash",
    ),
    "no manifest": (lambda name, data: None if name == "manifest.json" else (name, data), "no manifest"),
    "a newer format": (
        lambda name, data: (name, data.replace(b'"version": 1', b'"version": 2')),
        "format 2, which this version does not know",
    ),
    "a newer database": (
        lambda name, data: (name, data.replace(b'"revision": "', b'"revision": "9')),
        "which this version does not know",
    ),
}


@pytest.mark.parametrize("how", BROKEN)
async def test_a_backup_is_refused_for(how: str, backup: Path, elsewhere: str, tmp_path: Path):
    change, says = BROKEN[how]
    broken = changed(backup, change)
    assert says in await refused(broken, elsewhere, tmp_path / "new")
    assert await rows_in(elsewhere) == 0
    if how != "a newer database":
        with pytest.raises(BackupError, match=says):
            await restoring.check(broken, silent)


async def test_a_backup_that_broke_on_its_way_is_refused(backup: Path, elsewhere: str, tmp_path: Path):
    whole = backup.read_bytes()
    broken = tmp_path / "broken.zip"
    broken.write_bytes(whole[: len(whole) // 2])
    assert "damaged or not a backup" in await refused(broken, elsewhere, tmp_path / "new")
    with zipfile.ZipFile(backup) as archive:
        at = next(one.header_offset for one in archive.infolist() if one.filename.startswith("files/")) + 500
    broken.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    assert "damaged" in await refused(broken, elsewhere, tmp_path / "new")
    assert await rows_in(elsewhere) == 0


async def test_evidence_that_is_lost_or_damaged_is_told_and_the_rest_backed_up(database: Database, tmp_path: Path):
    blobs, file = Blobs(tmp_path / "evidence"), tmp_path / "b.zip"
    whole, lost, bad = [await blobs.put_bytes(one) for one in (b"whole", b"lost", b"bad")]
    async with database.begin() as db:
        await seed(db, PACK, MORNING)
        sender = Person(telegram_id=1, name="督导员01", created_at=NOW)
        db.add(sender)
        await db.flush()
        visit_id = await db.scalar(sa.select(sa.func.min(Visit.id)))
        for one in (whole, lost, bad):
            about = {"kind": "photo", "sender_id": sender.id, "sent_at": NOW, "blob_sha256": one.sha256}
            db.add(Evidence(visit_id=visit_id, path="/data/i5", **about))
    await blobs.delete(lost.sha256)
    blobs.path(bad.sha256).write_bytes(b"not what it was")
    made = await back_up(database, blobs, file, NOW, silent)
    assert (made.files, made.missing, made.damaged) == (1, (lost.sha256,), (bad.sha256,))
    with opened(file) as (archive, manifest):
        assert manifest == made
        assert archive.read(f"damaged/{bad.sha256}") == b"not what it was"


# --- the file itself ---


async def test_a_file_that_is_there_is_never_written_over(backup: Path, sqlite_database: Database, tmp_path: Path):
    before = backup.read_bytes()
    with pytest.raises(FileExistsError):
        await back_up(sqlite_database, Blobs(tmp_path / "evidence"), backup, NOW, silent)
    assert backup.read_bytes() == before


async def test_a_backup_that_fails_leaves_nothing_behind(sqlite_database: Database, tmp_path: Path):
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async with sqlite_database.begin() as db:
        await inbox.store(db, [(1, 7, {})], NOW)
    target = tmp_path / "backups" / "b.zip"
    target.parent.mkdir()
    with pytest.raises(OSError, match="No space left"):
        await back_up(sqlite_database, Blobs(tmp_path / "evidence"), target, NOW, fail)
    assert list(target.parent.iterdir()) == []


async def test_only_its_owner_may_read_a_backup(backup: Path):
    assert backup.stat().st_mode & 0o077 == 0


async def test_a_backup_can_be_read_with_anything(backup: Path):
    with zipfile.ZipFile(backup) as archive:
        head, *rows = archive.read("tables/inbox.jsonl").decode().splitlines()
    names = [name for name, _ in json.loads(head)["columns"]]
    assert [dict(zip(names, json.loads(row), strict=True))["payload"]["text"] for row in rows] == [
        "第1句",
        "第2句",
        "第3句",
    ]


# --- the commands ---


def test_the_commands_say_what_they_did(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    file = str(tmp_path / "b.zip")
    monkeypatch.setenv("XUNDU_DATA_DIR", str(tmp_path))
    assert main(["backup", file]) == 0
    assert "holds 0 rows and 0 files" in capsys.readouterr().out
    assert main(["backup", file]) == 1
    assert "There is a file" in capsys.readouterr().err
    assert main(["restore", "--check", file]) == 0
    assert "is whole" in capsys.readouterr().out
    monkeypatch.setenv("XUNDU_DATA_DIR", str(tmp_path / "new" / "data"))
    assert main(["restore", file]) == 0
    assert "Restored 0 rows" in capsys.readouterr().out
    assert main(["restore", str(tmp_path / "none.zip")]) == 1
    assert "There is no file" in capsys.readouterr().err


def test_a_restore_into_the_sqlite_file_of_a_bot_that_runs_is_refused(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    file, data = str(tmp_path / "b.zip"), tmp_path / "new"
    monkeypatch.setenv("XUNDU_DATA_DIR", str(tmp_path))
    assert main(["backup", file]) == 0
    monkeypatch.setenv("XUNDU_DATA_DIR", str(data))
    data.mkdir()
    with hold(data / "xundu.db.lock"):
        assert main(["restore", file]) == 1
        assert f"Another process works on {data / 'xundu.db'}" in capsys.readouterr().err
        assert not (data / "xundu.db").exists()
    assert main(["restore", file]) == 0


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()], ids=["on a terminal", "in a log"])
def test_progress_is_shown_only_after_two_seconds(stream: io.StringIO):
    clock = SimpleNamespace(now=0.0)
    progress = Progress(stream, lambda: clock.now)
    for done in range(15):
        clock.now += 0.125
        progress("answers", done, 1000)
    progress.end()
    assert stream.getvalue() == ""
    for done in range(15, 255):
        clock.now += 0.125
        progress("answers", done, 1000)
    progress.end()
    shown = stream.getvalue()
    if stream.isatty():
        assert "\n" not in shown
        assert shown.endswith("\r\x1b[K")
        assert shown.count("answers: ") > 100
    else:
        assert shown.splitlines() == [f"  answers: {done} of 1,000" for done in (15, 95, 175)]
