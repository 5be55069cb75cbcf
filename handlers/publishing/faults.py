"""What is wrong with a form, in the language of whoever sent it: where, what, and how it is put right.

The sentences are in forms/: whoever finds a fault writes it down as a msgid; here it is only shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from forms.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.turn import Turn


def said(turn: Turn, plain: Mapping[str, object]) -> Markup:
    """Put one problem, as a draft keeps it, into words: where, what, and on a line of its own how to put it right."""
    found = Problem.of(plain)
    values = dict(found.values)
    what = turn.t(found.what, **values)
    if found.cure:
        what += Markup("\n→ ") + turn.t(found.cure, **values)
    where = _where(turn, found)
    return where + Markup("\n") + what if where else what


def _where(turn: Turn, found: Problem) -> Markup:
    """Say where a problem is, as far as it is known: sheet, row, column, or the node of the form."""
    parts: list[Markup] = []
    if found.is_file:
        parts.append(Markup.escape(found.sheet))
    elif found.sheet:
        parts.append(turn.t("sheet {sheet}", sheet=found.sheet))
    if found.row:
        parts.append(turn.t("row {row}", row=found.row))
    if found.column:
        parts.append(turn.t("column {column}", column=found.column))
    if not found.row and found.path:
        parts.append(Markup("<code>{}</code>").format(found.path))
    return Markup("<b>{}</b>").format(Markup(" · ").join(parts)) if parts else Markup()
