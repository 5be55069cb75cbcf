"""What stands on a telephone's screen, read as strictly as Telegram does, and events as the plain data drivers read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from handlers import chat
from handlers.chat import Event, Sender

TEXT_LIMIT, CAPTION_LIMIT, KEYBOARD_LIMIT = 4096, 1024, 100


# --- events as plain data, the way a driver's raw updates are -------------------------------------------------------


def written(event: Event) -> dict[str, Any]:
    return {"event": type(event).__name__} | asdict(event) | {"at": event.at.isoformat()}


def parse(raw: dict[str, Any]) -> Event:
    fields = dict(raw)
    kind = getattr(chat, fields.pop("event"))
    sender = fields.pop("sender")
    return kind(**fields | {"at": datetime.fromisoformat(fields["at"]), "sender": Sender(**sender) if sender else None})


# --- what is on the screen ----------------------------------------------------------------------------------------


class _Reader(HTMLParser):
    """Reads Telegram HTML as strictly as Telegram does."""

    TAGS = frozenset({"b", "i", "u", "s", "a", "code", "pre", "blockquote", "tg-spoiler"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        assert tag in self.TAGS, f"Telegram does not take <{tag}>"
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def plain(html: str) -> str:
    """What a person reads of Telegram HTML; fails when Telegram would not take it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open, f"never closed: {reader.open}"
    return "".join(reader.words)


@dataclass(slots=True)
class Shown:
    """One message on the screen; ``what`` is the kind of event for the person's own ones."""

    id: int
    mine: bool
    html: str = ""
    buttons: chat.Rows = ()
    picture: str = ""
    document: str = ""
    filename: str = ""
    silent: bool = False
    media: tuple[tuple[str, ...], ...] = ()
    edited: bool = False
    drawing: dict[str, Any] = field(default_factory=dict)
    what: str = "Text"

    @property
    def text(self) -> str:
        return self.html if self.mine else plain(self.html)

    @property
    def labels(self) -> list[str]:
        return [button.label for row in self.buttons for button in row]

    def check(self) -> None:
        limit = CAPTION_LIMIT if self.picture or self.document or self.media else TEXT_LIMIT
        assert self.text.strip() or self.picture or self.document or self.media, f"an empty message: {self}"
        assert len(self.media) <= 1 or not self.buttons, "an album has no buttons"
        assert len(self.text.encode("utf-16-le")) // 2 <= limit, f"over {limit} characters: {self.text[:60]}…"
        assert len(self.labels) <= KEYBOARD_LIMIT
        assert all(self.labels), "Telegram takes no button without a label"
        assert all(bool(button.data) != bool(button.url) for row in self.buttons for button in row)
