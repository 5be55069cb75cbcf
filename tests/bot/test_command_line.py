"""The command line as an operator meets it: what it says, and the exit status it leaves."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import main
from bot.demo import INSPECTOR, PACK, TOKEN
from bot.seed import seed
from sandbox.client import Phone
from sandbox.server import Sandbox
from storage.database import Database
from tests.handlers.phone import MORNING

if TYPE_CHECKING:
    from pathlib import Path

OTHER_TOKEN = "7000000001:" + "A" * 35


@pytest.fixture(autouse=True)
def _environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("XUNDU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XUNDU_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("XUNDU_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("XUNDU_LISTEN", "127.0.0.1:0")


def test_every_fault_of_the_settings_is_named_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("XUNDU_BOT_TOKEN", "secret-nonsense")
    monkeypatch.setenv("XUNDU_DRIVR", "ptb")
    monkeypatch.setenv("XUNDU_RATE_CHAT", "-1")
    assert main(["serve"]) == 2
    said = capsys.readouterr().err
    assert "XUNDU_BOT_TOKEN" in said
    assert "XUNDU_DRIVR is not a setting; did you mean XUNDU_DRIVER?" in said
    assert "XUNDU_RATE_CHAT" in said
    assert "secret-nonsense" not in said


def test_a_database_that_is_behind_is_refused_with_the_cure(capsys: pytest.CaptureFixture[str]):
    assert main(["serve"]) == 1
    assert "run 'xundu migrate' first" in capsys.readouterr().err


def test_migrating_twice_is_harmless(capsys: pytest.CaptureFixture[str]):
    assert main(["migrate"]) == 0
    first = capsys.readouterr().out
    assert main(["migrate"]) == 0
    assert capsys.readouterr().out == first


def test_a_token_that_telegram_refuses_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert main(["migrate"]) == 0

    async def check() -> int:
        async with Sandbox(token=TOKEN) as telegram:
            monkeypatch.setenv("XUNDU_BOT_API_URL", telegram.url)
            monkeypatch.setenv("XUNDU_BOT_TOKEN", OTHER_TOKEN)
            return await asyncio.to_thread(main, ["check"])

    assert asyncio.run(check()) == 2
    said = capsys.readouterr()
    assert "does not accept the token" in said.err
    assert OTHER_TOKEN not in said.err + said.out


def test_an_invitation_made_here_lets_somebody_in(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    async def invite() -> int:
        async with Sandbox(token=TOKEN) as telegram:
            monkeypatch.setenv("XUNDU_BOT_API_URL", telegram.url)
            return await asyncio.to_thread(main, ["invite", "--role", "admin", "--name", "办公室"])

    assert main(["migrate"]) == 0
    capsys.readouterr()
    assert asyncio.run(invite()) == 0
    assert capsys.readouterr().out.startswith("https://t.me/xundu_bot?start=i_")


def test_the_conversation_can_be_held_in_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    typed = tmp_path / "typed"
    typed.write_text("今日督导\n.1\n.1\n", encoding="utf-8")
    with typed.open(encoding="utf-8") as lines:
        monkeypatch.setattr(sys, "stdin", lines)
        assert main(["chat", "--as", "inspector", "--data", str(tmp_path / "talk")]) == 0
    said = capsys.readouterr().out
    assert "欢迎，督导员01" in said
    assert "1. 领导机构不撤" in said
    assert "2. 实施方案经过审阅" in said


@pytest.mark.parametrize("door", ["polling", "webhook"])
@pytest.mark.parametrize("driver", ["aiogram", "ptb"])
async def test_the_served_bot_answers_and_stops_when_told_to(
    door: str, driver: str, tmp_path: Path, unused_tcp_port: int
):
    database = Database(f"sqlite:///{tmp_path}/xundu.db")
    await database.migrate()
    async with database.begin() as db:
        phones = await seed(db, PACK, MORNING)
    await database.close()
    start = next(one.start for one in phones if one.id == INSPECTOR)
    async with Sandbox(token=TOKEN) as telegram:
        telegram.world.add_phone(INSPECTOR, "督导员01", "zh-hans", "", start)
        settings = {
            "XUNDU_BOT_TOKEN": TOKEN,
            "XUNDU_BOT_API_URL": telegram.url,
            "XUNDU_DATA_DIR": str(tmp_path),
            "XUNDU_DRIVER": driver,
            "XUNDU_LISTEN": f"127.0.0.1:{unused_tcp_port}",
        }
        if door == "webhook":
            settings |= {
                "XUNDU_WEBHOOK_URL": f"http://127.0.0.1:{unused_tcp_port}/telegram",
                "XUNDU_WEBHOOK_SECRET": "a-secret-word-for-tests",
            }
        served = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", env={**os.environ, **settings}, stderr=asyncio.subprocess.PIPE
        )
        try:
            async with Phone(telegram.url, INSPECTOR) as phone:
                await phone.start()
                async with asyncio.timeout(60):
                    while not await phone.messages():
                        await asyncio.sleep(0.05)
                assert "欢迎，督导员01" in (await phone.messages())[0]["text_html"]
        finally:
            served.send_signal(signal.SIGTERM)
            _, said = await asyncio.wait_for(served.communicate(), 30)
        assert served.returncode == 0, said.decode()
        assert b"Traceback" not in said


def test_a_form_that_does_not_convert_is_named_by_row_and_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    bad = tmp_path / "bad.md"
    survey = "| survey |\n| | type | name | label |\n"
    bad.write_text(survey + "| | text | a | A |\n| | integer | b | B |\n| | text | | C |\n", encoding="utf-8")
    good = tmp_path / "good.md"
    good.write_text(survey + "| | text | a | A |\n", encoding="utf-8")
    assert main(["forms", "check", str(bad), str(good)]) == 1
    said = capsys.readouterr()
    assert "row 4" in said.out
    assert "name" in said.out
    assert "good.md" in said.out
    assert "1 of 2 cannot be used" in said.err
    assert "Traceback" not in said.err
