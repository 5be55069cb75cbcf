"""Which group visits which unit on which day: proposed, changed by tapping or in Excel, confirmed, told.

``overview`` shows what stands, ``asking`` begins a draft, ``draft`` shows it, ``changing`` changes one visit,
``trading`` a team, ``sheets`` takes it out as a workbook and in again (``faults``, ``guiding``), ``telling`` lets
those know whom a change touches.
"""

from __future__ import annotations

from handlers.itinerary import asking, changing, draft, overview, sheets, telling, trading
from handlers.journey import Journey
from handlers.menu import command

ITINERARY = Journey(
    name="itinerary",
    commands={"itinerary": command("itinerary", overview.itinerary)},
    taps={
        "all": overview.itinerary,
        "show": overview.show,
        "days": overview.days,
        "propose": asking.propose,
        "make": asking.make,
        "adjust": asking.adjust,
        "draft": draft.draft,
        "changes": draft.changes,
        "confirm": draft.confirm,
        "drop": draft.drop,
        "day": changing.day,
        "rest": changing.rest,
        "stop": changing.stop,
        "move": changing.move,
        "to": changing.to,
        "who": changing.others,
        "give": changing.give,
        "swap": changing.swap,
        "swapped": changing.swapped,
        "trade": trading.trade,
        "sheet": sheets.standing,
        "file": sheets.of_draft,
    },
    timers={"progress": draft.progress, "ready": draft.ready, "told": telling.told},
    message=sheets.message,
    give_up=sheets.give_up,
)
