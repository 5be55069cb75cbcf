"""What a demonstration keeps: nobody else's files, one process at a time, and its links however it was killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import main
from bot.hold import CommandError
from bot.offline import demo
from sandbox.client import Phone

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
async def stopped(tmp_path: Path) -> Path:
    """A demonstration that ran once and was stopped."""
    folder = tmp_path / "demo"
    async with demo.offline(folder, 0):
        pass
    return folder


# --- forgetting ---


def test_a_folder_that_holds_no_demonstration_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "mine").touch()
    assert main(["demo", "--reset", "--data", str(tmp_path)]) == 1
    assert "does not hold a demonstration" in capsys.readouterr().err
    assert (tmp_path / "evidence" / "mine").exists()


def test_a_folder_that_is_not_there_is_nothing_to_forget(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["demo", "--reset", "--data", str(tmp_path / "none")]) == 0
    assert "nothing to forget" in capsys.readouterr().out


def test_a_demonstration_is_forgotten_with_its_folder(stopped: Path):
    assert main(["demo", "--reset", "--data", str(stopped)]) == 0
    assert not stopped.exists()


def test_what_else_lies_in_the_folder_stays(stopped: Path, capsys: pytest.CaptureFixture[str]):
    (stopped / "notes.txt").touch()
    assert main(["demo", "--reset", "--data", str(stopped)]) == 0
    assert "left alone" in capsys.readouterr().out
    assert [one.name for one in stopped.iterdir()] == ["notes.txt"]


def test_a_file_that_cannot_be_deleted_is_named(stopped: Path, capsys: pytest.CaptureFixture[str]):
    (stopped / "xundu.db-folder").mkdir()
    assert main(["demo", "--reset", "--data", str(stopped)]) == 1
    assert "xundu.db-folder cannot be deleted" in capsys.readouterr().err


# --- one at a time ---


async def test_a_second_demonstration_on_the_folder_is_told_where_the_first_is(tmp_path: Path):
    async with demo.offline(tmp_path, 0) as (telegram, _):
        with pytest.raises(CommandError, match=f"is already running: {telegram.url}"):
            await demo.run(tmp_path, 0, "", asyncio.Event())
        with pytest.raises(CommandError, match="is already running"):
            demo.reset(tmp_path)
        assert (tmp_path / "phones.json").exists()


# --- killed at its first start ---


async def test_links_that_were_not_put_in_place_after_the_commit_are_found(stopped: Path):
    (stopped / "phones.json").rename(stopped / "phones.json.new")
    await enters(stopped)


async def test_links_of_a_transaction_that_never_committed_are_made_anew(stopped: Path):
    for file in stopped.glob("xundu.db*"):
        file.unlink()
    (stopped / "phones.json.new").write_text("[{", encoding="utf-8")
    await enters(stopped)


async def test_links_that_are_lost_are_told_with_the_cure(stopped: Path):
    (stopped / "phones.json").unlink()
    with pytest.raises(CommandError, match="run 'xundu demo --reset'"):
        await enters(stopped)


async def enters(folder: Path) -> None:
    """See to it that a phone's link lets its owner in."""
    async with demo.offline(folder, 0) as (telegram, app), Phone(telegram.url, demo.INSPECTOR) as phone:
        await phone.start()
        async with asyncio.timeout(60):
            while not await phone.messages():
                await asyncio.sleep(0.05)
        await app.settled()
        assert "欢迎，督导员01" in str((await phone.messages())[0]["text_html"])


# --- as a process ---


async def test_an_interrupted_demonstration_ends_cleanly(tmp_path: Path):
    process = await started("--port", "0", "--data", str(tmp_path))
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while b"Xundu is running" not in await process.stdout.readline():
            assert process.returncode is None
    process.send_signal(signal.SIGINT)
    _, said = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, said.decode()) == (0, "")


async def test_the_script_as_a_process_ends_well():
    process = await started("--script")
    paper, said = await asyncio.wait_for(process.communicate(), 100)
    assert process.returncode == 0, said.decode()
    for words in ("欢迎，督导员01", "第一轮 · 22/22", "❌ 5. 领导带头；研讨记录只有签到表"):
        assert words in paper.decode()


async def started(*arguments: str) -> asyncio.subprocess.Process:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XUNDU_")}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "demo",
        *arguments,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
