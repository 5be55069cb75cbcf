"""The webhook: settings, secret, order within a chat, and trying again."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import aiohttp

    from sandbox.experiment import Experiment
    from sandbox.server import Sandbox
    from tests.sandbox.conftest import Hand, Library


class Receiver:
    """A bot's webhook: remembers what it was sent, and answers what it is told to."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[dict[str, Any]] = []
        self.secrets: set[str | None] = set()
        self.busy: defaultdict[int, int] = defaultdict(int)
        self.most_busy = 0
        self.answer: Callable[[dict[str, Any]], web.Response] = lambda _: web.Response()

    async def take(self, request: web.Request) -> web.Response:
        update = await request.json()
        chat = (update.get("message") or update["my_chat_member"])["chat"]["id"]
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.busy[chat] += 1
        assert self.busy[chat] == 1, "two updates of one chat at once"
        self.most_busy = max(self.most_busy, sum(self.busy.values()))
        await asyncio.sleep(0.002)
        self.busy[chat] -= 1
        answer = self.answer(update)
        if answer.status == 200:
            self.got.append(update)
        return answer

    def texts(self, chat_id: int) -> list[str]:
        return [one["message"]["text"] for one in self.got if one["message"]["chat"]["id"] == chat_id]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(30):
            while len(self.got) < count:
                await asyncio.sleep(0.005)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_post("/hook", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


async def test_updates_are_posted_with_the_secret(library: Library, person: Hand, receiver: Receiver) -> None:
    await person.do("text", text="早于设置")
    assert await library.call("set_webhook", url=receiver.url, secret_token="s_3-Cret") is True
    await person.do("text", text="晚于设置")
    await receiver.until(2)
    assert receiver.texts(person.id) == ["早于设置", "晚于设置"]
    assert receiver.secrets == {"s_3-Cret"}
    info = await library.call("get_webhook_info")
    assert (info["url"], info["pending_update_count"]) == (receiver.url, 0)


async def test_one_chat_in_order_several_at_once(
    library: Library, sandbox: Sandbox, http: aiohttp.ClientSession, receiver: Receiver
) -> None:
    ids = [await sandbox.add_phone(name=f"督导员{n}") for n in range(6)]
    await library.call("set_webhook", url=receiver.url)

    async def talk(chat_id: int) -> None:
        for n in range(8):
            async with http.post(f"{sandbox.url}/phones/{chat_id}/text", json={"text": str(n)}) as answer:
                assert answer.status == 200

    await asyncio.gather(*map(talk, ids))
    await receiver.until(48)
    for chat_id in ids:
        assert receiver.texts(chat_id) == [str(n) for n in range(8)]
    assert receiver.most_busy > 1


async def test_what_was_not_taken_is_tried_again_before_anything_later(
    library: Library, person: Hand, receiver: Receiver
) -> None:
    tries: list[str] = []

    def answer(update: dict[str, Any]) -> web.Response:
        tries.append(update["message"]["text"])
        return web.Response(status=500 if len(tries) <= 3 else 200)

    receiver.answer = answer
    await library.call("set_webhook", url=receiver.url)
    await person.do("text", text="一")
    await person.do("text", text="二")
    await receiver.until(2)
    assert tries == ["一", "一", "一", "一", "二"]
    info = await library.call("get_webhook_info")
    assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"


async def test_retry_after_is_honoured(library: Library, person: Hand, receiver: Receiver) -> None:
    loop = asyncio.get_running_loop()
    at: list[float] = []

    def answer(_: dict[str, Any]) -> web.Response:
        at.append(loop.time())
        return web.Response(status=503, headers={"Retry-After": "1"}) if len(at) == 1 else web.Response()

    receiver.answer = answer
    await library.call("set_webhook", url=receiver.url)
    await person.do("text", text="一")
    await receiver.until(1)
    assert at[1] - at[0] >= 0.99


async def test_a_bot_that_is_down_gets_everything_when_it_is_back(
    library: Library, person: Hand, receiver: Receiver
) -> None:
    await library.call("set_webhook", url="http://127.0.0.1:9/hook")
    await person.do("text", text="一")
    async with asyncio.timeout(30):
        while "last_error_message" not in (info := await library.call("get_webhook_info")):
            await asyncio.sleep(0.01)
    assert (info["last_error_message"], info["pending_update_count"]) == ("Connection refused", 1)
    await library.call("set_webhook", url=receiver.url)
    await receiver.until(1)
    assert receiver.texts(person.id) == ["一"]


async def test_a_call_in_the_answer_is_performed(library: Library, person: Hand, receiver: Receiver) -> None:
    receiver.answer = lambda update: web.json_response(
        {"method": "sendMessage", "chat_id": update["message"]["chat"]["id"], "text": "收到"}
    )
    await library.call("set_webhook", url=receiver.url)
    await person.do("text", text="一")
    await receiver.until(1)
    async with asyncio.timeout(30):
        while (await person.chat())["messages"][-1].get("text") != "收到":
            await asyncio.sleep(0.005)


async def test_polling_and_a_webhook_exclude_each_other(library: Library, person: Hand, receiver: Receiver) -> None:
    await library.call("set_webhook", url=receiver.url)
    with pytest.raises(library.refusals.conflict, match="can't use getUpdates method while webhook is active"):
        await library.call("get_updates")
    assert await library.call("delete_webhook") is True
    await person.do("text", text="一")
    assert len(await library.call("get_updates")) == 1
    assert receiver.got == []


async def test_waiting_updates_can_be_dropped(library: Library, person: Hand) -> None:
    await person.do("text", text="一")
    await library.call("delete_webhook", drop_pending_updates=True)
    assert await library.call("get_updates") == []


@pytest.mark.parametrize(
    ("url", "secret", "reason"),
    [
        ("ftp://x", "", "invalid webhook URL specified"),
        ("https://x/h", "not allowed!", "secret token contains unallowed characters"),
        ("https://x/h", "a" * 257, "secret token is too long"),
    ],
)
async def test_wrong_settings_are_refused(library: Library, url: str, secret: str, reason: str) -> None:
    with pytest.raises(library.refusals.bad_request, match=f"(?i){reason}"):
        await library.call("set_webhook", url=url, secret_token=secret)


async def test_an_update_can_be_posted_twice_though_it_was_taken(
    library: Library, person: Hand, receiver: Receiver, experiment: Experiment
) -> None:
    await experiment.put_faults(duplicate_update=1)
    await library.call("set_webhook", url=receiver.url)
    for text in ("一", "二"):
        await person.do("text", text=text)
    await receiver.until(4)
    assert receiver.texts(person.id) == ["一", "一", "二", "二"]
    assert await experiment.counts() == {"duplicate_update": 2}


async def test_what_nobody_takes_within_24_hours_is_dropped(
    library: Library, person: Hand, receiver: Receiver, experiment: Experiment
) -> None:
    receiver.answer = lambda _: web.Response(status=500)
    await library.call("set_webhook", url=receiver.url)
    await person.do("text", text="旧")
    await experiment.advance(24 * 3600 + 2)
    async with asyncio.timeout(30):
        while await experiment.waiting():
            await asyncio.sleep(0.01)
    receiver.answer = lambda _: web.Response()
    await person.do("text", text="新")
    await receiver.until(1)
    assert receiver.texts(person.id) == ["新"]
