"""What a form asks: definitions of its nodes, questions, choices, and the screens they are asked on.

Immutable once the form is read, and shared by all walks of it; answers are nowhere in here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forms.context import World
    from forms.nodes import Node
    from forms.texts import Text
    from forms.xpath import Expression

SELECTS = frozenset({"select_one", "select_multiple", "rank"})
MEDIA = frozenset({"image", "audio", "video", "file"})
SILENT = frozenset({"hidden", "calculate", "preload", "meta"})
"""Kinds that are never shown: their values come from the form or the server."""


class Definition:
    """One node of the main instance as the form defines it; ``path`` has no positions (``/data/rep/q``)."""

    __slots__ = (
        "_named", "actions", "attached", "attributes", "calculate", "children", "constraint", "count", "default",
        "fixed", "index", "name", "once", "parent", "path", "preload", "question", "readonly", "recalls", "relevant",
        "repeat", "required", "scope", "step", "tag", "template", "type",
    )  # fmt: skip

    def __init__(self, tag: str, parent: Definition | None, index: int, prefix: str | None = None) -> None:
        self.tag = tag
        self.name = tag.rpartition("}")[2]
        self.parent = parent
        self.step = f"{prefix}:{self.name}" if prefix else self.name
        self.path: str = f"{parent.path}/{self.step}" if parent is not None else f"/{self.step}"
        self.index = index
        self.children: list[Definition] = []
        self._named: dict[str, Definition] = {}
        self.default = ""
        self.attributes: dict[str, str] = {}
        self.attached: list[Definition] = []
        """Attributes that are worked out (``@id`` of an entity): definitions of their own, but no children."""
        self.type = "string"
        self.relevant: Expression | None = None
        self.required: Expression | None = None
        self.readonly: Expression | None = None
        self.constraint: Expression | None = None
        self.calculate: Expression | None = None
        self.preload: tuple[str, str] | None = None
        self.actions: list[Action] = []
        self.question: Question | None = None
        self.repeat = False
        self.once = False
        """Whether its calculation is worked out ``once``, and again when its answer is cleared."""
        self.recalls = False
        """Whether its calculation reads what it came to before (``once``), which must be remembered then."""
        self.fixed = False
        """Whether the form lets nobody add or remove instances."""
        self.template: Node
        """What a new node begins with; of a repeat, a new instance. Set by :func:`forms.beginning.prepare`."""
        self.count: Expression | None = None
        self.scope: Definition | None = None
        """The innermost repeat this node is in (itself, when it is one)."""

    def __repr__(self) -> str:
        return f"<Definition {self.path}>"

    @property
    def is_group(self) -> bool:
        """Whether it holds other nodes, and no answer of its own."""
        return bool(self.children) or self.repeat

    @property
    def place(self) -> list[int]:
        """Where this node stands: comparing two tells which is first in the form."""
        return [*self.parent.place, self.index] if self.parent is not None else []

    def grow(self, tag: str, prefix: str | None = None) -> Definition:
        """Add a child after the others."""
        child = Definition(tag, self, len(self.children), prefix)
        self.children.append(child)
        self._named[child.name] = child
        return child

    def attach(self, attribute: str) -> Definition:
        """Make an attribute one that can be worked out; ``attribute`` is its full name."""
        own = Definition(f"@{attribute.rpartition('}')[2]}", self, -1)
        own.default = self.attributes[attribute]
        self.attached.append(own)
        self._named[own.name] = own
        return own

    def child(self, name: str) -> Definition | None:
        """Give the child of this name, or the worked-out attribute (``@id``)."""
        return self._named.get(name.rpartition(":")[2])

    def family(self) -> list[Definition]:
        """Give this definition and all below it, in document order, a node's own attributes after it."""
        found = [self, *self.attached]
        for child in self.children:
            found += child.family()
        return found


