"""How an answer is stored: each type's one way of writing a value, as ODK writes it.

``decoded`` is lenient (what does not fit becomes ''), for values that a form works out; ``canonical`` is strict, for
values that somebody gives, and says by a code what is wrong. What people type is understood in :mod:`forms.typed`.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, time
from decimal import Decimal
from typing import TYPE_CHECKING

from forms.library_places import point_of
from forms.values import moment_of, number_of_text, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from forms.question import Definition, Question

SMALLEST, LARGEST = -(2**31), 2**31 - 1
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?)?", re.ASCII)
_TIME = re.compile(r"(\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?", re.ASCII)
_PLACES: dict[str, tuple[int, bool | None]] = {"geopoint": (1, None), "geotrace": (2, False), "geoshape": (3, True)}
"""How many points at the least, and whether the last must, or must not, be the first again."""


class InvalidAnswer(ValueError):
    """The value cannot be stored in this question; ``code`` says why, for the caller to put into words.

    Codes: ``not_a_number``, ``not_an_integer``, ``out_of_range``, ``not_a_date``, ``not_a_time``,
    ``not_a_datetime``, ``not_a_place``, ``not_a_choice``, ``too_many_choices``, ``readonly``, ``no_question``.
    """

    def __init__(self, code: str, path: str, value: str = "") -> None:
        super().__init__(f"{code}: {path} = {value[:100]!r}")
        self.code = code
        self.path = path
        self.value = value


def _integer(text: str) -> str:
    number = number_of_text(text, UTC)
    if math.isnan(number) or math.isinf(number) or not SMALLEST <= int(number) <= LARGEST:
        return ""
    return str(int(number))


def _decimal(text: str) -> str:
    number = number_of_text(text, UTC)
    if math.isnan(number) or math.isinf(number):
        return ""
    written = format(Decimal(repr(number)), "f")
    return written if "." in written else written + ".0"


def _date(text: str) -> str:
    match = _DATE.fullmatch(text)
    try:
        return date.fromisoformat(match[1]).isoformat() if match else ""
    except ValueError:
        return ""


def _time(text: str) -> str:
    match = _TIME.fullmatch(text)
    try:
        return text if match and time.fromisoformat(match[1]) is not None else ""
    except ValueError:
        return ""


def _datetime(text: str) -> str:
    return text if _MOMENT.fullmatch(text) and moment_of(text, UTC) is not None else ""


def _point(text: str) -> list[float] | None:
    """Read latitude, longitude and, if there, altitude and accuracy; nowhere (0 0) is no place."""
    parts = [number_of_text(part, UTC) for part in words(text)[:4]]
    point = point_of(text)
    if point is None or point == (0, 0) or any(math.isnan(part) or math.isinf(part) for part in parts):
        return None
    return parts


def _places(kind: str) -> Callable[[str], str]:
    least, closed = _PLACES[kind]

    def read(text: str) -> str:
        segments = text.split(";")
        if len(segments) > 1 and not segments[-1].strip():
            segments.pop()
        points = [point for point in map(_point, segments) if point is not None]
        if len(points) < len(segments) or len(points) < least or (least == 1 and len(points) > 1):
            return ""
        if closed is not None and (points[0][:2] == points[-1][:2]) is not closed:
            return ""
        return ";".join(" ".join(_decimal(repr(part)) for part in point) for point in points)

    return read


_READERS: dict[str, tuple[Callable[[str], str], str]] = {
    "int": (_integer, "not_an_integer"),
    "decimal": (_decimal, "not_a_number"),
    "date": (_date, "not_a_date"),
    "time": (_time, "not_a_time"),
    "dateTime": (_datetime, "not_a_datetime"),
    "geopoint": (_places("geopoint"), "not_a_place"),
    "geotrace": (_places("geotrace"), "not_a_place"),
    "geoshape": (_places("geoshape"), "not_a_place"),
}


def decoded(type_: str, text: str) -> str:
    """Write a worked-out value as its type is written; '' when it is none of that type."""
    reader = _READERS.get(type_)
    return reader[0](text) if reader is not None and text else text


def fitting(definition: Definition, text: str) -> str:
    """Write a default or a worked-out value as its node is written; '' when it is none of that kind."""
    found = decoded(definition.type, text)
    question = definition.question
    if question is None or found == "":
        return found
    if question.kind == "acknowledge":
        return "OK" if found.lower() == "ok" else ""
    if question.kind in ("select_multiple", "rank"):
        return " ".join(words(found))
    return found if _in_range(question, found) else ""


def canonical(question: Question, text: str, allowed: list[str]) -> str:
    """Write a given value as it is stored; raises :class:`InvalidAnswer`. ``allowed`` are the choices there are."""
    if question.kind in ("select_one", "select_multiple", "rank"):
        return _chosen(question, text, allowed)
    if question.kind == "acknowledge":
        return "OK" if text else ""
    if text == "" or question.type not in _READERS:
        return text
    reader, code = _READERS[question.type]
    if question.type == "int":
        number = number_of_text(text, UTC)
        if math.isnan(number):
            raise InvalidAnswer("not_a_number", question.path, text)
        if math.isinf(number) or not SMALLEST <= number <= LARGEST:
            raise InvalidAnswer("out_of_range", question.path, text)
        if number != int(number):
            raise InvalidAnswer("not_an_integer", question.path, text)
    found = reader(text)
    if found == "":
        raise InvalidAnswer(code, question.path, text)
    if not _in_range(question, found):
        raise InvalidAnswer("out_of_range", question.path, text)
    return found


def _in_range(question: Question, text: str) -> bool:
    """Whether a number lies within the bounds of a ``range`` question; anything else does."""
    if question.kind != "range" or text == "":
        return True
    least, most = (number_of_text(question.parameters.get(name, ""), UTC) for name in ("start", "end"))
    return not (float(text) < least or float(text) > most)


def adapted(question: Question, text: str, allowed: list[str]) -> str:
    """Write a given value as it is stored, dropping what does not fit, as ODK does with what it is told to set."""
    if question.kind == "select_one":
        return text if text in allowed else ""
    if question.kind == "select_multiple":
        return _in_order(words(text), allowed)
    if question.kind in ("rank", "acknowledge"):
        return canonical(question, text, allowed)
    found = decoded(question.type, text)
    return found if _in_range(question, found) else ""


def _chosen(question: Question, text: str, allowed: list[str]) -> str:
    chosen = [text] if question.kind == "select_one" and text else words(text)
    if any(one not in allowed for one in chosen):
        raise InvalidAnswer("not_a_choice", question.path, text)
    if question.kind == "rank":
        if chosen and sorted(chosen) != sorted(allowed):
            raise InvalidAnswer("not_a_choice", question.path, text)
        return " ".join(chosen)
    return _in_order(chosen, allowed)


def _in_order(chosen: list[str], allowed: list[str]) -> str:
    """Write what is chosen in the order it is offered, once each: a list may have the same choice twice."""
    return " ".join(one for one in dict.fromkeys(allowed) if one in chosen)
