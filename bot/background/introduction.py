"""What the bot says of itself before anybody has pressed "Start": set at Telegram once a start, in every language.

It helps people and is no condition of anything: when Telegram will not have it now, the bot runs without.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from bot.drivers.errors import DriverError
from handlers.text import mark, speech

if TYPE_CHECKING:
    from bot.drivers.driver import Driver

log = logging.getLogger(__name__)

LANGUAGES: Final = {"zh": "zh_CN", "": "en"}
"""What Telegram calls a language, '' being all that have no text of their own, and the catalogue that speaks it."""

DESCRIPTION: Final = mark(
    "Xundu goes with inspectors through every visit: one question at a time, photos whenever they like, "
    "and nothing is lost when there is no signal.\n\n"
    "By invitation only: please open the link you have been given."
)
SHORT: Final = mark("Field supervision, one question at a time. By invitation only.")


async def introduce(driver: Driver) -> None:
    """Set the descriptions in every language; what Telegram refuses is logged and left for the next start."""
    for code, language in LANGUAGES.items():
        said = speech(language)
        try:
            await driver.describe(code, said.label(DESCRIPTION), said.label(SHORT))
        except DriverError as error:
            log.info("the description is not set: %s", type(error).__name__)
            return
