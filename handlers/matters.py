"""Open findings in words: what each is about, as its form calls it, since when, and what was written.

Shared by whoever lists them; what is open is asked in storage/visit/findings.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.progress import brief
from supervision.wanting import Grade

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from handlers.turn import Turn
    from storage.visit.findings import Matter

SIGNS: Final = {Grade.missing: "❌", Grade.partly: "◐"}
TITLE: Final = 18
WORDS: Final = 30


async def titled(turn: Turn, matter: Matter) -> str:
    """Return what the item of a matter is called in the form it was asked by; its number where the form is gone."""
    try:
        form = await turn.kit.shelf.form(turn.db, matter.form_version_id)
    except LookupError:
        return turn.label("Item {number}", number=matter.number)
    for screen in form.screens:
        if any(one.path == matter.item for one in screen.questions):
            return screen.title(turn.speech.language) or turn.label("Item {number}", number=matter.number)
    return turn.label("Item {number}", number=matter.number)


async def lines(turn: Turn, matters: Sequence[Matter], zone: tzinfo, most: int) -> list[Markup]:
    """Return a line for each matter, of at most ``most``; how many more there are is said in the last.

    ``zone`` is where the campaign is: since which day is said as it was there.
    """
    said = []
    for one in matters[:most]:
        text = turn.t(
            "{sign} {title} (since {day})",
            sign=SIGNS.get(one.grade, ""),
            title=brief(await titled(turn, one), TITLE),
            day=turn.speech.day(one.since.astimezone(zone).date()),
        )
        said.append(text + (turn.t(": {words}", words=brief(one.note, WORDS)) if one.note else Markup("")))
    if len(matters) > most:
        rest = len(matters) - most
        said.append(turn.n("and {count} more", "and {count} more", rest))
    return said
