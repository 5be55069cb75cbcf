"""The register of units in the hands of the office: sent in as a file, looked at, applied as a whole; units looked up.

``receiving`` takes files, ``found`` shows what one would change or what is wrong with it and applies it, ``overview``
shows the register. The file is fetched and read elsewhere; nothing here waits.
"""

from __future__ import annotations

from handlers.journey import Journey
from handlers.menu import command
from handlers.units import found, overview, receiving

UNITS = Journey(
    name="units",
    commands={"units": command("units", overview.units)},
    taps={
        "show": overview.units,
        "of": overview.of_campaign,
        "template": overview.template,
        "unit": overview.unit,
        "file": found.file,
        "faults": found.faults,
        "remarks": found.remarks,
        "marked": found.marked,
        "names": found.names,
        "why": found.why,
        "apply": found.apply,
        "drop": found.drop,
    },
    timers={"read": receiving.read},
    message=receiving.message,
    stranded=receiving.stranded,
    give_up=receiving.give_up,
)
