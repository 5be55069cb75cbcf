"""The open door: whoever finds the webhook's address gets nothing in, nothing out, and nobody held up."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.app import App
from bot.config import Address, Secret, Settings
from bot.incoming import receive
from bot.incoming.receive import MAX_BODY_BYTES, SECRET_HEADER
from sandbox.server import Sandbox
from storage.chat import inbox
from tests.bot import raw
from tests.hostile.arena import memory

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

SECRET = "a-secret-word-of-ours-0123456789"
ODD = "秘密的话"
"""What only the attackers say: it must be in no log."""


@dataclass(slots=True)
class Door:
    """A bot in service behind a webhook."""

    app: App
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def post(self, body: bytes | str, *, secret: str | None = SECRET, **headers: str) -> int:
        said = body if isinstance(body, bytes) else body.encode()
        headers |= {SECRET_HEADER: secret} if secret is not None else {}
        async with aiohttp.ClientSession() as session:
            try:
                async with session.post(self.url, data=io.BytesIO(said), headers=headers) as answer:
                    return answer.status
            except aiohttp.ClientConnectionError:  # it answered and hung up while we were still talking
                return 0

    async def speak(self, *lines: bytes, more: float = 0.0) -> bytes:
        """Say something over a bare connection, one piece at a time; returns what is answered, b'' when nothing is."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for line in lines:
                writer.write(line)
                await writer.drain()
                await asyncio.sleep(more)
            async with asyncio.timeout(5):
                return await reader.readline()
        except (ConnectionError, TimeoutError):
            return b""
        finally:
            writer.close()

    async def stored(self) -> int:
        async with self.app.database.read() as db:
            depth = await inbox.depth(db)
            done = await db.connection()
            rows = (await done.exec_driver_sql("select count(*) from inbox")).scalar_one()
        assert depth.aside == 0
        return int(rows)

    async def is_well(self) -> bool:
        async with aiohttp.ClientSession() as session, session.get(self.url.replace("hook", "readyz")) as answer:
            return answer.status == 200


@pytest.fixture
async def door(tmp_path: Path, sqlite_url: str, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Door]:
    caplog.set_level(logging.DEBUG)
    async with Sandbox() as telegram:
        settings = Settings(
            bot_token=Secret(telegram.token),
            bot_api_url=telegram.url,
            data_dir=tmp_path,
            database_url=Secret(sqlite_url),
            webhook_url="http://127.0.0.1:9/hook",
            webhook_secret=Secret(SECRET),
            listen=Address("127.0.0.1", 0),
        )
        async with App(settings) as app:
            assert app._runner is not None
            opened = Door(app, app._runner.addresses[0][1])
            yield opened
            assert await opened.is_well()
            before = await opened.stored()
            assert await opened.post(json.dumps(raw.message(10**6, chat=raw.CHAT | {"id": 77}, text="x"))) == 200
            assert await opened.stored() == before + 1, "an honest update gets in after all that"
    assert SECRET not in caplog.text
    assert ODD not in caplog.text
    assert telegram.token not in caplog.text


def update(number: int = 5, text: str = ODD) -> dict[str, Any]:
    return raw.message(number, text=text)


WRONG = {
    "none": None,
    "an empty one": "",
    "another": "a-secret-word-of-ours-9876543210",
    "ours and more": SECRET + "0",
    "ours but the last": SECRET[:-1],
    "ours in capitals": SECRET.upper(),
    "one of another alphabet": "а-ѕесrеt",
    "a long one": "x" * 8000,
}


@pytest.mark.parametrize("secret", WRONG)
async def test_without_the_secret_nothing_is_stored_however_it_is_said(door: Door, secret: str) -> None:
    word = WRONG[secret]
    update_ = json.dumps(update())
    assert await door.post(update_, secret=word) == 401
    assert await door.post(update_, secret=word, **{"Content-Type": "text/plain"}) == 401
    assert await door.post(b"\xff" * 5000, secret=word) == 401
    assert await door.post(b" " * (4 * MAX_BODY_BYTES), secret=word) in {401, 413, 0}
    assert await door.stored() == 0


async def test_the_secret_counts_in_its_own_place_only(door: Door) -> None:
    body = update() | {"secret_token": SECRET}
    assert await door.post(json.dumps(body), secret=None, Authorization=f"Bearer {SECRET}", Cookie=SECRET) == 401
    async with aiohttp.ClientSession() as session:
        for method, path in (
            ("GET", ""),
            ("PUT", ""),
            ("DELETE", ""),
            ("POST", "/"),
            ("POST", "?x=1"),
            ("POST", "/.."),
        ):
            async with session.request(method, door.url + path, json=update()) as answer:
                assert answer.status in {401, 404, 405}
    assert await door.stored() == 0


