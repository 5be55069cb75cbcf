"""What is done on a visit besides its checklist: one tap records it, a number, words, a place and photos complete it.

``recording`` makes and completes one; ``filing`` takes its photos; ``card`` draws; ``tally`` counts what was recorded.
None of them commits or sends.
"""

from __future__ import annotations

from handlers.activity import recording, tally
from handlers.journey import Journey
from handlers.menu import command

ACTIVITY = Journey(
    name="activity",
    commands={"activity": command("activity", recording.choose), "tally": command("tally", tally.tally)},
    taps={
        "choose": recording.tap_choose,
        "visit": recording.tap_visit,
        "add": recording.add,
        "open": recording.open_one,
        "count": recording.count,
        "place": recording.place,
        "clear": recording.clear,
        "remove": recording.remove,
        "restore": recording.restore,
        "tally": tally.tap_tally,
        "round": tally.of_round,
    },
    message=recording.message,
    complain=recording.complain,
    give_up=recording.give_up,
)
"""Somebody's way to say what they have done."""
