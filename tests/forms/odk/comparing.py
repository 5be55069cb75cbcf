"""Sets a walk of ours beside ODK's engine: the same steps, and how both stand after each."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lxml import etree

from forms.canonical import InvalidAnswer
from forms.filling import State, state, step_of, take
from forms.form import Form
from forms.question import MEDIA, SELECTS
from forms.walk import Walk
from tests.forms.odk.second_opinion import Odk, OdkError

if TYPE_CHECKING:
    from tests.forms.odk.generated import Deed

ZONE = ZoneInfo("Asia/Shanghai")
_NOW = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(Z|[+-]\d\d:\d\d)")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
ID = "0d9bd0ce-33a6-4b0c-8e9d-5c4e6bb0b1a7"
ABSENT = "(absent)"
UNABLE = (
    "Invalid array length",
    "GPS coordinates",
    "target a repeated field",
    "has syntax error: instance(",
    "isoMonth",
)
"""What ODK's engine gives up on: a repeat of half an instance, a distance between what are no places, a trigger among
nested repeats, a quote within what is looked up, a month that there is not."""


class Pair:
    """One form in both engines, opened at the same time."""

    def __init__(self, odk: Odk, xform: str, *, language: str = "", seconds: float = 300) -> None:
        self.odk = odk
        self.xform = xform
        self.seconds = seconds
        odk.ask("open", seconds=seconds, xform=xform, attachments={}, language=language)
        self.walk = Walk(
            Form.parse(xform), {}, now=datetime.now(ZONE), instance_id="0d9bd0ce-33a6-4b0c-8e9d-5c4e6bb0b1a7"
        )

    def do(self, deed: Deed) -> str:
        """Do one thing in both; give what only one of them refused, '' when they agree."""
        what, path, value = deed
        ours = theirs = ""
        try:
            self.odk.ask(what, seconds=self.seconds, path=path, **({"value": value} if what == "set" else {}))
        except OdkError as error:
            theirs = str(error)
        try:
            take(self.walk, step_of({what: path} if what != "set" else {"path": path, "value": value}))
        except InvalidAnswer as error:
            ours = str(error)
        return "" if bool(ours) == bool(theirs) else f"{deed}: we say {ours or 'yes'!r}, ODK {theirs or 'yes'!r}"

    def differences(self) -> list[str]:
        """Say where the two stand differently now."""
        ours, theirs = state(self.walk), self.theirs()
        found = []
        for kind in ours:
            mine, other = ours[kind], theirs[kind]
            if isinstance(mine, list):
                mine, other = dict.fromkeys(mine, True), dict.fromkeys(other, True)
            for path in sorted({*mine, *other}):
                one, two = settled(mine.get(path, ABSENT)), settled(other.get(path, ABSENT))
                if one != two and not self.known(kind, path):
                    found.append(f"{kind} of {path}: ours {one!r}, ODK's {two!r}")
        return found

    def theirs(self) -> State:
        """How ODK's engine stands."""
        return State(**self.odk.ask("state", seconds=self.seconds))

    def known(self, kind: str, path: str) -> bool:
        """Tell the differences that docs/decisions/0006 explains."""
        question = dict(self.walk.nodes()).get(path)
        if question is None:
            return False
        is_end = question.definition.preload == ("timestamp", "end")
        if kind == "values":
            kept = question.kind in MEDIA and (question.definition.default != "" or not self.walk.relevant(path))
            unnamed = question.name == "instanceID" and question.definition.preload is not None
            return is_end or kept or unnamed
        if is_end:
            return True
        unoffered = question.kind in SELECTS and self.walk.raw(path) != "" and self.walk.value(path) == ""
        return kind in ("required_missing", "violations") and unoffered

    def submissions(self) -> tuple[str, str]:
        """Give both submissions, written alike."""
        return same_xml(self.walk.xml()), same_xml(self.odk.ask("xml")["xml"])


def settled(value: object) -> object:
    """Make times and ids of this moment alike."""
    return _ID.sub("an id", _NOW.sub("now", value)) if isinstance(value, str) else value


def same_xml(text: str) -> str:
    """Write XML so that what means the same looks the same."""
    written = str(settled(etree.tostring(etree.fromstring(text.encode()), method="c14n").decode()))
    return re.sub(r"instanceID>(uuid:)?(an id)?<", "instanceID><", written)


def sizeless(refusal: str) -> bool:
    """Whether ODK's engine gave up where ours goes on."""
    return any(one in refusal for one in UNABLE)
