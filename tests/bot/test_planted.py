"""A sentence said in confidence is found in clear nowhere: not in the database, the evidence, a log or a backup.

The whole bot, over HTTP against the sandbox, takes it as text, as a later wording, as a recording, as a name and as a
quote. What the sandbox keeps is Telegram's part and lies in memory alone.
"""

from __future__ import annotations

import base64
import json
import logging
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from bot.app import App
from bot.backups.backup import back_up
from bot.commands.inbox import shown
from bot.config import Address, Secret, Settings
from bot.offline.demo import PACK, TOKEN
from bot.offline.seed import seed
from sandbox.server import Sandbox
from storage import people
from storage.chat import inbox
from storage.files.blobs import Blobs
from storage.vault.sealing import new_key
from storage.visit import interviews
from tests.handlers.phone import MORNING
from tests.transcripts.stages import SandboxStage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SENTENCE = "食堂承包给书记小舅子三年没人敢说"
REWORDED = "改口以后说的是锅炉房漏水没人敢修"
SPOKEN = "录音里说的是宿舍楼消防门常年上锁"
NAME = "欧阳某某"
CONTROL = "这一句是公开的要点用来证明找得到"
SECRETS = (SENTENCE, REWORDED, SPOKEN, NAME)
INSPECTOR, LEADER = 7003, 7002


def ways(words: str) -> list[bytes]:
    """The ways in which words may lie in a file."""
    written = words.encode()
    escaped = json.dumps(words)[1:-1]
    found = [
        written,
        words.encode("utf-16-le"),
        words.encode("utf-16-be"),
        words.encode("gb18030"),
        escaped.encode(),
        escaped.replace("\\", "\\\\").encode(),
        written.hex().encode(),
    ]
    for at in range(3):  # base64 looks different by where in three bytes it begins
        coded = base64.b64encode(bytes(at) + written)
        found.append(coded[4 : len(coded) - 4])
    return found


def holds(content: bytes, words: str) -> bool:
    return any(one in content for one in ways(words))


def files(folder: Path) -> dict[str, bytes]:
    found = {}
    for one in folder.rglob("*"):
        try:
            if one.is_file():
                found[str(one.relative_to(folder))] = one.read_bytes()
        except FileNotFoundError:  # PostgreSQL goes on working
            continue
    return found


@pytest.fixture
async def bot(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[SandboxStage, App, Path]]:
    folder = tmp_path / "data"
    folder.mkdir()
    async with Sandbox(token=TOKEN) as telegram:
        telegram.world.clock.ahead = MORNING - telegram.world.clock.now()
        settings = Settings(
            bot_token=Secret(TOKEN),
            bot_api_url=telegram.url,
            data_dir=folder,
            database_url=Secret(database_url),
            listen=Address("127.0.0.1", 0),
            key=Secret(new_key()),
            rate_overall=1000.0,
            rate_chat=1000.0,
            burst_chat=1000,
        )
        async with App(settings, clock=telegram.world.clock.now) as app:
            async with app.database.begin() as db:
                phones = await seed(db, PACK, telegram.world.clock.now())
            for one in phones:
                telegram.world.add_phone(one.id, one.name, one.language_code, one.role, one.start)
            stage = SandboxStage(telegram, app)
            yield stage, app, folder
            await stage.close()


async def talk(stage: SandboxStage, app: App) -> None:
    """Hold an interview, have it read, quoted and exported."""

    async def do(kind: str, words: str = "", who: int = INSPECTOR) -> None:
        await stage.do(who, kind, words)

    await do("start")
    await do("start", who=LEADER)
    await do("say", "/activity")
    await do("tap", "萧山")
    await do("tap", "座谈会")
    await do("say", CONTROL)
    await do("say", "/interview")
    await do("tap", "萧山")
    await do("tap", "开始访谈")
    await do("say", SENTENCE)
    await do("edit", REWORDED)
    await stage._phone(INSPECTOR).send("voice", b"OggS" + SPOKEN.encode() * 50, "voice.ogg", "", "audio/ogg")
    await stage._settled()
    await app._fetcher.run_due()
    await do("tap", "对象")
    await do("say", f"{NAME} 车间主任")
    await do("say", SENTENCE)
    await do("tap", "结束")
    await do("tap", "摘录")
    await do("tap", "1")
    await do("tap", "预览")
    await do("tap", "报送")
    await do("say", "/privacy")
    await do("tap", "导出")
    await do("say", "/interview", who=LEADER)
    await do("tap", "萧山", who=LEADER)
    await do("tap", "1", who=LEADER)
    await do("tap", "对象", who=LEADER)


async def set_one_aside(app: App) -> int:
    """An update of the interview that nothing could be done with."""
    now = app._clock() - timedelta(seconds=2)
    async with app.database.begin() as db:
        person = await people.by_telegram(db, INSPECTOR)
        assert person is not None
        (interview,) = await interviews.of_visit(db, 2)
        interview.ended_at = app._clock()
        await inbox.store(db, [(99, INSPECTOR, {"message": {"text": SENTENCE}})], interview.started_at)
        found = await inbox.next_for(db, INSPECTOR, now + timedelta(hours=1))
        assert found is not None
        found.state = inbox.State.aside
        return found.id


async def test_what_was_said_in_confidence_lies_in_clear_nowhere(
    bot: tuple[SandboxStage, App, Path],
    tmp_path: Path,
    database_url: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    stage, app, folder = bot
    caplog.set_level(logging.DEBUG)
    await talk(stage, app)
    aside = await set_one_aside(app)
    assert SENTENCE not in await shown(app.database, aside, payload=True)

    # It is all there for those who may:
    async with app.database.read() as db:
        (interview,) = await interviews.of_visit(db, 2)
        every = await interviews.entries(db, interview.id, every=True)
        said = [one.words for one in interviews.opened(db, interview, every)]
        assert said == [SENTENCE, REWORDED, "", SENTENCE]
        (recording,) = [one for one in every if one.kind == "voice"]
        sealed = (folder / "evidence" / recording.blob_sha256[:2] / recording.blob_sha256[2:]).read_bytes()
        box = interviews.box_of(db, interview)
        assert SPOKEN.encode() in box.open(sealed, f"recording {recording.id}")

    await back_up(app.database, Blobs(folder / "evidence"), tmp_path / "backup.zip", MORNING, lambda *_: None)
    if database_url.startswith("postgresql"):
        connection = await asyncpg.connect(database_url)
        await connection.execute("CHECKPOINT")
        root = Path(await connection.fetchval("SHOW data_directory"))
        own = await connection.fetchval("SELECT oid FROM pg_database WHERE datname = current_database()")
        await connection.close()
        places = (f"base/{own}", "global", "pg_wal", "pg_xact", "log")
        lying = {f"{one}/{name}": content for one in places for name, content in files(root / one).items()}
    else:
        lying = {name: content for name, content in files(tmp_path).items() if name.startswith("xundu.db")}
        assert "xundu.db-wal" in lying
    assert any(holds(content, CONTROL) for content in lying.values()), "the search finds nothing at all"

    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        backup = {f"backup/{name}": archive.read(name) for name in archive.namelist()}
    assert any(holds(content, CONTROL) for content in backup.values())
    out, err = capfd.readouterr()
    logged = {"log": caplog.text.encode(), "out": out.encode(), "err": err.encode()}
    for name, content in (lying | files(folder) | backup | logged).items():
        for words in SECRETS:
            assert not holds(content, words), f"“{words}” lies in clear in {name}"
