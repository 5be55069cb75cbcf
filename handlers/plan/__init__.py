"""The plan of a campaign: its phases and work items at a glance, and one item with what can be done about it."""

from __future__ import annotations

from handlers.journey import Journey
from handlers.menu import command
from handlers.plan import item, overview

PLAN = Journey(
    name="plan",
    commands={"plan": command("plan", overview.show)},
    taps={
        "show": overview.show,
        "item": item.item,
        "done": item.done,
        "undo": item.undo,
        "move": item.move,
        "to": item.to,
    },
    message=item.message,
    give_up=item.give_up,
)
