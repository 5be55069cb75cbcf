"""The words a conversation is made of: what can happen in a chat, and what can be answered.

Everything above the drivers speaks only these types, so a journey can be read, tested and stored without any
Telegram library. Nothing here knows a database, a network or a person's rights.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from datetime import datetime

MAX_DATA_BYTES = 64
"""Telegram's limit on what a button may carry, in UTF-8 bytes."""

MAX_FILE_BYTES = 20 * 1024 * 1024
"""Telegram hands no larger file to a bot."""


# --- what happens -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sender:
    """Whoever wrote or tapped, as Telegram names them; ``language`` is a BCP 47 code or ''."""

    id: int
    name: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in one chat; ``at`` is aware UTC."""

    chat_id: int
    at: datetime
    sender: Sender | None = None
    private: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Event):
    """Anything a person sent; ``edited`` marks a later version of the message ``message_id``.

    ``reply_to`` is the message it answers and ``reply_buttons`` what the buttons there carry, one a line: theirs to
    say, so whatever acts on it asks for rights as it does for a tap.
    """

    message_id: int
    forwarded: bool = False
    edited: bool = False
    reply_to: int | None = None
    reply_buttons: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Message):
    """Words. A command is a Text that starts with ``/``. ``html`` shows their formatting, '' where there is none."""

    text: str
    html: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment(Message):
    """A file lying at Telegram, not downloaded yet; ``size`` in bytes, 0 when unknown; ``duration`` in seconds."""

    kind: ClassVar[str] = "file"

    file_id: str
    unique_id: str
    size: int = 0
    mime: str = ""
    name: str = ""
    caption: str = ""
    album_id: str = ""
    duration: int = 0
    html: str = ""
    """The caption with its formatting, '' when nothing in it is formatted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo(Attachment):
    """A picture sent as a photo: recompressed by Telegram, its metadata gone."""

    kind: ClassVar[str] = "photo"


@dataclass(frozen=True, slots=True, kw_only=True)
class File(Attachment):
    """A file sent as a file, byte for byte as it was; may be a picture with its metadata."""

    kind: ClassVar[str] = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice(Attachment):
    """A voice note or an audio file."""

    kind: ClassVar[str] = "voice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Video(Attachment):
    """A video or a round video note."""

    kind: ClassVar[str] = "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Message):
    """A shared location; degrees (WGS 84), ``accuracy`` in metres or None."""

    latitude: float
    longitude: float
    accuracy: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Other(Message):
    """A message of a kind no journey takes (sticker, poll, contact, dice …); ``what`` is Telegram's name for it."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap(Event):
    """A button pressed on the bot's message ``message_id``; ``callback_id`` answers it within 150 seconds."""

    data: str
    message_id: int
    callback_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Event):
    """The person (or group) let the bot in or shut it out."""

    blocked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Event):
    """The group became a supergroup and goes on under another chat id."""

    to_chat_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer(Event):
    """A moment that was waited for; ``name`` is ``journey.verb``, ``args`` what the journey put by."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)


# --- what is answered -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Button:
    """One inline button: ``data`` comes back in a Tap, or ``url`` opens. The label is plain text, never HTML."""

    label: str
    data: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        if len(self.data.encode()) > MAX_DATA_BYTES:
            message = f"button data over {MAX_DATA_BYTES} bytes: {self.data!r}"
            raise ValueError(message)


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """A new message. ``text`` is Telegram HTML. ``menu`` replaces the reply keyboard (rows of labels; () leaves it).

    ``picture`` or ``document`` is the SHA-256 of a stored file that goes with it (the text is then the caption);
    ``filename`` names the document. ``silent`` makes no sound. ``media`` is (kind, file id) of files lying at Telegram,
    sent again as they are; several make an album, and an album has no buttons. ``drawing`` is a picture that is yet to
    be drawn, as plain data (reports/drawing.py); where that fails, the text goes alone.
    """

    kind: ClassVar[str] = "say"

    text: str
    buttons: Rows = ()
    menu: tuple[tuple[str, ...], ...] = ()
    picture: str = ""
    document: str = ""
    filename: str = ""
    silent: bool = False
    media: tuple[tuple[str, ...], ...] = ()
    paid: bool = False
    """Whether it goes at the rate that is paid for; whoever delivers says so, never a journey."""
    drawing: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The one live message of the chat.

    It is edited in place when ``tapped`` is the message that holds it now; otherwise a new one is sent at the
    bottom and the old one removed, so the card follows the thumb. A later card of the same chat supersedes one not
    sent yet. With ``final`` it stays where it is afterwards: the next card is a new message.

    ``picture`` or ``document`` is the SHA-256 of a stored file that it shows, ``filename`` the document's name: such a
    card is always sent anew, and so is the next one, for a picture cannot be edited into words.

    A ``quiet`` one only ever changes the message ``tapped``: where another is the live card by then, it is left out.
    """

    kind: ClassVar[str] = "card"

    text: str
    buttons: Rows = ()
    tapped: int = 0
    final: bool = False
    quiet: bool = False
    picture: str = ""
    document: str = ""
    filename: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A new text and buttons for the bot's own message ``message_id`` (a receipt, a finished reminder).

    With ``caption`` the text stands under a picture or a file.
    """

    kind: ClassVar[str] = "change"

    message_id: int
    text: str
    buttons: Rows = ()
    caption: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """The command menu of this chat: (name without slash, description) pairs."""

    kind: ClassVar[str] = "commands"

    commands: tuple[tuple[str, str], ...]


Reply = Say | Card | Change | Commands


@dataclass(frozen=True, slots=True)
class Toast:
    """The little text over the chat that answers a tap; 200 characters. Not durable: worthless after a moment."""

    text: str = ""
    alert: bool = False


_REPLIES: dict[str, type[Say | Card | Change | Commands]] = {one.kind: one for one in (Say, Card, Change, Commands)}


def dump(reply: Reply) -> dict[str, Any]:
    """Turn a reply into plain JSON data, leaving out what has its default value."""
    data: dict[str, Any] = {"kind": reply.kind}
    for name in reply.__slots__:
        value = getattr(reply, name)
        if name == "buttons":
            value = [[{k: v for k in b.__slots__ if (v := getattr(b, k))} for b in row] for row in value]
        if value not in ((), [], {}, "", 0, False):
            data[name] = value
    data.setdefault("text", "") if not isinstance(reply, Commands) else data.setdefault("commands", ())
    return data


def load(data: dict[str, Any]) -> Reply:
    """Turn plain JSON data made by :func:`dump` back into the reply."""
    fields = dict(data)
    reply = _REPLIES[fields.pop("kind")]
    if "buttons" in fields:
        fields["buttons"] = tuple(tuple(Button(**b) for b in row) for row in fields["buttons"])
    for name in ("menu", "commands", "media"):
        if name in fields:
            fields[name] = tuple(tuple(row) for row in fields[name])
    return reply(**fields)
