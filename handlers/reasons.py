"""Why units drop out of the register: the usual reasons in words, or whatever was typed.

Pure. A reason is stored as its code, so that everybody reads it in their language; a typed one as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.text import mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.text import Speech

UNSAID: Final = "unsaid"
"""The reason when nobody chose one."""

REASONS: Final[Mapping[str, str]] = {
    "dissolved": mark("Dissolved"),
    "merged": mark("Merged"),
    "transferred": mark("Transferred elsewhere"),
    "mistake": mark("Registered by mistake"),
    "scope": mark("No longer in scope"),
    UNSAID: mark("Not in the new register"),
}
"""Codes of the reasons that can be chosen, and what they are called."""

LONGEST: Final = 100
"""Characters of a typed reason."""


def reason_words(speech: Speech, why: str | None) -> str:
    """Return a reason as plain text."""
    known = REASONS.get(why or UNSAID)
    return speech.label(known) if known else str(why)
