"""Puts the lists that lie beside a form (CSV, GeoJSON, XML) into the form itself, as ODK's engine reads them.

A converted form then holds everything it offers: it can be published as one text, and nothing that lies beside it can
change under somebody's walk. Never opens a file: what lies beside a form is handed in by name.
"""

from __future__ import annotations

import csv
import json
import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lxml import etree

from forms.encoding import decoded
from forms.markup import TOO_LARGE, children, legal, local, parsed
from forms.problems import FormError, mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml.etree import _Element as Element

    Row = list[tuple[str, str]]

SHORTEN = mark("Leave out rows and columns that the form does not use.")
NO_GEOJSON = mark("This is not GeoJSON with a FeatureCollection of places.")
EXPORT_ANEW = mark("Export it anew as GeoJSON (WGS 84).")
KINDS_OF_PLACES = mark("Points, LineStrings and Polygons of one ring can be used, written as [longitude, latitude].")
MAX_ROWS = 200_000
MAX_BYTES = 15 * 1024 * 1024
_NAME = re.compile(r"[^\W\d][\w.\-]*")
_XFORMS = "http://www.w3.org/2002/xforms"


def wanted(xform: str | bytes) -> tuple[str, ...]:
    """Name the lists that an XForm looks for beside itself, in its order."""
    return tuple(dict.fromkeys(_file(one) for one in _external(parsed(xform))))


def embedded(xform: str, files: Mapping[str, bytes]) -> str:
    """Give the XForm with those of its lists inside it that are among ``files``; the others stay references.

    Raises :class:`forms.problems.FormError` when a list cannot be read.
    """
    document = parsed(xform)
    found = {_file(one): one for one in _external(document) if _file(one) in files}
    if not found:
        return xform
    problems = []
    for instance in _external(document):
        name = _file(instance)
        if name in files:
            try:
                instance.append(_list(name, files[name]))
            except FormError as error:
                problems += [replace(one, sheet=name) for one in error.problems]
            else:
                del instance.attrib["src"]
    if problems:
        raise FormError(*problems)
    return etree.tostring(document, encoding="unicode")


def _external(document: Element) -> list[Element]:
    model = next((found for found in document.iter() if local(found) == "model"), None)
    instances = children(model, "instance")[1:] if model is not None else []
    return [one for one in instances if _file(one) and not children(one)]


def _file(instance: Element) -> str:
    """Give the name of the file an instance refers to, '' for none (and for the last submission saved)."""
    source = instance.get("src") or ""
    return "" if source.startswith("jr://instance/") else unquote(source.rpartition("/")[2])


def _list(name: str, data: bytes) -> Element:
    if len(data) > MAX_BYTES:
        raise FormError.that(TOO_LARGE, SHORTEN, most=MAX_BYTES // 2**20)
    ending = name.rpartition(".")[2].lower()
    if ending == "xml":
        return parsed(data)
    rows = _features(data) if ending in ("geojson", "json") else _records(decoded(data))
    root = etree.Element(f"{{{_XFORMS}}}root", nsmap={None: _XFORMS})  # type: ignore[dict-item]  # the stub forgets that the default namespace has no prefix
    for number, row in enumerate(rows, 1):
        if number > MAX_ROWS:
            raise FormError.that(mark("There are more than {most} rows."), SHORTEN, most=MAX_ROWS)
        item = etree.SubElement(root, f"{{{_XFORMS}}}item")
        for column, value in row:
            if _NAME.fullmatch(column):  # no expression can ask for any other
                etree.SubElement(item, f"{{{_XFORMS}}}{column}").text = legal(value)
    return root


# --- CSV --------------------------------------------------------------------------------------------------------------


def _records(text: str) -> Iterable[Row]:
    """Read a table; the separator is the one of ``, ; tab |`` that its header uses most."""
    lines = text.rstrip("\r\n").splitlines(keepends=True)
    if not lines:
        raise FormError.that(mark("This list is empty."), mark("Its first row must name the columns."))
    header = lines[0]
    separator = max(",;\t|", key=header.count)
    try:
        rows = csv.reader(lines, delimiter=separator, strict=False)
        columns = next(rows)
        for number, row in enumerate(rows, 2):
            while len(row) > len(columns) and row[-1] == "":
                row.pop()
            if len(row) > len(columns):
                raise FormError.that(mark("{wanted} columns were expected, {count} found."),
                                     mark("Put cells that hold a comma between quotes."),
                                     row=number, wanted=len(columns), count=len(row))  # fmt: skip
            yield [(column, row[at] if at < len(row) else "") for at, column in enumerate(columns)]
    except csv.Error as error:
        cure = mark("Save it as CSV anew. The reader says: {said}")
        raise FormError.that(mark("This is not a table that can be read."), cure, said=error) from None


# --- GeoJSON ----------------------------------------------------------------------------------------------------------


def _features(data: bytes) -> Iterable[Row]:
    """Read places: each with its ``geometry`` as ODK writes it, its ``id`` and its properties."""
    try:
        found = json.loads(decoded(data))
    except (ValueError, RecursionError):
        raise FormError.that(NO_GEOJSON, EXPORT_ANEW) from None
    features = found.get("features") if isinstance(found, dict) and found.get("type") == "FeatureCollection" else None
    if not isinstance(features, list):
        raise FormError.that(NO_GEOJSON, EXPORT_ANEW)
    for number, feature in enumerate(features, 1):
        if not isinstance(feature, dict) or not isinstance(feature.get("geometry"), dict):
            raise FormError.that(NO_GEOJSON, EXPORT_ANEW, row=number)
        properties = dict(feature.get("properties") or {})
        own = properties.pop("id", None)
        key = feature.get("id", own)
        row = [("geometry", _geometry(feature["geometry"], number))]
        row += [("id", _written(key))] if key is not None else []
        yield row + [(str(name), _written(value)) for name, value in properties.items()]


def _geometry(geometry: dict[str, object], number: int) -> str:
    points: object = geometry.get("coordinates")
    if geometry.get("type") == "Point":
        points = [points]
    elif geometry.get("type") == "Polygon" and isinstance(points, list):
        if len(points) > 1:
            raise FormError.that(mark("A Polygon may have only one ring."), KINDS_OF_PLACES, row=number)
        points = points[0] if points else []
    elif geometry.get("type") != "LineString":
        raise FormError.that(mark("This kind of place cannot be used."), KINDS_OF_PLACES, row=number)
    if not isinstance(points, list) or not all(_is_point(point) for point in points):
        raise FormError.that(mark("This place cannot be read."), KINDS_OF_PLACES, row=number)
    return "; ".join(f"{_written(latitude)} {_written(longitude)} 0 0" for longitude, latitude in points)


def _is_point(point: object) -> bool:
    return (
        isinstance(point, list)
        and len(point) == 2  # noqa: PLR2004 - longitude and latitude
        and all(isinstance(part, int | float) and not isinstance(part, bool) and math.isfinite(part) for part in point)
    )


def _written(value: object) -> str:
    """Write a value of JSON as JavaScript makes a string of it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, list):
        return ",".join("" if one is None else _written(one) for one in value)
    return "[object Object]" if isinstance(value, dict) else str(value)
