"""What the data of a packed picture say of its size, read as decoders read them.

The first size is the picture's own; the largest is what somebody may make room for. What two
decoders could read differently is refused, and so is what says no size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.documents.uploads.errors import FileTooComplexError
from services.documents.uploads.gateways.images import MOST_SCANS
from services.documents.uploads.gateways.jpeg import (
    MOST_SEGMENTS,
    BrokenJpegError,
    Size,
    segments_of,
    sizes_of,
)

_CODESTREAM = b"\xff\x4f\xff\x51"
_BOXES = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_CODESTREAMS_BOX, _LONG_BOX = b"jp2c", 1
_ELSEWHERE = re.compile(rb"(?=\xff\x4f\xff\x51.{4}(.{4})(.{4}))", re.DOTALL)
"""Another size in the data, overlapping or not."""
_SHORTEST_CODESTREAM = 24

_UNKNOWN = 0xFFFFFFFF
_PAGE, _PATTERNS = 48, 16
_HALFTONES = frozenset({20, 22, 23})
_REGIONS = frozenset({4, 6, 7, 36, 38, 39, 40, 42, 43}) | _HALFTONES


def sizes_of_jpeg(data: bytes) -> list[Size]:
    """Of a JPEG.

    Raises:
        FileTooComplexError: it is broken, or draws over itself more than `MOST_SCANS` times.
    """
    try:
        segments = list(segments_of(data))
        if sum(segment.is_scan for segment in segments) > MOST_SCANS:
            raise FileTooComplexError
        return sizes_of(segments)
    except BrokenJpegError as error:
        raise FileTooComplexError from error


def sizes_of_jpeg_2000(data: bytes) -> list[Size]:
    """ISO/IEC 15444-1, A.5.1: what is left of the canvas; then whatever else looks like a canvas.

    Raises:
        FileTooComplexError: there is no codestream where it should be, or it has no size.
    """
    start = _start_of_codestream(data)
    canvas = data[start : start + _SHORTEST_CODESTREAM]
    if not canvas.startswith(_CODESTREAM) or len(canvas) < _SHORTEST_CODESTREAM:
        raise FileTooComplexError
    wide, high, left, top = (_number(canvas[at : at + 4]) for at in (8, 12, 16, 20))
    if left >= wide or top >= high:
        raise FileTooComplexError
    others = ((_number(found[1]), _number(found[2])) for found in _ELSEWHERE.finditer(data))
    return [(wide - left, high - top), (wide, high), *others]


def _start_of_codestream(data: bytes) -> int:
    """Behind the boxes before it, if there are any."""
    at = 0
    if not data.startswith(_BOXES):
        return at
    for _ in range(MOST_SEGMENTS):
        length, kind, head = _number(data[at : at + 4]), data[at + 4 : at + 8], 8
        if length == _LONG_BOX:
            length, head = _number(data[at + 8 : at + 16]), 16
        if kind == _CODESTREAMS_BOX:
            return at + head
        if not head <= length <= len(data) - at:
            break
        at += length
    raise FileTooComplexError


def sizes_of_bilevel(data: bytes) -> list[Size]:
    """ITU-T T.88, 7.2: JBIG2, segment after segment, each with a header that says how long it is.

    Raises:
        FileTooComplexError: a segment that does not end within the data or does not say where, a
            page that does not say how high it is, or more than `MOST_SEGMENTS`.
    """
    sizes: list[Size] = []
    for count, (kind, body) in enumerate(_segments_of_bilevel(data)):
        if count >= MOST_SEGMENTS:
            raise FileTooComplexError
        if kind == _PATTERNS:
            sizes.append((body[1] * (_number(body[3:7]) + 1), body[2]))
        elif kind == _PAGE or kind in _REGIONS:
            wide, high, left, top = (_number(body[at : at + 4]) for at in range(0, 16, 4))
            if high == _UNKNOWN:
                raise FileTooComplexError
            sizes.append((wide, high) if kind == _PAGE else (left + wide, top + high))
        if kind in _HALFTONES:
            sizes.append((_number(body[18:22]), _number(body[22:26])))
    return sizes


def _segments_of_bilevel(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 11 <= len(data):
        number, flags, referred = _number(data[at : at + 4]), data[at + 4], data[at + 5] >> 5
        at += 6
        if referred == 7:  # noqa: PLR2004 - three bits, all set: the count follows
            referred = _number(data[at - 1 : at + 3]) & 0x1FFFFFFF
            at += 3 + (referred + 8) // 8
        at += referred * _bytes_of_reference(number)
        at += 4 if flags & 0x40 else 1
        length, at = _number(data[at : at + 4]), at + 4
        kind = flags & 0x3F
        if length > len(data) - at or length < _SHORTEST.get(kind, 0):
            raise FileTooComplexError
        yield kind, data[at : at + length]
        at += length


_SHORTEST = {
    _PAGE: 19,
    _PATTERNS: 7,
    **dict.fromkeys(_REGIONS, 17),
    **dict.fromkeys(_HALFTONES, 26),
}


def _bytes_of_reference(number: int) -> int:
    """A segment names only earlier ones, so its own number says how long their names are."""
    return next((size for size, last in ((1, 0x100), (2, 0x10000)) if number <= last), 4)


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")
