"""Takes the file of a register, and tells its sender when it has been read.

The file is only noted down here, with where it lies at Telegram; it comes home and is read in the background, and a
timer brings the news.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.access import may
from handlers.belonging import roles_of
from handlers.chat import MAX_FILE_BYTES, Attachment, Button, File, Text
from handlers.errors import UserError
from handlers.journey import data
from handlers.menu import keyboard
from handlers.text import mark
from handlers.units import found, overview
from storage.campaign import register_files
from storage.campaign.register_files import RegisterFile, State
from storage.files.filenames import harmless
from supervision.register.headers import looks_like

if TYPE_CHECKING:
    from handlers.chat import Message, Timer
    from handlers.turn import Turn

ENDINGS: Final = (".xlsx", ".xlsm", ".csv", ".txt", ".xls")
"""How the name of a register's file ends."""

TOO_BIG = mark("“{name}” is larger than {most} MB, which Telegram does not hand to a bot. The command line takes it.")
NO_REGISTER = mark("“{name}” is not a register. It comes as .xlsx, .xls or .csv, sent as a file.")
WANTED = mark("Please send the register as a file (.xlsx, .xls or .csv), or type part of a unit's code or name.")


async def message(turn: Turn, sent: Message) -> bool:
    """Take what is sent while the register is open: a file, a reason that was asked for, words to look for."""
    if isinstance(sent, File):
        await _receive(turn, sent)
        return True
    if isinstance(sent, Attachment):
        raise UserError(NO_REGISTER, name=turn.label("This"))
    if not isinstance(sent, Text):
        return False
    if turn.state.get("why"):
        await found.typed_reason(turn, sent.text)
    else:
        await overview.search(turn, sent.text)
    return True


async def stranded(turn: Turn, sent: Message) -> bool:
    """Take a file that is called like a register from somebody who may, and who is in the middle of nothing."""
    if not isinstance(sent, File) or not may(turn.person, "units.message", turn.now):
        return False
    name = sent.name.lower()
    if not name.endswith(ENDINGS) or not looks_like(name):
        return False
    await _receive(turn, sent)
    return True


async def give_up(turn: Turn) -> bool:
    """Leave the register; nothing of a file that was sent in has been applied."""
    turn.leave()
    said = turn.t("You have left the register; nothing was changed.")
    turn.say(said, menu=keyboard(roles_of(turn.who, turn.now), turn.speech))
    return True


async def _receive(turn: Turn, sent: File) -> None:
    name = harmless(sent.name)
    if not name.lower().endswith(ENDINGS):
        raise UserError(NO_REGISTER, name=name[:80])
    if sent.size > MAX_FILE_BYTES:
        raise UserError(TOO_BIG, name=name[:80], most=MAX_FILE_BYTES // 2**20)
    campaign = await overview.campaign_in(turn)
    file = RegisterFile(
        campaign_id=campaign.id,
        person_id=turn.who.id,
        chat_id=turn.chat_id,
        file_id=sent.file_id,
        name=name[:120],
        created_at=turn.now,
        language=turn.speech.language,
    )
    await register_files.add(turn.db, file)
    turn.attached += 1  # whoever fetches files is woken
    turn.remember("units", campaign=campaign.id)
    turn.card(turn.t("Reading “{name}” …", name=file.name))


async def read(turn: Turn, timer: Timer) -> None:
    """Show what was found, in place of the words that it is being read."""
    file = await register_files.get(turn.db, int(timer.args["file"]))
    known = turn.person is not None and file is not None and turn.person.id == file.person_id
    if file is None or file.state is State.waiting or not known or not may(turn.person, "units.message", turn.now):
        return
    if turn.conversation.journey == "units":
        turn.remember("units", campaign=file.campaign_id)
        turn.card(*found.card(turn, file))
        return
    button = Button(turn.label("Look at it"), data("units", "file", file.id))
    turn.say(turn.t("“{name}” has been read.", name=file.name), ((button,),))
