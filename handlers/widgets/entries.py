"""What is typed or sent: words, numbers, codes, and the files of a picture, a sound, a video, a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from forms import bounds
from forms.canonical import InvalidAnswer
from forms.typed import typed
from handlers.chat import Attachment, Text
from handlers.errors import Stale, UserError
from handlers.rows import CHOSEN, in_rows
from handlers.text import mark
from handlers.widgets.asked import Asked, Step, Untapped, chosen
from storage.files.filenames import harmless

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from handlers.chat import Message, Rows

PROBLEMS: Final[Mapping[str, str]] = {
    "not_a_number": mark("A number is asked for here, such as 12. Nothing was changed."),
    "not_an_integer": mark("A whole number is asked for here, such as 12. Nothing was changed."),
    "out_of_range": mark("This number is too large or too small to be true. Nothing was changed."),
}
FEW: Final = 11
"""Values of a range that each get a button; more are stepped through."""

ENDINGS: Final = {"image": ".jpg", "audio": ".ogg", "video": ".mp4", "file": ""}
SENT_AS: Final = {"image": ("photo", "image/"), "audio": ("voice", "audio/"), "video": ("video", "video/")}
"""What kind of message each kind of question takes, and how the type begins of a file that is one too."""

HOW: Final = {
    "image": mark("Send a photo."),
    "audio": mark("Hold the microphone and speak, or send a sound file."),
    "video": mark("Send a video."),
    "file": mark("Send a file."),
}
SIGNATURE: Final = mark("Sign on paper, or with a finger in a drawing, and send a photo of it.")


class Typed(Untapped):
    """Words or a number; constraint and type are looked at by whoever writes it."""

    def how(self, asked: Asked) -> Markup:
        """Say what is typed."""
        match asked.question.kind:
            case "integer":
                said = asked.speech.t("Send a whole number.")
            case "decimal":
                said = asked.speech.t("Send a number.")
            case "barcode":
                said = asked.speech.t("Send a photo of the bar code or QR code, or type what stands under it.")
            case _:
                said = asked.speech.t("Send it as a message.")
        return said

    def sent(self, asked: Asked, message: Message) -> Step | None:
        """Take words."""
        if not isinstance(message, Text):
            return None
        return chosen(_read(asked, message.text.strip()))


def _read(asked: Asked, words: str) -> str:
    try:
        return typed(asked.question, words, now=asked.now, language=asked.speech.language)
    except InvalidAnswer as error:
        raise UserError(PROBLEMS.get(error.code, PROBLEMS["not_a_number"])) from error


class Range:
    """A number between two ends in equal steps: a button each, or stepped to; what is held is where one is."""

    def how(self, asked: Asked) -> Markup:
        """Say from where to where."""
        least, most, step = self._scale(asked)
        if self._count(asked) <= FEW:
            return asked.speech.t("{least} to {most}", least=f"{least:g}", most=f"{most:g}")
        values = {"least": f"{least:g}", "most": f"{most:g}", "step": f"{step:g}"}
        return asked.speech.t("{least} to {most} in steps of {step}: step to it, or type it.", **values)

    def _scale(self, asked: Asked) -> tuple[float, float, float]:
        ends = bounds.of_number(asked.question)
        least, most = ends.least if ends.least is not None else 0, ends.most if ends.most is not None else 10
        try:
            step = abs(float(asked.question.parameters.get("step", "1"))) or 1.0
        except ValueError:
            step = 1.0
        return least, most, step

    def _count(self, asked: Asked) -> int:
        least, most, step = self._scale(asked)
        return int(abs(most - least) / step + 1e-9) + 1

    def _value(self, asked: Asked, at: int) -> str:
        least, most, step = self._scale(asked)
        found = round(least + (step if most >= least else -step) * at, 9)
        return f"{found:.9f}".rstrip("0").rstrip(".") if found else "0"

    def _by(self, asked: Asked, steps: int) -> str:
        """Return by how much the value changes with so many steps, as a person writes it: −0.5."""
        least, most, step = self._scale(asked)
        change = round(steps * (step if most >= least else -step), 9)
        return f"{'+' if change > 0 else '−'}{abs(change):g}"

    def _at(self, asked: Asked) -> int:
        """Return the step one is at: the one held, that of the answer, or the middle."""
        count = self._count(asked)
        if asked.held.isdigit():
            return min(int(asked.held), count - 1)
        if asked.value:
            least, _, step = self._scale(asked)
            return min(max(round(abs(float(asked.value) - least) / step), 0), count - 1)
        return (count - 1) // 2

    def rows(self, asked: Asked) -> Rows:
        """Return every value, or a stepper."""
        count = self._count(asked)
        if count <= FEW:
            values = [self._value(asked, at) for at in range(count)]
            held = asked.value.removesuffix(".0")
            marked = [CHOSEN + one if one == held else one for one in values]
            return in_rows([asked.button(label, f"v{at}") for at, label in enumerate(marked)])
        at, leap = self._at(asked), max(2, count // 10)
        row = tuple(
            asked.button(self._by(asked, by), f"g{min(max(at + by, 0), count - 1)}") for by in (-leap, -1, 1, leap)
        )
        return (row, (asked.button(asked.speech.label("Take {value}", value=self._value(asked, at)), f"v{at}"),))

    def tapped(self, asked: Asked, word: str) -> Step:
        """Take a value, or step."""
        if word[:1] not in {"v", "g"} or not word[1:].isdigit() or int(word[1:]) >= self._count(asked):
            raise Stale
        if word.startswith("g"):
            return Step(held=word[1:])
        return chosen(self._value(asked, int(word[1:])))

    def sent(self, asked: Asked, message: Message) -> Step | None:
        """Take a number that is typed."""
        if not isinstance(message, Text):
            return None
        return chosen(_read(asked, message.text.strip()))


class Sent(Untapped):
    """A picture, a sound, a video or a file, sent as such or as a file; the answer is its name."""

    def how(self, asked: Asked) -> Markup:
        """Say what is sent."""
        signed = asked.question.kind == "image" and "signature" in asked.question.appearance
        return asked.speech.t(SIGNATURE if signed else HOW[asked.question.kind])

    def sent(self, asked: Asked, message: Message) -> Step | None:
        """Take what is of the kind; UserError for a file of another one."""
        if not isinstance(message, Attachment):
            return None
        if not fits(asked.question.kind, message.kind, message.mime):
            raise UserError(mark("{how} What you sent is of another kind and was not kept."), how=self._plain(asked))
        return chosen(harmless(message.name) or f"{message.kind}-{message.message_id}{ENDINGS[asked.question.kind]}")

    def _plain(self, asked: Asked) -> str:
        return asked.speech.label(HOW[asked.question.kind])


def fits(question: str, kind: str, mime: str) -> bool:
    """Tell whether a message's file is what a kind of question asks for."""
    if question not in SENT_AS:
        return True
    as_kind, as_type = SENT_AS[question]
    return kind == as_kind or mime.startswith(as_type)
