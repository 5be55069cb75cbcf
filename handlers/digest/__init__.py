"""The daily digest: what moved, what is late, who is stuck, in words and a picture; a figure opens what is behind it.

``telling`` sends it when its hour has come, ``looking`` opens its figures, ``nudging`` asks those who are late,
``settings`` and ``binding`` say when it comes and to which group chat. Its figures are gathered in
:mod:`handlers.digesting`.
"""

from __future__ import annotations

from handlers.digest import binding, looking, nudging, settings, telling
from handlers.journey import Journey
from handlers.menu import command

DIGEST = Journey(
    name="digest",
    commands={"digest": command("digest", telling.digest), "late": command("late", looking.lag)},
    taps={
        "ask": telling.ask,
        "show": looking.show,
        "day": looking.day,
        "late": looking.late,
        "lag": looking.lag,
        "stuck": looking.stuck,
        "items": looking.items,
        "moved": looking.moved,
        "matters": looking.matters,
        "nudge": nudging.nudge,
        "settings": settings.show,
        "hour": settings.hour,
        "off": settings.off,
        "theme": settings.theme,
        "paint": settings.paint,
        "words": settings.words,
        "unbind": settings.unbind,
    },
    timers={"due": telling.due, "catch": telling.catch, "nudge": nudging.tell},
    enter=looking.enter,
    group=binding.hear,
)
