"""Speaks the person's language: gettext catalogues, plurals, and escaping that cannot be forgotten.

The msgid is the plain English sentence. Values put into a sentence are escaped as they go in, so nothing a person typed
can become markup; values that are already markup stay. The ``.po`` files in ``locales/`` are what is spoken: they
are compiled in memory, in some 50 ms, and no compiled file can outlive its source. Nothing is read at import time.
"""

from __future__ import annotations

import gettext
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import Markup

if TYPE_CHECKING:
    from datetime import date, datetime, timedelta, tzinfo

LANGUAGES = ("zh_CN", "en")
"""What the product speaks, as gettext locale names."""

NAMES = {"zh_CN": "简体中文", "en": "English"}
"""Each language in its own words."""


def mark(message: str) -> str:
    """Mark a msgid for extraction where it is written down but not spoken yet."""
    return message


def nearest(code: str) -> str:
    """Return the language of ours that fits a BCP 47 code best; any Chinese is zh_CN, all else English."""
    return "zh_CN" if code.lower().replace("_", "-").split("-")[0] == "zh" else "en"


class Speech:
    """One language, ready to speak: ``t`` for message bodies (HTML), ``label`` for plain text."""

    def __init__(self, language: str, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._locale = Locale.parse(language)  # once: it takes longer than all that is written with it
        self._catalogue = catalogue

    def t(self, message: str, /, **values: object) -> Markup:
        """Return the sentence as Telegram HTML, every value escaped unless it is Markup itself."""
        return Markup(self._catalogue.gettext(message)).format(**values)  # noqa: S704 - a catalogue is ours

    def n(self, one: str, many: str, count: int, /, **values: object) -> Markup:
        """Return the sentence in the plural form for ``count``, which is also the value ``{count}``."""
        text = self._catalogue.ngettext(one, many, count)
        return Markup(text).format(count=count, **values)  # noqa: S704 - a catalogue is ours

    def label(self, message: str, /, **values: object) -> str:
        """Return the sentence as plain text, for buttons, toasts and menus."""
        return self._catalogue.gettext(message).format(**values)

    def sentence(self, message: str) -> str:
        """Return the sentence with its ``{values}`` still open, for whoever fills them in."""
        return self._catalogue.gettext(message)

    def ordinal(self, number: int) -> str:
        """Return the number of a round as people write it; beyond ten in digits."""
        written = self.label("1 2 3 4 5 6 7 8 9 10").split()
        return written[number - 1] if 1 <= number <= len(written) else str(number)

    def day(self, day: date) -> str:
        """Return a date as people write it, with the weekday."""
        return format_date(day, "M月d日 EEE" if self.language == "zh_CN" else "EEE d MMM", locale=self._locale)

    def moment(self, at: datetime, zone: tzinfo) -> str:
        """Return a moment in the given zone, to the minute."""
        return format_datetime(at, "M月d日 HH:mm" if self.language == "zh_CN" else "d MMM HH:mm", zone, self._locale)

    def clock(self, at: datetime, zone: tzinfo) -> str:
        """Return the time of day in the given zone, to the minute."""
        return format_time(at, "HH:mm", zone, self._locale)

    def span(self, span: timedelta) -> str:
        """Return how long something takes, in its largest unit and short."""
        return format_timedelta(span, threshold=1, format="short", locale=self._locale)


@cache
def speech(language: str) -> Speech:
    """Return the Speech of a language in :data:`LANGUAGES`; others speak English."""
    language = language if language in LANGUAGES else "en"
    source = files("locales").joinpath(language, "LC_MESSAGES", "xundu.po")
    made = BytesIO()
    write_mo(made, read_po(BytesIO(source.read_bytes()), locale=language))
    made.seek(0)
    return Speech(language, gettext.GNUTranslations(made))