async def test_two_secrets_are_no_secret_unless_the_first_is_right(door: Door) -> None:
    body = json.dumps(update()).encode()
    head = b"POST /hook HTTP/1.1\r\nHost: x\r\n%s: wrong\r\n%s: " + SECRET.encode() + b"\r\nContent-Length: %d\r\n\r\n"
    name = SECRET_HEADER.encode()
    answer = await door.speak(head % (name, name, len(body)) + body)
    assert b" 401 " in answer or b" 400 " in answer
    assert await door.stored() == 0


BOMBS: dict[str, bytes] = {
    "brackets without end": b"[" * 900_000,
    "braces without end": b'{"a":' * 180_000,
    "an update nested too deep": json.dumps(update()).encode()[:-1] + b',"x":' + b"[" * 300 + b"]" * 300 + b"}",
    "an update nested to the parser's end": json.dumps(update()).encode()[:-1]
    + b',"x":'
    + b"[" * 900
    + b"]" * 900
    + b"}",
    "a number of a million digits": b'{"update_id":' + b"9" * 900_000 + b"}",
    "an update id of forty digits": b'{"update_id":' + b"9" * 40 + b',"message":{"chat":{"id":1}}}',
    "no number": json.dumps(update()).encode()[:-1] + b',"x":NaN}',
    "a number too large": json.dumps(update()).encode()[:-1] + b',"x":[1e999]}',
    "many lists": b"[" + b"[]," * 300_000 + b"[]]",
    "many keys": b"{" + b",".join(b'"%d":0' % at for at in range(90_000)) + b"}",
    "no text": b"\x80\x81\x82",
    "half a text": json.dumps(update()).encode()[:-20],
    "nothing": b"",
    "null": b"null",
    "packed": gzip.compress(b"[" * 50_000_000),
    "two updates": json.dumps([update(), update(6)]).encode(),
}


@pytest.mark.parametrize("bomb", BOMBS)
async def test_a_bomb_with_the_right_secret_is_refused_and_nothing_breaks(door: Door, bomb: str) -> None:
    before = memory()
    packed = {"Content-Encoding": "gzip"} if bomb == "packed" else {}
    assert await door.post(BOMBS[bomb], **{"Content-Type": "application/json"}, **packed) in {200, 400}
    assert await door.stored() == 0
    assert memory() - before < 200


async def test_a_body_too_large_is_refused_before_it_is_read(door: Door) -> None:
    head = b"POST /hook HTTP/1.1\r\nHost: x\r\n%s: %s\r\nContent-Length: 99999999999\r\n\r\n"
    chunk = b" " * 65536
    answer = await door.speak(head % (SECRET_HEADER.encode(), SECRET.encode()), *[chunk] * 20)
    assert b" 413 " in answer
    assert await door.stored() == 0


async def test_a_slow_body_is_given_up_and_holds_up_nobody(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "BODY_SECONDS", 1.0)
    head = b"POST /hook HTTP/1.1\r\nHost: x\r\n%s: %s\r\nContent-Length: 1000\r\n\r\n"
    known, unknown = (head % (SECRET_HEADER.encode(), word) for word in (SECRET.encode(), b"x"))
    slow = [asyncio.create_task(door.speak(known, *[b" "] * 20, more=0.1)) for _ in range(30)]
    strangers = [asyncio.create_task(door.speak(unknown, b" ")) for _ in range(30)]
    assert await door.post(json.dumps(update(77, "x"))) == 200
    assert await door.is_well()
    assert all(b" 401 " in answer for answer in await asyncio.gather(*strangers))
    assert all(b" 408 " in answer for answer in await asyncio.gather(*slow))
    assert await door.stored() == 1


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /hook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nZZZ\r\n",
        b"POST /hook HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 5000 + b"\r\n",
        b"POST /hook HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 100_000 + b"\r\n\r\n",
        b"POST /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "POST /hook HTTP/1.1\r\nHost: 秘密的话\r\n秘密的话: 1\r\n\r\n".encode(),
    ],
    ids=range(9),
)
async def test_what_is_hardly_http_is_refused(door: Door, said: bytes) -> None:
    answer = await door.speak(said)
    assert b" 200 " not in answer
    assert b" 500 " not in answer
    assert await door.stored() == 0


async def test_an_update_repeated_a_hundred_times_at_once_is_one(door: Door) -> None:
    body = json.dumps(update(9, "x"))
    assert set(await asyncio.gather(*(door.post(body) for _ in range(100)))) == {200}
    assert await door.stored() == 1
