"""What can be wrong with a form, said so that its author can put it right.

Only data: no message here names a person, a chat or a traceback. Whoever shows a problem may translate its frame
(sheet, row, column); the sentence itself comes from whoever found it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault; ``sheet``, ``row`` (counted from 1, the header is row 1) and ``column`` are ''/0 when unknown."""

    message: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    path: str = ""
    """The node of the form it is about, where the file's row is not known."""

    def __str__(self) -> str:
        place = [
            self.sheet and f"sheet {self.sheet}",
            self.row and f"row {self.row}",
            self.column,
            not self.row and self.path,
        ]
        where = ", ".join(str(part) for part in place if part)
        return f"{where}: {self.message}" if where else self.message


class FormError(Exception):
    """The form cannot be used; ``problems`` says why, at least one."""

    def __init__(self, *problems: Problem | str) -> None:
        self.problems: tuple[Problem, ...] = tuple(Problem(one) if isinstance(one, str) else one for one in problems)
        super().__init__("; ".join(str(one) for one in self.problems))
