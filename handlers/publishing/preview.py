"""The questions of a form as somebody reads them before publishing: numbered, by section, a page at a time.

Pure drawing: a form goes in, pages of text come out. The numbers are those the walk shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.progress import brief
from handlers.publishing.relevance import condition
from handlers.text import mark

if TYPE_CHECKING:
    from forms.form import Form
    from forms.question import Question, Screen
    from handlers.text import Speech

PAGE: Final = 2600
"""Characters of one page; a message holds 4096 with everything."""

CHOICES: Final = 8
"""How many choices of a list are named."""

LABEL: Final = 200

KINDS: Final = {
    "text": mark("text"),
    "integer": mark("whole number"),
    "decimal": mark("number"),
    "range": mark("range"),
    "note": mark("to be read"),
    "acknowledge": mark("to be confirmed"),
    "trigger": mark("to be confirmed"),
    "select_one": mark("one of"),
    "select_multiple": mark("several of"),
    "rank": mark("in order"),
    "date": mark("date"),
    "time": mark("time"),
    "datetime": mark("date and time"),
    "image": mark("photo"),
    "audio": mark("sound"),
    "video": mark("video"),
    "file": mark("file"),
    "geopoint": mark("place"),
    "geotrace": mark("line of places"),
    "geoshape": mark("area of places"),
    "barcode": mark("barcode"),
}
"""What kinds of question are called."""


def pages(speech: Speech, form: Form) -> list[Markup]:
    """Return the questions of a form on as many pages as they take, one at least."""
    names = _names(speech, form)
    made: list[Markup] = [Markup()]
    section = None
    for screen in form.screens:
        lines = _screen(speech, form, screen, names)
        title = screen.section(speech.language)
        if title != section:
            section = title
            if title:
                lines.insert(0, Markup("\n<b>{}</b>").format(brief(title, LABEL)))
        block = Markup("\n").join(lines)
        if made[-1] and len(made[-1]) + len(block) > PAGE:
            made.append(block)
        else:
            made[-1] += (Markup("\n") if made[-1] else Markup()) + block
    return [one.strip() for one in made]


def count(form: Form) -> int:
    """Return how many questions a person may be asked."""
    return sum(question.asks for question in form.questions.values())


def _names(speech: Speech, form: Form) -> dict[str, str]:
    """Return what each question is called when another one refers to it."""
    names = {}
    for screen in form.screens:
        main = screen.main
        for question in screen.questions:
            if question is main and screen.number is not None:
                names[question.path] = speech.label("item {number}", number=screen.number)
            else:
                names[question.path] = f"“{brief(question.label(speech.language), 30) or question.name}”"
    return names


def _screen(speech: Speech, form: Form, screen: Screen, names: dict[str, str]) -> list[Markup]:
    """Return the lines of one screen: its number, and each question with type, choices and condition."""
    asked = [one for one in screen.questions if one.asks or one.kind == "note"]
    if screen.number is None:
        return [line for one in asked for line in _question(speech, form, one, Markup("· "), names)]
    number = Markup("<b>{}.</b> ").format(screen.number)
    if len(asked) == 1:
        return _question(speech, form, asked[0], number, names)
    lines = [number + Markup("{}").format(brief(screen.title(speech.language), LABEL))]
    for one in asked:
        lines += _question(speech, form, one, Markup("· "), names)
    return lines


def _question(speech: Speech, form: Form, one: Question, begin: Markup, names: dict[str, str]) -> list[Markup]:
    label = brief(one.label(speech.language), LABEL) or one.name
    lines = [begin + Markup("{}").format(label)]
    what = [speech.t(KINDS[one.kind]) if one.kind in KINDS else Markup("{}").format(one.kind)]
    if one.kind != "note" and one.definition.required is not None:
        what.append(speech.t("required"))
    if one.definition.scope is not None:
        what.append(speech.t("repeated"))
    kind, choices = Markup("<i>{}</i>").format(Markup(" · ").join(what)), _choices(speech, one)
    lines.append(Markup("   ") + (speech.t("{kind}: {choices}", kind=kind, choices=choices) if choices else kind))
    when = condition(speech, form, one, names)
    if when:
        lines.append(Markup("   ") + speech.t("only if {condition}", condition=when))
    return lines


def _choices(speech: Speech, one: Question) -> Markup:
    """Name the choices of a list, the first of them when there are many."""
    if not one.choices:
        return Markup()
    shown = [brief(choice.label(speech.language), 40) for choice in one.choices[:CHOICES]]
    listed = Markup(" / ").join(Markup("{}").format(label) for label in shown)
    rest = len(one.choices) - len(shown)
    more = speech.n(" and {count} more", " and {count} more", rest) if rest else Markup()
    return listed + more
