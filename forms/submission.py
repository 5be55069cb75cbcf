"""Writes the submission of a walk: ODK's instance XML, without what is not relevant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from forms.markup import legal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element as Element

    from forms.cells import Cell

XFORMS = "http://www.w3.org/2002/xforms"


def submission(root: Cell, namespaces: Mapping[str | None, str]) -> str:
    """Write the tree of answers as XML."""
    spaces = {prefix: uri for prefix, uri in namespaces.items() if uri != XFORMS}
    known = frozenset(spaces.values())
    element = etree.Element(_tag(root.definition.tag, known), nsmap=spaces)  # type: ignore[arg-type]  # the stub forgets that the default namespace has no prefix
    _write(root, element, known)
    etree.cleanup_namespaces(element)
    return etree.tostring(element, encoding="unicode")


def _write(cell: Cell, element: Element, known: frozenset[str]) -> None:
    for name, value in cell.attribute_values().items():
        element.set(name, value)
    if not cell.definition.children:
        element.text = legal(cell.text) or None
        return
    for child in cell.children:
        if child.relevant:
            _write(child, etree.SubElement(element, _tag(child.definition.tag, known)), known)


def _tag(tag: str, known: frozenset[str]) -> str:
    """Give the name of an element; a namespace that the form's instance does not declare is left out."""
    space, _, name = tag.rpartition("}")
    return tag if space[1:] in known else name
