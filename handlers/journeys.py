"""Every journey there is, in the order in which they are asked about a message that nobody holds.

Written down by hand so that what runs can be read in one place. The welcome comes last: it answers whatever is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.activity import ACTIVITY
from handlers.calendar import CALENDAR
from handlers.campaigning import CAMPAIGNING
from handlers.checklist import CHECKLIST
from handlers.correction import CORRECTION
from handlers.coverage import COVERAGE
from handlers.digest import DIGEST
from handlers.draw import DRAW
from handlers.enquiry import ENQUIRY
from handlers.guidance import GUIDANCE
from handlers.interview import INTERVIEW
from handlers.invitation import INVITATION
from handlers.itinerary import ITINERARY
from handlers.leave import LEAVE
from handlers.library import LIBRARY
from handlers.meeting import MEETING
from handlers.notice import NOTICE
from handlers.plan import PLAN
from handlers.profile import PROFILE
from handlers.publishing import PUBLISHING
from handlers.quiet import QUIET
from handlers.quiz import QUIZ
from handlers.reminder import REMINDER
from handlers.round import ROUND
from handlers.status import STATUS
from handlers.survey import SURVEY
from handlers.trial import TRIAL
from handlers.units import UNITS
from handlers.visit import VISIT
from handlers.welcome import WELCOME

if TYPE_CHECKING:
    from handlers.journey import Journey

JOURNEYS: Final[tuple[Journey, ...]] = (
    UNITS,
    PUBLISHING,
    TRIAL,
    CAMPAIGNING,
    VISIT,
    CHECKLIST,
    CORRECTION,
    INTERVIEW,
    ACTIVITY,
    DRAW,
    INVITATION,
    NOTICE,
    SURVEY,
    LIBRARY,
    QUIZ,
    ENQUIRY,
    PLAN,
    CALENDAR,
    MEETING,
    COVERAGE,
    ROUND,
    ITINERARY,
    LEAVE,
    GUIDANCE,
    DIGEST,
    PROFILE,
    QUIET,
    REMINDER,
    STATUS,
    WELCOME,
)
