"""What was sent in together, and what reading it finds: the form among the files, converted, or why it cannot be.

Runs in a process of its own (bot/background/apart.py), so it imports nothing but the room forms/: every import is time
that a person waits.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from forms.attachments import wanted
from forms.convert import convert
from forms.problems import FormError, mark, problem
from forms.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forms.problems import Problem

TOO_SLOW: Final = problem(
    mark("The form takes too long to be read."), mark("Split it, or simplify expressions that refer to one another.")
)
LONGEST_OPENING: Final = 3.0
"""Seconds that opening a form may take: every turn of a chat opens it anew."""

_FIRST: Final = (".xlsx", ".xlsm", ".xls", ".md", ".markdown", ".xml", ".csv")
"""Which of several files that came together is the form, the likeliest first; the others lie beside it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One file that was sent in."""

    name: str
    content: bytes
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """What a reading found; without ``xform`` the form cannot be used and ``problems`` says why."""

    name: str
    title: str = ""
    form_id: str = ""
    version: str = ""
    xform: str = ""
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    wanted: tuple[str, ...] = ()
    """Names of the lists the form asks for and does not have."""


def read(files: Sequence[Sent]) -> Read:
    """Find the form among files that came together, and convert it; nothing is raised for a bad file."""
    form = min(files, key=_likelihood)
    beside = {one.name: one.content for one in files if one is not form}
    try:
        made = convert(form.content, form.name, beside)
    except FormError as error:
        return Read(form.name, problems=error.problems)
    begun = time.process_time()
    Walk(made.form, {}, now=datetime.now(UTC))
    if time.process_time() - begun > LONGEST_OPENING:
        return Read(form.name, problems=(TOO_SLOW,))
    return Read(
        form.name,
        title=made.title,
        form_id=made.form_id,
        version=made.version,
        xform=made.xform,
        warnings=made.warnings,
        wanted=wanted(made.xform),
    )


def _likelihood(file: Sent) -> tuple[bool, int]:
    ending = f".{file.name.rpartition('.')[2].lower()}"
    return file.beside, _FIRST.index(ending) if ending in _FIRST else len(_FIRST)
