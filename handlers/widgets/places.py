"""Places: one that is shared, or several one after the other for a line or an area.

A place is latitude, longitude, altitude and accuracy, as ODK writes it; Telegram tells no altitude.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from forms.canonical import InvalidAnswer
from forms.quick import plain
from forms.typed import typed
from handlers.chat import Place, Text
from handlers.errors import Stale, UserError
from handlers.text import mark
from handlers.widgets.asked import Asked, Step, Untapped, chosen

if TYPE_CHECKING:
    from handlers.chat import Button, Message, Rows

LEAST: Final = {"geotrace": 2, "geoshape": 3}
"""How many places a line and an area need."""

MOST: Final = 200
"""Places of one line; more is a survey instrument's work."""

NOT_A_PLACE = mark("A place is asked for here: 📎 → Location, or type latitude and longitude such as 30.27, 120.15.")
SAME = mark("That is the same place as the last one; it was not added. Go on to the next one and share that.")
TOO_MANY = mark("{most} places are kept already. Tap Done, or take the last one back.")


def _point(message: Message) -> str | None:
    """Return the place a message tells, None when it is of another kind; UserError for words that are none."""
    if isinstance(message, Place):
        accuracy = message.accuracy if message.accuracy is not None else 0
        return f"{message.latitude:.7f} {message.longitude:.7f} 0 {accuracy:g}"
    if not isinstance(message, Text):
        return None
    try:
        # A line is not typed: each of its places is.
        parts = plain(message.text).replace(",", " ").split()
        latitude, longitude = float(parts[0]), float(parts[1])
        if len(parts) != 2 or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # noqa: PLR2004 - degrees
            raise UserError(NOT_A_PLACE)
    except (ValueError, IndexError):
        raise UserError(NOT_A_PLACE) from None
    return f"{latitude} {longitude} 0 0"


def shown(value: str) -> str:
    """Return a place as people write it: latitude, longitude."""
    latitude, longitude = value.split()[:2]
    return f"{float(latitude):.5f}, {float(longitude):.5f}"


class OnePlace(Untapped):
    """One place."""

    def how(self, asked: Asked) -> Markup:
        """Say how a place is shared."""
        return asked.speech.t("Share a place: 📎 → Location. Or type latitude and longitude.")

    def sent(self, asked: Asked, message: Message) -> Step | None:
        """Take a shared place, or a typed one."""
        point = _point(message)
        if point is None:
            return None
        if not isinstance(message, Text):
            return chosen(point)
        try:
            return chosen(typed(asked.question, message.text, now=asked.now, language=asked.speech.language))
        except InvalidAnswer:
            raise UserError(NOT_A_PLACE) from None


class SeveralPlaces:
    """A line or an area; what is held is the places so far."""

    def how(self, asked: Asked) -> Markup:
        """Say how many there are, and the last of them."""
        least, points = LEAST[asked.question.kind], self._points(asked)
        if asked.question.kind == "geoshape":
            said = asked.speech.t(
                "Share the corners one after the other: 📎 → Location; at least {least}.", least=least
            )
        else:
            said = asked.speech.t("Share the places one after the other: 📎 → Location; at least {least}.", least=least)
        if points:
            lines = [Markup("{}. 📍 {}").format(at, shown(one)) for at, one in enumerate(points, 1)][-5:]
            said += Markup("\n") + Markup("\n").join(lines)
        return said

    def _points(self, asked: Asked) -> list[str]:
        if asked.held:
            return [one for one in asked.held.removeprefix("+").split(";") if one]
        points = [one for one in asked.value.split(";") if one]
        return points[:-1] if asked.question.kind == "geoshape" else points

    def rows(self, asked: Asked) -> Rows:
        """Return Done when there are enough, and a way back."""
        points = self._points(asked)
        row: list[Button] = []
        if points:
            row.append(asked.button(asked.speech.label("↶ Take the last one back"), "back"))
        if len(points) >= LEAST[asked.question.kind]:
            row.append(asked.button(asked.speech.label("Done"), "ok"))
        return (tuple(row),) if row else ()

    def tapped(self, asked: Asked, word: str) -> Step:
        """Finish, or take the last place back."""
        points = self._points(asked)
        if word == "back" and points:
            return Step(held="+" + ";".join(points[:-1]))
        if word == "ok" and len(points) >= LEAST[asked.question.kind]:
            closed = [*points, points[0]] if asked.question.kind == "geoshape" else points
            return chosen(";".join(closed))
        raise Stale

    def sent(self, asked: Asked, message: Message) -> Step | None:
        """Add a place."""
        point = _point(message)
        if point is None:
            return None
        points = self._points(asked)
        if len(points) >= MOST:
            raise UserError(TOO_MANY, most=MOST)
        if points and points[-1].split()[:2] == point.split()[:2]:
            raise UserError(SAME)  # a line between a place and itself is none
        return Step(held="+" + ";".join([*points, point]))
