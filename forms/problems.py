"""What can be wrong with a form, said so that its author can put it right, in whatever language they read.

A problem holds English sentences as msgids with the values that belong into them; whoever shows it hands in a
translation (``gettext`` of a catalogue). Only data: nothing here names a person, a chat or a traceback.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Speak = Callable[[str], str]
    """The msgid of a sentence → the sentence in somebody's language, its ``{values}`` still open."""

LONGEST = 1_000
"""Characters of a value that are kept."""


def mark(message: str) -> str:
    """Mark a msgid for the catalogues where it is written down."""
    return message


def english(message: str) -> str:
    """Leave a sentence as it was written."""
    return message


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault or warning; ``sheet``, ``row`` (from 1, the header is row 1) and ``column`` are ''/0 when unknown.

    ``what`` and ``cure`` are msgids, ``cure`` '' when there is nothing to do.
    """

    what: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    path: str = ""
    """The node of the form it is about, where the file's row is not known."""
    cure: str = ""
    values: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, plain: Mapping[str, object]) -> Problem:
        """Read what :meth:`plain` gave, after it has been JSON."""
        values = plain.get("values")
        row = plain.get("row")
        return cls(
            what=str(plain.get("what", "")),
            sheet=str(plain.get("sheet", "")),
            row=row if isinstance(row, int) else 0,
            column=str(plain.get("column", "")),
            path=str(plain.get("path", "")),
            cure=str(plain.get("cure", "")),
            values=tuple((str(name), str(value)) for name, value in values) if isinstance(values, list | tuple) else (),
        )

    def plain(self) -> dict[str, object]:
        """Give it as plain data."""
        return asdict(self)

    @property
    def is_file(self) -> bool:
        """Whether ``sheet`` names a file beside the form (``towns.csv``) and no sheet of it."""
        return "." in self.sheet

    @property
    def message(self) -> str:
        """What is wrong, and the cure, in English, without the place."""
        return self.said(english)

    def said(self, speak: Speak) -> str:
        """Say what is wrong, and the cure, without the place."""
        values = dict(self.values)
        what = speak(self.what).format(**values)
        return f"{what} → {speak(self.cure).format(**values)}" if self.cure else what

    def place(self, speak: Speak) -> str:
        """Say where it is, as far as that is known: sheet, row, column, or the node of the form."""
        parts = [
            self.sheet if self.is_file else speak(mark("sheet {sheet}")).format(sheet=self.sheet) if self.sheet else "",
            speak(mark("row {row}")).format(row=self.row) if self.row else "",
            speak(mark("column {column}")).format(column=self.column) if self.column else "",
            self.path if not self.row else "",
        ]
        return " · ".join(part for part in parts if part)

    def told(self, speak: Speak) -> str:
        """Say where, what, and the cure, in one line."""
        where = self.place(speak)
        return f"{where}: {self.said(speak)}" if where else self.said(speak)

    def __str__(self) -> str:
        return self.told(english)


def problem(
    what: str, cure: str = "", *, sheet: str = "", row: int = 0, column: str = "", path: str = "", **values: object
) -> Problem:
    """Make a problem; the keywords that are no place are the values of its sentences."""
    kept = tuple((name, str(value)[:LONGEST]) for name, value in values.items())
    return Problem(what, sheet, row, column, path, cure, kept)


class FormError(Exception):
    """The form cannot be used; ``problems`` says why, at least one."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(str(one) for one in problems))

    @classmethod
    def that(cls, what: str, cure: str = "", *, sheet: str = "", row: int = 0, **values: object) -> FormError:
        """Make one of a single problem."""
        kept = tuple((name, str(value)[:LONGEST]) for name, value in values.items())
        return cls(Problem(what, sheet, row, cure=cure, values=kept))
