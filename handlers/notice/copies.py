"""What a recipient sees of a notice: pure, so that the preview, the copies and what they become later are the same.

A single picture or file carries the words and the button under it. Several go ahead as an album, which cannot carry a
button at Telegram; the words follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from handlers.chat import Button, Change, Say
from handlers.journey import data
from handlers.parts import albums, captioned, files_of, first_words, words_of
from handlers.text import mark

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from handlers.chat import Rows
    from handlers.text import Speech
    from storage.voices.notices import Notice

READ = mark("✅ Read")
LEADS: Final = {"survey": mark("Answer"), "quiz": mark("Take the quiz")}
"""Journeys whose notices lead to them instead of asking for a receipt, and what the button says."""


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
        ahead = [Say(text="", media=tuple(album), silent=True) for album in albums(files)]
        return [*ahead, Say(text=self.text(), buttons=buttons, silent=silent)]

    @property
    def captioned(self) -> bool:
        """Whether the words stand under the only picture or file; once sent, that stays as it was."""
        return captioned(self.notice.body)

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
        if any(notice.body.get(one) for one in LEADS):
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
        body = self.notice.body
        for journey, label in LEADS.items():
            if body.get(journey):
                return ((Button(self.speech.label(label), data(journey, "open", body[journey])),),)
        to = data("notice", "sample") if sample else data("notice", "read", self.notice.id)
        read = Button(self.speech.label(READ), to)
        if body.get("library"):
            return ((read, Button(self.speech.label("In the library"), data("library", "open", body["library"]))),)
        return ((read,),)
