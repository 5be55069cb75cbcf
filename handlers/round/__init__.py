"""Rounds: made, given a window and a scope, closed and opened again by an administrator; looked at by the office.

``overview`` shows them, ``editing`` changes them. Which form a round's visits use is chosen with the forms; who visits
what on which day is the itinerary.
"""

from __future__ import annotations

from handlers.journey import Journey
from handlers.menu import command
from handlers.round import editing, overview

ROUND = Journey(
    name="round",
    commands={"round": command("round", overview.rounds)},
    taps={
        "all": overview.rounds,
        "one": overview.show,
        "names": overview.names,
        "new": editing.new,
        "dates": editing.dates,
        "levels": editing.levels,
        "areas": editing.areas,
        "tags": editing.tags,
        "groups": editing.groups,
        "close": editing.close,
        "closed": editing.closed,
        "open": editing.reopen,
    },
    message=editing.message,
    give_up=editing.give_up,
)
