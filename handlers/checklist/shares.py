"""Draws who has which items of a visit, and how far each is with theirs.

Pure drawing: it reads a sheet and returns text. It writes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.progress import listed, numbers_of

if TYPE_CHECKING:
    from markupsafe import Markup

    from handlers.sheet import Sheet
    from handlers.turn import Turn


def shares(turn: Turn, sheet: Sheet) -> list[Markup]:
    """Return a line for each who is at work or has something, and one for what nobody has."""
    labour, items = sheet.labour, sheet.numbered()
    at_work = [one.person_id for one in sheet.visit.parts if one.began_at is not None]
    done = {one.person_id for one in sheet.visit.parts if one.done_at is not None}
    lines, free_handed = [], []
    for who in dict.fromkeys([*at_work, *labour.holders.values()]):
        if who == 0 or (who not in labour.names and who not in labour.holders.values()):
            continue
        theirs = [item for item in items if labour.holder(item) == who]
        still = [item for item in theirs if not sheet.complete(item)]
        name = turn.label("You") if who == turn.who.id else labour.name(who)
        if not theirs and who not in done:
            free_handed.append(name)
            continue
        if not theirs:
            what = turn.t("✓ done")
        elif still:
            what = turn.t("{numbers}, {open} open", numbers=numbers_of(turn, theirs), open=len(still))
        else:
            what = turn.t("{numbers} ✓", numbers=numbers_of(turn, theirs))
        lines.append(turn.t("👤 {who}: {what}", who=name, what=what))
    if free_handed:  # on one line: a screen is small
        lines.append(turn.t("👤 {who}: {what}", who=listed(turn, free_handed), what=turn.t("whatever is free")))
    free = [item for item in items if not labour.holder(item) and not sheet.complete(item)]
    if free and labour.holders:
        lines.append(turn.t("Nobody's yet: {numbers}", numbers=numbers_of(turn, free)))
    return lines
