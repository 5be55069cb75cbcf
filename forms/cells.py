"""One node of the tree of answers: what was answered, and what expressions see of it.

Only what a node knows of itself; what depends on what, and when it is worked out, is in :mod:`forms.instance`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from forms.nodes import Node

if TYPE_CHECKING:
    from collections.abc import Iterable

    from forms.question import Definition


_NONE: Final[list[Cell]] = []
"""What is below a node that can have nothing below it: one list for all, which nobody adds to."""


class Cell(Node):
    """A node of the tree of answers. ``raw`` is what was answered, ``text`` what expressions see of it."""

    __slots__ = (
        "attached", "definition", "gone", "kept", "order", "overridden", "own", "raw", "relevant", "source",
        "worked_out",
    )  # fmt: skip

    children: list[Cell]  # type: ignore[assignment]  # a cell's children are cells
    parent: Cell | None

    def __init__(self, definition: Definition, parent: Cell | None, order: int, source: Node) -> None:
        # What a Node has, without the call: a filling is opened anew for every turn, and has hundreds of these.
        self.name = definition.name
        self.parent = parent
        self.text = self.raw = "" if definition.children else source.text
        self.children = [] if definition.children else _NONE
        self.frozen = False
        self._named = None
        self._found = None
        self.source = source
        """What it began with: a node of the main instance as the form holds it, or of a template."""
        self.definition = definition
        self.attributes = definition.attributes
        self.attached: list[Cell] = [] if definition.attached else _NONE
        """Attributes that are worked out."""
        self.order = order
        self.own = True
        self.relevant = True
        self.worked_out: str | None = None
        """What the calculation came to when it was last looked at; None when it must be taken over in any case."""
        self.gone = False
        """Whether it was taken away, with the instance of a repeat it was in."""
        self.kept = False
        """Whether the answer must be remembered: given, or set by a default or a trigger."""
        self.overridden = False
        """Whether somebody's own answer stands in for the calculation."""

    @property
    def path(self) -> str:
        """The path with positions of repeat instances, counted from 1."""
        if self.parent is None:
            return f"/{self.definition.step}"
        place = f"[{self.parent.named(self.name).index(self) + 1}]" if self.definition.repeat else ""
        return f"{self.parent.path}/{self.definition.step}{place}"

    def below(self) -> Iterable[Cell]:
        """Give everything that can be asked for by its name: children, and attributes as ``@name``."""
        return (*self.attached, *self.children) if self.attached else self.children

    def attribute_values(self) -> dict[str, str]:
        """Give the attributes by their full names, with those that are worked out as they stand."""
        worked_out = {cell.name[1:]: cell.text for cell in self.attached}
        return {name: worked_out.get(name.rpartition("}")[2], value) for name, value in self.attributes.items()}

    def family(self) -> list[Cell]:
        """Give this cell and all below it, in document order, a node's own attributes after it."""
        found = [self, *self.attached]
        for child in self.children:
            found += child.family()
        return found
