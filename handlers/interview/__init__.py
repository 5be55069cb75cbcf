"""Interviews: what people say in confidence, question by question, in their own words.

``visiting`` lists the talks of a visit and begins one; ``asking`` goes through the questions; ``taking`` takes words
and recordings; ``naming`` who it is; ``reading`` shows what was said to those who may, and who has looked; ``quoting``
releases sentences; ``erasing`` destroys. ``talk`` is what they share. Words are shown to nobody but the interviewer and
the leader of the group, and every look is written down. None of them commits or sends.
"""

from __future__ import annotations

from handlers.interview import asking, erasing, naming, quoting, reading, taking, visiting
from handlers.journey import Journey
from handlers.menu import command

INTERVIEW = Journey(
    name="interview",
    commands={"interview": command("interview", visiting.choose)},
    taps={
        "choose": visiting.tap_choose,
        "visit": visiting.tap_visit,
        "begin": visiting.begin,
        "due": visiting.due,
        "go": asking.go,
        "finish": asking.finish,
        "resume": asking.resume,
        "drop": taking.drop,
        "who": naming.who,
        "named": naming.named,
        "staff": naming.staff,
        "read": reading.read,
        "play": reading.play,
        "looks": reading.looks,
        "quote": quoting.sentences,
        "pick": quoting.pick,
        "preview": quoting.preview,
        "release": quoting.release,
        "return": quoting.take_back,
        "quotes": quoting.released,
        "erase": erasing.ask,
        "erased": erasing.erase,
    },
    timers={"lost": taking.lost},
    message=taking.message,
    edited=taking.edited,
    complain=taking.complain,
    give_up=asking.give_up,
)
