"""Keeps what hardly ever changes at hand: forms ready to walk, the time zone of a campaign, the number of a round.

Read from the database once, then shared by every turn. A published form never changes, so an entry is never stale.
Must not hold anything that belongs to one person or visit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from forms.form import Form
from storage.campaign import campaigns, drafts
from storage.campaign import forms as form_versions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from storage.campaign.drafts import FormDraft
    from storage.database import Session

DRAFTS: Final = 4
"""Forms that are not published and kept at hand; a large one takes 50 MB."""


class Shelf:
    """The forms this process has used, by the id of their stored version."""

    def __init__(self) -> None:
        self._forms: dict[int, Form] = {}
        self._drafts: dict[str, Form] = {}
        self._media: dict[int, dict[str, str]] = {}
        self._zones: dict[int, ZoneInfo] = {}
        self._rounds: dict[int, int] = {}

    async def form(self, db: Session, version_id: int) -> Form:
        """Return the form of a stored version; raises LookupError when there is none."""
        form = self._forms.get(version_id)
        if form is None:
            stored = await form_versions.get(db, version_id)
            if stored is None:
                raise LookupError(f"no form version {version_id}")
            form = self._forms[version_id] = Form.parse(stored.xform)
        return form

    async def media(self, db: Session, version_id: int, form: Form) -> Mapping[str, str]:
        """Return the pictures and sounds of a stored version that are here, {name: SHA-256}."""
        if not form.media():
            return {}
        if version_id not in self._media:
            self._media[version_id] = await form_versions.media_of(db, version_id)
        return self._media[version_id]

    def forget_media(self, version_id: int) -> None:
        """Read them anew: some have come."""
        self._media.pop(version_id, None)

    async def draft(self, db: Session, draft: FormDraft) -> Form:
        """Return the form of one that was sent in and read; the last few that were looked at are kept."""
        form = self._drafts.pop(draft.sha256, None) or Form.parse(await drafts.xform_of(db, draft.id))
        self._drafts[draft.sha256] = form
        while len(self._drafts) > DRAFTS:
            del self._drafts[next(iter(self._drafts))]
        return form

    async def zone(self, db: Session, campaign_id: int) -> ZoneInfo:
        """Return the time zone a campaign lives by."""
        zone = self._zones.get(campaign_id)
        if zone is None:
            zone = self._zones[campaign_id] = await campaigns.zone_of(db, campaign_id)
        return zone

    async def day(self, db: Session, campaign_id: int, moment: datetime) -> date:
        """Return the date of a moment where a campaign is: what its people call today is not always UTC's day."""
        return campaigns.day_in(await self.zone(db, campaign_id), moment)

    async def round(self, db: Session, round_id: int) -> int:
        """Return the number of a round; raises LookupError when there is none."""
        number = self._rounds.get(round_id)
        if number is None:
            number = self._rounds[round_id] = await campaigns.number_of_round(db, round_id)
        return number
