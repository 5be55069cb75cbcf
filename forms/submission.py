"""Writes the submission of a walk: ODK's instance XML, without what is not relevant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from forms.markup import legal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element as Element

    from forms.instance import Cell

XFORMS = "http://www.w3.org/2002/xforms"
_USUAL = {"h", "ev", "xsd", "odk", "jr"}
"""Prefixes of the form's own markup, which a submission has no use for unless it uses them."""


def submission(root: Cell, namespaces: Mapping[str | None, str]) -> str:
    """Write the tree of answers as XML."""
    spaces = {prefix: uri for prefix, uri in namespaces.items() if uri != XFORMS and prefix not in _USUAL}
    element = etree.Element(_tag(root.definition.tag), nsmap=spaces)  # type: ignore[arg-type]  # the stub forgets that the default namespace has no prefix
    _write(root, element)
    etree.cleanup_namespaces(element)
    return etree.tostring(element, encoding="unicode")


def _write(cell: Cell, element: Element) -> None:
    for name, value in cell.attribute_values().items():
        element.set(name, value)
    if not cell.definition.children:
        element.text = legal(cell.text) or None
        return
    for child in cell.children:
        if child.relevant:
            _write(child, etree.SubElement(element, _tag(child.definition.tag)))


def _tag(tag: str) -> str:
    return tag.removeprefix(f"{{{XFORMS}}}")
