"""What a visit's checklist found, item by item, in the words of storage/visit/findings.py.

It reads a sheet; whoever hands a visit in, or lets a correction stand, writes it down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.visit.findings import Judged
from supervision.instances import plain
from supervision.wanting import grade_of

if TYPE_CHECKING:
    from handlers.sheet import Sheet


def judged(sheet: Sheet) -> list[Judged]:
    """Return the items that apply and have a grade, as they are answered now."""
    found = []
    for item in sheet.numbered():
        grade = grade_of(sheet.symbol(item)) if sheet.main(item).kind == "select_one" else None
        if grade is None:
            continue
        main, note = sheet.main(item), sheet.note(item)
        answer = sheet.standing(main)
        written = sheet.standing(note) if note is not None and sheet.walk.value(note.path) else None
        path = sheet.stored(main.path)
        found.append(
            Judged(
                path=path,
                item=plain(path),
                number=item.key,
                grade=grade,
                answer_id=answer.id if answer else None,
                note_id=written.id if written else None,
            )
        )
    return found
