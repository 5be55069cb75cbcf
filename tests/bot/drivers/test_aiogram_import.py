"""aiogram is imported with its models unbuilt, and reads and sends as ever."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from aiogram.methods import SendMessage
from aiogram.methods.base import Response
from aiogram.types import Message, Update

from tests.bot.raw import AUDIO, DOCUMENT, PHOTO, STICKER, VIDEO, membership, message, tap

ROOT = Path(__file__).parents[3]
SENT = {"message_id": 5, "date": 1, "chat": {"id": 7, "type": "private"}, "text": "a", "photo": PHOTO}
UPDATES = [
    message(text="你好", entities=[{"type": "bold", "offset": 0, "length": 1}], reply_to_message=SENT),
    message(key="edited_message", photo=PHOTO, caption="x", edit_date=2),
    message(document=DOCUMENT),
    message(audio=AUDIO, video=VIDEO, sticker=STICKER),
    message(location={"latitude": 30.1, "longitude": 120.2}),
    tap(),
    membership("kicked"),
]

PREPARED = """
from bot.drivers import aiogram_import
aiogram_import.prepare()
"""

TOLD = """
import json
from aiogram import types
unbuilt = sum(not getattr(getattr(types, one), "__pydantic_complete__", True) for one in types.__all__)
from tests.bot.drivers.test_aiogram_import import answers
print(json.dumps([unbuilt, answers()]))
"""


def answers() -> list[str]:
    """What aiogram makes of updates, of an answer to a call, and of a call."""
    read = [repr(Update.model_validate(one)) for one in UPDATES]
    given = Response[Message].model_validate({"ok": True, "result": SENT})
    asked = SendMessage(chat_id=7, text="a", reply_markup={"inline_keyboard": [[{"text": "b", "callback_data": "c"}]]})
    return [*read, repr(given.result), repr(asked)]


def told(script: str) -> tuple[int, list[str]]:
    """How many models were left unbuilt in a process of its own, and its answers."""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    unbuilt, found = json.loads(done.stdout)
    return unbuilt, found


def test_models_that_were_not_built_at_import_read_what_they_read_otherwise() -> None:
    unbuilt, found = told(PREPARED + TOLD)
    assert unbuilt > 300, "aiogram built its models after all: its way of doing so has changed"
    assert (0, found) == told(TOLD)
