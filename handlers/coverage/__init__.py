"""The coverage ledger in the chat: no unit of a round is missed without somebody seeing it."""

from __future__ import annotations

from handlers.coverage import overview
from handlers.journey import Journey
from handlers.menu import command

COVERAGE = Journey(
    name="coverage",
    commands={"coverage": command("coverage", overview.coverage)},
    taps={
        "all": overview.coverage,
        "show": overview.show,
        "names": overview.names,
        "areas": overview.areas,
        "part": overview.part,
        "out": overview.out,
    },
)
