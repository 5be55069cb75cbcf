"""What is wrong with an itinerary that was sent in as a workbook, cell by cell, in words that say what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from handlers.chat import Button
from handlers.itinerary.overview import ALL
from handlers.journey import data
from handlers.text import mark
from supervision.itinerary_sheet import What

if TYPE_CHECKING:
    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.campaign.itineraries import Itinerary

SHOWN: Final = 8

FAULTS: Final = {
    What.unreadable: mark("This is no Excel file that could be read. Ask for the file here and send it back changed."),
    What.too_large: mark("The file is too large."),
    What.columns: mark("The columns “Code”, “Day” and “Who goes” are needed; the file that comes from here has them."),
    What.unit: mark("“{words}” is no unit of this round that you arrange visits for."),
    What.twice: mark("“{words}” stands in row {first} already."),
    What.begun: mark("The visit to “{words}” has begun; its day and people stay as they are."),
    What.day: mark("“{words}” is no date. Write it as 2026-10-16."),
    What.day_off: mark("{words} is no working day of this round that is still to come."),
    What.person: mark("“{words}” goes on no visits of this group, or two people have that name."),
    What.leave: mark("“{words}” is on leave on that day."),
    What.guide: mark("Whoever leads the group writes its guidance plans. Leave this cell as it is."),
    What.points: mark("A plan has at most {most} points. Keep the weightiest, a line each."),
    What.point: mark("A point has at most {most} characters. Shorten it, or make two lines of it."),
    What.nobody: mark("Who goes? Write at least one name, or leave the day empty too."),
}
"""What can be wrong with a workbook, as a sentence that says what to do."""


def faulty(turn: Turn, found: Itinerary) -> tuple[Markup, Rows]:
    """Draw a workbook that cannot be taken: what is wrong where."""
    faults: list[Any] = found.plan["faults"]
    said = [
        turn.n(
            "<b>“{name}”: {count} thing to put right.</b> Nothing was taken.",
            "<b>“{name}”: {count} things to put right.</b> Nothing was taken.",
            len(faults),
            name=found.name,
        )
    ]
    said += [Markup("{} ").format(cell) + turn.t(FAULTS[What(what)], **values) for cell, what, values in faults[:SHOWN]]
    if len(faults) > SHOWN:
        said.append(turn.t("… and {count} more", count=len(faults) - SHOWN))
    said.append(turn.t("\nPut it right in the file and send the whole file again."))
    back = data("itinerary", "show", found.round_id, found.group_id or ALL)
    return Markup("\n").join(said), ((Button(turn.label("◀ Itinerary"), back),),)
