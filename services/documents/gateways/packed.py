"""Object streams of a PDF: unpacked one after the other, in one pass and within one budget.

Fail closed: an object stream that is packed in any way but the usual one is refused, so that
nothing hides in what we do not understand. It is no PDF parser.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from services.documents.errors import FileBrokenError, PdfActiveContentError

MOST_UNPACKED = 32 * 1024 * 1024
_HIDDEN = "объекты, которые нельзя проверить"
_KIND = "PDF"
_LONGEST_HEADER = 1024


def _name(name: bytes) -> bytes:
    """A pattern of this name with any of its letters written as #xx."""
    letters = (b"(?:%c|#(?i:%02x))" % (letter, letter) for letter in name)
    return b"/" + b"".join(letters) + rb"(?![A-Za-z0-9])"


# some readers take a stream for one of objects by /First alone; /First 5 0 R is an outline's
_MARK = re.compile(_name(b"ObjStm") + b"|" + _name(b"First") + rb"\s*+\d++(?!\s++\d++\s*+R)")
_STREAM = re.compile(rb"stream(?:\r\n|\n)")
_HEADER = re.compile(
    rb"obj\s*+<<(?:\s*+/(?:Type\s*+/ObjStm|(?:Length|Extends)\s++\d++\s++\d++\s++R"
    rb"|(?:N|First|Length)\s++\d++|Filter\s*+(?:/FlateDecode|\[\s*+/FlateDecode\s*+\])))*+"
    rb"\s*+>>\s*+"
)


def unpacked_objects(content: bytes) -> Iterator[bytes]:
    """The unpacked content of each object stream, in the order of the file.

    Raises:
        PdfActiveContentError: one is packed in an unusual way, hides another, or all of them
            together unpack to more than `MOST_UNPACKED`.
        FileBrokenError: one cannot be unpacked.
    """
    view = memoryview(content)
    left = MOST_UNPACKED
    position = 0
    while mark := _MARK.search(content, position):
        start = _beginning(content, mark.start())
        end = content.find(b"endstream", start)
        if end < 0:  # searched to the end of the file: never twice
            raise FileBrokenError(_KIND)
        if _MARK.search(content, start, end):
            raise PdfActiveContentError(_HIDDEN)
        unpacked = _unpacked(view[start:end], left)
        left -= len(unpacked)
        yield unpacked
        position = end


def _beginning(content: bytes, mark: int) -> int:
    """Where the data of the object stream with this mark begins, if its header is a usual one."""
    opening = content.rfind(b"obj", max(0, mark - _LONGEST_HEADER), mark)
    stream = _STREAM.search(content, mark, mark + _LONGEST_HEADER)
    if opening < 0 or stream is None:
        raise PdfActiveContentError(_HIDDEN)
    header = content[opening : stream.start()]
    usual = _HEADER.fullmatch(header)
    if usual is None or header.count(b"/Type") != 1 or header.count(b"/Filter") != 1:
        raise PdfActiveContentError(_HIDDEN)
    return stream.end()


def _unpacked(packed: memoryview, left: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(packed, left + 1)
    except zlib.error as error:
        raise FileBrokenError(_KIND) from error
    if len(unpacked) > left or not unpacker.eof or unpacker.unused_data.strip():
        raise PdfActiveContentError(_HIDDEN)
    return unpacked
