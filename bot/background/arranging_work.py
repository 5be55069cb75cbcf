"""Looks for one group's itinerary, and reads one that was sent in: work for a process of its own.

Imports nothing at the top: it is named by the serving process, which must never load the solver or read workbooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from supervision.itinerary import Plan, Task
    from supervision.itinerary_sheet import Known, Read


SECONDS: Final = 2.0
"""How long the solver looks at one group; what it has then is taken."""


def arrange(task: Task) -> Plan:
    """Return the best plan found in :data:`SECONDS`."""
    from supervision.itinerary import beside  # noqa: PLC0415 - likewise
    from supervision.itinerary_solver import solve  # noqa: PLC0415 - scipy, wanted only in this process

    if task.fixed:
        return beside(task)
    return solve(task, SECONDS)


def read(content: bytes, known: Known) -> Read:
    """Read a workbook as an itinerary; nothing is raised for a bad file."""
    from supervision.itinerary_sheet import Fault, Read, What, rows_of  # noqa: PLC0415 - likewise
    from supervision.register import workbook  # noqa: PLC0415 - openpyxl, wanted only in this process

    try:
        sheets = workbook.read(content)
    except workbook.Unreadable:
        return Read(faults=[Fault("", What.unreadable)])
    return rows_of([one.rows for one in sheets], known)
