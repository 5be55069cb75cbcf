"""A visit's checklist as it stands: the form it began with, the answers given, the evidence that lies with each item.

Loaded once a turn and asked by the journeys that show or fill a checklist. It answers questions about progress and
never writes to the database; it is not a conversation. What it is made of stands in its outline.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from forms.question import MEDIA
from forms.walk import Walk
from handlers.errors import Stale
from handlers.items import Item, More, stood
from handlers.labour import Labour, labour_of
from handlers.outline import ASKED, Outline
from handlers.widgets.entries import fits
from storage.files import evidence as evidences
from storage.visit import visits
from supervision.instances import ENOUGH, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from forms.form import Form
    from forms.question import Choice, Question, Screen
    from handlers.turn import Turn
    from storage.files.evidence import Evidence
    from storage.visit.visits import Answer, Visit


@dataclass(slots=True)
class Sheet(Outline):
    """One visit's checklist in one turn; ``evidence`` holds what has not been removed, oldest first.

    ``answers`` is by stored path, and holds cleared ones and those of instances that were taken away too.
    """

    visit: Visit
    answers: dict[str, Answer]
    evidence: list[Evidence]
    zone: ZoneInfo
    now: datetime
    round: int = 0
    """The number of the round the visit belongs to, 0 for none."""
    media: Mapping[str, str] = field(default_factory=dict)
    """What the form shows and is here: pictures and sounds by name, each with its SHA-256."""
    labour: Labour = field(default_factory=Labour)
    """Who has which items, where several work on the visit."""
    told: bool = False
    """Colleagues have been told in this turn that something has changed."""

    # --- what is open ---

    def closed(self, more: More) -> bool:
        """Tell whether somebody has said that there is nothing more to add."""
        standing = self.answers.get(more.place)
        return standing is not None and standing.value == ENOUGH

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

        A follow-up counts when it applies, has no answer and was not let wait (``skipped``: stored paths). Photos, and
        the item's own note, count only when they are required: they never hold anybody up.
        """
        main = self.main(screen)
        if not self.walk.value(main.path):
            return [main]
        note = self.note(screen)
        return [
            question
            for question in screen.questions
            if question is not main
            and self.stored(question.path) not in skipped
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

    def unfinished(self) -> list[Item]:
        """Return the items that stand in the way of handing in, in order."""
        return [item for item in self.numbered() if self.missing(item)]

    def left(self) -> list[Item]:
        """Return those of them that no colleague has."""
        return [item for item in self.unfinished() if not self.elsewhere(item)]

    def elsewhere(self, station: Item | More) -> bool:
        """Tell whether a colleague has a station, or is in the middle of it while nobody has it."""
        if self.labour.holder(station) or not self.labour.several or isinstance(station, More):
            return self.labour.theirs(station)
        standing = self.standing(self.main(station)) if self.answered(station) else None
        return standing is not None and standing.by_id != self.labour.me and standing.by_id in self.labour.names

    def progress(self) -> tuple[int, int]:
        """Return (items complete, items that apply)."""
        items = self.numbered()
        return sum(self.complete(item) for item in items), len(items)

    def next_open(self, after: Item | More | None = None) -> Item | More | None:
        """Return what is next to be answered after a station, else the first item in the way of handing in.

        An item that is not complete; or a repeat of which nobody has said yet that there is no more. What a colleague
        has is left to them.
        """
        for station in self.stations()[self.index(after) + 1 :]:
            if self.elsewhere(station):
                continue
            if self.closed(station) if isinstance(station, More) else self.complete(station):
                continue
            return station
        return next(iter(self.left()), None)

    def index(self, station: Item | More | None) -> int:
        """Return where a station stands among all, -1 for none."""
        keys = [one.key for one in self.stations()]
        return keys.index(station.key) if station is not None and station.key in keys else -1

    def neighbour(self, station: Item | More, step: int) -> Item | More | None:
        """Return the station before (step -1) or after (+1) one, or None at either end."""
        at = self.index(station) + step
        return self.stations()[at] if 0 <= at < len(self.stations()) else None

    def offered(self, screen: Screen) -> Sequence[Choice]:
        """Return the choices of a screen's main question that apply now."""
        return self.walk.choices(self.main(screen).path)

    def notes(self, screen: Item) -> list[Question]:
        """Return what the form wants to be read on a screen, or just before it: notes that apply now."""
        before: list[Question] = []
        for one in self.walk.screens():
            if one.number is None:
                before += one.questions
            elif one.questions[0].path == screen.questions[0].path:
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

    def standing(self, question: Question) -> Answer | None:
        """Return the answer that stands now, with who gave it; None when nobody ever did."""
        return self.answers.get(self.stored(question.path))

    def stands(self, answer: Answer) -> bool:
        """Tell whether an answer is the one that stands, and can be seen."""
        standing = self.answers.get(answer.path)
        return standing is not None and standing.id == answer.id and self.placed(answer.path) is not None

    def seen(self, path: str) -> int:
        """Return the id of the answer that stands now, 0 when there is none: what a card shows its reader."""
        answer = self.answers.get(self.stored(path))
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
        codes = self.codes(screen) if piece.is_picture else []
        if any(one.path == asking for one in codes) or not fitting:
            asked = [one for one in codes if one.path == asking] or asked or codes[:1]
        lacking = [question for question in could if self.walk.violation(question.path) is not None]
        return next(iter(asked or lacking or could), self.main(screen))

    def codes(self, screen: Screen) -> list[Question]:
        """Return the questions of a screen that ask for a code and have none yet: it may be read from a photo."""
        return [
            one
            for one in screen.questions
            if one.kind == "barcode" and self.asks(one) and not self.walk.value(one.path)
        ]

    def note(self, screen: Screen) -> Question | None:
        """Return the question that takes a sentence on this screen, if it has one besides what it is about."""
        main = self.main(screen)
        return next(
            (one for one in screen.questions if one.kind == "text" and one is not main and self.asks(one)), None
        )

    def evidence_of(self, screen: Screen) -> list[Evidence]:
        """Return the evidence that lies with a screen, oldest first."""
        paths = {self.stored(question.path) for question in screen.questions}
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

    def unsaved(self) -> dict[str, str]:
        """Return what the form has set by itself, once, and nobody has stored yet, by stored path.

        Nothing for the common form that sets nothing by itself: this looks at every node.
        """
        definitions = self.form.definitions.values()
        if not any(one.actions or one.recalls for one in definitions):
            return {}
        fresh = {self.stored(path): value for path, value in self.walk.unsaved().items() if not self._counts(path)}
        return {path: value for path, value in fresh.items() if path not in self.answers}

    def _counts(self, path: str) -> bool:
        """Tell whether a path of the walk says how many instances a repeat has, or is no answer of any kind."""
        definition = self.form.definitions.get(plain(path))
        return definition is None or definition.repeat


async def sheet_of(turn: Turn, visit: Visit) -> Sheet:
    """Load the checklist of a visit; raises LookupError when its form version is gone.

    Each picture question is filled by the evidence that lies with it and can be seen.
    """
    form = await turn.kit.shelf.form(turn.db, visit.form_version_id)
    zone = await turn.kit.shelf.zone(turn.db, visit.unit.campaign_id)
    number = await turn.kit.shelf.round(turn.db, visit.round_id) if visit.round_id is not None else 0
    answers = {one.path: one for one in await visits.standing(turn.db, visit.id)}
    stored = {path: one.value for path, one in answers.items()}
    instances = stood(stored, form)
    pieces = [one for one in await evidences.of_visit(turn.db, visit.id) if instances.position(one.path) is not None]
    media = await turn.kit.shelf.media(turn.db, visit.form_version_id, form)
    labour = await labour_of(turn, visit)
    now = turn.now.astimezone(zone)
    walk = Walk(
        form,
        instances.values(stored | pictures(form, pieces)),
        now=now,
        preset=preset(visit),
        started=(visit.opened_at or turn.now).astimezone(zone),
        instance_id=f"visit:{visit.id}",
    )
    return Sheet(form, walk, instances, turn.speech.language, visit, answers, pieces, zone, now, number, media, labour)


def pictures(form: Form, pieces: Sequence[Evidence]) -> dict[str, str]:
    """Return the value of each question for a picture, a sound, a file: the name of the first that lies with it.

    By stored path. It is worked out, never stored twice: removing the piece empties the question.
    """
    values: dict[str, str] = {}
    for piece in pieces:
        question = form.questions.get(plain(piece.path))
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
