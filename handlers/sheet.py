"""A visit's checklist as it stands: the form it began with, the answers given, the evidence that lies with each item.

Loaded once a turn and asked by the journeys that show or fill a checklist. It answers questions about progress and
never writes; it is not a conversation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms.question import MEDIA
from forms.walk import Walk
from handlers.errors import Stale
from handlers.widgets.entries import fits
from handlers.widgets.kinds import WIDGETS
from storage import evidence as evidences
from storage import visits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from forms.form import Form
    from forms.question import Choice, Question, Screen
    from handlers.turn import Turn
    from storage.evidence import Evidence
    from storage.visits import Answer, Visit

ASKED = frozenset(WIDGETS)
"""Kinds of question that a person answers."""


@dataclass(slots=True)
class Sheet:
    """One visit's checklist in one turn; ``evidence`` holds what has not been removed, oldest first."""

    visit: Visit
    form: Form
    walk: Walk
    answers: dict[str, Answer]
    evidence: list[Evidence]
    language: str
    zone: ZoneInfo
    now: datetime
    round: int = 0
    """The number of the round the visit belongs to, 0 for none."""

    # --- screens ---

    def find(self, number: object) -> Screen | None:
        """Return the screen with this number, None when the form has none or it does not apply here."""
        return next((screen for screen in self.numbered() if screen.number == number), None)

    def screen(self, number: int) -> Screen:
        """Return the screen with this number; Stale when there is none."""
        found = self.find(number)
        if found is None:
            raise Stale
        return found

    def numbered(self) -> list[Screen]:
        """Return the screens that ask something of this unit, in order."""
        return [
            screen
            for screen in self.walk.screens()
            if screen.number is not None and any(question.kind in ASKED for question in screen.questions)
        ]

    def spared(self) -> list[Screen]:
        """Return the numbered screens that the form asks of other units and not of this one, in order."""
        asked = {screen.number for screen in self.numbered()}
        return [screen for screen in self.form.screens if screen.number is not None and screen.number not in asked]

    def asks(self, question: Question) -> bool:
        """Tell whether a person is to answer this question, as things stand."""
        path = question.path
        return question.kind in ASKED and self.walk.relevant(path) and not self.walk.readonly(path)

    def main(self, screen: Screen) -> Question:
        """Return the question a screen is about: its first choice question, else the first one asked."""
        could = [question for question in screen.questions if question.kind in ASKED]
        asked = [question for question in could if self.asks(question)] or could
        chosen = [question for question in asked if question.kind.startswith("select")]
        return (chosen or asked)[0]

    def question(self, screen: Screen, index: int) -> Question:
        """Return the question at this place of a screen; Stale when a forged button names none."""
        if not 0 <= index < len(screen.questions):
            raise Stale
        return screen.questions[index]

    def open_questions(self, screen: Screen, skipped: Sequence[str] = ()) -> list[Question]:
        """Return what is still to be asked on a screen, in order: the main question first, then its follow-ups.

        A follow-up counts when it applies, has no answer and was not let wait. Photos, and the item's own note, count
        only when they are required: they never hold anybody up.
        """
        main = self.main(screen)
        if not self.walk.value(main.path):
            return [main]
        note = self.note(screen)
        return [
            question
            for question in screen.questions
            if question is not main
            and question.path not in skipped
            and self.asks(question)
            and not self.walk.value(question.path)
            and (self.walk.required(question.path) or not (question.kind in MEDIA or question is note))
        ]

    def answered(self, screen: Screen) -> bool:
        """Tell whether the question a screen is about has an answer."""
        return bool(self.walk.value(self.main(screen).path))

    def complete(self, screen: Screen) -> bool:
        """Tell whether a screen is answered with all that it requires, and nothing in it is refused by the form."""
        return self.answered(screen) and not self.missing(screen)

    def missing(self, screen: Screen) -> list[Question]:
        """Return the questions of a screen that are required and empty, or hold what the form does not allow."""
        return [
            question
            for question in screen.questions
            if self.asks(question) and self.walk.violation(question.path) is not None
        ]

    def unfinished(self) -> list[Screen]:
        """Return the screens that stand in the way of handing in, in order."""
        return [screen for screen in self.numbered() if self.missing(screen)]

    def progress(self) -> tuple[int, int]:
        """Return (screens complete, screens that apply)."""
        screens = self.numbered()
        return sum(self.complete(screen) for screen in screens), len(screens)

    def next_open(self, after: int = 0) -> Screen | None:
        """Return the first incomplete screen after a number, else the first that stands in the way of handing in."""
        for screen in self.numbered():
            if (screen.number or 0) > after and not self.complete(screen):
                return screen
        return next(iter(self.unfinished()), None)

    def neighbour(self, number: int, step: int) -> Screen | None:
        """Return the screen before (step -1) or after (+1) a number, or None at either end."""
        screens = self.numbered()
        if step < 0:
            return next((screen for screen in reversed(screens) if (screen.number or 0) < number), None)
        return next((screen for screen in screens if (screen.number or 0) > number), None)

    def offered(self, screen: Screen) -> Sequence[Choice]:
        """Return the choices of a screen's main question that apply now."""
        return self.walk.choices(self.main(screen).path)

    def notes(self, screen: Screen) -> list[Question]:
        """Return what the form wants to be read on a screen, or just before it: notes that apply now."""
        before: list[Question] = []
        for one in self.walk.screens():
            if one.number is None:
                before += one.questions
            elif one is screen or one.number == screen.number:
                return [q for q in (*before, *screen.questions) if q.kind == "note" and self.walk.relevant(q.path)]
            else:
                before = []
        return []

    def closing(self) -> list[Question]:
        """Return the notes after the last item: what the form says at the end."""
        after: list[Question] = []
        for one in self.walk.screens():
            after = [*after, *one.questions] if one.number is None else []
        return [question for question in after if question.kind == "note" and self.walk.relevant(question.path)]

    # --- answers and evidence ---

    def seen(self, path: str) -> int:
        """Return the id of the answer that stands now, 0 when there is none: what a card shows its reader."""
        answer = self.answers.get(path)
        return answer.id if answer else 0

    def place(self, screen: Screen, piece: Evidence, asking: str = "") -> Question:
        """Return the question a piece of evidence on this screen belongs to.

        Of those that ask for such a piece (a picture, a sound) the one on the card, ``asking``, else the first that
        still lacks what it requires, else the first; where none does, of those that ask for a picture; else what the
        screen is about.
        """
        files = [question for question in screen.questions if self.asks(question) and question.kind in MEDIA]
        fitting = [question for question in files if answers(question, piece)]
        could = fitting or [question for question in files if question.kind == "image"]
        asked = [question for question in could if question.path == asking]
        lacking = [question for question in could if self.walk.violation(question.path) is not None]
        return next(iter(asked or lacking or could), self.main(screen))

    def note(self, screen: Screen) -> Question | None:
        """Return the question that takes a sentence on this screen, if it has one besides what it is about."""
        main = self.main(screen)
        return next(
            (one for one in screen.questions if one.kind == "text" and one is not main and self.asks(one)), None
        )

    def evidence_of(self, screen: Screen) -> list[Evidence]:
        """Return the evidence that lies with a screen, oldest first."""
        paths = {question.path for question in screen.questions}
        return [piece for piece in self.evidence if piece.path in paths]

    def symbol(self, screen: Screen) -> str:
        """Return the sign of a screen's answer: the one its choice begins with, ✓ for other answers, · for none."""
        return self.sign(screen, self.walk.value(self.main(screen).path))

    def sign(self, screen: Screen, value: str) -> str:
        """Return the sign of an answer to what a screen is about, whether it stands or not."""
        main = self.main(screen)
        if not value:
            return "·"
        if main.kind == "select_one":
            label = next((choice.label(self.language) for choice in main.choices if choice.value == value), "")
            if label and not label[0].isalnum():
                return label[0]
        return "✓"


