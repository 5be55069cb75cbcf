"""Telegram's HTML, read as strictly as Telegram reads it.

Every refusal carries the words and the byte offset Telegram would give, because a bot's author debugs by them. This
is not an HTML parser: what Telegram does not know is refused, never repaired.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.errors import BadRequestError
from sandbox.formatting import Entity, Formatted, units

STYLES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "code": "code", "pre": "pre", "a": "text_link", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}  # fmt: skip
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
LARGEST_CODE = 0x10FFFF
LONGEST_REFERENCE = 10

_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]*)|#([0-9]*)|([A-Za-z]*));?")
_TAG_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE_NAME = re.compile(r"[^\s=>]*|[^\s=]*")
_TOKEN = re.compile(r"[A-Za-z0-9.-]*")
_SPACE = re.compile(r"\s*")
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]*:)?(?://)?[^\s/]+\.[^\s/]{2,}\S*$|(?:https?|tg|mailto|tel):\S+$", re.IGNORECASE
)
_USER_LINK = re.compile(r"tg:(?://)?user\?id=(\d{1,15})$", re.IGNORECASE)


class ParseError(BadRequestError):
    """The text is not Telegram HTML."""

    def __init__(self, reason: str) -> None:
        # Telegram keeps the capital letter after this prefix.
        super().__init__(f"can't parse entities: {reason}")


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    flag: bool
    begin: int
    offset: int
    piece: int


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.pieces: list[str] = []
        self.offset = 0
        self.stack: list[_Open] = []
        self.entities: list[Entity] = []

    def parse(self) -> Formatted:
        at = 0
        while (begin := self._next(at)) >= 0:
            self._add(self.source[at:begin])
            if self.source[begin] == "&":
                at = self._reference(begin)
            elif self.source.startswith("/", begin + 1):
                at = self._end_tag(begin)
            else:
                at = self._start_tag(begin)
        self._add(self.source[at:])
        if self.stack:
            message = f'Can\'t find end tag corresponding to start tag "{self.stack[-1].tag}"'
            raise ParseError(message)
        for one in self.entities:
            if one["type"] == "code":
                one.pop("language", None)
        return self._text(), self.entities

    def _next(self, at: int) -> int:
        left, amp = self.source.find("<", at), self.source.find("&", at)
        return max(left, amp) if -1 in (left, amp) else min(left, amp)

    def _text(self) -> str:
        text = "".join(self.pieces)
        try:
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le") if _has_surrogate(text) else text
        except UnicodeDecodeError as error:
            reason = (
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
            raise ParseError(reason) from error

    def _add(self, piece: str) -> None:
        if piece:
            self.pieces.append(piece)
            self.offset += units(piece)

    def _byte(self, at: int) -> int:
        return len(self.source[:at].encode("utf-8", "surrogatepass"))

    def _reference(self, begin: int) -> int:
        decoded, end = _decode_reference(self.source, begin)
        self._add(decoded or "&")
        return end if decoded else begin + 1

    def _start_tag(self, begin: int) -> int:
        name_end = _end(_TAG_NAME, self.source, begin + 1)
        if name_end >= len(self.source):
            raise ParseError(f"Unclosed start tag at byte offset {self._byte(begin)}")
        tag = self.source[begin + 1 : name_end].lower()
        if tag not in STYLES:
            raise ParseError(f'Unsupported start tag "{tag}" at byte offset {self._byte(begin)}')
        opened = _Open(tag, "", flag=False, begin=begin, offset=self.offset, piece=len(self.pieces))
        at = name_end
        while self.source[at] != ">":
            at = _end(_SPACE, self.source, at)
            if self.source[at : at + 1] == ">":
                break
            at = self._attribute(opened, at)
        if tag == "span" and opened.argument != "spoiler":
            raise ParseError(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(begin)}')
        self.stack.append(opened)
        return at + 1

    def _attribute(self, opened: _Open, at: int) -> int:
        source, where = self.source, self._byte(opened.begin)
        name_end = _end(_ATTRIBUTE_NAME, source, at)
        name = source[at:name_end].lower()
        if not name:
            raise ParseError(f'Empty attribute name in the tag "{opened.tag}" at byte offset {where}')
        at = _end(_SPACE, source, name_end)
        if opened.tag == "blockquote" and name == "expandable" and source[at : at + 1] != "=":
            opened.flag = True
            if at >= len(source):
                raise ParseError(f"Unclosed start tag at byte offset {where}")
            return at
        if source[at : at + 1] != "=":
            raise ParseError(
                f'Expected equal sign in declaration of an attribute of the tag "{opened.tag}" at byte offset {where}'
            )
        at = _end(_SPACE, source, at + 1)
        if at >= len(source):
            raise ParseError(f'Unclosed start tag "{opened.tag}" at byte offset {where}')
        value, at = self._value(at)
        if at >= len(source):
            raise ParseError(f"Unclosed start tag at byte offset {where}")
        _take_attribute(opened, name, value)
        return at

    def _value(self, at: int) -> tuple[str, int]:
        quote = self.source[at]
        if quote in "'\"":
            end = self.source.find(quote, at + 1)
            if end < 0:
                return "", len(self.source)
            return _unescape(self.source[at + 1 : end]), end + 1
        end = _end(_TOKEN, self.source, at)
        after = self.source[end : end + 1]
        if after != ">" and not after.isspace():
            raise ParseError(f"Unexpected end of name token at byte offset {self._byte(at)}")
        return self.source[at:end].lower(), end

    def _end_tag(self, begin: int) -> int:
        if not self.stack:
            raise ParseError(f"Unexpected end tag at byte offset {self._byte(begin)}")
        name_end = _end(_TAG_NAME, self.source, begin + 2)
        name = self.source[begin + 2 : name_end].lower()
        at = _end(_SPACE, self.source, name_end)
        if self.source[at : at + 1] != ">":
            raise ParseError(f"Unclosed end tag at byte offset {self._byte(begin)}")
        opened = self.stack.pop()
        if name and name != opened.tag:
            raise ParseError(
                f'Unmatched end tag at byte offset {self._byte(begin)}, expected "</{opened.tag}>", found "</{name}>"'
            )
        if self.offset > opened.offset:
            self._close(opened)
        return at + 1

    def _close(self, opened: _Open) -> None:
        entity: Entity = {
            "type": STYLES[opened.tag],
            "offset": opened.offset,
            "length": self.offset - opened.offset,
        }
        if opened.tag == "a":
            entity = _link(entity, opened.argument or "".join(self.pieces[opened.piece :]))
        elif opened.tag == "tg-emoji":
            if not opened.argument.isdigit() or int(opened.argument) == 0:
                raise ParseError("Invalid custom emoji identifier specified")
            entity["custom_emoji_id"] = opened.argument
        elif opened.flag:
            entity["type"] = "expandable_blockquote"
        elif opened.tag in {"pre", "code"} and self._joins(entity, opened):
            return
        elif opened.tag == "code" and opened.argument:
            entity["language"] = opened.argument
        if entity:
            self.entities.append(entity)

    def _joins(self, entity: Entity, opened: _Open) -> bool:
        """Whether this is ``<pre><code class="language-x">`` or its reverse, which are one entity together."""
        last = self.entities[-1] if self.entities else {}
        if (last.get("offset"), last.get("length")) != (entity["offset"], entity["length"]):
            return False
        if opened.tag == "pre" and last["type"] == "code" and "language" in last:
            last["type"] = "pre"
            return True
        if opened.tag == "code" and last["type"] == "pre" and opened.argument:
            last["language"] = opened.argument
            return True
        return False


def parse_html(source: str) -> Formatted:
    """Return the plain text of Telegram HTML and its entities, unsorted; raises ParseError."""
    if "<" not in source and "&" not in source:
        return source, []
    return _Parser(source).parse()


def _end(pattern: re.Pattern[str], source: str, at: int) -> int:
    match = pattern.match(source, at)
    return match.end() if match else at


def _take_attribute(opened: _Open, name: str, value: str) -> None:
    if (opened.tag, name) in {("a", "href"), ("tg-emoji", "emoji-id")}:
        opened.argument = value
    elif (opened.tag, name) == ("code", "class") and value.startswith("language-"):
        opened.argument = value.removeprefix("language-")
    elif (opened.tag, name) == ("span", "class") and value.startswith("tg-"):
        opened.argument = value.removeprefix("tg-")


def _link(entity: Entity, url: str) -> Entity:
    user = _USER_LINK.match(url)
    if user:
        return {**entity, "type": "text_mention", "user": {"id": int(user[1]), "is_bot": False, "first_name": ""}}
    url = url.strip()
    if not _LINK.match(url):
        return {}
    if not re.match(r"[a-z][a-z0-9+.-]*:", url, re.IGNORECASE):
        url = f"http://{url}"
    scheme, _, rest = url.partition("://")
    if rest and "/" not in rest and scheme.lower() in {"http", "https"}:
        host, mark, query = rest.partition("?")
        url = f"{scheme}://{host}/{mark}{query}"
    return {**entity, "url": url}


def _decode_reference(source: str, begin: int) -> tuple[str, int]:
    match = _REFERENCE.match(source, begin)
    if not match:
        return "", begin
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        return NAMED.get(name, ""), match.end()
    digits_end = match.end() - (1 if match.group().endswith(";") else 0)
    code = int(hexadecimal, 16) if hexadecimal else int(decimal or "0") if not hexadecimal else 0
    if code == 0 or code >= LARGEST_CODE or digits_end - begin >= LONGEST_REFERENCE:
        return "", begin
    return chr(code), match.end()


def _unescape(value: str) -> str:
    return _REFERENCE.sub(lambda match: _decode_reference(value, match.start())[0] or match.group(), value)


def _has_surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= one <= "\udfff" for one in text)
