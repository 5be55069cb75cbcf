"""Fetches the files of forms that were sent in, has them read, and tells their sender by a timer.

Reading happens in a process of its own (bot/background/apart.py), so that no form can hold up a chat. What comes of it
is one row; the conversation about it is in handlers/publishing. A kill loses nothing: a draft that was taken is handed
out again.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Final

from bot.background import apart
from bot.background.bundle import TOO_SLOW, Read, Sent, read
from bot.background.errand import OneByOne
from bot.drivers.driver import downloaded
from bot.drivers.errors import BadToken, Rejected, RetryLater, TooLarge, Unreachable
from forms.problems import mark, problem
from handlers.chat import MAX_FILE_BYTES
from storage.campaign import drafts
from storage.campaign.drafts import State
from storage.chat import timers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.campaign.drafts import DraftFile, FormDraft
    from storage.database import Session

SLOW_SECONDS: Final = 2.0
"""After so long the sender is told that it goes on."""

LONGEST_SECONDS: Final = 90.0
"""No form that people can fill takes as long."""

TOO_BIG: Final = problem(
    mark("The file is larger than {most} MB."),
    mark("Delete pictures from the workbook; put long lists into a CSV file beside it."),
    most=MAX_FILE_BYTES // 2**20,
)
NOT_HANDED_OUT: Final = problem(mark("Telegram does not hand this file out any more."), mark("Send it again."))


class Reader(OneByOne["FormDraft"]):
    """Reads what waits, one form at a time; ``wake`` it when one was sent in."""

    name = "read forms"
    what = "forms"

    async def _any_waiting(self, db: Session, now: datetime) -> bool:
        return await drafts.any_waiting(db, now)

    async def _waiting(self, db: Session, now: datetime) -> Sequence[FormDraft]:
        return await drafts.waiting(db, now)

    async def _done(self, draft: FormDraft) -> bool:
        """Fetch and read one draft, and tell; True when it came to an end."""
        work = asyncio.create_task(self._read(draft), name=f"form draft {draft.id}")
        try:
            finished, _ = await asyncio.wait({work}, timeout=SLOW_SECONDS)
            if not finished:
                await self._tell(draft, "slow")
            found = await work
        except (Unreachable, RetryLater, BadToken) as error:
            await self._later(draft, error)
            return False
        finally:
            work.cancel()
        if found is not None:
            await self._keep(draft, found)
        return True

    async def _read(self, draft: FormDraft) -> Read | None:
        """Bring the files home and read them; None when the draft is gone meanwhile."""
        async with self._database.read() as db:
            files = await drafts.files_of(db, draft.id, whole=True)
        if not files:
            return None
        sent = []
        for file in files:
            try:
                content = file.content if file.content is not None else await self._fetched(file)
            except (TooLarge, Rejected) as error:
                why = TOO_BIG if isinstance(error, TooLarge) else NOT_HANDED_OUT
                return Read(file.name, problems=(why,))
            sent.append(Sent(file.name, content, file.beside))
        try:
            return await apart.run(LONGEST_SECONDS, read, sent)
        except apart.Overrun:
            return Read(draft.name, problems=(TOO_SLOW,))

    async def _fetched(self, file: DraftFile) -> bytes:
        content = await downloaded(self._driver, file.file_id)
        async with self._database.begin() as db:
            await drafts.fetched(db, file.id, content)
        return content

    async def _held(self, db: Session, draft: FormDraft) -> FormDraft | None:
        return await drafts.get(db, draft.id, lock=True)

    async def _keep(self, draft: FormDraft, read: Read) -> None:
        """Write down what was found, unless further files have come since."""
        async with self._database.begin() as db:
            found = await drafts.get(db, draft.id, lock=True)
            if found is None or found.asked_at != draft.asked_at:
                return
            found.state = State.read if read.xform else State.refused
            found.retry_at = None
            found.name, found.title, found.form_id, found.version = read.name, read.title, read.form_id, read.version
            found.xform = read.xform
            found.sha256 = hashlib.sha256(read.xform.encode()).hexdigest()
            found.found = {
                "problems": [one.plain() for one in read.problems],
                "warnings": [one.plain() for one in read.warnings],
                "wanted": list(read.wanted),
            }
            await self._plan(db, draft, "read")

    async def _tell(self, draft: FormDraft, what: str) -> None:
        async with self._database.begin() as db:
            await self._plan(db, draft, what)

    async def _plan(self, db: Session, draft: FormDraft, what: str) -> None:
        key, args = f"form-draft:{draft.id}:{what}", {"draft": draft.id}
        await timers.plan(db, key, self._clock(), draft.chat_id, f"publishing.{what}", args)
