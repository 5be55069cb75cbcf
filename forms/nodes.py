"""The tree that expressions look at: answers of one walk, and the lists (secondary instances) of a form.

A light tree of our own rather than lxml's, because an answer must be read in well under a microsecond and a node
must say which definition it belongs to. Knows nothing of expressions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml import etree


class Node:
    """An element (or, when asked for with ``@``, an attribute). ``text`` is its own text, '' for a group."""

    __slots__ = ("_found", "_named", "attributes", "children", "frozen", "name", "parent", "text")

    def __init__(self, name: str, parent: Node | None = None, text: str = "") -> None:
        self.name = name
        self.parent = parent
        self.text = text
        self.children: list[Node] = []
        self.attributes: dict[str, str] = {}
        self.frozen = False
        self._named: dict[str, list[Node]] | None = None
        self._found: dict[tuple[str, str], dict[str, list[Node]]] | None = None

    def __repr__(self) -> str:
        return f"<{self.name} {self.text!r} {len(self.children)}>"

    @property
    def string(self) -> str:
        """The string value: the text of the node and of all that is below it."""
        if not self.children:
            return self.text
        return self.text + "".join(child.string for child in self.children)

    def named(self, name: str) -> list[Node]:
        """Give the children of this name in order; the list is shared and must not be changed."""
        if self._named is None:
            self._named = {}
            for child in self.below():
                self._named.setdefault(child.name, []).append(child)
        return self._named.get(name, [])

    def below(self) -> Iterable[Node]:
        """Give everything that can be asked for by its name."""
        return self.children

    def attribute_values(self) -> dict[str, str]:
        """Give the attributes by their full names."""
        return self.attributes

    def gained(self, child: Node) -> None:
        """Remember a child that was added after the others of its name."""
        if self._named is not None:
            self._named.setdefault(child.name, []).append(child)

    def changed_children(self) -> None:
        """Forget what was remembered about the children; to be called after adding or removing one."""
        self._named = None

    def lookup(self, name: str, key: str, value: str) -> list[Node]:
        """Give the children called ``name`` that have a child ``key`` of this value; indexed, for frozen nodes only."""
        if self._found is None:
            self._found = {}
        index = self._found.get((name, key))
        if index is None:
            index = {}
            for child in self.named(name):
                for text in dict.fromkeys(field.string for field in child.named(key)):
                    index.setdefault(text, []).append(child)
            self._found[name, key] = index
        return index.get(value, [])

    def descendants(self) -> Iterator[Node]:
        """All below this node, in document order."""
        for child in self.children:
            yield child
            yield from child.descendants()

    def top(self) -> Node:
        """Give the root of the tree this node is in."""
        node = self
        while node.parent is not None:
            node = node.parent
        return node


def from_xml(element: etree._Element) -> Node:
    """Copy a parsed element into frozen nodes, for a secondary instance; the names lose their namespaces."""
    root = Node(_local(element), None, element.text or "")
    pending = [(element, root)]
    while pending:
        source, node = pending.pop()
        node.frozen = True
        node.attributes = {str(key).rpartition("}")[2]: str(value) for key, value in source.attrib.items()}
        for below in source:
            if isinstance(below.tag, str):
                child = Node(_local(below), node, below.text or "")
                node.children.append(child)
                pending.append((below, child))
        if node.children and not node.text.strip():
            node.text = ""
    return root


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2]
