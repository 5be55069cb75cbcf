"""Finds the widget of a question by its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.widgets.choices import Acknowledging, Choices, Ranking
from handlers.widgets.dates import Calendar, Clock, Moment
from handlers.widgets.entries import Range, Sent, Typed
from handlers.widgets.places import OnePlace, SeveralPlaces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forms.question import Question
    from handlers.widgets.asked import Widget

WIDGETS: Final[Mapping[str, Widget]] = {
    "text": Typed(),
    "integer": Typed(),
    "decimal": Typed(),
    "barcode": Typed(),
    "range": Range(),
    "select_one": Choices(),
    "select_multiple": Choices(),
    "rank": Ranking(),
    "acknowledge": Acknowledging(),
    "date": Calendar(),
    "time": Clock(),
    "datetime": Moment(),
    "geopoint": OnePlace(),
    "geotrace": SeveralPlaces(),
    "geoshape": SeveralPlaces(),
    "image": Sent(),
    "audio": Sent(),
    "video": Sent(),
    "file": Sent(),
}


def widget_of(question: Question) -> Widget:
    """Return how a question is asked; what has no widget of its own is typed."""
    return WIDGETS.get(question.kind, WIDGETS["text"])
