"""Who may do what, said once more and apart from the table: a row there that is loosened must not pass unseen.

Said from what each role is there for, a whole journey where its verbs are alike. Nothing here is read from the table.
"""

from __future__ import annotations

from handlers.access import STRANGER
from storage.people import Role

EVERYBODY = {STRANGER, *Role}
FIELDWORK = {"leader", "deputy", "inspector", "liaison"}
OFFICE = {"admin", "office"}
SENDERS = OFFICE | {"leader"}

WHO: dict[str, set[str]] = {
    "/start": EVERYBODY,
    "/help": EVERYBODY,
    "/privacy": EVERYBODY,
    "welcome.help": EVERYBODY,
    "profile.privacy": EVERYBODY,
    "profile.export": EVERYBODY,
    "profile.erase": EVERYBODY,
    "profile.sure": EVERYBODY,
    "profile.gone": EVERYBODY,
    "/language": {*Role},
    "/cancel": {*Role},
    "/me": {*Role},
    "/more": {*Role},
    "welcome": {*Role},
    "profile": {*Role},
    "quiet": {*Role},
    "/invite": SENDERS,
    "invitation": SENDERS,
    "/status": OFFICE,
    "status": OFFICE,
    # setting up: the office fills in what an administrator has begun
    "/campaign": OFFICE,
    "campaign": OFFICE,
    "campaign.begin": {"admin"},
    "campaign.pack": {"admin"},
    "campaign.day": {"admin"},
    "campaign.start": {"admin"},
    "/calendar": OFFICE,
    "calendar": OFFICE,
    "/units": OFFICE,
    "units": OFFICE,
    "/forms": OFFICE,
    "publishing": OFFICE,
    "publishing.publish": {"admin"},
    "publishing.published": {"admin"},
    "publishing.rounds": {"admin"},
    "publishing.use": {"admin"},
    "publishing.retire": {"admin"},
    "publishing.retired": {"admin"},
    "trial": OFFICE,
    # how far the work is: seen by all who work; a deadline is the office's to move
    "/plan": OFFICE | FIELDWORK,
    "plan": OFFICE | FIELDWORK,
    "plan.move": OFFICE,
    "plan.to": OFFICE,
    "/coverage": OFFICE | FIELDWORK,
    "coverage": OFFICE | FIELDWORK,
    # the digest names who is late: for whoever leads; anybody at work may see what they are late with themselves
    "/digest": OFFICE | {"leader", "deputy"},
    "digest": OFFICE | {"leader", "deputy"},
    "/late": OFFICE | FIELDWORK,
    "digest.lag": OFFICE | FIELDWORK,
    # what a round is about is an administrator's to say; who goes where is the office's and the leaders'
    "/round": OFFICE,
    "round": {"admin"},
    "round.all": OFFICE,
    "round.one": OFFICE,
    "round.names": OFFICE,
    "/itinerary": OFFICE | FIELDWORK,
    "itinerary": OFFICE | {"leader", "deputy"},
    "itinerary.all": OFFICE | FIELDWORK,
    "itinerary.show": OFFICE | FIELDWORK,
    "itinerary.days": OFFICE | FIELDWORK,
    "/leave": FIELDWORK,
    "leave": FIELDWORK,
    "leave.who": {"leader", "deputy"},
    # what is looked at in a unit is not its liaison's to know beforehand
    "/guidance": OFFICE | {"leader", "deputy", "inspector"},
    "guidance": OFFICE | {"leader", "deputy", "inspector"},
    "guidance.take": {"leader", "deputy"},
    "guidance.remove": {"leader", "deputy"},
    "guidance.restore": {"leader", "deputy"},
    "reminder": OFFICE | FIELDWORK,
    # called to a meeting is everybody at work; to call one, and to decide, is the chair's
    "/meeting": OFFICE | FIELDWORK,
    "meeting": OFFICE | FIELDWORK,
    **dict.fromkeys(
        (
            f"meeting.{verb}"
            for verb in ("weekly", "once", "clock", "place", "set", "stop", "stopped", "off", "called", "over")
        ),
        OFFICE | {"leader", "deputy"},
    ),
    **dict.fromkeys(("meeting.decide", "meeting.owner", "meeting.due"), OFFICE | {"leader", "deputy"}),
    "/tally": OFFICE | FIELDWORK,
    "activity.tally": OFFICE | FIELDWORK,
    "activity.round": OFFICE | FIELDWORK,
    # a draw is not to be known beforehand where it is drawn, and a liaison lives there
    "/draw": OFFICE | {"leader", "deputy", "inspector"},
    "draw": OFFICE | {"leader", "deputy", "inspector"},
    # to many people at once: whoever answers for them writes; whoever got it answers, with no role too
    "/notice": SENDERS,
    "notice": SENDERS,
    "notice.read": EVERYBODY,
    "/survey": SENDERS,
    "survey": SENDERS,
    "survey.open": EVERYBODY,
    "survey.answer": EVERYBODY,
    "survey.go": EVERYBODY,
    "survey.cast": EVERYBODY,
    "survey.why": EVERYBODY,
    "survey.message": EVERYBODY,
    # what is to be known: everybody reads, the office writes; who goes on visits is asked whether it was understood
    "/library": {*Role},
    "library": OFFICE,
    "library.message": {*Role},
    "library.list": {*Role},
    "library.topic": {*Role},
    "library.open": {*Role},
    "/quiz": OFFICE | FIELDWORK,
    "quiz": OFFICE,
    "quiz.message": OFFICE | FIELDWORK,
    "quiz.list": OFFICE | FIELDWORK,
    "quiz.open": OFFICE | FIELDWORK,
    "quiz.start": FIELDWORK,
    "quiz.answer": FIELDWORK,
    "quiz.tick": FIELDWORK,
    "quiz.done": FIELDWORK,
    "quiz.next": FIELDWORK,
    "quiz.show": SENDERS,
    "quiz.waive": SENDERS,
    "quiz.reason": SENDERS,
    # everybody may ask; those who supervise answer, and only the office without a rule or for everybody to read
    "/ask": {*Role},
    "enquiry": {*Role},
    "enquiry.cite": OFFICE | FIELDWORK,
    "enquiry.take": OFFICE | FIELDWORK,
    "enquiry.agree": OFFICE | FIELDWORK,
    "enquiry.up": OFFICE | FIELDWORK,
    "enquiry.none": OFFICE,
    "enquiry.publish": OFFICE,
    # on a visit, and nobody else: what was said and seen there is not the office's
    "/today": FIELDWORK,
    "/todo": FIELDWORK,
    "/visit": FIELDWORK,
    "visit": FIELDWORK,
    "visit.announce": {"leader", "deputy"},
    "visit.announced": {"leader", "deputy"},
    "checklist": FIELDWORK,
    # where a unit is, is for whoever leads its group to say
    "checklist.place": {"leader", "deputy"},
    "checklist.elsewhere": {"leader", "deputy"},
    # what was submitted is sent back and judged by whoever leads; whoever answered mends
    "correction": FIELDWORK,
    "correction.pick": {"leader", "deputy"},
    "correction.mark": {"leader", "deputy"},
    "correction.ask": {"leader", "deputy"},
    "correction.send": {"leader", "deputy"},
    "correction.approve": {"leader", "deputy"},
    "correction.drop": {"leader", "deputy"},
    "correction.mine": {"leader", "deputy"},
    "correction.again": {"leader", "deputy"},
    "/interview": FIELDWORK,
    "interview": FIELDWORK,
    "/activity": FIELDWORK,
    "activity": FIELDWORK,
}


def meant(row: str) -> set[str]:
    """Return who is to have a row; nobody where nothing is said of it."""
    return WHO.get(row, WHO.get(row.partition(".")[0], set()))
