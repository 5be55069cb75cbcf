"""The random draw: a seed's hash first, then the list, then who is drawn and the seed, for anybody to work out again.

``drawing`` goes through it, ``card`` draws what is on screen. The unit is not told. Neither commits or sends.
"""

from __future__ import annotations

from handlers.draw import drawing
from handlers.journey import Journey
from handlers.menu import command

DRAW = Journey(
    name="draw",
    commands={"draw": command("draw", drawing.begin)},
    taps={
        "begin": drawing.tap_begin,
        "units": drawing.units,
        "planned": drawing.planned,
        "list": drawing.other_list,
        "method": drawing.method,
        "make": drawing.make,
        "record": drawing.record,
        "look": drawing.look,
        "earlier": drawing.earlier,
    },
    timers={"read": drawing.read},
    message=drawing.message,
    complain=drawing.complain,
)
