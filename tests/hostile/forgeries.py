"""Buttons that somebody makes up who knows how they are made: every kind, with the numbers of what is really there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Buttons = dict[str, list[str]]
"""Verb -> what such buttons carry."""

FORMED = {  # journey -> what its buttons carry -> their verbs; {0} is a visit, {1} what the journey has made
    "activity": {
        "": "choose tally",
        "{0}": "visit",
        "{0}:site": "add",
        "{1}": "open place clear remove restore",
        "1": "round",
        "{1}:9": "count",
    },
    "campaign": {
        "": "begin",
        "1": "show groups seat invite leave left",
        "2": "group role ending",
        "name:1": "ask",
        "theme-education": "pack",
        "theme-education:2027-03-01": "day start",
        "1:999:inspector": "end ended",
    },
    "correction": {
        "{0}": "pick send",
        "{0}:1": "mark",
        "{0}:all": "ask",
        "{1}": "open done why look approve drop mine again",
        "{1}:0": "at",
        "{1}:0:c0": "tap",
        "{1}:1": "remove piece",
    },
    "coverage": {"": "all", "1:2": "show areas out", "1:2:planned:0": "names", "1:2:l3:0": "part"},
    "digest": {
        "": "ask lag",
        "2": "show late stuck moved items settings off unbind",
        "2:today": "day",
        "2:0": "matters",
        "2:3": "nudge",
        "2:1800": "hour",
        "2:dark": "theme paint",
        "2:en": "words",
    },
    "draw": {
        "": "begin earlier",
        "{1}": "units planned list record look",
        "{1}:uniform": "method",
        "{1}:2:uniform": "make",
    },
    "enquiry": {
        "": "list new",
        "{1}": "show withdraw cite none up publish",
        "{1}:1": "take agree",
    },
    "guidance": {"": "all", "1:2:0": "show", "1:1": "unit", "1:1:p1": "take", "1": "remove restore"},
    "itinerary": {
        "": "all",
        "1:2": "show adjust sheet",
        "1:2:": "days",
        "1:2:0:3": "propose make",
        "1": "draft drop file trade",
        "1:": "day",
        "1:0": "changes rest",
        "1:abcdef": "confirm",
        "1:1": "stop who",
        "1:1:": "swap",
        "1:1:0": "move",
        "1:1:2": "give swapped",
        "1:1:2026-10-22": "to",
    },
    "interview": {
        "": "choose",
        "{0}": "visit begin due quotes",
        "{1}": "finish resume who staff read looks quote preview release erase erased",
        "{1}:1": "go drop play named return",
        "{1}:0": "pick",
    },
    "leave": {
        "": "show who",
        "1": "drop",
        "1:0": "first",
        "1:2026-10-22": "last",
        "1:2026-10-22:2026-10-22": "take",
    },
    "library": {
        "": "list begin",
        "0:0": "topic",
        "{1}": "open withdraw gone edit empty drop title under publish",
        "{1}:0": "put whose",
    },
    "notice": {
        "": "list begin sample",
        "{1}": "drop edit empty whom everyone except preview settings urgent unplan show chase stop resume correct end "
        "read",
        "{1}:role:0:0": "pick",
        "{1}:role:0:0:0": "choose",
        "{1}:send": "when",
        "{1}:send:2:-1": "at",
        "{1}:7": "send",
        "{1}:unread:0": "names",
    },
    "plan": {"": "show", "5": "item move", "5:2": "done undo", "5:2027-01-15": "to"},
    "quiet": {"": "hours", "2100:0800": "set"},
    "quiz": {
        "": "list begin new forms",
        "0": "ready",
        "1": "form",
        "{1}": "open start draft pop title drop look go end",
        "{1}:80": "mark",
        "{1}:0": "show done",
        "{1}:1": "next round",
        "{1}:0:0": "answer tick",
        "{1}:3": "waive",
        "{1}:3:urgent": "reason",
    },
    "reminder": {"{1}": "open hand why stay all", "{1}:day": "later", "{1}:3": "handed"},
    "round": {"": "all", "1": "one new dates levels areas tags groups close closed open", "1:0": "names"},
    "survey": {
        "": "list begin new forms",
        "0": "ready",
        "1": "form",
        "{1}": "drop draft pop title again how whom everyone except remind poster end show chart table words open cast "
        "why",
        "{1}:role:0:0": "pick",
        "{1}:role:0:0:0": "choose",
        "{1}:1": "look go",
        "{1}:1:7": "days",
        "{1}:1:0": "start",
        "{1}:0:1": "answer",
    },
    "profile": {"": "language", "en": "speak"},
    "units": {
        "": "show",
        "1": "of template file faults remarks marked why drop",
        "4": "unit",
        "1:added:0": "names",
        "1:keep:0": "apply",
    },
    "checklist": {
        "{0}": "team finish bring",
        "{0}:1": "claim aspect hand back mine theirs both overview",
        "{0}:1:0": "picture more enough",
        "{0}:1:1": "add into",
        "{0}:1:1:0": "take",
        "{0}:1:3": "handto",
        "{0}:1:0:1:1": "noted",
        "{0}:1:1:1": "code",
    },
    "publishing": {
        "0": "list",
        "1:0": "version questions rounds retire retired draft asks warnings faults changes publish published drop "
        "dropped",
        "1:2": "use",
    },
    "welcome": {"": "help"},
    "trial": {"0:1": "tap go hint over end add into remove picture", "version:1": "begin"},
}


def formed(visit: str, made: Mapping[str, int]) -> Buttons:
    """Return a button of every verb named above; ``made`` is what there is of a journey: its number."""
    return {
        f"{journey}.{verb}": [
            ":".join((f"{journey}.{verb}", *filter(None, [args.format(visit, made.get(journey, 1))])))
        ]
        for journey, kinds in FORMED.items()
        for args, verbs in kinds.items()
        for verb in verbs.split()
    }


def of_a_visit(visit: str, answers: Sequence[int], pieces: Sequence[tuple[int, int]], sent: int) -> Buttons:
    """Return what the walk of this form shows seldom or never; ``pieces`` are (piece, visit), ``sent`` a message."""
    return {
        "checklist.toggle": [f"checklist.toggle:{visit}:1:0:0:0"],
        "checklist.change": [f"checklist.change:{visit}:1:0:1:{one}" for one in answers[-5:]],
        "checklist.clear": [f"checklist.clear:{visit}:{item}:{one}" for item in (1, 3) for one in answers[-5:]],
        "checklist.remove": [f"checklist.remove:{of}:{one}:0" for one, of in pieces],
        "checklist.restore": [f"checklist.restore:{of}:{one}:0" for one, of in pieces],
        "checklist.removed": [f"checklist.removed:{of}:{one}:0:twice" for one, of in pieces],
        "checklist.confirm": [f"checklist.confirm:{visit}:1:9:0"],
        "checklist.retract": [f"checklist.retract:{visit}:1:9:0"],
        "checklist.singly": [f"checklist.singly:{visit}:1:9:0"],
        "checklist.drop": [f"checklist.drop:{visit}", "checklist.drop:0"],
        "checklist.dropped": [f"checklist.dropped:{visit}:{one}" for one, _ in pieces],
        "checklist.choices": [f"checklist.choices:{visit}:1:0:1"],
        "checklist.day": [f"checklist.day:{visit}:2:3:20261021:0"],
        "checklist.widget": [f"checklist.widget:{visit}:2:3:0:m202610", f"checklist.widget:{visit}:1:0:0:c0"],
        "checklist.look": [f"checklist.look:{of}:{one}" for one, of in pieces],
        "checklist.undo": [f"checklist.undo:{visit}:1:99999999", f"checklist.undo:{visit}:{sent}"],
        "checklist.wrong": [f"checklist.wrong:{visit}"],
        "checklist.move": [f"checklist.move:{of}:e{one}:{sent}" for one, of in pieces]
        + [f"checklist.move:{visit}:m0:1"],
        "checklist.moveto": [f"checklist.moveto:{of}:e{one}:{sent}:2" for one, of in pieces],
        "checklist.shift": [f"checklist.shift:{visit}:m0:1:2", f"checklist.shift:{visit}:m0-3:{sent}:2"],
        "checklist.moved": [f"checklist.moved:{visit}"],
        "checklist.place": [f"checklist.place:{of}:{one}" for one, of in pieces],
        "checklist.elsewhere": [f"checklist.elsewhere:{of}:{one}" for one, of in pieces],
        "visit.submit": [f"visit.submit:{visit}"],
        "visit.withdraw": [f"visit.withdraw:{visit}"],
        "visit.summary": [f"visit.summary:{visit}"],
        "visit.prepare": [f"visit.prepare:{visit}"],
        "visit.brief": [f"visit.brief:{visit}"],
        "visit.begin": [f"visit.begin:{visit}"],
        "visit.announce": [f"visit.announce:{visit}"],
        "visit.announced": [f"visit.announced:{visit}:739000:1", f"visit.announced:{visit}:0:0"],
        "checklist.later": [f"checklist.later:{visit}:1:1"],
        "checklist.again": [f"checklist.again:{visit}:1"],
    }


STEWARDING: Buttons = {
    "status.replay": [f"status.replay:{number}" for number in range(1, 9)],
    "status.drop": [f"status.drop:{number}" for number in range(1, 9)],
    "status.gone": [f"status.gone:{number}" for number in range(1, 9)],
    "status.show": ["status.show"],
    "invitation.mine": ["invitation.mine"],
    "invitation.skip": ["invitation.skip:office:0:0", "invitation.skip:inspector:2:0", "invitation.skip:admin:0:0"],
    "invitation.group": ["invitation.group:inspector:2:0"],
    "invitation.unit": ["invitation.unit:contact:2:4"],
    "invitation.role": ["invitation.role:admin:0:0"],
    "invitation.revoke": [f"invitation.revoke:{number}" for number in range(1, 12)],
    "trial.begin": ["trial.begin:draft:1"],
    "meeting.weekly": ["meeting.weekly:1:2"],
    "meeting.once": ["meeting.once:1:2"],
    "meeting.clock": ["meeting.clock:1:2:w1"],
    "meeting.place": ["meeting.place:1:2:w1:0900"],
    "meeting.set": ["meeting.set:1:2:w1:0900"],
    "meeting.list": ["meeting.list:1:2"],
    "meeting.stop": ["meeting.stop:1:2"],
    "meeting.stopped": ["meeting.stopped:1:2"],
    "meeting.decisions": ["meeting.decisions:1:2"],
    "meeting.open": ["meeting.open:1"],
    "meeting.look": ["meeting.look:1"],
    "meeting.back": ["meeting.back:1:1"],
    "meeting.drop": ["meeting.drop:1:1"],
    "meeting.off": ["meeting.off:1"],
    "meeting.called": ["meeting.called:1"],
    "meeting.over": ["meeting.over:1"],
    "meeting.decide": ["meeting.decide:1"],
    "meeting.owner": ["meeting.owner:1:1"],
    "meeting.due": ["meeting.due:1:2026-10-23"],
    "meeting.decision": ["meeting.decision:1"],
    "meeting.done": ["meeting.done:1"],
    "meeting.undo": ["meeting.undo:1"],
    "calendar.show": ["calendar.show:1"],
    "calendar.ask": ["calendar.ask:1:off"],
    "calendar.drop": ["calendar.drop:1:2026-10-23"],
    "calendar.whose": ["calendar.whose:1"],
    "calendar.country": ["calendar.country:1:CN"],
    "calendar.groups": ["calendar.groups:1"],
    "calendar.group": ["calendar.group:2"],
    "calendar.zone": ["calendar.zone:2:Asia/Shanghai"],
}
"""What is the office's and the leaders'."""
