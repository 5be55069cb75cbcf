"""The command line as an operator meets it: what it says, and the exit status it leaves."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import main
from bot.config import Secret, Settings
from bot.hold import database as database_held
from bot.hold import hold
from bot.offline.demo import INSPECTOR, PACK, TOKEN
from bot.offline.seed import seed
from sandbox.client import Phone
from sandbox.server import Sandbox
from storage import invitations, upgrading
from storage.database import Database
from tests.handlers.phone import MORNING

if TYPE_CHECKING:
    from pathlib import Path

    from bot.offline.seed import DemoPhone

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


def test_the_example_campaign_lets_its_people_in_on_a_bot_of_ones_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    async def campaign(*arguments: str) -> int:
        async with Sandbox(token=TOKEN) as telegram:
            monkeypatch.setenv("XUNDU_BOT_API_URL", telegram.url)
            return await asyncio.to_thread(main, ["campaign", *arguments])

    assert main(["migrate"]) == 0
    capsys.readouterr()
    assert asyncio.run(campaign()) == 0
    assert capsys.readouterr().out.count("https://t.me/xundu_bot?start=i_") == 6
    assert asyncio.run(campaign()) == 1
    assert "holds a campaign already" in capsys.readouterr().err
    assert asyncio.run(campaign("nonsense")) == 1
    assert "no pack called nonsense" in capsys.readouterr().err


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


@pytest.mark.parametrize(("door", "driver"), [("polling", "ptb"), ("webhook", "aiogram")])
async def test_the_served_bot_answers_and_stops_when_told_to(
    door: str, driver: str, tmp_path: Path, unused_tcp_port: int
):
    database = Database(f"sqlite:///{tmp_path}/xundu.db")
    await upgrading.migrate(database)
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
    assert "1 of 2 forms cannot be used" in said.err
    assert "Traceback" not in said.err


# --- what operators get wrong ---


def told(capsys: pytest.CaptureFixture[str], status: int, *arguments: str) -> str:
    """Run a command that must fail with this status, and return what it says about it."""
    capsys.readouterr()
    assert main(list(arguments)) == status
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert "stopped by a bug" not in said
    return said


@pytest.mark.parametrize("command", ["migrate", "serve", "check"])
def test_a_data_directory_that_is_a_file_is_said(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "file").touch()
    for place in ("file", "file/below"):
        monkeypatch.setenv("XUNDU_DATA_DIR", str(tmp_path / place))
        assert "cannot be used as the data directory" in told(capsys, 1, command)


@pytest.mark.parametrize("option", ["--script", "--reset", ""])
def test_a_demonstration_in_a_file_is_refused(option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    if option != "--script":
        told(capsys, 1, "demo", *([option] if option else []), "--port", "0", "--data", str(file))
    assert file.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("port", ["99999", "-5", "http"])
def test_a_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as left:
        main(["demo", f"--port={port}"])
    assert left.value.code == 2
    assert "a port is a number from 0 to 65535" in capsys.readouterr().err


def test_a_listen_port_that_is_taken_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    async def serve() -> int:
        async with Sandbox(token=TOKEN) as telegram:
            monkeypatch.setenv("XUNDU_BOT_API_URL", telegram.url)
            monkeypatch.setenv("XUNDU_LISTEN", f"127.0.0.1:{telegram.port}")
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "serve", stderr=asyncio.subprocess.PIPE
            )
            _, said = await asyncio.wait_for(process.communicate(), 60)
            assert f"XUNDU_LISTEN: nothing can listen on 127.0.0.1:{telegram.port}" in said.decode()
            assert b"Traceback" not in said
            return process.returncode or 0

    assert main(["migrate"]) == 0
    capsys.readouterr()
    assert asyncio.run(serve()) == 1


def test_a_second_process_on_the_same_sqlite_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["migrate"]) == 0
    with hold(tmp_path / "xundu.db.lock"):
        for command in (["serve"], ["migrate"], ["chat", "--data", str(tmp_path)]):
            assert f"Another process works on {tmp_path / 'xundu.db'}" in told(capsys, 1, *command)


def test_migrating_waits_for_nobody_and_leaves_a_new_file_alone_while_a_bot_has_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with hold(tmp_path / "xundu.db.lock"):
        assert "stop that one first" in told(capsys, 1, "migrate")
        assert not (tmp_path / "xundu.db").exists()
    assert main(["migrate"]) == 0


def test_postgresql_is_not_held_by_one_process(tmp_path: Path):
    settings = Settings(data_dir=tmp_path, database_url=Secret("postgresql://u@127.0.0.1/x"))
    with database_held(settings), database_held(settings):
        assert not list(tmp_path.iterdir())


def test_a_server_that_cannot_be_reached_is_named_without_the_token(
    unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert main(["migrate"]) == 0
    monkeypatch.setenv("XUNDU_BOT_API_URL", f"http://127.0.0.1:{unused_tcp_port}")
    said = told(capsys, 1, "check")
    assert f"The Bot API server http://127.0.0.1:{unused_tcp_port} (XUNDU_BOT_API_URL) cannot be reached" in said
    assert TOKEN not in said


def test_a_database_that_cannot_be_reached_is_called_the_database(
    unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("XUNDU_DATABASE_URL", f"postgresql://u:geheim@127.0.0.1:{unused_tcp_port}/x")
    said = told(capsys, 1, "migrate")
    assert "The database (XUNDU_DATABASE_URL) cannot be used" in said
    assert "geheim" not in said


def test_every_fault_of_an_invitation_is_named_before_it_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    phones = asyncio.run(seeded(tmp_path))
    nowhere = str(tmp_path / "nowhere" / "x.png")
    said = told(capsys, 1, "invite", "--role", "inspector", "--group", "99", "--days", "-1", "--picture", nowhere)
    assert "--group: there is no group 99. Groups: " in said
    assert "二组" in said
    assert "--days must lie between 1 and 3650, not -1." in said
    assert "--picture: there is no folder" in said
    assert "--group is needed for inspector" in told(capsys, 1, "invite", "--role", "inspector")
    assert "--group does not go with admin" in told(capsys, 1, "invite", "--role", "admin", "--group", "二组")
    assert "--unit is needed for contact" in told(capsys, 1, "invite", "--role", "contact", "--group", "二组")
    said = told(capsys, 1, "invite", "--role", "contact", "--group", "二组", "--unit", "?")
    assert "--unit: 二组 has no unit ?." in said
    assert asyncio.run(invitations_in(tmp_path)) == len(phones)


def test_a_group_is_taken_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    async def invite() -> int:
        async with Sandbox(token=TOKEN) as telegram:
            monkeypatch.setenv("XUNDU_BOT_API_URL", telegram.url)
            arguments = ["invite", "--role", "inspector", "--group", "二组", "--picture", str(tmp_path / "x.png")]
            return await asyncio.to_thread(main, arguments)

    phones = asyncio.run(seeded(tmp_path))
    assert asyncio.run(invite()) == 0
    assert capsys.readouterr().out.startswith("https://t.me/xundu_bot?start=i_")
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    assert asyncio.run(invitations_in(tmp_path)) == len(phones) + 1


def test_a_kind_of_file_that_holds_no_form_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "form.docx").write_bytes(b"x")
    assert main(["forms", "check", str(tmp_path / "form.docx")]) == 1
    said = capsys.readouterr().out
    assert "form.docx: This is not a form" in said
    assert "A form is a file of the kind .xlsx" in said


async def seeded(folder: Path) -> list[DemoPhone]:
    database = Database(f"sqlite:///{folder}/xundu.db")
    await upgrading.migrate(database)
    async with database.begin() as db:
        phones = await seed(db, PACK, MORNING)
    await database.close()
    return phones


async def invitations_in(folder: Path) -> int:
    database = Database(f"sqlite:///{folder}/xundu.db")
    async with database.read() as db:
        count = 0
        while await invitations.get(db, count + 1) is not None:
            count += 1
    await database.close()
    return count


@pytest.mark.parametrize("questions", [1, 3000])
def test_a_reader_that_has_seen_enough_is_no_bug(
    questions: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    rows = [f"| | note | n{number} | N |" for number in range(questions)]
    form, answers = tmp_path / "form.md", tmp_path / "answers.json"
    form.write_text("\n".join(["| survey |", "| | type | name | label |", *rows]), encoding="utf-8")
    answers.write_text("[]", encoding="utf-8")
    reads, writes = os.pipe()
    os.close(reads)  # as ``| head`` does
    with os.fdopen(writes, "w") as closed:
        monkeypatch.setattr(sys, "stdout", closed)
        assert main(["forms", "fill", str(form), "--answers", str(answers)]) == 141
    assert capsys.readouterr().err == ""
