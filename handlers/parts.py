"""What is written in the chat to be shown to others: words as they were formatted, pictures, files, albums.

A body is {"parts": [...]}, each part the words and perhaps the file of one message, with the number of that message so
that a later edit is taken over. How it is framed and who gets it is the business of notices and of the library.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from handlers.chat import MAX_FILE_BYTES, Attachment, Text
from handlers.errors import UserError
from handlers.text import mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.chat import Message
    from storage.entity import Json

LONGEST: Final = 3500
"""UTF-16 units of words: Telegram takes 4096, and what is added stands around them."""

CAPTION: Final = 800
"""UTF-16 units of words that still fit under a picture, Telegram's 1024 less what is added."""

MOST_FILES: Final = 20
ALBUM: Final = 10
KINDS: Final = {"photo": "photo", "file": "document", "video": "video", "voice": "voice"}
"""What a file that was sent is sent again as."""

_TOGETHER: Final = {"photo": "pictures", "video": "pictures", "document": "documents"}
"""What Telegram lets lie in one album."""

MARKED: Final = 1
"""Marks that a first line may have and still be left out: a formatted one could open what a later line closes."""

_MARKS: Final = re.compile(r"<[^<>]*>")

TOO_LONG = mark("This takes at most {most} characters; it would have {count}. Please shorten it by {over}.")
TOO_MANY = mark("This takes at most {most} pictures and files. The others were kept.")
TOO_BIG = mark("A file may have at most {most} MB here.")
UNFIT = mark("Words, pictures, files, videos and voice notes fit here; this kind of message does not.")


def length(html: str) -> int:
    """Return how long words are as Telegram counts them: UTF-16 units, without the marks."""
    return len(unescape(_MARKS.sub("", html)).encode("utf-16-le")) // 2


def words_of(body: Json) -> str:
    """Return the words as HTML, the pieces one under another."""
    return "\n\n".join(str(part["html"]) for part in body.get("parts", ()) if part.get("html"))


def plain_of(body: Json) -> str:
    """Return the words as plain text, and below them what the files are called."""
    marked = words_of(body)
    names = [str(part["name"]) for part in body.get("parts", ()) if part.get("name")]
    return "\n".join([unescape(_MARKS.sub("", marked)), *names]).strip()


def files_of(body: Json) -> list[tuple[str, str]]:
    """Return the files as (kind, file id)."""
    return [(str(part["media"]), str(part["file_id"])) for part in body.get("parts", ()) if part.get("media")]


def first_words(body: Json, most: int = 20) -> str:
    """Return how it is called in lists: its first words, as plain text."""
    plain = " ".join(Markup(words_of(body)).striptags().split())  # noqa: S704 - made by the driver
    return plain[:most] + ("…" if len(plain) > most else "")


def under(title: str, html: str) -> str:
    """Return the words that stand under a title: without their first line where that is the title itself."""
    first, _, rest = html.partition("\n")
    return rest.strip() if unescape(_MARKS.sub("", first)).strip() == title and first.count("<") < MARKED else html


def captioned(body: Json) -> bool:
    """Tell whether the words stand under the only picture or file; once sent, that stays as it was."""
    fixed = body.get("captioned")
    if fixed is not None:
        return bool(fixed)
    return len(files_of(body)) == 1 and length(words_of(body)) <= CAPTION


def albums(files: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Put files that follow one another and may lie together into albums."""
    made: list[list[tuple[str, str]]] = []
    for kind, file_id in files:
        last = made[-1] if made else None
        fits_in = last is not None and len(last) < ALBUM and _TOGETHER.get(last[0][0]) == _TOGETHER.get(kind, kind)
        if fits_in and last is not None:
            last.append((kind, file_id))
        else:
            made.append([(kind, file_id)])
    return made


def part_of(sent: Message) -> dict[str, Any]:
    """Return a message as a part; raises UserError for what cannot be one."""
    if isinstance(sent, Text):
        return {"message": sent.message_id, "html": sent.html or str(escape(sent.text))}
    if not isinstance(sent, Attachment) or (sent.kind == "voice" and sent.mime not in ("", "audio/ogg")):
        raise UserError(UNFIT)
    if sent.size > MAX_FILE_BYTES * 2:
        raise UserError(TOO_BIG, most=MAX_FILE_BYTES * 2 // 2**20)
    named = {"name": sent.name[:120]} if sent.name else {}
    return {
        "message": sent.message_id,
        "html": sent.html or str(escape(sent.caption)),
        "media": KINDS[sent.kind],
        "file_id": sent.file_id,
    } | named


def with_part(body: Json, sent: Message) -> Json:
    """Return the body with one more message in it, or with the newer version of one; raises UserError for too much."""
    had, part = list(body["parts"]), part_of(sent)
    if any(one["message"] == sent.message_id for one in had):
        had = [part if one["message"] == sent.message_id else one for one in had]
    else:
        had.append(part)
    made = {"parts": had}
    fits(words_of(made))
    if len(files_of(made)) > MOST_FILES:
        raise UserError(TOO_MANY, most=MOST_FILES)
    return made


def fits(html: str, most: int = LONGEST) -> None:
    """Raise UserError for words that are too long."""
    count = length(html)
    if count > most:
        raise UserError(TOO_LONG, most=most, count=count, over=count - most)
