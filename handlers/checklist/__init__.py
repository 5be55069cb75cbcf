"""The checklist walk: one item at a time on one live card.

``tapping`` takes taps, ``sending`` words, ``filing`` files and places, ``waiting`` what has no place yet, ``mending``
takes back, ``revising`` takes edited messages, ``gallery`` shows what lies with an item; ``entry`` makes answers of
words, ``steps`` is what they share, ``card`` draws. All of them work on a ``Sheet`` (handlers/sheet.py) and none of
them commits or sends.
"""

from __future__ import annotations

from handlers.checklist import gallery, mending, revising, sending, tapping, waiting
from handlers.journey import Journey

CHECKLIST = Journey(
    name="checklist",
    taps={
        "answer": tapping.answer,
        "change": tapping.change,
        "toggle": tapping.toggle,
        "go": tapping.go,
        "again": tapping.again,
        "back": tapping.back,
        "next": tapping.following,
        "later": tapping.later,
        "overview": tapping.overview,
        "note": tapping.note,
        "clear": tapping.clear,
        "hint": tapping.hint,
        "evidence": gallery.evidence,
        "look": gallery.look,
        "remove": gallery.remove,
        "undo": mending.undo,
    },
    timers={"unreadable": gallery.unreadable},
    enter=tapping.enter,
    message=sending.message,
    edited=revising.edited,
    stranded=waiting.stranded,
)
