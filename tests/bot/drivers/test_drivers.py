"""Both drivers against the offline Telegram: calls, uploads, downloads, and what each refusal becomes."""

from __future__ import annotations

import asyncio
import io
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.config import Secret, Settings
from bot.drivers.aiogram_driver import AiogramDriver
from bot.drivers.driver import Driver, open_driver
from bot.drivers.errors import (
    BadToken,
    Blocked,
    Conflict,
    Gone,
    Moved,
    Rejected,
    RetryLater,
    TooLarge,
    Unchanged,
    Unreachable,
    refusal,
)
from bot.drivers.ptb_driver import PtbDriver
from handlers.chat import Button, File, Photo, Say, Tap
from sandbox.errors import ApiError
from tests.bot.conftest import DRIVERS, Faults

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.client import Phone
    from sandbox.server import Sandbox

ROWS = ((Button("✅ 到位", "visit.answer:7:ok"), Button("❌ 未落实", "visit.answer:7:no")),)


def picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(drawn, "JPEG")
    return drawn.getvalue()


async def collected(driver: Driver, file_id: str) -> bytes:
    return b"".join([chunk async for chunk in driver.download(file_id)])


async def only(driver: Driver) -> object:
    """Fetch everything that waits and read the last of it."""
    updates = await driver.fetch(0, 0)
    return driver.event(updates[-1])


async def test_a_start_says_who_the_bot_is(telegram: Sandbox, driver: Driver) -> None:
    me = await driver.start()
    assert me.username == "xundu_bot"
    assert me.id == int(telegram.token.split(":")[0])


@pytest.mark.parametrize("name", DRIVERS)
async def test_a_token_that_telegram_does_not_know_is_a_bad_token_and_is_never_repeated(
    telegram: Sandbox, name: str
) -> None:
    token = "700000000:" + "x" * 35
    driver = DRIVERS[name](token, telegram.url)
    with pytest.raises(BadToken) as caught:
        await driver.start()
    await driver.close()
    error: BaseException | None = caught.value
    while error is not None:
        assert token not in str(error)
        assert token not in repr(error.args)
        error = error.__cause__


async def test_updates_come_raw_and_are_confirmed_by_the_next_offset(driver: Driver, phone: Phone) -> None:
    await phone.text("7 ✗ 记录缺失")
    updates = await driver.fetch(0, 0)
    assert [one["message"]["text"] for one in updates] == ["/start", "7 ✗ 记录缺失"]
    again = await driver.fetch(0, 0)
    assert again == updates
    assert await driver.fetch(updates[-1]["update_id"] + 1, 0) == []


async def test_a_long_poll_waits_for_an_update(driver: Driver, phone: Phone) -> None:
    first = await driver.fetch(0, 0)
    waiting = asyncio.create_task(driver.fetch(first[-1]["update_id"] + 1, 20))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await phone.text("now")
    assert (await waiting)[0]["message"]["text"] == "now"


async def test_a_message_with_buttons_arrives_and_a_tap_comes_back(
    driver: Driver, phone: Phone, nothing: Callable[[str], Path]
) -> None:
    message_id = await driver.send(4242, Say(text="<b>7</b> · 台账", buttons=ROWS), nothing)
    shown = (await phone.messages())[-1]
    assert shown["id"] == message_id
    assert shown["buttons"][0][1] == {"text": "❌ 未落实", "data": "visit.answer:7:no"}
    pressed = asyncio.create_task(phone.tap("未落实"))
    updates = await driver.fetch(0, 5)
    while "callback_query" not in updates[-1]:
        updates = await driver.fetch(updates[-1]["update_id"] + 1, 5)
    tap = driver.event(updates[-1])
    assert isinstance(tap, Tap)
    assert (tap.data, tap.message_id, tap.chat_id) == ("visit.answer:7:no", message_id, 4242)
    await driver.toast(tap.callback_id, "已存", alert=True)
    assert (await pressed).items() >= {"answered": True, "text": "已存", "alert": True}.items()


async def test_a_menu_and_a_command_menu_are_shown(
    driver: Driver, phone: Phone, nothing: Callable[[str], Path]
) -> None:
    await driver.send(4242, Say(text="欢迎", menu=(("今日督导", "我的待办"), ("更多",)), silent=True), nothing)
    await driver.commands(4242, [("help", "帮助"), ("me", "我")])
    chat = await phone.chat()
    assert "今日督导" in str(chat["keyboard"])
    assert "help" in str(chat["commands"])


