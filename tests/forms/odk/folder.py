"""Fills every form of a folder in both engines with random answers, and says where they differ.

For forms that lie somewhere else: ``python -m tests.forms.odk FOLDER``. What lies beside a form is given to it, as
``xundu forms fill`` does it. Nothing is written but the report.
"""

from __future__ import annotations

import random
import signal
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from bot.commands import form_files
from forms.problems import FormError
from tests.forms.odk.comparing import Pair, settled, sizeless
from tests.forms.odk.generated import deeds
from tests.forms.odk.second_opinion import Odk, OdkError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tests.forms.odk.generated import Deed

PATIENCE = 0.3
"""The share of the time that opening alone may take before fewer steps are taken."""


class TooSlow(Exception):
    """Our engine took longer than it was given."""


@dataclass
class Outcome:
    """What became of one form."""

    file: str
    outcome: str
    """``alike``, ``different``, ``lots`` (ODK's engine differs from itself), ``neither``, ``odk-only``, ``ours-only``,
    ``odk-slow``, ``ours-slow``."""
    said: list[str] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    """What was done up to there."""
    questions: int = 0
    seconds: float = 0.0

    def plain(self) -> dict[str, object]:
        """Give it as plain data."""
        return asdict(self)


def forms_below(folder: Path) -> Iterator[Path]:
    """Give every file below a folder that may hold a form."""
    if folder.is_file():
        yield folder
        return
    yield from sorted(file for file in folder.rglob("*") if file.suffix.lower() in form_files.KINDS and file.is_file())


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TooSlow in what takes longer."""

    def ring(_signal: int, _frame: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Comparer:
    """Compares forms one after another; keeps ODK's engine running, and starts it anew after it had to be stopped."""

    def __init__(self, steps: int, seed: int, seconds: float) -> None:
        self.steps = steps
        self.seed = seed
        self.seconds = seconds
        self.odk = Odk()

    def compare(self, file: Path) -> Outcome:
        """Fill one form in both."""
        begun = time.monotonic()
        try:
            with at_most(self.seconds * 2):
                found = self._compare(file)
        except TooSlow:
            found = Outcome(str(file), "ours-slow")
        if not self.odk.alive:
            self.odk = Odk()
            found = Outcome(str(file), "odk-slow", found.said, found.deeds) if found.outcome != "ours-slow" else found
        found.seconds = round(time.monotonic() - begun, 2)
        return found

    def _compare(self, file: Path) -> Outcome:
        beside = form_files.beside(file, None)
        try:
            made = form_files.read(file)
        except FormError as error:
            theirs = self._opened(as_converted(file), beside)
            outcome = "neither" if theirs else "odk-only"
            return Outcome(str(file), outcome, [str(one) for one in error.problems] + [theirs])
        try:
            pair = Pair(self.odk, made.xform, seconds=self.seconds)
        except OdkError as error:
            return Outcome(str(file), "ours-only", [str(error)])
        found = Outcome(str(file), "alike", questions=len(made.form.questions))
        self._fill(pair, found)
        return found

    def _opened(self, xform: str, beside: form_files.Beside) -> str:
        """Open a form in ODK's engine alone; give why it does not."""
        if not xform:
            return "pyxform does not convert it"
        texts = {name: beside[name].decode(errors="replace") for name in attachment_names(xform) if name in beside}
        try:
            self.odk.ask("open", seconds=self.seconds, xform=xform, attachments=texts)
        except OdkError as error:
            return str(error) or "refused"
        return ""

    def _fill(self, pair: Pair, found: Outcome) -> None:
        dice = random.Random(f"{self.seed} {found.questions}")  # noqa: S311 - it chooses answers
        until = time.monotonic() + self.seconds
        found.said = pair.differences()
        while not found.said and len(found.deeds) < self.steps and time.monotonic() < until:
            able = deeds(pair.walk)
            if not able:
                break
            what, path, values = dice.choice(able)
            deed = (what, path, dice.choice(values) if values else "")
            found.deeds.append(deed)
            refusal = pair.do(deed)
            if sizeless(refusal):
                return
            found.said = [refusal] if refusal else pair.differences()
        if not found.said:
            try:
                ours, theirs = pair.submissions()
            except etree.XMLSyntaxError as error:
                found.said = [f"note: ODK's submission is not XML ({error})"]
                return
            if ours != theirs:
                found.said = ["the XML is different", *apart(ours, theirs)]
        if found.said:
            found.outcome = "lots" if self._draws_lots(pair.xform, found.deeds) else "different"

    def _draws_lots(self, xform: str, done: list[Deed]) -> bool:
        """Whether ODK's engine comes to something else when it does the same again."""
        stood = []
        for _ in range(5):
            try:
                self.odk.ask("open", seconds=self.seconds, xform=xform, attachments={})
                for what, path, value in done:
                    self.odk.ask(what, path=path, **({"value": value} if what == "set" else {}))
            except OdkError:
                return False
            stood.append({kind: str(settled(str(one))) for kind, one in self.odk.ask("state").items()})
        return any(one != stood[0] for one in stood)


def apart(ours: str, theirs: str) -> list[str]:
    """Give the part where two texts differ."""
    at = next((at for at, (one, two) in enumerate(zip(ours, theirs, strict=False)) if one != two), 0)
    return [f"ours …{ours[max(0, at - 80) : at + 120]}", f"ODK's …{theirs[max(0, at - 80) : at + 120]}"]


def attachment_names(xform: str) -> Iterable[str]:
    """Name the lists an XForm looks for beside itself."""
    from forms.attachments import wanted  # noqa: PLC0415 - only for what cannot be read

    try:
        return wanted(xform)
    except FormError:
        return ()


def as_converted(file: Path) -> str:
    """Give what ODK's engine would get of a form: the file, or what pyxform alone makes of it; '' for nothing."""
    from pyxform.xls2xform import convert  # noqa: PLC0415 - it takes half a second to load

    if file.suffix.lower() == ".xml":
        return file.read_text(encoding="utf-8", errors="replace")
    try:
        return str(convert(xlsform=str(file), validate=False).xform)
    except Exception:  # noqa: BLE001 - whatever pyxform raises, it does not convert it
        return ""
