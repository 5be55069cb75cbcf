"""File names that come from people: harmless wherever the file is written, sent or packed, and still recognisable.

What was sent stands in the database as it came; this is what it is called from here on.
"""

import re
import unicodedata

MOST_BYTES = 180
"""In UTF-8; every file system takes 255, and something may be put in front."""

_SUFFIX_BYTES = 16
_UNWANTED = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
"""Control characters, half surrogates, and what turns the direction of reading round (``gpj.exe``)."""

_STRANGE = re.compile(r'[<>:"|?*]')
_SPACE = re.compile(r"\s")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def harmless(name: str) -> str:
    """Return the last part of a name without anything a system could stumble over; '' when nothing is left of it."""
    leaf = re.split(r"[/\\]", name)[-1]
    leaf = "".join(char for char in _SPACE.sub(" ", leaf) if unicodedata.category(char) not in _UNWANTED)
    leaf = _STRANGE.sub("_", leaf).strip(" .")
    if _RESERVED.match(leaf):
        leaf = f"_{leaf}"
    return _cut(leaf)


def _cut(leaf: str) -> str:
    """Shorten a name in its middle: what it begins with and its suffix stay."""
    if len(leaf.encode()) <= MOST_BYTES:
        return leaf
    stem, dot, suffix = leaf.rpartition(".")
    if not stem or len(suffix.encode()) > _SUFFIX_BYTES:
        stem, dot, suffix = leaf, "", ""
    room = MOST_BYTES - len((dot + suffix).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + suffix