async def test_an_edit_changes_the_message_and_the_same_edit_again_is_fine(
    driver: Driver, phone: Phone, nothing: Callable[[str], Path]
) -> None:
    message_id = await driver.send(4242, Say(text="1/22", buttons=ROWS), nothing)
    await driver.edit(4242, message_id, "2/22", ROWS)
    await driver.edit(4242, message_id, "2/22", ROWS)
    shown = (await phone.messages())[-1]
    assert shown["text"] == "2/22"
    await driver.strip(4242, message_id)
    await driver.strip(4242, message_id)
    assert not (await phone.messages())[-1]["buttons"]


async def test_a_deleted_message_is_gone(driver: Driver, phone: Phone, nothing: Callable[[str], Path]) -> None:
    message_id = await driver.send(4242, Say(text="1/22"), nothing)
    await driver.delete(4242, message_id)
    assert message_id not in [one["id"] for one in await phone.messages()]
    with pytest.raises(Gone):
        await driver.edit(4242, message_id, "2/22", ())
    with pytest.raises(Gone):
        await driver.delete(4242, message_id)


@pytest.mark.parametrize("kind", ["picture", "document"])
async def test_a_file_is_uploaded_whole_with_its_caption(
    driver: Driver, phone: Phone, telegram: Sandbox, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "stored").write_bytes(picture())
    say = Say(text="二组 <i>10月21日</i>", **{kind: "stored"}, filename="日报 10月.jpg")  # type: ignore[arg-type]
    await driver.send(4242, say, lambda sha256: tmp_path / sha256)
    shown = (await phone.messages())[-1]
    assert "日报" in str(shown) or kind == "picture"
    assert "10月21日" in shown["caption_html"]


@pytest.mark.parametrize(
    ("kind", "mime", "event"), [("photo", "image/jpeg", Photo), ("document", "application/pdf", File)]
)
async def test_a_file_someone_sent_can_be_downloaded(
    driver: Driver, phone: Phone, kind: str, mime: str, event: type[Photo | File]
) -> None:
    content = picture() if kind == "photo" else b"%PDF-1.7" + bytes(range(256)) * 2000
    await phone.send(kind, content, "台账.pdf", caption="台账", mime=mime)
    got = await only(driver)
    assert isinstance(got, event)
    assert got.caption == "台账"
    brought = await collected(driver, got.file_id)
    if kind == "document":
        assert brought == content
    else:
        Image.open(io.BytesIO(brought)).verify()


async def test_a_file_that_is_not_there_is_rejected(driver: Driver) -> None:
    with pytest.raises(Rejected):
        await collected(driver, "no such file")


