"""The checklist walk: one item at a time on one live card.

``tapping`` takes taps, ``sending`` words, ``filing`` files and places; ``waiting`` takes what has no place yet, as
plain ``pieces``, and ``intake`` lets it in; ``repeating`` adds instances of repeats and takes them away; ``scanning``
takes the code that was read in a photo; ``mending`` takes back, ``moving`` lays with another item, from the receipt or
the list of what came in one of the ``runs``: ``likely`` says where else, ``receipts`` draws it; ``revising`` takes
edited messages, ``complaining`` says why something was not taken, ``continuing`` puts together what a client has cut,
``gallery`` shows what lies with an item. ``differing`` asks whose answer stands; ``dividing`` shares a visit among
several, whose ``shares`` are drawn; ``sharing`` and ``following`` keep their cards in step. ``entry`` makes answers of
words, which ``lines`` parts by item; ``steps`` is what they share; ``card``, ``choosing``, ``listing`` and ``overview``
draw. All of them work on a ``Sheet`` (handlers/sheet.py) and none of them commits or sends. ``placing`` asks the leader
where the unit is.
"""

from __future__ import annotations

from handlers.checklist import (
    answering,
    complaining,
    differing,
    dividing,
    doubting,
    following,
    gallery,
    leaving,
    mending,
    moving,
    picturing,
    placing,
    repeating,
    revising,
    scanning,
    sending,
    tapping,
    waiting,
)
from handlers.journey import Journey

CHECKLIST = Journey(
    name="checklist",
    taps={
        "answer": tapping.answer,
        "change": tapping.change,
        "toggle": tapping.toggle,
        "choices": tapping.choices,
        "day": tapping.day,
        "widget": answering.widget,
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
        "restore": gallery.restore,
        "removed": gallery.removed,
        "confirm": doubting.confirm,
        "retract": doubting.retract,
        "singly": doubting.singly,
        "more": repeating.more,
        "add": repeating.add,
        "into": repeating.into,
        "take": repeating.take,
        "bring": repeating.bring,
        "enough": repeating.enough,
        "picture": picturing.picture,
        "code": scanning.code,
        "undo": mending.undo,
        "wrong": moving.wrong,
        "move": moving.move,
        "moveto": moving.moveto,
        "shift": moving.shift,
        "moved": moving.moved,
        "place": placing.place,
        "elsewhere": placing.elsewhere,
        "noted": tapping.noted,
        "mine": differing.mine,
        "theirs": differing.theirs,
        "both": differing.both,
        "team": dividing.team,
        "claim": dividing.claim,
        "aspect": dividing.aspect,
        "hand": dividing.hand,
        "handto": dividing.handto,
        "finish": dividing.finish,
        "drop": waiting.drop,
        "dropped": waiting.dropped,
    },
    timers={
        "unreadable": gallery.unreadable,
        "scanned": scanning.scanned,
        "doubted": doubting.doubted,
        "follow": following.follow,
    },
    enter=tapping.enter,
    message=sending.message,
    edited=revising.edited,
    stranded=waiting.stranded,
    complain=complaining.complain,
    give_up=leaving.give_up,
)
