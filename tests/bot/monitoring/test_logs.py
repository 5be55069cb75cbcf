"""Nothing in the log shows a token, a name or anything that people wrote, and a machine can read it."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import main
from bot.monitoring import logs
from bot.offline import demo
from bot.offline.script import Walker, picture, play
from handlers.journey import Command
from sandbox.client import Phone
from sandbox.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from handlers.turn import Turn
    from sandbox.botapi import Incoming

TOKEN = "700000000:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]")
NAME, WORDS, CAPTION, FILE, BUG, REFUSED = (
    "Wendeline",
    "Zephyrine",
    "Quillfeather",
    "Brontide",
    "Halcyonid",
    "Petrichor",
)
"""What people write here, besides everything that is in Chinese."""


@contextmanager
def logged(form: str, level: str = "DEBUG") -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, as the process would write it."""
    root, stream, stderr = logging.getLogger(), io.StringIO(), sys.stderr
    handlers, before = list(root.handlers), root.level
    sys.stderr = stream
    try:
        logs.configure(level, form)
        yield stream
    finally:
        sys.stderr = stderr
        root.handlers[:] = handlers
        root.setLevel(before)


# --- the whole bot ---


@pytest.mark.parametrize(("form", "driver"), [("json", "aiogram"), ("text", "ptb")])
async def test_a_whole_visit_leaves_no_name_word_or_token_in_the_log(form: str, driver: str, tmp_path: Path):
    with logged(form) as stream:
        async with demo.offline(tmp_path, 0, driver, rushed=True) as (telegram, app):
            telegram.world.add_phone(4711, NAME, "en", "", "i_" + NAME * 2)
            telegram.bot_api.add_layer(refuse)
            app._engine.registry.commands["me"] = Command(stumble)
            async with Phone(telegram.url, demo.INSPECTOR) as phone, Phone(telegram.url, 4711) as stranger:

                async def settled() -> None:
                    while telegram.world.updates.waiting:
                        await asyncio.sleep(demo.POLL)
                    await app.settled()

                await stranger.start()
                await stranger.text(WORDS)
                await phone.start()
                await settled()
                await phone.text(WORDS)
                await phone.text(f"{WORDS}{REFUSED}")
                await phone.send("document", b"PK", f"{FILE}.docx", CAPTION)
                await phone.send("photo", picture(CAPTION), "photo.jpg", CAPTION, "image/jpeg")
                await phone.text(f"/me {BUG}")
                await settled()
                await play(Walker(phone, settled))
    written = stream.getvalue()
    assert re.search(r"update \d+ failed: ValueError at test_logs\.py:\d+", written)
    assert re.search(r"message \d+ to chat \d+ failed: Rejected", written)
    assert "DEBUG" in written
    invitations = {one["start"] for one in json.loads((tmp_path / "phones.json").read_text("utf-8"))}
    planted = {NAME, WORDS, CAPTION, FILE, BUG, REFUSED, demo.TOKEN, *invitations}
    assert [one for one in planted if one in written] == []
    assert CHINESE.findall(written) == []
    if form == "json":
        lines = [json.loads(line) for line in written.splitlines()]
        assert all({"at", "level", "logger", "event", "message"} <= line.keys() for line in lines)


async def refuse(incoming: Incoming, perform: Callable[[Incoming], Awaitable[object]]) -> object:
    """Refuse the first messages of the inspector's in Telegram's way, quoting them."""
    text = str(incoming.sent.values.get("text", ""))
    if incoming.method == "sendmessage" and "督导员01" in text:
        raise ApiError(400, f"Bad Request: can't parse entities: {REFUSED} {text}")
    return await perform(incoming)


async def stumble(_: Turn, words: str) -> None:
    """Be a bug that quotes what was written."""
    raise ValueError(f"no such thing: {words}") from KeyError(words)