async def test_a_download_link_that_ran_out_is_no_bad_token(
    driver: Driver, phone: Phone, telegram: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await phone.send("document", b"x" * 100, "a.txt")
    got = await only(driver)
    assert isinstance(got, File)
    monkeypatch.setattr(telegram.world.files, "at", lambda _: None)
    with pytest.raises(Rejected, match="link"):
        await collected(driver, got.file_id)


async def test_someone_who_blocked_the_bot_and_someone_unknown_are_blocked(
    driver: Driver, phone: Phone, nothing: Callable[[str], Path]
) -> None:
    await phone.do("block")
    for chat_id in (4242, 999):
        with pytest.raises(Blocked):
            await driver.send(chat_id, Say(text="x"), nothing)


async def test_broken_markup_is_rejected(driver: Driver, phone: Phone, nothing: Callable[[str], Path]) -> None:
    with pytest.raises(Rejected, match="parse entities"):
        await driver.send(4242, Say(text="<b>open"), nothing)


async def test_a_second_poller_is_a_conflict(telegram: Sandbox, driver: Driver) -> None:
    first = asyncio.create_task(driver.fetch(0, 20))
    await asyncio.sleep(0.05)
    other = PtbDriver(telegram.token, telegram.url)
    await other.start()
    second = asyncio.create_task(other.fetch(0, 20))
    done, pending = await asyncio.wait([first, second], return_when=asyncio.FIRST_COMPLETED, timeout=5)
    with pytest.raises(Conflict):
        await done.pop()
    for one in pending:
        one.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    await other.close()


async def test_polling_while_a_webhook_is_set_is_a_conflict(telegram: Sandbox, driver: Driver) -> None:
    await driver.set_webhook("https://127.0.0.1:1/hook", "a-secret-word-of-ours")
    with pytest.raises(Conflict):
        await driver.fetch(0, 0)
    await driver.delete_webhook()
    assert await driver.fetch(0, 0) == []


REFUSALS = [
    (ApiError(429, "Too Many Requests: retry after 7", {"retry_after": 7}), RetryLater),
    (ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": -1009}), Moved),
    (ApiError(403, "Forbidden: user is deactivated"), Blocked),
    (ApiError(403, "Forbidden: bot was kicked from the group chat"), Blocked),
    (ApiError(400, "Bad Request: chat not found"), Blocked),
    (ApiError(400, "Bad Request: not enough rights to send text messages to the chat"), Blocked),
    (ApiError(400, "Bad Request: message text is empty"), Rejected),
    (ApiError(413, "Request Entity Too Large"), TooLarge),
    (ApiError(401, "Unauthorized"), BadToken),
    (ApiError(409, "Conflict: terminated by other getUpdates request"), Conflict),
    (ApiError(500, "Internal Server Error: restart"), Unreachable),
    (ApiError(502, "Bad Gateway"), Unreachable),
    (ApiError(418, "I'm a teapot"), Rejected),
]


@pytest.mark.parametrize(("answer", "error"), REFUSALS, ids=[one.description for one, _ in REFUSALS])
async def test_what_telegram_refuses_becomes_our_error(
    driver: Driver,
    phone: Phone,
    faults: Faults,
    nothing: Callable[[str], Path],
    answer: ApiError,
    error: type[Exception],
) -> None:
    faults.refuse = lambda *_: answer
    with pytest.raises(error) as caught:
        await driver.send(4242, Say(text="x"), nothing)
    if isinstance(caught.value, RetryLater):
        assert caught.value.seconds == 7
    if isinstance(caught.value, Moved):
        assert caught.value.to == -1009
    if isinstance(caught.value, Unreachable):
        assert caught.value.fate_unknown


@pytest.mark.parametrize("name", DRIVERS)
async def test_nobody_listening_means_the_message_was_never_sent(name: str, nothing: Callable[[str], Path]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        driver = DRIVERS[name]("700000000:" + "x" * 35, f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(Unreachable) as caught:
            await driver.start()
        await driver.close()
    assert not caught.value.fate_unknown
    assert "x" * 35 not in str(caught.value)


@pytest.mark.parametrize("name", DRIVERS)
@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nnot json!"], ids=["cut", "junk"])
async def test_a_broken_answer_leaves_the_fate_unknown(name: str, answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    driver = DRIVERS[name]("700000000:" + "x" * 35, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    with pytest.raises(Unreachable) as caught:
        await driver.start()
    await driver.close()
    server.close()
    assert caught.value.fate_unknown


def test_not_modified_is_told_apart() -> None:
    assert isinstance(refusal(400, "Bad Request: message is not modified: specified new message"), Unchanged)


@pytest.mark.parametrize(("name", "kind"), [("aiogram", AiogramDriver), ("ptb", PtbDriver)])
def test_the_driver_is_chosen_by_its_name(name: str, kind: type[Driver]) -> None:
    settings = Settings(bot_token=Secret("700000000:" + "x" * 35), driver=name)
    assert type(open_driver(settings)) is kind


def test_the_default_driver_brings_no_other_library_and_no_command_line_into_memory() -> None:
    code = (
        "import sys; from bot.drivers.driver import open_driver; from bot.config import Settings, Secret;"
        "open_driver(Settings(bot_token=Secret('700000000:' + 'x' * 35)));"
        "sys.exit('telegram' not in sys.modules or bool({'aiogram', 'rich', 'pygments', 'click'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_an_answer_that_is_no_list_of_updates_is_no_crash(driver: Driver, telegram: Sandbox) -> None:
    async def odd(_: object, __: object) -> object:
        return ["not an update"]

    telegram.bot_api.add_layer(odd)
    with pytest.raises(Unreachable):
        await driver.fetch(0, 0)
