"""What every step of an interview shares: loading it for whoever may, its questions, and what holds the chat.

Must not draw cards and must not open what was said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from forms.walk import Walk
from handlers.campaign import guide_id
from handlers.errors import Stale, UserError
from handlers.sheet import preset
from handlers.text import mark
from storage import people
from storage.campaign import campaigns
from storage.campaign import forms as form_versions
from storage.people import Role
from storage.vault.sealing import CannotOpen, NoKey
from storage.visit import interviews, visits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from handlers.turn import Turn
    from storage.visit.interviews import Entry, Interview
    from storage.visit.visits import Visit

NAME: Final = "interview"
NO_KEY = mark(
    "Interviews are kept only under lock and key, and no key has been set here, so none can be recorded now. "
    "Please tell the administrator; everything else works."
)
LOST_KEY = mark(
    "This was sealed with a key that is not here at the moment, so it cannot be opened. Nothing of it is lost. "
    "Please tell the administrator; everything else works."
)
ERASED = mark("This interview was erased. Nothing of what was said is left.")
ONE_QUESTION: Final = "/said"
"""The place of everything where a campaign has no questions of its own."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question that guides a talk."""

    path: str
    label: str
    hint: str = ""


async def visit_of(turn: Turn, visit_id: int) -> Visit:
    """Return a visit that the person works on; Stale when it is not theirs."""
    visit = await visits.get(turn.db, visit_id)
    if visit is None or not visit.open_to(turn.who, turn.now):
        raise Stale
    return visit


async def interview_of(turn: Turn, interview_id: int, *, own: bool = False, lock: bool = False) -> Interview:
    """Return an interview that the person may see, or with ``own`` is holding; Stale, and UserError once erased."""
    found = await interviews.get(turn.db, interview_id, lock=lock)
    if found is None or not found.open_to(turn.who, turn.now) or (own and found.by_id != turn.who.id):
        raise Stale
    if found.box is None:
        raise UserError(ERASED)
    return found


async def ends(turn: Turn, interview: Interview) -> bool:
    """Tell whether whoever sees it may end it: their own, or what somebody left open who is on the visit no more."""
    if interview.by_id == turn.who.id:
        return True
    author = await people.by_id(turn.db, interview.by_id)
    return author is None or not interview.visit.open_to(author, turn.now)


def leads(turn: Turn, visit: Visit) -> bool:
    """Tell whether the person leads the group of a visit."""
    return turn.who.has(turn.now, Role.leader, group_id=visit.group_id)


async def zone_of(turn: Turn, visit: Visit) -> ZoneInfo:
    """Return the time zone of a visit."""
    return await turn.kit.shelf.zone(turn.db, visit.unit.campaign_id)


# --- questions ---


async def guide_of(turn: Turn, visit: Visit) -> int | None:
    """Return the version of the questions that an interview on this visit begins with, None when there are none."""
    for campaign in await campaigns.all_campaigns(turn.db):
        if campaign.id == visit.unit.campaign_id:
            version = await form_versions.latest(turn.db, guide_id(campaign.pack or campaign.name))
            return version.id if version is not None else None
    return None


async def questions_of(turn: Turn, interview: Interview) -> list[Question]:
    """Return the questions of an interview, at least one."""
    language = turn.speech.language
    found: list[Question] = []
    if interview.form_version_id is not None:
        form = await turn.kit.shelf.form(turn.db, interview.form_version_id)
        walk = Walk(form, {}, now=turn.now, preset=preset(interview.visit))
        found = [
            Question(one.path, walk.label(one.path, language), walk.hint(one.path, language))
            for screen in walk.screens()
            for one in screen.questions
            if one.kind == "text"
        ]
    return found or [Question(ONE_QUESTION, turn.label("What was said"))]


def place_of(questions: Sequence[Question], path: str) -> int:
    """Return the place of a question, 0 for one that there is not."""
    return next((at for at, one in enumerate(questions) if one.path == path), 0)


# --- what holds the chat ---


def hold(turn: Turn, doing: str, **state: Any) -> None:  # noqa: ANN401 - JSON data of the journey's own
    """Let interviews hold the chat; numbers only, never words."""
    turn.remember(NAME, doing=doing, **state)


def trouble(error: Exception) -> UserError:
    """Return what to tell somebody whose interview cannot be sealed or opened."""
    if isinstance(error, NoKey):
        return UserError(NO_KEY)
    return UserError(LOST_KEY if isinstance(error, CannotOpen) else ERASED)


OPENING: Final = (NoKey, CannotOpen, interviews.Shredded)
"""What can go wrong with a seal."""


def length(seconds: int) -> str:
    """Return how long a recording is: 0:35."""
    return f"{seconds // 60}:{seconds % 60:02}"


def counted(turn: Turn, found: Sequence[Entry]) -> str:
    """Return how much was written down: "2 messages, 1 recording (0:35)"; '' for nothing."""
    words = [one for one in found if one.kind == "text"]
    voices = [one for one in found if one.kind == "voice"]
    parts = [str(turn.n("{count} message", "{count} messages", len(words)))] if words else []
    if voices:
        whole = length(sum(one.duration for one in voices))
        parts.append(
            str(turn.n("{count} recording ({length})", "{count} recordings ({length})", len(voices), length=whole))
        )
    return turn.label("{one}, {other}", one=parts[0], other=parts[1]) if len(parts) > 1 else "".join(parts)
