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
        "list": versions.listed_at,
        "version": versions.version,
        "questions": versions.questions,
        "retire": versions.retire,
        "retired": versions.retired,
        "rounds": rounds.rounds,
        "use": rounds.use,
        "draft": drafted.draft,
        "asks": drafted.asks,
        "warnings": drafted.warnings,
        "faults": drafted.faults,
        "changes": drafted.changes,
        "publish": drafted.publish,
        "published": drafted.published,
        "drop": drafted.drop,
        "dropped": drafted.dropped,
    },
    timers={"read": receiving.read, "slow": receiving.slow},
    enter=drafted.enter,
    message=receiving.message,
    stranded=receiving.stranded,
    give_up=receiving.give_up,
)
