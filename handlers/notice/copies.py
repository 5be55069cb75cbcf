"""What a recipient sees of a notice: pure, so that the preview, the copies and what they become later are the same.

A single picture or file carries the words and the button under it. Several go ahead as an album, which cannot carry a
button at Telegram; the words follow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from handlers.chat import Button, Change, Say
from handlers.journey import data
from handlers.text import mark

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from handlers.chat import Rows
    from handlers.text import Speech
    from storage.entity import Json
    from storage.voices.notices import Notice

LONGEST: Final = 3500
"""UTF-16 units of words in a notice: Telegram takes 4096, and what is added stands around them."""

CAPTION: Final = 800
"""UTF-16 units of words that still fit under a picture, Telegram's 1024 less what is added."""

MOST_FILES: Final = 20
ALBUM: Final = 10
_TOGETHER: Final = {"photo": "pictures", "video": "pictures", "document": "documents"}
"""What Telegram lets lie in one album."""

_MARKS: Final = re.compile(r"<[^<>]*>")

READ = mark("✅ Read")


def length(html: str) -> int:
    """Return how long words are as Telegram counts them: UTF-16 units, without the marks."""
    return len(unescape(_MARKS.sub("", html)).encode("utf-16-le")) // 2


def words_of(body: Json) -> str:
    """Return the words of a notice as HTML, the pieces one under another."""
    return "\n\n".join(str(part["html"]) for part in body.get("parts", ()) if part.get("html"))


def files_of(body: Json) -> list[tuple[str, str]]:
    """Return the files of a notice as (kind, file id)."""
    return [(str(part["media"]), str(part["file_id"])) for part in body.get("parts", ()) if part.get("media")]


def first_words(body: Json, most: int = 20) -> str:
    """Return how a notice is called in lists: its first words, as plain text."""
    plain = " ".join(Markup(words_of(body)).striptags().split())  # noqa: S704 - made by the driver
    return plain[:most] + ("…" if len(plain) > most else "")


@dataclass(frozen=True, slots=True)
class Copy:
    """A notice in one language and time zone, ready to be produced for anybody who speaks it."""

    notice: Notice
    author: str
    speech: Speech
    zone: tzinfo

    def messages(self, *, sample: bool = False, silent: bool = False) -> list[Say]:
        """Return the messages of a new copy; the last one has the button, that of a sample does nothing."""
        files = files_of(self.notice.body)
        buttons = self._buttons(sample=sample)
        if self.captioned:
            return [Say(text=self.text(), media=tuple(files), buttons=buttons, silent=silent)]
        albums = [Say(text="", media=tuple(album), silent=True) for album in _albums(files)]
        return [*albums, Say(text=self.text(), buttons=buttons, silent=silent)]

    @property
    def captioned(self) -> bool:
        """Whether the words stand under the only picture or file; once sent, that stays as it was."""
        fixed = self.notice.body.get("captioned")
        if fixed is not None:
            return bool(fixed)
        return len(files_of(self.notice.body)) == 1 and length(words_of(self.notice.body)) <= CAPTION

    def change(self, message_id: int, *, read_at: datetime | None = None) -> Change:
        """Return what makes a delivered copy what it is now: corrected, expired or read."""
        over = self.notice.state == "expired"
        return Change(
            message_id=message_id,
            text=self.text(read_at=read_at),
            buttons=() if read_at or over else self._buttons(sample=False),
            caption=self.captioned,
        )

    @property
    def reminder_words(self) -> str:
        """How a reminder calls the notice, as plain text."""
        return first_words(self.notice.body, 60)

    def reminder(self) -> Say:
        """Return what reminds somebody who has not read it."""
        said = self.speech.t("Please read this notice and confirm: “{words}”", words=self.reminder_words)
        return Say(text=str(said), buttons=self._buttons(sample=False))

    def text(self, *, read_at: datetime | None = None) -> str:
        """Return the words of a copy, with what stands above and below them."""
        t, notice = self.speech.t, self.notice
        if notice.body.get("survey"):
            return words_of(notice.body)
        head = t("‼️ <b>Urgent notice</b>") if notice.urgent else t("📢 <b>Notice</b>")
        if self.author:
            head += Markup(" · ") + escape(self.author)
        below = []
        if notice.state == "expired":
            below.append(t("<i>This notice has expired.</i>"))
        elif notice.corrected_at is not None:
            below.append(t("<i>✏️ Corrected {time}</i>", time=self.speech.moment(notice.corrected_at, self.zone)))
        if read_at is not None:
            below.append(t("<i>✅ Read {time}</i>", time=self.speech.moment(read_at, self.zone)))
        elif notice.read_by is not None and notice.state != "expired":
            by = self.speech.moment(notice.read_by, self.zone)
            below.append(t("<i>Please tap “✅ Read” by {time}.</i>", time=by))
        return "\n\n".join(one for one in (str(head), words_of(notice.body), "\n".join(below)) if one)

    def _buttons(self, *, sample: bool) -> Rows:
        if self.notice.body.get("survey"):
            return ((Button(self.speech.label("Answer"), data("survey", "open", self.notice.body["survey"])),),)
        to = data("notice", "sample") if sample else data("notice", "read", self.notice.id)
        return ((Button(self.speech.label(READ), to),),)


def _albums(files: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Put files that follow one another and may lie together into albums."""
    albums: list[list[tuple[str, str]]] = []
    for kind, file_id in files:
        last = albums[-1] if albums else None
        fits = last is not None and len(last) < ALBUM and _TOGETHER.get(last[0][0]) == _TOGETHER.get(kind, kind)
        if fits and last is not None:
            last.append((kind, file_id))
        else:
            albums.append([(kind, file_id)])
    return albums
