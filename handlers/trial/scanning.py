"""The code in a photo that was sent for a question of a trial: asked for, and taken once it has been read.

It is read in the background (bot/background/trying.py), which brings forward the timer that is planned here; when that
comes by itself, nothing could be read. Nothing of the photo is kept.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from handlers.chat import MAX_FILE_BYTES
from handlers.errors import UserError
from handlers.progress import brief
from handlers.text import mark
from storage.chat import timers

if TYPE_CHECKING:
    from handlers.chat import Attachment, Timer
    from handlers.trial.order import Stop
    from handlers.turn import Turn

PATIENCE: Final = timedelta(seconds=30)
SHOWN: Final = 5
CODE: Final = 40

NO_PICTURE = mark("A code is read from a photo. Please send one, or type the code.")
NO_CODE = mark("No code was found in the photo. Take it closer and in good light, or type the code.")
NOT_FETCHED = mark("The photo could not be fetched from Telegram. Please send it again, or type the code.")
SEVERAL = mark("There are several codes in the photo: {codes}. Please send a photo of one, or type it.")


async def look(turn: Turn, sent: Attachment, stop: Stop) -> None:
    """Have a photo looked at; what was read comes by a timer."""
    if not (sent.kind == "photo" or sent.mime.startswith("image/")) or sent.size > MAX_FILE_BYTES:
        raise UserError(NO_PICTURE)
    key = f"trial-code:{turn.chat_id}:{sent.message_id}"
    args = {"file": sent.file_id, "at": stop.key, "began": turn.state.get("began")}
    await timers.plan(turn.db, key, turn.now + PATIENCE, turn.chat_id, "trial.code", args)
    turn.attached += 1  # whoever reads photos is woken


def awaited(turn: Turn, timer: Timer) -> bool:
    """Tell whether the same trial still shows the question that a photo was sent for."""
    state = turn.state if turn.conversation.journey == "trial" else {}
    return bool(state) and (state.get("at"), state.get("began")) == (timer.args.get("at"), timer.args.get("began"))


def read(timer: Timer) -> str:
    """Return the one code of the photo; raises UserError that says why there is none."""
    codes = timer.args.get("codes")
    if not isinstance(codes, list):
        raise UserError(NOT_FETCHED)
    if not codes:
        raise UserError(NO_CODE)
    if len(codes) > 1:
        raise UserError(SEVERAL, codes=", ".join(brief(str(one), CODE) for one in codes[:SHOWN]))
    return str(codes[0])
