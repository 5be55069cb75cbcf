"""The files lying at the offline Telegram: their bytes, their ids, and the shapes in which messages show them.

Documents, voices and videos stay byte for byte what was sent. Bytes that have been written down leave memory when
there are many of them, and come back when somebody asks.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import mimetypes
import secrets
from collections import OrderedDict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sandbox.errors import BadRequestError
from sandbox.pictures import Picture, make_sizes

if TYPE_CHECKING:
    from sandbox.journal import Journal
    from sandbox.model import Json

DOWNLOAD_BYTES = 20 * 1024 * 1024
PHOTO_BYTES = 10 * 1024 * 1024
BYTES_IN_MEMORY = 64 * 1024 * 1024
PICTURES_REMEMBERED = 32
FOLDERS = {"photo": "photos", "document": "documents", "voice": "voice", "video": "videos", "sticker": "stickers"}
TAGS = {"photo": 2, "voice": 3, "video": 4, "document": 5, "sticker": 8}
EXTENSIONS = {"photo": ".jpg", "voice": ".oga", "video": ".mp4", "sticker": ".webp", "document": ""}


Measures = dict[str, int]
"""width, height (pixels) and duration (seconds), those that are known."""


@dataclass(slots=True)
class StoredFile:
    """One file; ``path`` is where it is downloaded, ``size`` in bytes, ``width`` and ``height`` 0 when unknown.

    ``group`` is shared by the sizes of one photo.
    """

    id: str
    unique_id: str
    kind: str
    path: str
    size: int
    name: str = ""
    mime: str = ""
    width: int = 0
    height: int = 0
    duration: int = 0
    group: str = ""

    def dump(self) -> Json:
        """Return JSON data from which ``StoredFile(**data)`` makes the same file."""
        return asdict(self)

    def shown(self, *names: str) -> Json:
        """Return the Bot API object: ids, size, and those of ``names`` that have a value."""
        data: Json = {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": self.size}
        renamed = {"name": "file_name", "mime": "mime_type"}
        for name in names:
            value = getattr(self, name)
            if value or name in {"duration", "width", "height"}:
                data[renamed.get(name, name)] = value
        return data


class Files:
    """All files, by id and by path."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._by_unique: dict[str, StoredFile] = {}
        self._groups: dict[str, list[StoredFile]] = {}
        self._content: dict[str, bytes] = {}
        self._written: OrderedDict[str, int] = OrderedDict()
        self._pictures: OrderedDict[bytes, list[Picture]] = OrderedDict()
        self._counter = 0
        self.kept = 0

    @property
    def in_memory(self) -> int:
        """How many bytes of files are held in memory."""
        return sum(map(len, self._content.values()))

    def add(
        self,
        kind: str,
        content: bytes,
        name: str = "",
        mime: str = "",
        measures: Measures | None = None,
        group: str = "",
    ) -> StoredFile:
        """Store bytes as they are; ``kind`` is photo, document, voice, video or sticker."""
        self._counter += 1
        extension = EXTENSIONS[kind] or _extension(name, mime)
        unique = bytes([TAGS[kind], 0]) + secrets.token_bytes(9)
        file = StoredFile(
            id=base64.urlsafe_b64encode(bytes([TAGS[kind], 1, 0]) + unique + secrets.token_bytes(34))
            .decode()
            .rstrip("="),
            unique_id=base64.urlsafe_b64encode(unique).decode().rstrip("="),
            kind=kind,
            path=f"{FOLDERS[kind]}/file_{self._counter}{extension}",
            size=len(content),
            name=name,
            mime=mime or mimetypes.guess_type(name)[0] or "",
            group=group,
            **(measures or {}),
        )
        self._index(file)
        self._content[file.unique_id] = content
        self._journal.mark("file", file.unique_id, file)
        self._journal.mark_blob(file.unique_id, content)
        if self.kept and len(self._by_id) > self.kept:
            self._forget(next(iter(self._by_id.values())))
        return file

    def keep(self, most: int) -> None:
        """Remember so many files from now on, 0 for all; the oldest go first, as if they had never been."""
        self.kept = most
        while most and len(self._by_id) > most:
            self._forget(next(iter(self._by_id.values())))

    async def add_photo(self, content: bytes) -> list[Json]:
        """Store a picture as a photo and return its PhotoSizes, smallest first; raises BadRequestError."""
        if len(content) > PHOTO_BYTES:
            raise BadRequestError("too big Photo; the maximum size is 10 MB")
        pictures = await self._sizes(content)
        group = secrets.token_hex(8)
        for one in pictures:
            self.add(
                "photo",
                one.content,
                mime="image/jpeg",
                group=group,
                measures={"width": one.width, "height": one.height},
            )
        return self.sizes(self._groups[group][-1])

    def sizes(self, photo: StoredFile) -> list[Json]:
        """Return all PhotoSizes of the photo that this file is one size of, smallest first."""
        return [file.shown("width", "height") for file in self._groups[photo.group]]

    def get(self, file_id: str) -> StoredFile | None:
        """Return the file of an id, or None."""
        return self._by_id.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """Return the file that is downloaded at ``path``, or None."""
        return self._by_path.get(path)

    def unique(self, unique_id: str) -> StoredFile | None:
        """Return the file of a unique id, or None."""
        return self._by_unique.get(unique_id)

    async def content(self, file: StoredFile) -> bytes:
        """Return the bytes of a file."""
        kept = self._content.get(file.unique_id)
        return kept if kept is not None else await self._journal.blob(file.unique_id)

    def restore(self, data: Json) -> None:
        """Put back a file that was written down before a restart."""
        file = StoredFile(**data)
        self._index(file)
        number = file.path.rpartition("_")[2].partition(".")[0]
        self._counter = max(self._counter, int(number))

    def written(self, unique_ids: list[str]) -> None:
        """Hear that bytes lie on the disk now; the oldest leave memory when there are too many."""
        for unique_id in unique_ids:
            if unique_id in self._content:
                self._written[unique_id] = len(self._content[unique_id])
        while sum(self._written.values()) > BYTES_IN_MEMORY:
            oldest, _ = self._written.popitem(last=False)
            self._content.pop(oldest, None)

    def _index(self, file: StoredFile) -> None:
        self._by_id[file.id] = file
        self._by_path[file.path] = file
        self._by_unique[file.unique_id] = file
        if file.group:
            self._groups.setdefault(file.group, []).append(file)
            self._groups[file.group].sort(key=lambda one: one.width * one.height)

    def _forget(self, file: StoredFile) -> None:
        del self._by_id[file.id], self._by_path[file.path], self._by_unique[file.unique_id]
        if file.group:
            self._groups[file.group].remove(file)
            if not self._groups[file.group]:
                del self._groups[file.group]
        self._content.pop(file.unique_id, None)
        self._written.pop(file.unique_id, None)
        self._journal.mark("file", file.unique_id, None)
        self._journal.drop_blob(file.unique_id)

    async def _sizes(self, content: bytes) -> list[Picture]:
        digest = hashlib.sha256(content).digest()
        known = self._pictures.get(digest)
        if known is None:
            known = self._pictures[digest] = await asyncio.to_thread(make_sizes, content)
            if len(self._pictures) > PICTURES_REMEMBERED:
                self._pictures.popitem(last=False)
        return known


def _extension(name: str, mime: str) -> str:
    stem, dot, extension = name.rpartition(".")
    if dot and stem and extension.isalnum():
        return f".{extension}"
    return mimetypes.guess_extension(mime) or ""
