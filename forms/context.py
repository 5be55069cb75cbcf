"""Where an expression stands while it runs, and what it can see from there.

Only data; must not know how expressions are read or compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from forms.values import EPOCH, Value

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from forms.nodes import Node


@dataclass(slots=True)
class World:
    """What an expression can see besides its own node; one per walk. ``now`` is aware and gives the time zone."""

    root: Node
    now: datetime
    zone: tzinfo
    random: random.Random
    instances: Mapping[str, Node]
    singles: dict[str, list[Node]] = field(default_factory=dict)
    """The one node of each path that runs through no repeat."""
    choice_label: Callable[[Any, str, str], str] = lambda _node, _path, _value: ""
    """(node the expression belongs to, path of the select, value) → label in the language on show."""
    choice_of: Callable[[Any, str], str] = lambda _node, _value: ""
    """(select, value) → label in the language on show."""
    is_relevant: Callable[[Any], bool] = lambda _node: True
    """Whether a node is relevant, and all it is in."""
    known: Mapping[str, str] = field(default_factory=dict)
    """What is known of who fills the form, and of the form: ``username``, ``version``."""
    place: Callable[[Any], int] = lambda _node: 1
    """A node → which instance of the innermost repeat around it this is, counted from 1."""
    began: datetime = EPOCH
    """When the filling began."""
    translation: Callable[[str], str] = lambda key: key
    """An itext id → the text in the language on show."""


class Context:
    """Where an expression stands: ``node`` is '.', ``origin`` is current()."""

    __slots__ = ("node", "origin", "position", "size", "world")

    def __init__(self, node: Node, origin: Node, world: World, position: int = 1, size: int = 1) -> None:
        self.node = node
        self.origin = origin
        self.world = world
        self.position = position
        self.size = size


Run = Callable[[Context], Value]
Function = Callable[[Context, tuple[Run, ...]], Value]


@dataclass(frozen=True, slots=True)
class Signature:
    """A function of the library and how many arguments it takes; ``most`` None means any number."""

    run: Function
    least: int
    most: int | None
