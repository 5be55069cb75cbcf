"""Seals what nobody but those meant may read: AES-256-GCM under keys that the operator holds, not the database.

A keyring has several keys: the first one writes, all of them read, so that keys can be changed while the bot works
(storage/vault/rotation.py). Each purpose has a key of its own, worked out of the operator's, so that nothing sealed in
one place opens in another. This knows no table and no file; what is sealed in which column is
storage/vault/sealed.py's.

    sealed = 0x01 · key id (4 bytes) · nonce (12 bytes) · ciphertext and tag
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PREFIX: Final = "xk1_"
"""How a key begins when it is written down, so that people and scanners for secrets know one when they see it."""

_VERSION: Final = b"\x01"
_SIZE: Final = 32
_ID: Final = 4
_NONCE: Final = 12
_HEAD: Final = 1 + _ID
_PAD: Final = 64
"""Words are filled up to a multiple of so many bytes: a sealed "no" is as long as a sealed sentence."""


class CannotOpen(Exception):
    """What was sealed does not open; it is left as it is."""


class KeyLost(CannotOpen):
    """It was sealed with a key that is not in the keyring."""


class Damaged(CannotOpen):
    """It is not what was sealed here: changed, cut off, or moved from another place."""


class BadKey(ValueError):
    """The words are no key; they are not repeated."""


class NoKey(Exception):
    """Something was to be sealed and there is no key."""


def new_key() -> str:
    """Return a fresh key, written down."""
    return PREFIX + base64.urlsafe_b64encode(os.urandom(_SIZE)).decode().rstrip("=")


def id_of(key: bytes) -> str:
    """Return what a key is called: 8 hexadecimal digits that say nothing about it."""
    return hashlib.sha256(b"xundu key id\x00" + key).digest()[:_ID].hex()


def _read(word: str) -> bytes:
    if word.startswith(PREFIX):
        try:
            key = base64.b64decode(word.removeprefix(PREFIX) + "=", altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) == _SIZE:
            return key
    raise BadKey(f"a key is {PREFIX} and 43 letters, digits, - or _, as 'xundu key new' writes it")


class Keyring:
    """Keys by their id, the first of which seals."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise BadKey("there is no key")
        self._keys = {bytes.fromhex(id_of(key)): key for key in keys}
        self._first = next(iter(self._keys))
        self._ciphers: dict[tuple[bytes, str], AESGCM] = {}

    @classmethod
    def parse(cls, text: str) -> "Keyring":
        """Read keys that are separated by commas, blanks or lines; what follows a # is a remark. Raises BadKey."""
        lines = (line.partition("#")[0] for line in text.splitlines())
        return cls([_read(word) for line in lines for word in line.replace(",", " ").split()])

    def __repr__(self) -> str:
        return f"Keyring({', '.join(self.ids)})"

    @property
    def ids(self) -> tuple[str, ...]:
        """What the keys are called, the one that seals first."""
        return tuple(one.hex() for one in self._keys)

    def seal(self, clear: bytes, purpose: str) -> bytes:
        """Seal bytes for a purpose."""
        nonce = os.urandom(_NONCE)
        head = _VERSION + self._first
        return head + nonce + self._cipher(self._first, purpose).encrypt(nonce, clear, head)

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Return what was sealed for this purpose; raises KeyLost or Damaged."""
        name = sealed[1:_HEAD]
        if not is_sealed(sealed):
            raise Damaged("not sealed here")
        if name not in self._keys:
            raise KeyLost(f"sealed with key {name.hex()}")
        try:
            nonce, rest = sealed[_HEAD : _HEAD + _NONCE], sealed[_HEAD + _NONCE :]
            return self._cipher(name, purpose).decrypt(nonce, rest, sealed[:_HEAD])
        except (InvalidTag, ValueError) as error:
            raise Damaged(f"does not open with key {name.hex()}") from error

    def sealed_anew(self, sealed: bytes, purpose: str) -> bytes | None:
        """Return it sealed with the first key; None where it is already. Raises KeyLost or Damaged."""
        return None if key_of(sealed) == self._first.hex() else self.seal(self.open(sealed, purpose), purpose)

    def _cipher(self, name: bytes, purpose: str) -> AESGCM:
        cipher = self._ciphers.get((name, purpose))
        if cipher is None:
            own = hmac.digest(self._keys[name], b"xundu purpose\x00" + purpose.encode(), "sha256")
            cipher = self._ciphers[name, purpose] = AESGCM(own)
        return cipher


def is_sealed(value: bytes) -> bool:
    """Tell whether bytes look like what :meth:`Keyring.seal` makes."""
    return len(value) > _HEAD + _NONCE and value.startswith(_VERSION)


def key_of(sealed: bytes) -> str:
    """Return the id of the key that something was sealed with."""
    return sealed[1:_HEAD].hex()


class Box:
    """One key for one matter, itself sealed by a keyring: thrown away, all that it sealed is gone for good."""

    def __init__(self, key: bytes) -> None:
        self.key = key
        self._cipher = AESGCM(key)

    @classmethod
    def new(cls) -> "Box":
        """Make one with a fresh key."""
        return cls(os.urandom(_SIZE))

    def seal(self, clear: bytes, context: str) -> bytes:
        """Seal bytes; they open only under the same context, such as where they belong."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, clear, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Return what was sealed under this context; raises Damaged."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise Damaged("does not open") from error

    def seal_words(self, words: str, context: str) -> bytes:
        """Seal words as they were sent, to the byte, without their length showing."""
        clear = words.encode("utf-8", "surrogatepass")
        return self.seal(len(clear).to_bytes(4, "big") + clear + bytes(-(len(clear) + 4) % _PAD), context)

    def open_words(self, sealed: bytes, context: str) -> str:
        """Return the words that :meth:`seal_words` sealed; raises Damaged."""
        clear = self.open(sealed, context)
        size = int.from_bytes(clear[:4], "big")
        return clear[4 : 4 + size].decode("utf-8", "surrogatepass")
