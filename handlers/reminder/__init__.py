"""Reminders as people meet them: told once, merged, at hours that are allowed, and answered with a tap.

``telling`` makes the messages, ``answering`` is what can be done about one. What is due is worked out in
:mod:`handlers.reminding`.
"""

from __future__ import annotations

from handlers.journey import Journey
from handlers.reminder import answering, telling

REMINDER = Journey(
    name="reminder",
    taps={
        "open": answering.opened,
        "later": answering.later,
        "hand": answering.hand,
        "handed": answering.handed,
        "why": answering.why,
        "stay": answering.stay,
        "all": answering.whole,
    },
    timers={"plan": telling.plan, "due": telling.due},
    message=answering.message,
    replied=answering.replied,
    give_up=answering.give_up,
)
