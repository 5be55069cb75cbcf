"""A restart: everything is where it was. And the ways in which a sandbox cannot start."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest

from sandbox.__main__ import main
from sandbox.errors import PortTakenError, SandboxError, TokenShapeError
from sandbox.server import Sandbox
from tests.sandbox.conftest import Hand, library_at, picture

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["aiogram", "ptb"])
async def test_everything_survives_a_restart(tmp_path: Path, http: aiohttp.ClientSession, name: str) -> None:
    data = tmp_path / "new folder" / "telegram.db"
    async with Sandbox(path=data) as sandbox:
        library = await library_at(name, sandbox)
        person = Hand(
            http, sandbox.url, await sandbox.add_phone(name="督导员01", language_code="zh-hans", note="督导员")
        )
        await person.do("start")
        sent = await library.call(
            "send_message", chat_id=person.id, text="<b>第1题</b>", parse_mode="HTML",
            reply_markup=library.buttons([[("好", "a")]]),
        )  # fmt: skip
        await library.call("send_message", chat_id=person.id, text="菜单", reply_markup=library.keyboard([["更多"]]))
        gone = await library.call("send_message", chat_id=person.id, text="将删")
        await library.call("delete_message", chat_id=person.id, message_id=gone["message_id"])
        await library.call("set_my_commands", commands=[library.command("help", "帮助")])
        await library.call("pin_chat_message", chat_id=person.id, message_id=sent["message_id"])
        _, photo = await person.upload("photo", [("a.jpg", picture(), "image/jpeg")], caption="图")
        await person.do("tap", message_id=sent["message_id"], data="a", wait=False)
        first = await library.call("get_updates")
        await library.call("get_updates", offset=first[1]["update_id"])
        before = await person.chat()
        sandbox.world.clock.advance(timedelta(seconds=100))
        await library.close()

    async with Sandbox(path=data) as sandbox:
        library = await library_at(name, sandbox)
        person = Hand(http, sandbox.url, person.id)
        after = await person.chat()
        assert after | {"version": 0} == before | {"version": 0}
        assert after["version"] >= before["version"]
        assert sandbox.world.clock.ahead == timedelta(seconds=100)
        updates = await library.call("get_updates")
        assert updates == first[1:]
        file_id = updates[0]["message"]["photo"][-1]["file_id"]
        assert len(await library.download(file_id)) == photo["messages"][0]["photo"]["size"]
        again = await library.call("send_photo", chat_id=person.id, photo=file_id)
        assert again["photo"] == updates[0]["message"]["photo"]
        assert again["message_id"] > max(one["id"] for one in before["messages"])
        assert await library.call("answer_callback_query", callback_query_id=updates[1]["callback_query"]["id"]) is True
        await person.do("text", text="新")
        assert (await library.call("get_updates"))[-1]["update_id"] == first[-1]["update_id"] + 1
        await library.close()


async def test_a_webhook_goes_on_after_a_restart(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    data = tmp_path / "telegram.db"
    async with Sandbox(path=data, webhook_pause=0.02) as sandbox:
        library = await library_at("aiogram", sandbox)
        await library.call("set_webhook", url="http://127.0.0.1:9/", secret_token="s")
        phone_id = await sandbox.add_phone(name="x")
        await Hand(http, sandbox.url, phone_id).do("text", text="一")
        await library.close()
    async with Sandbox(path=data, webhook_pause=0.02) as sandbox:
        library = await library_at("aiogram", sandbox)
        async with asyncio.timeout(30):
            while not (info := await library.call("get_webhook_info")).get("last_error_date"):
                await asyncio.sleep(0.01)
        assert (info["url"], info["pending_update_count"]) == ("http://127.0.0.1:9/", 1)
        await library.close()


async def test_large_files_leave_memory_and_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.files.BYTES_IN_MEMORY", 1000)
    async with Sandbox(path=tmp_path / "telegram.db") as sandbox:
        files = sandbox.world.files
        stored = [files.add("document", bytes([n]) * 600, f"{n}.bin") for n in range(4)]
        await sandbox.world.journal.flush()
        assert files.in_memory <= 1000
        for n, file in enumerate(stored):
            assert await files.content(file) == bytes([n]) * 600


async def test_nothing_is_written_without_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with Sandbox() as sandbox:
        await sandbox.add_phone(name="x")
        await sandbox.world.journal.flush()
    assert list(tmp_path.iterdir()) == []


async def test_a_taken_port_is_said_clearly() -> None:
    async with Sandbox() as first:
        with pytest.raises(PortTakenError, match=rf"Port {first.port} on 127\.0\.0\.1 is in use by another program"):
            await Sandbox(port=first.port).start()


async def test_an_address_that_is_not_ours_is_said_clearly() -> None:
    with pytest.raises(SandboxError, match=r"cannot listen on 192\.0\.2\.1:0"):
        await Sandbox(host="192.0.2.1").start()


@pytest.mark.parametrize("token", ["", "123", "x:" + "a" * 35, "12:" + "a" * 34, "12:" + "a" * 34 + "!"])
def test_a_token_of_the_wrong_shape_is_refused(token: str) -> None:
    with pytest.raises(TokenShapeError):
        Sandbox(token=token)


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "telegram.db"
    data.write_text("This is not a database, and it is long enough to be told from an empty one." * 9)
    with pytest.raises(SandboxError, match="cannot keep its state"):
        await Sandbox(path=data).start()


async def test_it_runs_alone_and_stops_cleanly(tmp_path: Path) -> None:
    data = tmp_path / "telegram.db"
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--data", str(data), "--name", "Tester"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().split()[-1]
    token = (await process.stdout.readline()).decode().split()[-1]
    async with aiohttp.ClientSession() as http, http.get(f"{url}/bot{token}/getMe") as answer:
        assert (await answer.json())["result"]["first_name"] == "Tester"
    process.terminate()
    assert await process.wait() == 0
    with sqlite3.connect(data) as connection:
        assert connection.execute("SELECT count(*) FROM record").fetchone()[0] > 0
    connection.close()


async def test_a_taken_port_ends_the_command_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    async with Sandbox() as first:
        status = await asyncio.to_thread(main, ["--port", str(first.port)])
    assert status == 1
    assert capsys.readouterr().err.startswith(f"Port {first.port} on 127.0.0.1 is in use by another program.")
