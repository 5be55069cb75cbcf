"""What is read without a library is read as the libraries read it, and only where nothing is out of the ordinary."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import telegram
from aiogram.types import Update

from bot.drivers.events import bare, event_of
from bot.drivers.usual import usual
from handlers.chat import Tap, Text
from tests.bot import raw

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
COMMAND = {"type": "bot_command", "offset": 0, "length": 6}
LAST: dict[str, Any] = {"from": raw.PERSON | {"last_name": "Wang", "username": "wang"}}

USUAL: dict[str, dict[str, Any]] = {
    "a tap": raw.tap(),
    "words": raw.message(text="7 ✗ 地面湿滑"),
    "a command": raw.message(text="/start i_1", entities=[COMMAND]),
    "two names": raw.message(text="hello", **LAST),
}

RARE: dict[str, dict[str, Any]] = {
    "bold words": raw.message(text="b", entities=[{"type": "bold", "offset": 0, "length": 1}]),
    "a reply": raw.message(text="b", reply_to_message={"message_id": 5, "date": raw.AT, "chat": raw.CHAT, "text": "q"}),
    "words in a group": raw.message(chat=raw.GROUP, text="hello"),
    "an edit": raw.message(key="edited_message", text="better", edit_date=raw.AT + 60),
    "a number for words": raw.message(text=7),
    "true for a number": raw.message(text="b", message_id=True),
    "no message": {"update_id": 5, "message": None},
    "a list": {"update_id": 5, "callback_query": []},
    "two at once": raw.tap() | raw.message(text="b"),
}


def clock() -> datetime:
    return NOW


@pytest.mark.parametrize("name", USUAL)
def test_the_usual_is_read_as_both_libraries_read_it(name: str) -> None:
    update = bare(USUAL[name])
    found = usual(update, clock)
    assert isinstance(found, Tap | Text)
    assert found == event_of(telegram.Update.de_json(update, None), clock)
    assert found == event_of(Update.model_validate(update), clock)


@pytest.mark.parametrize("name", RARE)
def test_whatever_is_not_as_usual_is_left_to_the_library(name: str) -> None:
    assert usual(bare(RARE[name]), clock) is None
