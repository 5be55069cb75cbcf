"""Updates are stored, then confirmed: by long poll and by webhook, on both databases."""

from __future__ import annotations

import asyncio
import io
import json
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.drivers.errors import BadToken, Conflict, Unreachable
from bot.incoming.receive import MAX_BODY_BYTES, SECRET_HEADER, Intake, Poller, Webhook, chat_of
from storage.chat import inbox
from storage.database import Database, Unavailable
from tests.bot import raw
from tests.bot.conftest import now, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from bot.drivers.driver import Driver
    from sandbox.client import Phone
    from sandbox.server import Sandbox

SECRET = "a-secret-word-of-ours"


class Woken:
    """Collects the chats that were woken."""

    def __init__(self) -> None:
        self.chats: list[int] = []

    def __call__(self, chats: Iterable[int]) -> None:
        self.chats.extend(chats)


async def stored(database: Database) -> list[tuple[int | None, int]]:
    """List what waits in the inbox, in order of arrival: (update id, chat)."""
    found = []
    async with database.read() as db:
        for chat_id in sorted(await inbox.waiting_chats(db, now())):
            row = await inbox.next_for(db, chat_id, now())
            assert row is not None
            found.append((row.update_id, chat_id))
    return found


class Broken(Database):
    """A database that is out of order while ``broken``."""

    broken = False

    def begin(self):
        if self.broken:
            raise Unavailable("out of order")
        return super().begin()


@pytest.fixture
async def broken(sqlite_url: str) -> AsyncIterator[Broken]:
    opened = Broken(sqlite_url)
    yield opened
    await opened.close()


# --- which chat ---


@pytest.mark.parametrize(
    ("update", "chat_id"),
    [
        (raw.message(text="x"), 4242),
        (raw.message(key="edited_message", chat=raw.GROUP, text="x"), -100200),
        (raw.tap(), 4242),
        (raw.membership("kicked"), 4242),
        (raw.tap(message=None), None),
        ({"update_id": 1, "inline_query": {"id": "1", "from": raw.PERSON}}, None),
        ({"message": {"chat": {"id": True}}}, None),
        ({"message": {"chat": {"id": 2**64}}}, None),
    ],
)
def test_the_chat_of_an_update_is_found(update: dict[str, object], chat_id: int | None) -> None:
    assert chat_of(update) == chat_id


@settings(deadline=None)  # other work on the machine is no failure
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from(["message", "callback_query", "my_chat_member", "chat", "id"]), inner)
        ),
        max_leaves=8,
    )
)
def test_no_update_is_too_odd_to_look_for_its_chat(update: object) -> None:
    found = chat_of(update)
    assert found is None or isinstance(found, int)


# --- by long poll ---


async def test_what_was_stored_is_confirmed_by_the_next_poll_and_its_chats_are_woken(
    database: Database, one_driver: Driver, phone: Phone
) -> None:
    woken = Woken()
    poller = Poller(one_driver, database, Intake(database, woken, now), wait=0)
    await phone.text("first")
    await poller.once()
    assert woken.chats == [4242]
    assert len(await one_driver.fetch(0, 0)) == 2, "stored, but not confirmed before the next poll"
    await poller.once()
    assert await one_driver.fetch(0, 0) == []


async def test_an_update_that_telegram_repeats_is_stored_once(database: Database) -> None:
    woken = Woken()
    intake = Intake(database, woken, now)
    await intake.store([raw.message(5, text="a"), raw.message(6, text="b")])
    await intake.store([raw.message(6, text="b"), raw.message(5, text="a")])
    assert woken.chats == [4242]
    async with database.read() as db:
        assert (await inbox.depth(db)).waiting == 2


async def test_an_update_of_no_chat_is_dropped_and_does_not_hold_the_others(database: Database) -> None:
    intake = Intake(database, Woken(), now)
    await intake.store([{"update_id": 1, "poll": {}}, {"update_id": "x"}, {}, raw.message(4, text="a")])
    assert await stored(database) == [(4, 4242)]


async def test_text_that_no_column_would_take_is_kept_as_it_came(database: Database) -> None:
    odd = raw.message(9, text="\x00 \ud800 \u202e \U0001f468\u200d\U0001f469")
    await Intake(database, Woken(), now).store([odd])
    async with database.read() as db:
        row = await inbox.next_for(db, 4242, now())
    assert row is not None
    assert row.payload == odd


