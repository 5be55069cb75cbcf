"""Who may do what: one table, read by the engine before any step runs.

Rows are ``/command`` and ``journey.verb``; a row that is missing means nobody may. What belongs to whom (this visit,
that card) is asked of the entity itself, after the table has let the person through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from storage.people import FIELD, Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from storage.people import Person

STRANGER: Final = "stranger"
"""Anybody with a telephone: no role, not known to the campaign."""

Allowed = frozenset[str]

INVITED: Final[Allowed] = frozenset(Role)
EVERYONE: Final[Allowed] = INVITED | {STRANGER}
CARETAKERS: Final[Allowed] = frozenset({Role.admin, Role.office})
ADMINS: Final[Allowed] = frozenset({Role.admin})
STEWARDS: Final[Allowed] = frozenset({Role.admin, Role.office, Role.leader})
SUPERVISORS: Final[Allowed] = CARETAKERS | FIELD

ACCESS: Final[Mapping[str, Allowed]] = {
    # first steps
    "/start": EVERYONE,
    "/help": EVERYONE,
    "/privacy": EVERYONE,
    "/language": INVITED,
    "/cancel": INVITED,
    "/me": INVITED,
    "/more": INVITED,
    "welcome.help": EVERYONE,
    "welcome.more": INVITED,
    "/invite": STEWARDS,
    "invitation.message": STEWARDS,
    "profile.me": INVITED,
    "profile.language": INVITED,
    "profile.speak": INVITED,
    "profile.privacy": EVERYONE,  # a person keeps these when the last role has ended
    "profile.export": EVERYONE,
    "profile.erase": EVERYONE,
    "profile.sure": EVERYONE,
    "profile.gone": EVERYONE,
    "invitation.begin": STEWARDS,
    "invitation.role": STEWARDS,
    "invitation.group": STEWARDS,
    "invitation.unit": STEWARDS,
    "invitation.skip": STEWARDS,
    "invitation.mine": STEWARDS,
    "invitation.revoke": STEWARDS,
    "/status": CARETAKERS,
    "status.show": CARETAKERS,
    "status.replay": CARETAKERS,
    "status.drop": CARETAKERS,
    "status.gone": CARETAKERS,
    # setting up: administrators start a campaign, the office fills it
    "/campaign": CARETAKERS,
    "campaign.message": CARETAKERS,
    "campaign.show": CARETAKERS,
    "campaign.begin": ADMINS,
    "campaign.pack": ADMINS,
    "campaign.day": ADMINS,
    "campaign.start": ADMINS,
    "campaign.groups": CARETAKERS,
    "campaign.group": CARETAKERS,
    "campaign.seat": CARETAKERS,
    "campaign.role": CARETAKERS,
    "campaign.ask": CARETAKERS,
    "campaign.leave": CARETAKERS,
    "campaign.left": CARETAKERS,
    "campaign.invite": CARETAKERS,
    "/units": CARETAKERS,
    "units.message": CARETAKERS,
    "units.show": CARETAKERS,
    "units.of": CARETAKERS,
    "units.template": CARETAKERS,
    "units.unit": CARETAKERS,
    "units.file": CARETAKERS,
    "units.faults": CARETAKERS,
    "units.remarks": CARETAKERS,
    "units.marked": CARETAKERS,
    "units.names": CARETAKERS,
    "units.why": CARETAKERS,
    "units.apply": CARETAKERS,
    "units.drop": CARETAKERS,
    # forms: the office looks, checks and tries; administrators answer for what is published
    "/forms": CARETAKERS,
    "publishing.message": CARETAKERS,
    "publishing.list": CARETAKERS,
    "publishing.version": CARETAKERS,
    "publishing.questions": CARETAKERS,
    "publishing.draft": CARETAKERS,
    "publishing.asks": CARETAKERS,
    "publishing.warnings": CARETAKERS,
    "publishing.faults": CARETAKERS,
    "publishing.changes": CARETAKERS,
    "publishing.drop": CARETAKERS,
    "publishing.dropped": CARETAKERS,
    "trial.message": CARETAKERS,
    "trial.begin": CARETAKERS,
    "trial.tap": CARETAKERS,
    "trial.go": CARETAKERS,
    "trial.hint": CARETAKERS,
    "trial.over": CARETAKERS,
    "trial.end": CARETAKERS,
    "trial.add": CARETAKERS,
    "trial.into": CARETAKERS,
    "trial.remove": CARETAKERS,
    "publishing.publish": ADMINS,
    "publishing.published": ADMINS,
    "publishing.rounds": ADMINS,
    "publishing.use": ADMINS,
    "publishing.retire": ADMINS,
    "publishing.retired": ADMINS,
    # interviews: whoever goes on visits; whose interview it is, is asked of the interview itself
    "/interview": FIELD,
    "interview.message": FIELD,
    "interview.choose": FIELD,
    "interview.visit": FIELD,
    "interview.begin": FIELD,
    "interview.due": FIELD,
    "interview.go": FIELD,
    "interview.finish": FIELD,
    "interview.resume": FIELD,
    "interview.drop": FIELD,
    "interview.who": FIELD,
    "interview.named": FIELD,
    "interview.staff": FIELD,
    "interview.read": FIELD,
    "interview.play": FIELD,
    "interview.looks": FIELD,
    "interview.quote": FIELD,
    "interview.pick": FIELD,
    "interview.preview": FIELD,
    "interview.release": FIELD,
    "interview.return": FIELD,
    "interview.quotes": FIELD,
    "interview.erase": FIELD,
    "interview.erased": FIELD,
    # what else is done on a visit, and the tally of it
    "/activity": FIELD,
    "activity.message": FIELD,
    "activity.choose": FIELD,
    "activity.visit": FIELD,
    "activity.add": FIELD,
    "activity.open": FIELD,
    "activity.count": FIELD,
    "activity.place": FIELD,
    "activity.clear": FIELD,
    "activity.remove": FIELD,
    "activity.restore": FIELD,
    "/tally": SUPERVISORS,
    "activity.tally": SUPERVISORS,
    "activity.round": SUPERVISORS,
    # the random draw
    "/draw": SUPERVISORS,
    "draw.message": SUPERVISORS,
    "draw.begin": SUPERVISORS,
    "draw.units": SUPERVISORS,
    "draw.planned": SUPERVISORS,
    "draw.list": SUPERVISORS,
    "draw.method": SUPERVISORS,
    "draw.make": SUPERVISORS,
    "draw.record": SUPERVISORS,
    "draw.look": SUPERVISORS,
    "draw.earlier": SUPERVISORS,
    # the field
    "/today": FIELD,
    "/todo": FIELD,
    "visit.open": FIELD,
    "visit.today": FIELD,
    "visit.todo": FIELD,
    "visit.summary": FIELD,
    "visit.submit": FIELD,
    "visit.withdraw": FIELD,
    "checklist.message": FIELD,
    "checklist.answer": FIELD,
    "checklist.change": FIELD,
    "checklist.toggle": FIELD,
    "checklist.choices": FIELD,
    "checklist.day": FIELD,
    "checklist.widget": FIELD,
    "checklist.go": FIELD,
    "checklist.again": FIELD,
    "checklist.back": FIELD,
    "checklist.next": FIELD,
    "checklist.later": FIELD,
    "checklist.overview": FIELD,
    "checklist.note": FIELD,
    "checklist.clear": FIELD,
    "checklist.hint": FIELD,
    "checklist.evidence": FIELD,
    "checklist.look": FIELD,
    "checklist.remove": FIELD,
    "checklist.restore": FIELD,
    "checklist.removed": FIELD,
    "checklist.confirm": FIELD,
    "checklist.retract": FIELD,
    "checklist.singly": FIELD,
    "checklist.more": FIELD,
    "checklist.add": FIELD,
    "checklist.into": FIELD,
    "checklist.take": FIELD,
    "checklist.bring": FIELD,
    "checklist.enough": FIELD,
    "checklist.code": FIELD,
    "checklist.undo": FIELD,
    "checklist.drop": FIELD,
    "checklist.dropped": FIELD,
}


def may(person: Person | None, action: str, now: datetime) -> bool:
    """Tell whether the person (None: a stranger) may take this action now."""
    allowed = ACCESS.get(action, frozenset())
    if person is None:
        return STRANGER in allowed
    return not allowed.isdisjoint(one.role for one in person.roles_now(now)) or STRANGER in allowed
