"""DER, as much as CMS and RFC 3161 need: templates are written and answers are read with it.

It knows definite lengths and single-byte tags only, and refuses anything else; it is not an
ASN.1 library. Written because a general one costs more time per document than the signatures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from services.sealing.errors import MalformedDerError

INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06
UTF8_STRING = 0x0C
GENERALIZED_TIME = 0x18
SEQUENCE = 0x30
SET = 0x31
CONTEXT_0 = 0xA0
CONTEXT_1 = 0xA1

NULL = b"\x05\x00"
TRUE = b"\x01\x01\xff"

_MULTI_BYTE_TAG = 0x1F
_LONG_FORM = 0x80
_MAX_LENGTH_BYTES = 4


def length(size: int) -> bytes:
    """The length octets of a content of `size` bytes, in the shortest form."""
    if size < _LONG_FORM:
        return bytes((size,))
    body = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((_LONG_FORM | len(body),)) + body


def tlv(tag: int, *contents: bytes) -> bytes:
    """Tag, length, and the contents one after another."""
    body = b"".join(contents)
    size = len(body)
    if size < _LONG_FORM:  # most elements, and this is called a hundred times per document
        return bytes((tag, size)) + body
    return bytes((tag,)) + length(size) + body


def sequence(*contents: bytes) -> bytes:
    """A SEQUENCE of already encoded contents."""
    return tlv(SEQUENCE, *contents)


def set_of(*contents: bytes) -> bytes:
    """A SET OF, sorted as DER demands."""
    return tlv(SET, *sorted(contents))


def octets(value: bytes) -> bytes:
    """An OCTET STRING."""
    return tlv(OCTET_STRING, value)


def integer(value: int) -> bytes:
    """An INTEGER in the shortest two's complement."""
    # ~value: of the two's complement -128 fits one byte although its bit_length is 8
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return tlv(INTEGER, value.to_bytes(size, "big", signed=True))


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    return tlv(OBJECT_IDENTIFIER, b"".join(_base128(arc) for arc in (first * 40 + second, *rest)))


def _base128(arc: int) -> bytes:
    groups = [arc & 0x7F]
    while arc := arc >> 7:
        groups.append(arc & 0x7F | 0x80)
    return bytes(reversed(groups))


class Node(NamedTuple):
    """One element of a DER encoding: where it starts, where its content is, where it ends."""

    data: bytes
    start: int
    tag: int
    body: int
    end: int

    @property
    def raw(self) -> bytes:
        """The whole encoding with tag and length."""
        return self.data[self.start : self.end]

    @property
    def content(self) -> bytes:
        """The content without tag and length."""
        return self.data[self.body : self.end]

    def children(self) -> Iterator[Node]:
        """The elements inside, in order."""
        at = self.body
        while at < self.end:
            node = read(self.data, at, self.end)
            yield node
            at = node.end

    def expect(self, tag: int) -> Node:
        """This node, if it has the tag.

        Raises:
            MalformedDerError: if it has another.
        """
        if self.tag != tag:
            msg = f"Ожидался элемент 0x{tag:02X}, прочитан 0x{self.tag:02X}."
            raise MalformedDerError(msg)
        return self

    def list(self, tag: int = SEQUENCE) -> list[Node]:
        """The children of a node that must have the tag."""
        return list(self.expect(tag).children())

    def number(self) -> int:
        """The value of an INTEGER."""
        return int.from_bytes(self.expect(INTEGER).content, "big", signed=True)


def read(data: bytes, at: int = 0, limit: int | None = None) -> Node:
    """The element that starts at `at` and must end before `limit`.

    Raises:
        MalformedDerError: if there is no complete element of definite length.
    """
    end = len(data) if limit is None else limit
    if at + 2 > end:
        msg = "Элемент обрывается."
        raise MalformedDerError(msg)
    tag, size = data[at], data[at + 1]
    body = at + 2
    if tag & _MULTI_BYTE_TAG == _MULTI_BYTE_TAG:
        msg = "Многобайтовые теги не поддерживаются."
        raise MalformedDerError(msg)
    if size >= _LONG_FORM:
        count = size & ~_LONG_FORM
        if not 0 < count <= _MAX_LENGTH_BYTES or body + count > end:
            msg = "Недопустимая длина элемента."
            raise MalformedDerError(msg)
        size = int.from_bytes(data[body : body + count], "big")
        body += count
    if body + size > end:
        msg = "Элемент выходит за границы данных."
        raise MalformedDerError(msg)
    return Node(data, at, tag, body, body + size)


def read_exactly(data: bytes) -> Node:
    """The one element that fills `data`.

    Raises:
        MalformedDerError: if it is malformed or something follows it.
    """
    node = read(data)
    if node.end != len(data):
        msg = "После структуры есть лишние данные."
        raise MalformedDerError(msg)
    return node
