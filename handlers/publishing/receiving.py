"""Takes the file of a form, and tells its sender when it has been read.

A file is only noted down here, with where it lies at Telegram; it comes home and is read in the background, and a timer
brings the news. A list that a form asked for by name is put beside that form; whatever else comes begins a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.access import may
from handlers.belonging import roles_of
from handlers.chat import MAX_FILE_BYTES, Attachment, Button, File, Text
from handlers.errors import UserError
from handlers.journey import data
from handlers.menu import keyboard
from handlers.publishing import drafted
from handlers.text import mark
from storage.campaign import drafts
from storage.campaign.drafts import DraftFile, FormDraft
from storage.files.filenames import harmless

if TYPE_CHECKING:
    from markupsafe import Markup

    from handlers.chat import Message, Rows, Timer
    from handlers.journey import Press
    from handlers.turn import Turn

FORMS: Final = (".xlsx", ".xlsm", ".xls", ".csv", ".md", ".markdown", ".xml")
"""How the names of files end that may be a form; what they are is seen from their content."""

SHOWN: Final = (
    ".jpg", ".jpeg", ".png", ".webp", ".gif", ".mp3", ".m4a", ".ogg", ".wav", ".mp4", ".3gp",
)  # fmt: skip
"""How the names of files end that a form may show: pictures, sounds, videos."""

LISTS: Final = (".csv", ".geojson", ".json", ".xml")
"""How the names of files end that may lie beside a form."""

NAME: Final = 80
"""Characters of a file's name that are shown."""

TOO_BIG = mark(
    "“{name}” is larger than {most} MB, which Telegram does not hand to a bot. "
    "Delete pictures from the workbook, or put long lists into a CSV file beside it, and send it again."
)
NOT_SHOWN = mark(
    "No form that is open here shows “{name}”. Send the form first, then its pictures as files, "
    "named as the form names them."
)
NO_FORM = mark("“{name}” is not the file of a form. A form comes as .xlsx, .xls, .csv, .md or .xml, sent as a file.")
WANTED = mark("Please send the form as a file: .xlsx, .xls, .csv, .md or .xml. /cancel leaves the forms.")


async def message(turn: Turn, sent: Message) -> bool:
    """Take what is sent while the forms are open."""
    if isinstance(sent, File):
        await _receive(turn, sent)
        return True
    if isinstance(sent, Attachment):
        raise UserError(NO_FORM, name=_shown(sent.name) or turn.label("This"))
    if isinstance(sent, Text):
        turn.say(turn.t(WANTED))
        return True
    return False


async def give_up(turn: Turn) -> bool:
    """Leave the forms; one that was sent in and not published stays in the list."""
    turn.leave()
    said = turn.t("You have left the forms; what you sent stays in the list, see /forms.")
    turn.say(said, menu=keyboard(roles_of(turn.who, turn.now), turn.speech))
    return True


async def stranded(turn: Turn, sent: Message) -> bool:
    """Take a form that is sent by somebody who may, and who is in the middle of nothing."""
    if not isinstance(sent, File) or not may(turn.person, "publishing.message", turn.now):
        return False
    if not sent.name.lower().endswith(FORMS):
        return False
    await _receive(turn, sent)
    return True


async def _receive(turn: Turn, sent: File) -> None:
    name = harmless(sent.name)
    if not name.lower().endswith((*FORMS, *LISTS, *SHOWN)):
        raise UserError(NO_FORM, name=_shown(name) or turn.label("This"))
    if sent.size > MAX_FILE_BYTES:
        raise UserError(TOO_BIG, name=_shown(name), most=MAX_FILE_BYTES // 2**20)
    file = DraftFile(draft_id=0, name=name, file_id=sent.file_id, size=sent.size)
    draft = await _begun(turn, sent, name)
    if draft is None and name.lower().endswith(SHOWN):
        raise UserError(NOT_SHOWN, name=_shown(name))
    if draft is None:
        draft = FormDraft(
            person_id=turn.who.id,
            chat_id=turn.chat_id,
            album_id=sent.album_id,
            name=name,
            created_at=turn.now,
            asked_at=turn.now,
        )
        await drafts.add(turn.db, draft, file)
    else:
        file.beside = name in draft.found.get("wanted", ()) or name.lower().endswith(SHOWN)
        await drafts.put(turn.db, draft, file, turn.now)
    turn.attached += 1  # whoever fetches files is woken
    turn.remember("publishing", draft=draft.id, awaits=draft.id)
    turn.card(turn.t("Reading “{name}” …", name=_shown(name)))


async def _begun(turn: Turn, sent: File, name: str) -> FormDraft | None:
    """Return the draft that a file belongs to: that of its album, or the one that asked for a list of this name."""
    if sent.album_id:
        found = await drafts.of_album(turn.db, turn.chat_id, sent.album_id)
        if found is not None:
            return found
    held = turn.state.get("draft") if turn.conversation.journey == "publishing" else None
    draft = await drafts.get(turn.db, held, lock=True) if isinstance(held, int) else None
    if draft is None or draft.person_id != turn.who.id:
        return None
    if name in draft.found.get("wanted", ()):
        return draft
    if name.lower().endswith(SHOWN) and draft.state is drafts.State.read:
        return draft if name in (await turn.kit.shelf.draft(turn.db, draft)).media() else None
    return None


def _shown(name: str) -> str:
    return name if len(name) <= NAME else f"{name[: NAME // 2]}…{name[-NAME // 2 :]}"


# --- what became of it ---


async def read(turn: Turn, timer: Timer) -> None:
    """Show what was found, in place of the words that it is being read."""
    draft = await drafts.get(turn.db, int(timer.args["draft"]))
    if draft is None or draft.state is drafts.State.waiting or not _wanted(turn, draft):
        return
    _tell(turn, draft, *await drafted.card(turn, draft))


async def slow(turn: Turn, timer: Timer) -> None:
    """Say that reading goes on."""
    draft = await drafts.get(turn.db, int(timer.args["draft"]))
    if draft is None or draft.state is not drafts.State.waiting or not _wanted(turn, draft):
        return
    said = turn.t(
        "Still reading “{name}”: a large form takes up to a minute. You will be told; other things can go on.",
        name=_shown(draft.name),
    )
    if _awaited(turn, draft):
        turn.card(said)


def _awaited(turn: Turn, draft: FormDraft) -> bool:
    """Tell whether the card on screen says that this form is being read: nothing else has been looked at since."""
    return turn.conversation.journey == "publishing" and turn.state.get("awaits") == draft.id


def looking(press: Press) -> Press:
    """Make a step one that shows something else: what is being read then tells of itself beside it."""

    async def pressed(turn: Turn, args: tuple[str, ...]) -> None:
        if turn.conversation.journey == "publishing" and "awaits" in turn.state:
            turn.remember("publishing", **{name: value for name, value in turn.state.items() if name != "awaits"})
        await press(turn, args)

    return pressed


def _wanted(turn: Turn, draft: FormDraft) -> bool:
    known = turn.person is not None and turn.person.id == draft.person_id
    return known and may(turn.person, "publishing.message", turn.now)


def _tell(turn: Turn, draft: FormDraft, text: Markup, rows: Rows) -> None:
    """Show the news where it is waited for; to somebody who went on to something else, a word with a button."""
    if _awaited(turn, draft):
        turn.remember("publishing", draft=draft.id)
        turn.card(text, rows)
    else:
        button = Button(turn.label("Look at it"), data("publishing", "draft", draft.id))
        turn.say(turn.t("“{name}” has been read.", name=_shown(draft.name)), ((button,),))
