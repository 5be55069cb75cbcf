"""Forms in the hands of an administrator: sent in as a file, looked at, tried, published, chosen for a round, retired.

``receiving`` takes files and tells what became of them, ``drafted`` shows a form that is not published and publishes
it, ``versions`` lists what is, ``rounds`` chooses for which visits; ``preview`` and ``relevance`` put questions into
words, ``compared`` what is new, ``faults`` what is wrong. The files are fetched and read elsewhere, in the background;
nothing here waits.
"""

from __future__ import annotations

from handlers.journey import Journey
from handlers.menu import command
from handlers.publishing import drafted, receiving, rounds, versions

PUBLISHING = Journey(
    name="publishing",
    commands={"forms": command("forms", versions.forms)},
    taps={
        "list": receiving.looking(versions.listed_at),
        "version": receiving.looking(versions.version),
        "questions": receiving.looking(versions.questions),
        "retire": receiving.looking(versions.retire),
        "retired": receiving.looking(versions.retired),
        "rounds": receiving.looking(rounds.rounds),
        "use": receiving.looking(rounds.use),
        "draft": receiving.looking(drafted.draft),
        "asks": receiving.looking(drafted.asks),
        "warnings": receiving.looking(drafted.warnings),
        "faults": receiving.looking(drafted.faults),
        "changes": receiving.looking(drafted.changes),
        "publish": receiving.looking(drafted.publish),
        "published": receiving.looking(drafted.published),
        "drop": receiving.looking(drafted.drop),
        "dropped": receiving.looking(drafted.dropped),
    },
    timers={"read": receiving.read, "slow": receiving.slow},
    enter=drafted.enter,
    message=receiving.message,
    stranded=receiving.stranded,
    give_up=receiving.give_up,
)