async def sheet_of(turn: Turn, visit: Visit) -> Sheet:
    """Load the checklist of a visit; raises LookupError when its form version is gone.

    Each picture question is filled by the evidence that lies with it and can be seen.
    """
    form = await turn.kit.shelf.form(turn.db, visit.form_version_id)
    zone = await turn.kit.shelf.zone(turn.db, visit.unit.campaign_id)
    number = await turn.kit.shelf.round(turn.db, visit.round_id) if visit.round_id is not None else 0
    answers = {one.path: one for one in await visits.standing(turn.db, visit.id)}
    pieces = list(await evidences.of_visit(turn.db, visit.id))
    values = {path: one.value for path, one in answers.items()} | pictures(form, pieces)
    now = turn.now.astimezone(zone)
    walk = Walk(form, values, now=now, preset=preset(visit))
    return Sheet(visit, form, walk, answers, pieces, turn.speech.language, zone, now, number)


def pictures(form: Form, pieces: Sequence[Evidence]) -> dict[str, str]:
    """Return the value of each question for a picture, a sound, a file: the name of the first that lies with it.

    It is worked out, never stored twice: removing the piece empties the question.
    """
    values: dict[str, str] = {}
    for piece in pieces:
        question = form.questions.get(piece.path)
        if question is not None and answers(question, piece):
            values.setdefault(piece.path, piece.filename)
    return values


def answers(question: Question, piece: Evidence) -> bool:
    """Tell whether a piece is an answer to a question that asks for a file: of its kind, and to be had."""
    return (
        question.kind in MEDIA
        and piece.kind != "place"
        and piece.is_usable
        and fits(question.kind, piece.kind, piece.mime)
    )


def preset(visit: Visit) -> Mapping[str, str]:
    """Return what the form is told about the unit: hidden questions of these names are filled."""
    unit = visit.unit
    return {
        "unit_code": unit.code,
        "unit_name": unit.name,
        "unit_level": str(unit.level),
        "unit_tags": " ".join(unit.tags),
        "unit_area": unit.area,
    }