async def test_nothing_is_confirmed_while_nothing_can_be_stored(
    broken: Broken, one_driver: Driver, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.incoming.receive._LONGEST_PAUSE", 0.05)
    broken.broken = True
    woken = Woken()
    poller = asyncio.create_task(Poller(one_driver, broken, Intake(broken, woken, now), wait=0).run())
    await asyncio.sleep(0.2)
    assert not woken.chats
    assert not poller.done()
    broken.broken = False
    await until(lambda: woken.chats == [4242])
    poller.cancel()
    await asyncio.gather(poller, return_exceptions=True)


async def test_the_poller_turns_a_webhook_off_that_is_in_its_way(
    sqlite_database: Database, one_driver: Driver, phone: Phone
) -> None:
    await one_driver.set_webhook("https://127.0.0.1:1/hook", SECRET)
    woken = Woken()
    poller = asyncio.create_task(Poller(one_driver, sqlite_database, Intake(sqlite_database, woken, now), wait=1).run())
    await until(lambda: woken.chats == [4242])
    poller.cancel()
    await asyncio.gather(poller, return_exceptions=True)


async def test_a_second_bot_is_reported_and_the_poller_goes_on_when_it_is_gone(
    sqlite_database: Database,
    one_driver: Driver,
    phone: Phone,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("bot.incoming.receive._CONFLICT_SECONDS", 0.02)
    monkeypatch.setattr("bot.incoming.receive._LONGEST_PAUSE", 0.02)
    fetch = one_driver.fetch
    answers: list[Exception] = [Unreachable("x", fate_unknown=True), Conflict("terminated"), Conflict("terminated")]

    async def refused(offset: int, wait: float) -> list[dict[str, object]]:
        if answers:
            raise answers.pop()
        return await fetch(offset, wait)

    monkeypatch.setattr(one_driver, "fetch", refused)
    woken = Woken()
    poller = asyncio.create_task(Poller(one_driver, sqlite_database, Intake(sqlite_database, woken, now), wait=1).run())
    await until(lambda: woken.chats == [4242])
    poller.cancel()
    await asyncio.gather(poller, return_exceptions=True)
    assert "is it running twice" in caplog.text


async def test_a_revoked_token_ends_the_poller(sqlite_database: Database, telegram: Sandbox) -> None:
    from bot.drivers.ptb_driver import PtbDriver  # noqa: PLC0415 - only this test makes its own

    driver = PtbDriver("700000000:" + "x" * 35, telegram.url)
    await driver._request.initialize()
    with pytest.raises(BadToken):
        await Poller(driver, sqlite_database, Intake(sqlite_database, Woken(), now)).run()
    await driver.close()


async def test_only_one_of_several_processes_polls_and_another_takes_over(
    postgres_url: str, one_driver: Driver, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.incoming.receive._FOLLOW_SECONDS", 0.05)
    first, second = Database(postgres_url), Database(postgres_url)
    woken = [Woken(), Woken()]
    pollers = [
        asyncio.create_task(Poller(one_driver, one, Intake(one, heard, now), wait=1).run())
        for one, heard in zip((first, second), woken, strict=True)
    ]
    await until(lambda: bool(woken[0].chats or woken[1].chats))
    leads = 0 if woken[0].chats else 1
    pollers[leads].cancel()
    await asyncio.gather(pollers[leads], return_exceptions=True)
    await phone.text("again")
    await until(lambda: bool(woken[1 - leads].chats))
    pollers[1 - leads].cancel()
    await asyncio.gather(*pollers, return_exceptions=True)
    await first.close()
    await second.close()


# --- by webhook ---


@pytest.fixture
async def hook(broken: Broken) -> AsyncIterator[tuple[str, Woken]]:
    woken = Woken()
    url = "https://bot.example.org/xundu/hook"
    runner = web.AppRunner(Webhook(Intake(broken, woken, now), SECRET).app(url), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/xundu/hook", woken
    await runner.cleanup()


async def post(url: str, body: bytes | io.BytesIO, secret: str | None = SECRET) -> tuple[int, str]:
    headers = {} if secret is None else {SECRET_HEADER: secret}
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status, answer.headers.get("Retry-After", "")


async def test_the_webhook_stores_and_then_says_yes(hook: tuple[str, Woken], broken: Broken) -> None:
    url, woken = hook
    assert (await post(url, json.dumps(raw.message(5, text="a")).encode()))[0] == 200
    assert woken.chats == [4242]
    assert await stored(broken) == [(5, 4242)]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "ключ"])
async def test_without_the_secret_nothing_gets_in(hook: tuple[str, Woken], broken: Broken, secret: str | None) -> None:
    url, woken = hook
    assert (await post(url, json.dumps(raw.message(5, text="a")).encode(), secret))[0] == 401
    assert not woken.chats
    assert await stored(broken) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"7", b'"x"'])
async def test_a_body_that_is_no_update_is_refused(hook: tuple[str, Woken], body: bytes) -> None:
    assert (await post(hook[0], body))[0] == 400


async def test_a_body_too_large_is_refused(hook: tuple[str, Woken]) -> None:
    assert (await post(hook[0], io.BytesIO(b" " * (MAX_BODY_BYTES + 1))))[0] == 413


async def test_a_database_out_of_order_makes_telegram_come_again(hook: tuple[str, Woken], broken: Broken) -> None:
    body = json.dumps(raw.message(5, text="a")).encode()
    broken.broken = True
    assert await post(hook[0], body) == (503, "2")
    broken.broken = False
    assert (await post(hook[0], body))[0] == 200
    assert await stored(broken) == [(5, 4242)]


async def test_an_update_that_cannot_be_stored_is_a_line_in_the_log_and_no_flood(
    hook: tuple[str, Woken], broken: Broken, caplog: pytest.LogCaptureFixture
) -> None:
    broken.broken = True
    for number in (5, 6, 7):
        await post(hook[0], json.dumps(raw.message(number, text="a")).encode())
    told = [one.getMessage() for one in caplog.records if one.name == "bot.incoming.receive"]
    assert told == ["updates cannot be stored, so they are not confirmed; Telegram brings them again"]


async def test_telegram_and_the_webhook_understand_each_other(
    broken: Broken, driver: Driver, telegram: Sandbox, phone: Phone
) -> None:
    woken = Woken()
    runner = web.AppRunner(Webhook(Intake(broken, woken, now), SECRET).app("http://127.0.0.1/hook"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await driver.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", SECRET)
    await phone.text("by webhook")

    async def both() -> bool:
        async with broken.read() as db:
            return (await inbox.depth(db)).waiting == 2

    await until(both)
    await driver.delete_webhook()
    await runner.cleanup()
