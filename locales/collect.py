"""Collects the sentences the code speaks into the catalogues, so that translators find every one and no dead one.

The msgid is the English sentence itself, so the English catalogue fills itself in; Chinese is written by people. Line
numbers and dates are left out: a catalogue changes only when a sentence does. Not used while the bot runs.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from handlers.text import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Message

ROOT: Final = Path(__file__).parent.parent
SPEAKING: Final = ("handlers", "bot", "reports", "forms")
"""The rooms that address people."""

KEYWORDS: Final = {"t": None, "label": None, "mark": None, "n": (1, 2)}
"""The calls whose first argument is a sentence (``n``: the first two, singular and plural); see handlers/text.py."""


UNWANTED: Final = tuple(
    f'"{field}:'.encode()
    for field in (
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Last-Translator",
        "Language-Team",
        "Generated-By",
    )
)
"""Header fields that are not written."""


def forms(message: Message) -> tuple[str, ...]:
    """Return the translations of a message, one for each plural form; '' where there is none yet."""
    return (message.string or "",) if isinstance(message.string, str | None) else tuple(message.string)


def template() -> Catalog:
    """Return every sentence the code speaks, with the files it stands in."""
    catalogue = Catalog(project="xundu", charset="utf-8", fuzzy=False)
    for room in SPEAKING:
        for found in extract_from_dir(ROOT / room, keywords=KEYWORDS):
            name, _line, message, comments, context = found
            catalogue.add(message, locations=[(f"{room}/{name}", 0)], auto_comments=comments, context=context)
    return catalogue


def path(language: str) -> Path:
    """Return where the catalogue of a language lies."""
    return ROOT / "locales" / language / "LC_MESSAGES" / "xundu.po"


def catalogue(language: str) -> Catalog:
    """Return the catalogue of a language as it is written now; empty when there is none."""
    if not path(language).is_file():
        return Catalog(locale=language, project="xundu", charset="utf-8", fuzzy=False)
    return read_po(BytesIO(path(language).read_bytes()), locale=language, domain="xundu")


def updated(language: str) -> bytes:
    """Return the catalogue of a language with new sentences added, untranslated, and dead ones dropped."""
    theirs = catalogue(language)
    sentences = template()
    sentences.creation_date = theirs.creation_date
    theirs.update(sentences, no_fuzzy_matching=True)
    theirs.header_comment = (
        f"# What Xundu says, in {language}. `make locales` brings the sentences; people translate them."
    )
    if language == "en":
        for message in theirs:
            if message.id:
                message.string = message.id
    # Babel lists a file once for every sentence in it; once is enough.
    for message in theirs:
        message.locations = [(name, 0) for name in dict.fromkeys(name for name, _ in message.locations)]
    written = BytesIO()
    write_po(written, theirs, width=120, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    return b"".join(_undated(written))


def _undated(lines: BytesIO) -> Iterator[bytes]:
    """Leave out dates, which would change without any sentence changing, and fields nobody fills in."""
    lines.seek(0)
    for line in lines:
        if not line.startswith(UNWANTED):
            yield line


def collect() -> list[str]:
    """Write every catalogue; returns a line for each: how many sentences, how many still to be translated."""
    lines = []
    for language in LANGUAGES:
        path(language).parent.mkdir(parents=True, exist_ok=True)
        path(language).write_bytes(updated(language))
        messages = [message for message in catalogue(language) if message.id]
        waiting = sum(not all(forms(message)) for message in messages)
        lines.append(f"{language}: {len(messages)} sentences, {waiting} to be translated")
    return lines
