"""An answer as a person reads it, whatever its kind: labels, ``14:30`` for a time, a place in degrees.

Pure; what a kind's widget takes in is put into words here and nowhere else.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Final

from handlers.text import mark
from handlers.widgets.places import shown

if TYPE_CHECKING:
    from forms.question import Question
    from forms.walk import Walk
    from handlers.text import Speech


OTHER: Final = mark("Other")
SPECIFY: Final = mark("Specify other.")
"""What every converter writes in English where a form says ``or_other``, whatever the form's languages are."""


def labelled(speech: Speech, walk: Walk, question: Question, value: str) -> str:
    """Return the label of a choice."""
    label = walk.choice_label(question.path, value, speech.language)
    return speech.label(OTHER) if (label, value) == (OTHER, "other") else label


def asked_in(speech: Speech, walk: Walk, question: Question) -> str:
    """Return the label of a question."""
    label = walk.label(question.path, speech.language)
    return speech.label(SPECIFY) if label == SPECIFY and question.name.endswith("_other") else label


def in_words(speech: Speech, walk: Walk, question: Question) -> str:
    """Return the answer to a question in words, '' when there is none."""
    value = walk.value(question.path)
    if not value:
        return ""
    said = ""
    match question.kind:
        case "time":
            said = value[:5]
        case "datetime":
            said = f"{value[:10]} {value[11:16]}"
        case "geopoint":
            said = f"📍 {shown(value)}"
        case "geotrace" | "geoshape":
            count = value.count(";") + (question.kind == "geotrace")
            said = str(speech.n("📍 {count} place", "📍 {count} places", count))
        case "acknowledge":
            said = speech.label("Confirmed")
        case "decimal" | "range":
            said = value.removesuffix(".0")
        case "select_one" | "select_multiple" | "rank":
            said = _chosen(speech, walk, question, value)
    return said or walk.shown(question.path, speech.language)


def _chosen(speech: Speech, walk: Walk, question: Question, value: str) -> str:
    """Return what was chosen: a ranking with arrows, several as the language lists them."""
    values = [value] if question.kind == "select_one" else value.split()
    joined = "{one} → {other}" if question.kind == "rank" else speech.sentence("{one}, {other}")
    labels = [labelled(speech, walk, question, one) for one in values]
    return reduce(lambda one, other: joined.format(one=one, other=other), labels)
