"""What a select offers now, and which of somebody's answers are among it.

A list that nothing can change costs nothing; a filtered one is worked out when asked for. Must not store anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms.values import words

if TYPE_CHECKING:
    from forms.cells import Cell
    from forms.context import World
    from forms.question import Choice


def offered(cell: Cell, world: World) -> list[Choice] | tuple[Choice, ...]:
    """Give the choices a select offers now."""
    question = cell.definition.question
    if question is None:
        return ()
    itemset = question.itemset
    if itemset is None:
        return question.choices
    if itemset.constant is not None:
        return itemset.constant
    nodes = itemset.nodes.nodes(cell, world)
    return [itemset.by_item.get(id(node)) or itemset.made(node, world) for node in nodes]


def kept(cell: Cell, text: str, world: World) -> str:
    """Give what is left of an answer when what is not offered counts as blank."""
    question = cell.definition.question
    if question is not None and question.kind == "select_one":
        return text if any(choice.value == text for choice in offered(cell, world)) else ""
    there = dict.fromkeys(choice.value for choice in offered(cell, world))
    found = [one for one in words(text) if one in there]
    if question is not None and question.kind == "rank":  # what is new in the list comes last
        found = list(dict.fromkeys((*found, *there)))
    return " ".join(found)
