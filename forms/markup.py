"""Parses XML that came from outside: entities, document types and external references are refused, size is bounded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from forms.problems import FormError, mark

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MAX_BYTES = 20 * 1024 * 1024
TOO_LARGE = mark("The file is larger than {most} MB.")
DECLARES = mark("The XML declares a document type or entities, which is not allowed in a form.")
_NEVER = frozenset(chr(code) for code in (*range(0xD800, 0xE000), 0xFFFE, 0xFFFF))
"""Halves of pairs, and what is no character at all."""
_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*\?>")
"""What text says of the bytes it once was."""
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def parsed(source: str | bytes) -> Element:
    """Parse a document into its root element; raises :class:`forms.problems.FormError`."""
    data = _DECLARATION.sub("", source).encode() if isinstance(source, str) else source
    if len(data) > MAX_BYTES:
        raise FormError.that(TOO_LARGE, mark("Put long lists into a CSV file beside the form (select_one_from_file)."),
                             most=MAX_BYTES // 2**20)  # fmt: skip
    if _DOCTYPE.search(data):
        raise FormError.that(DECLARES, mark("Take the DOCTYPE out of the file."))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        return etree.fromstring(_without_encoding(data), parser)
    except etree.XMLSyntaxError as error:
        cure = mark("Look at the row named, or export the form anew. The reader says: {said}")
        raise FormError.that(mark("The XML is not well-formed."), cure, row=error.lineno or 0, said=error.msg) from None


def as_text(data: bytes) -> str:
    """Give a document that came as bytes as text, unchanged where it is UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return etree.tostring(parsed(data), encoding="unicode")


def _without_encoding(data: bytes) -> bytes:
    """Drop the XML declaration from text that is UTF-8 whatever it declares."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data
    head = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<?xml") and re.search(rb"encoding\s*=\s*[\"']utf-?8", head, re.IGNORECASE):
        return data[data.index(b"?>") + 2 :]
    return data


def local(element: Element) -> str:
    """Give the name of an element without its namespace, '' for a comment or an instruction."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attributes(element: Element) -> dict[str, str]:
    """Give the attributes by their full names."""
    return {str(key): str(value) for key, value in element.attrib.items()}


def attribute(element: Element, name: str) -> str | None:
    """Give an attribute by its local name, whatever its namespace (``jr:count``, ``odk:seed``)."""
    found = element.get(name)
    if found is not None:
        return found
    return next((value for key, value in attributes(element).items() if key.rpartition("}")[2] == name), None)


def children(element: Element, *names: str) -> list[Element]:
    """Give the child elements with one of these local names, or all of them."""
    return [child for child in element if (found := local(child)) and (not names or found in names)]


def legal(text: str) -> str:
    """Drop the control characters that XML cannot hold."""
    if text.isprintable():
        return text
    return "".join(char for char in text if char in "\t\n\r" or (char >= " " and char not in _NEVER))
