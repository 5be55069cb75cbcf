"""Two dates as people type them: the first day and the last, with a space, a dash or a word between them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from supervision.register.cells import day

if TYPE_CHECKING:
    from datetime import date

_BETWEEN: Final = re.compile(r"\s+|至|到|~|—|–")


def span(words: str, year: int) -> tuple[date, ...] | None:
    """Return the one or two dates that stand there, in the order they were typed; ``year`` is meant where none stands.

    None for anything else.
    """
    found = [day(each, year) for each in _BETWEEN.split(words.strip()) if each]
    dates = tuple(each for each in found if each is not None)
    return dates if len(dates) == len(found) and len(dates) in (1, 2) else None
