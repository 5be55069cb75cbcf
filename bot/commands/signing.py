"""Signs the heads of days with an Ed25519 key, and checks such signatures: a line is ``DATE HEAD [SIGNATURE]``.

The private key is a PEM file of the operator's; nothing of it is ever written to the database, a log or a chat.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bot.hold import CommandError
from supervision.custody import signed_text

if TYPE_CHECKING:
    from pathlib import Path

_LINE = re.compile(r"(\d{4}-\d\d-\d\d)\s+([0-9a-fA-F]{16,64})(?:\s+(\S+))?")


@dataclass(frozen=True, slots=True)
class Head:
    """A day's head as it was given out: 16 to 64 hexadecimal digits; ``signature`` base64, '' for none."""

    day: date
    hash: str
    signature: str = ""

    def line(self) -> str:
        """Return it as it is given out."""
        return f"{self.day.isoformat()} {self.hash} {self.signature}".rstrip()


def private_key(path: Path) -> Ed25519PrivateKey:
    """Read the operator's key; raises CommandError."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CommandError(f"XUNDU_SIGNING_KEY: {path} cannot be used: {_why(error)}.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise CommandError(f"XUNDU_SIGNING_KEY: {path} is a key of another kind than Ed25519.")
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """Read a key to check signatures with; raises CommandError."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise CommandError(f"--public-key: {path} cannot be used: {_why(error)}.") from None
    if not isinstance(key, Ed25519PublicKey):
        raise CommandError(f"--public-key: {path} is a key of another kind than Ed25519.")
    return key


def _why(error: Exception) -> str:
    return (
        (error.strerror or "it cannot be read")
        if isinstance(error, OSError)
        else "it is no key in PEM without a password"
    )


def sign(key: Ed25519PrivateKey, day: date, head: str) -> Head:
    """Sign a day's head."""
    return Head(day, head, base64.b64encode(key.sign(signed_text(day, head))).decode("ascii"))


def genuine(key: Ed25519PublicKey, head: Head) -> bool:
    """Tell whether the head was signed with this key."""
    try:
        key.verify(base64.b64decode(head.signature, validate=True), signed_text(head.day, head.hash))
    except (InvalidSignature, ValueError):
        return False
    return True


def parse(line: str) -> Head:
    """Read a head as it was given out, ``DATE=HASH`` too; raises ValueError for anything else."""
    found = _LINE.fullmatch(line.strip().replace("=", " ", 1) if "=" in line[:11] else line.strip())
    if found is None:
        raise ValueError(line)
    return Head(date.fromisoformat(found[1]), found[2].lower(), found[3] or "")


def new_pair() -> tuple[bytes, bytes]:
    """Make a pair of keys and return them as PEM: (private, public)."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, public
