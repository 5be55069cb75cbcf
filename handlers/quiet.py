"""When a person is not to be reminded: their own quiet hours, chosen with two taps from "About me".

Reminders wait for the end of these hours; answers to what somebody does come at any time.
"""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Final

from handlers.chat import Button
from handlers.errors import Stale
from handlers.journey import Journey, data
from handlers.panel import show
from storage.campaign import calendars
from supervision.calendar import Quiet

if TYPE_CHECKING:
    from handlers.turn import Turn

BEGINS: Final = (19, 20, 21, 22, 23)
ENDS: Final = (6, 7, 8, 9, 10)


async def hours(turn: Turn, _: object) -> None:
    """Show the quiet hours and offer others."""
    quiet = await calendars.quiet_of(turn.db, turn.who.id)
    _show(turn, quiet)


def _show(turn: Turn, quiet: Quiet) -> None:
    if quiet.begins == quiet.ends:
        text = turn.t("Reminders may come at any hour, on working days only.")
    else:
        text = turn.t(
            "No reminders from {begins} to {ends}, nor on days off. What you ask for comes at any time.",
            begins=f"{quiet.begins:%H:%M}",
            ends=f"{quiet.ends:%H:%M}",
        )
    begins = tuple(_button(time(hour), quiet.ends, hour, chosen=time(hour) == quiet.begins) for hour in BEGINS)
    ends = tuple(_button(quiet.begins, time(hour), hour, chosen=time(hour) == quiet.ends) for hour in ENDS)
    never = Button(turn.label("No quiet hours"), data("quiet", "set", "0000", "0000"))
    usual = Button(turn.label("As usual (21–8)"), data("quiet", "set", "2100", "0800"))
    back = (Button(turn.label("↩ Back"), data("profile", "me")),)
    show(turn, text, (begins, ends, (usual, never), back))


def _button(begins: time, ends: time, hour: int, *, chosen: bool) -> Button:
    return Button(f"● {hour}:00" if chosen else f"{hour}:00", data("quiet", "set", f"{begins:%H%M}", f"{ends:%H%M}"))


async def choose(turn: Turn, args: tuple[str, ...]) -> None:
    """Keep quiet in these hours from now on."""
    try:
        begins, ends = (time.fromisoformat(f"{one[:2]}:{one[2:]}") for one in args)
    except ValueError as error:
        raise Stale from error
    quiet = Quiet(begins, ends)
    await calendars.keep_quiet(turn.db, turn.who.id, quiet)
    _show(turn, quiet)


QUIET: Final = Journey(name="quiet", taps={"hours": hours, "set": choose})
