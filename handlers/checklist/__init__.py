"""The checklist walk: one item at a time on one live card.

``steps`` are the taps, ``sending`` takes messages, ``mending`` takes things back, ``card`` draws. All of them work on a
``Sheet`` (handlers/sheet.py) and none of them commits or sends.
"""

from __future__ import annotations

from handlers.checklist import mending, sending, steps
from handlers.journey import Journey

CHECKLIST = Journey(
    name="checklist",
    taps={
        "answer": steps.answer,
        "change": steps.change,
        "toggle": steps.toggle,
        "go": steps.go,
        "again": steps.again,
        "back": steps.back,
        "next": steps.following,
        "later": steps.later,
        "overview": steps.overview,
        "note": steps.note,
        "hint": steps.hint,
        "evidence": mending.evidence,
        "look": mending.look,
        "remove": mending.remove,
        "undo": mending.undo,
    },
    timers={"unreadable": mending.unreadable},
    enter=steps.enter,
    message=sending.message,
    edited=mending.edited,
)