@dataclass(frozen=True, slots=True)
class Action:
    """A ``setvalue``: on ``event`` the target gets ``value``; ``source`` is what must change for a trigger."""

    event: str
    value: Expression | None
    target: Definition
    source: Definition | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a select; ``item`` is its row in the list, with the columns that a filter looks at."""

    value: str
    text: Text | None
    item: Node | None = None
    worked_out: str = ""
    """The label of a choice that is somebody's answer (a repeat's instance), in no language."""

    def label(self, language: str) -> str:
        """Give the label, the value itself when there is none."""
        return (self.text.plain(language) if self.text else self.worked_out) or self.value

    def columns(self) -> dict[str, str]:
        """Give the further columns of the choice's row."""
        return {field.name: field.text for field in self.item.children} if self.item else {}


@dataclass(frozen=True, slots=True)
class Itemset:
    """Where the choices of a select come from when they depend on something, or lie in a list."""

    nodes: Expression
    value: str
    label: Expression | None
    by_item: Mapping[int, Choice]
    """id of a list's node → its choice; empty when the choices are a repeat's instances."""
    constant: tuple[Choice, ...] | None
    """The choices, when nothing can change them."""

    def made(self, node: Node, world: World) -> Choice:
        """Make a choice of a node that is not in a list but among the answers."""
        field = node.named(self.value)
        value = field[0].string if field else node.string
        label = self.label.text(node, world) if self.label is not None else ""
        return Choice(value, None, node, label)


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Something the form asks, shows or keeps. ``kind`` is the XLSForm type, as far as the XForm still tells."""

    path: str
    name: str
    kind: str
    type: str
    definition: Definition
    texts: Mapping[str, Text]
    appearance: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    """Every choice there can be, before any filter."""
    itemset: Itemset | None = None

    def _plain(self, role: str, language: str) -> str:
        text = self.texts.get(role)
        return text.plain(language) if text else ""

    def label(self, language: str) -> str:
        """Give the label; where it shows an answer there is ``…`` (a walk fills it in)."""
        return self._plain("label", language)

    def hint(self, language: str) -> str:
        """Give the hint, '' when there is none."""
        return self._plain("hint", language)

    def guidance(self, language: str) -> str:
        """Give the guidance hint, longer and only on demand."""
        return self._plain("guidance", language)

    def constraint_message(self, language: str) -> str:
        """Give what to say when the constraint does not hold, '' when the form does not say."""
        return self._plain("constraint_message", language)

    def required_message(self, language: str) -> str:
        """Give what to say when the answer is missing, '' when the form does not say."""
        return self._plain("required_message", language)

    @property
    def asks(self) -> bool:
        """Whether a person gives the answer."""
        return self.kind not in SILENT and self.kind != "note"


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """A group of the form with what it is called; ``path`` is '' for a group that has no node."""

    path: str
    text: Text | None
    repeat: Definition | None = None

    def title(self, language: str) -> str:
        """Give the group's label, '' when it has none."""
        return self.text.plain(language) if self.text else ""


@dataclass(frozen=True, slots=True, eq=False)
class Screen:
    """What is asked at once: a ``field-list`` group, or one question.

    ``number`` counts the screens that ask something over the whole form, from 1, relevant or not; it is stable
    within a version. ``path`` is the group's, or the question's.
    """

    path: str
    number: int | None
    text: Text | None
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]

    def title(self, language: str) -> str:
        """Give the group's label, or else the first question's."""
        own = self.text.plain(language) if self.text else ""
        return own or (self.questions[0].label(language) if self.questions else "")

    def section(self, language: str) -> str:
        """Give the title of the innermost group around the screen that has one."""
        return next((title for one in reversed(self.sections) if (title := one.title(language))), "")

    @property
    def main(self) -> Question | None:
        """The first select, or else the first question that asks something: what a one-tap answer answers."""
        asking = [one for one in self.questions if one.asks]
        return next((one for one in asking if one.kind in SELECTS), asking[0] if asking else None)

    @property
    def followups(self) -> tuple[Question, ...]:
        """The other questions that ask something."""
        main = self.main
        return tuple(one for one in self.questions if one.asks and one is not main)

    @property
    def repeats(self) -> tuple[Definition, ...]:
        """The repeats around the screen, the outermost first."""
        return tuple(one.repeat for one in self.sections if one.repeat is not None)
