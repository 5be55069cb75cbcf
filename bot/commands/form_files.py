"""Reads forms, and the lists and pictures beside them, from the disk, for the commands of ``xundu forms``.

A form is looked at by what is in it and not by how it is called. What lies beside it is read only when the form asks
for it by name, from the folder given, the form's own, or ``NAME-media`` as ODK lays it out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.hold import CommandError
from forms.convert import MAX_BYTES, convert
from forms.problems import FormError, mark
from handlers.text import nearest
from handlers.text import speech as speech_of

if TYPE_CHECKING:
    from datetime import tzinfo

    from forms.convert import Converted
    from handlers.text import Speech

KINDS = (".xlsx", ".xlsm", ".xls", ".csv", ".md", ".xml")
"""Kinds of file that hold a form: XLSForm, and XForm as the last."""


class Beside(Mapping[str, bytes]):
    """The files beside a form, by name; each is read when it is asked for."""

    def __init__(self, folders: list[Path]) -> None:
        self._folders = folders

    def _find(self, name: str) -> Path | None:
        if not name or name != Path(name).name or name in (".", ".."):
            return None  # never outside the folders
        return next((folder / name for folder in self._folders if (folder / name).is_file()), None)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._find(name) is not None

    def __getitem__(self, name: str) -> bytes:
        file = self._find(name)
        if file is None:
            raise KeyError(name)
        return file.read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({file.name for folder in self._folders if folder.is_dir() for file in folder.iterdir()}))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def beside(file: Path, attachments: Path | None, speech: Speech | None = None) -> Beside:
    """Give what lies beside a form; ``attachments`` alone, when a folder is named."""
    if attachments is not None:
        if not attachments.is_dir():
            said = (speech or spoken("")).label("There is no folder {folder}.", folder=attachments)
            raise CommandError(f"--attachments: {said}")
        return Beside([attachments])
    return Beside([file.parent / f"{file.stem}-media", file.parent])


def read(file: Path, attachments: Path | None = None, speech: Speech | None = None) -> Converted:
    """Read a form; raises :class:`forms.problems.FormError`."""
    around = beside(file, attachments, speech)
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise FormError.that(mark("The file cannot be read ({said})."), said=error.strerror) from None
    try:
        return convert(data, file.name, around)
    except FormError:
        if file.suffix.lower() in KINDS:
            raise
        said = mark("This is not a form, or its file is damaged.")
        raise FormError.that(said, mark("A form is a file of the kind {kinds}."), kinds=", ".join(KINDS)) from None


def usable(file: Path, attachments: Path | None = None, speech: Speech | None = None) -> Converted:
    """Read a form that must be usable; raises :class:`bot.hold.CommandError` with every fault, in somebody's words."""
    speech = speech or spoken("")
    try:
        return read(file, attachments, speech)
    except FormError as error:
        faults = "\n  ".join(f"{file}: {problem.told(speech.sentence)}" for problem in error.problems)
        raise CommandError(speech.label("The form cannot be used:") + f"\n  {faults}") from None


def spoken(language: str) -> Speech:
    """Give the words for a language asked for, or for that of the terminal; C and POSIX are English."""
    told = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return speech_of(nearest(language or next((one for one in told if one), "en")))


def here() -> tzinfo:
    """Give the time zone of this machine."""
    for name in (os.environ.get("TZ", "").lstrip(":"), "localtime"):
        try:
            if name == "localtime":
                with Path("/etc/localtime").open("rb") as rules:
                    return ZoneInfo.from_file(rules, key="localtime")
            if name:
                return ZoneInfo(name)
        except (OSError, ValueError, ZoneInfoNotFoundError):
            continue
    return datetime.now(UTC).astimezone().tzinfo or UTC