def test_a_bug_of_the_program_itself_is_logged_without_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def stumbling(*_: object, **__: object) -> None:
        raise LookupError(WORDS)

    monkeypatch.setattr("bot.config.read", stumbling)
    assert main(["migrate"]) == 1
    said = capsys.readouterr().err
    assert "stopped by a bug" in said
    assert "LookupError" in said
    assert WORDS not in said


# --- the formatters ---

FORMATTERS = pytest.mark.parametrize("formatter", [logs.Text(), logs.Json()], ids=["text", "json"])


def record(message: str, *args: object, error: BaseException | None = None, name: str = "bot.x") -> logging.LogRecord:
    trouble = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord(name, logging.ERROR, __file__, 1, message, args, trouble)


@FORMATTERS
def test_a_token_in_a_message_and_in_a_traceback_is_taken_out(formatter: logging.Formatter):
    error = ConnectionError(f"Connection timeout to host https://api.telegram.org/bot{TOKEN}/getMe")
    written = formatter.format(record("POST /file/bot%s/a.jpg", TOKEN, error=error))
    assert "a.jpg" in written
    assert "Connection timeout" in written
    assert TOKEN not in written
    assert "AAbb" not in written


def test_an_escaped_token_is_taken_out_too():
    assert "AAbb" not in logs.redacted("/bot" + TOKEN.replace(":", "%3A") + "/getMe")


def failure() -> BaseException:
    """An error that was led to by another, in a group, with a note: all of them quote somebody."""
    try:
        inner = ValueError(WORDS)
        inner.add_note(WORDS)
        raise ExceptionGroup(WORDS, [inner, TypeError(WORDS)]) from KeyError(WORDS)  # noqa: TRY301 - it is wanted with its trace
    except ExceptionGroup as error:
        return error


@FORMATTERS
def test_a_traceback_shows_places_and_kinds_but_nobodys_words(formatter: logging.Formatter):
    written = formatter.format(record("it failed", error=failure()))
    for kind in ("KeyError", "ExceptionGroup", "ValueError", "TypeError", "test_logs.py"):
        assert kind in written
    assert WORDS not in written


@FORMATTERS
def test_what_another_formatter_made_of_a_traceback_is_not_used(formatter: logging.Formatter):
    twice = record("it failed", error=failure())
    assert WORDS in logging.Formatter().format(twice)
    assert WORDS not in formatter.format(twice)


@FORMATTERS
async def test_a_task_that_nobody_waited_for_shows_no_words(formatter: logging.Formatter):
    caught: list[str] = []

    class Catching(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            caught.append(formatter.format(record))

    handler = Catching()
    logging.getLogger("asyncio").addHandler(handler)
    try:
        error = failure()
        context = {"message": "Task exception was never retrieved", "exception": error, "future": f"<Task {error!r}>"}
        asyncio.get_running_loop().default_exception_handler(context)
    finally:
        logging.getLogger("asyncio").removeHandler(handler)
    (written,) = caught
    assert "Task exception was never retrieved" in written
    assert WORDS not in written


def test_a_json_line_says_when_how_bad_who_and_what():
    made = record("message %s to chat %s failed", 7, -100)
    made.created, made.visit = 1_795_000_000.5, 12
    assert json.loads(logs.Json().format(made)) == {
        "at": "2026-11-18T11:06:40.500+00:00",
        "level": "ERROR",
        "logger": "bot.x",
        "event": "message %s to chat %s failed",
        "message": "message 7 to chat -100 failed",
        "visit": 12,
    }


def test_a_json_line_is_one_line():
    written = logs.Json().format(record("one\ntwo", error=failure()))
    assert "\n" not in written


def test_libraries_are_kept_from_chatting():
    with logged("text"):
        for name in ("httpx", "telegram.Bot", "aiogram.event", "sqlalchemy.engine", "aiosqlite", "a_new_one"):
            assert not logging.getLogger(name).isEnabledFor(logging.INFO), name
        assert logging.getLogger("bot.outgoing.deliver").isEnabledFor(logging.DEBUG)
