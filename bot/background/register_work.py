"""Reads a register that was sent in, compares it with what stands, and marks its faults: work for a process of its own.

Imports little at the top: it is named by the serving process, which has no use for what reads workbooks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from supervision.register.comparing import Changes
    from supervision.register.faults import Fault
    from supervision.register.model import Register, Standing
    from supervision.register.terms import Terms

LISTED: Final = 400
"""Faults, and units of each kind of change, that are kept to be shown; the counts are of all."""

FEW: Final = 5
"""More faults than this, and the workbook is sent back with them marked in it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What reading said: ``found`` as JSON data to be shown, what the register holds, and the marked copy, if any."""

    found: dict[str, Any]
    lines: dict[str, Any] = field(default_factory=dict)
    marked: bytes | None = None


def read(content: bytes, terms: Terms, standing: Standing, language: str) -> Found:
    """Read a file as a register of a campaign; nothing is raised for a bad file."""
    from supervision.register import reading  # noqa: PLC0415 - openpyxl, wanted only in this process
    from supervision.register.comparing import compare  # noqa: PLC0415 - likewise

    register = reading.read(content, terms, standing)
    faults = explained(register.faults, terms, standing, register, language)
    found: dict[str, Any] = {
        "faults": [_plain(one) for one in faults if not one.remark][:LISTED],
        "remarks": [_plain(one) for one in faults if one.remark][:LISTED],
        "wrong": len(register.wrong),
        "remarked": len(register.remarks),
        "units": len(register.units),
    }
    if register.wrong:
        marked = _marked(content, faults, language) if len(register.wrong) > FEW else None
        return Found(found, marked=marked)
    changes = compare(register, standing, terms)
    found["changes"] = summary(changes, register)
    return Found(found, lines=_lines(register))


def explained(
    faults: Sequence[Fault], terms: Terms, standing: Standing, register: Register, language: str
) -> list[Fault]:
    """Put into each fault what would have been right there: the levels, groups and tags there are."""
    from dataclasses import replace  # noqa: PLC0415 - likewise

    from supervision.register.faults import What  # noqa: PLC0415 - likewise

    comma = "、" if language.startswith("zh") else ", "
    levels = comma.join(
        f"{number} {titles.get(language) or ''}".strip() for number, titles in sorted(terms.level_titles.items())
    )
    groups = comma.join(dict.fromkeys(one.name for one in (*standing.groups, *register.groups)))[:200]

    def known(one: Fault) -> Fault:
        if one.what is What.level_unknown:
            return replace(one, values={**one.values, "levels": levels})
        if one.what is What.group_unknown:
            return replace(one, values={**one.values, "known": groups or "–"})
        if one.what is What.tag_unknown:
            family = str(one.values.get("family", ""))
            titles = [tag.titles.get(language) or tag.code for tag in terms.tags if tag.family == family]
            return replace(one, values={**one.values, "known": comma.join(titles)[:200]})
        return one

    return [known(one) for one in faults]


def summary(changes: Changes, register: Register) -> dict[str, Any]:
    """Return what an import would do as JSON data: counts of all, names of the first."""
    return {
        "added": [[one.code, one.name] for one in changes.added[:LISTED]],
        "returned": [[one.code, one.name] for one in changes.returned[:LISTED]],
        "changed": [
            [
                one.after.code,
                one.before.name,
                [[field, _said(one.before, field), _said(one.after, field)] for field in one.fields],
            ]
            for one in changes.changed[:LISTED]
        ],
        "dropped": [[one.code, one.name] for one in changes.dropped[:LISTED]],
        "counts": {
            "added": len(changes.added),
            "returned": len(changes.returned),
            "changed": len(changes.changed),
            "dropped": len(changes.dropped),
            "groups": len(changes.groups_added),
            "regrouped": len(changes.groups_changed),
            "people": len(changes.seats or ()) if changes.seats_changed else 0,
            "rounds": len(changes.rounds_added) + len(changes.rounds_changed),
            "by_area": len(register.by_area),
        },
        "nothing": changes.nothing,
        "digest": changes.digest,
    }


def _said(unit: object, name: str) -> str:
    value = getattr(unit, name)
    return "、".join(value) if isinstance(value, tuple) else "" if value is None else str(value)[:80]


def _lines(register: Register) -> dict[str, Any]:
    from supervision.register.model import plain_register  # noqa: PLC0415 - likewise

    return plain_register(register)


def _plain(fault: Fault) -> list[object]:
    from handlers.register_words import plain  # noqa: PLC0415 - likewise

    return plain(fault)


def _marked(content: bytes, faults: Sequence[Fault], language: str) -> bytes | None:
    from handlers.register_words import reason  # noqa: PLC0415 - likewise
    from handlers.text import speech  # noqa: PLC0415 - likewise
    from supervision.register import marking  # noqa: PLC0415 - likewise

    words = speech(language)
    marks = [(one.sheet, one.row, one.column, reason(words, one), one.remark) for one in faults]
    try:
        return marking.marked(content, marks, words.label("To put right"), (words.label("Where"), words.label("What")))
    except Exception:  # noqa: BLE001 - whatever a workbook holds that cannot be written again, the list in the chat stands
        return None
