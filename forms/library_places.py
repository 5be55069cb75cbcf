"""Functions on places: ``area``, ``distance``, ``geofence`` and SurveyCTO's over geopoints, geotraces and geoshapes.

A place is stored as ``latitude longitude altitude accuracy`` in degrees and metres; several are parted by ``;``.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from forms.context import Signature
from forms.library_text import strings
from forms.values import NAN, to_number, to_text

if TYPE_CHECKING:
    from forms.context import Context, Run
    from forms.values import Value

Args = tuple["Run", ...]
Point = tuple[float, float]

_EARTH_RADIUS_METRES = 6_378_100
_MOST_PARTS = 4


def point_of(text: str) -> Point | None:
    """Read one place as (latitude, longitude) in degrees; None when it is not one."""
    parts = text.split()
    if not 2 <= len(parts) <= _MOST_PARTS:  # noqa: PLR2004 - latitude and longitude at the least
        return None
    try:
        latitude, longitude = float(parts[0]), float(parts[1])
    except ValueError:
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None  # noqa: PLR2004 - degrees


def _line(texts: list[str]) -> list[Point] | None:
    if len(texts) == 1:
        texts = re.split(r"\s*;\s*", re.sub(r"(\s*;)+$", "", texts[0].strip()))
    points = [point_of(text) for text in texts]
    found = [point for point in points if point is not None]
    return found if len(found) == len(points) >= 2 else None  # noqa: PLR2004 - a line has two ends


def _to_centimetres(value: float) -> float:
    return math.floor(abs(value) * 100 + 0.5) / 100


def _area(c: Context, args: Args) -> Value:
    points = _line([text for arg in args for text in strings(arg(c))])
    if points is None or len(points) < 3:  # noqa: PLR2004 - two points enclose nothing
        return 0.0
    if points[0] != points[-1]:
        points.append(points[0])
    total = 0.0
    for (lat1, lon1), (lat2, lon2) in pairwise(points):
        total += math.radians(lon2 - lon1) * (2 + math.sin(math.radians(lat2)) + math.sin(math.radians(lat1)))
    return _to_centimetres(total * _EARTH_RADIUS_METRES**2 / 2)


def _distance(c: Context, args: Args) -> Value:
    points = _line([text for arg in args for text in strings(arg(c))])
    if points is None:
        return NAN
    total = 0.0
    for (lat1, lon1), (lat2, lon2) in pairwise(points):
        phi1, phi2, turn = math.radians(lat1), math.radians(lat2), math.radians(lon1 - lon2)
        cosine = math.sin(phi1) * math.sin(phi2) + math.cos(phi1) * math.cos(phi2) * math.cos(turn)
        total += math.acos(max(-1.0, min(1.0, cosine))) * _EARTH_RADIUS_METRES
    return _to_centimetres(total)


def _short(c: Context, args: Args) -> Value:
    parts = to_text(args[0](c)).split()
    return " ".join(parts[:2])


def _scattered(c: Context, args: Args) -> Value:
    """Move a place by up to so many metres in any direction, every spot within them as likely."""
    point, reach = point_of(to_text(args[0](c))), to_number(args[1](c), c.world.zone)
    if point is None or not 0 <= reach <= _EARTH_RADIUS_METRES:
        return ""
    far, turn = reach * math.sqrt(c.world.random.random()), c.world.random.random() * math.tau
    north = math.degrees(far * math.cos(turn) / _EARTH_RADIUS_METRES)
    around = _EARTH_RADIUS_METRES * max(math.cos(math.radians(point[0])), 1e-6)
    east = math.degrees(far * math.sin(turn) / around)
    latitude = max(-90.0, min(90.0, point[0] + north))
    return f"{latitude:.7f} {(point[1] + east + 180) % 360 - 180:.7f} 0 0"


def _geofence(c: Context, args: Args) -> Value:
    point, shape = point_of(to_text(args[0](c))), _line([to_text(args[1](c))])
    if point is None or shape is None or shape[0] != shape[-1]:
        return False
    inside = False
    for (lat1, lon1), (lat2, lon2) in pairwise(shape):
        crosses = (lat2 > point[0]) != (lat1 > point[0])
        if crosses and point[1] < (lon1 - lon2) * (point[0] - lat2) / (lat1 - lat2) + lon2:
            inside = not inside
    return inside


FUNCTIONS: dict[str, Signature] = {
    "area": Signature(_area, 1, None),
    "distance": Signature(_distance, 1, None),
    "distance-between": Signature(_distance, 2, 2),
    "short-geopoint": Signature(_short, 1, 1),
    "geo-scatter": Signature(_scattered, 2, 2),
    "geofence": Signature(_geofence, 2, 2),
}
