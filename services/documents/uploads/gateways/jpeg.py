"""The segments of a JPEG, found as decoders find them and without decoding anything.

What stands inside a segment (a thumbnail, a comment) is stepped over, and nothing behind the end
is looked at: bytes that look like a marker there are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_SEGMENTS = 10_000
"""Colours and tags of a large photo take some hundred."""

_START, _END_OF_IMAGE = b"\xff\xd8", 0xD9
_SCAN, _LINES = 0xDA, 0xDC
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SMALLEST_KNOWN = 0xC0
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])")  # has a length; not stuffed, no filler
_SHORTEST_FRAME, _SHORTEST = 5, 2
_UNSAID = 0xFFFF
"""The height that a picture may have which says it only behind its first scan."""

Size = tuple[int, int]


class BrokenJpegError(ValueError):
    """Two decoders could read it differently, or none at all."""


@dataclass(frozen=True)
class Segment:
    """A marker and what belongs to it; `stray` where something stands before it that should not."""

    marker: int
    body: bytes
    stray: bool

    @property
    def is_scan(self) -> bool:
        """It draws over the whole picture once."""
        return self.marker == _SCAN


def segments_of(content: bytes) -> Iterator[Segment]:
    """One after the other, up to the end of the picture.

    Raises:
        BrokenJpegError: it has no beginning, a segment that does not end within the file or has
            no known meaning, or more than `MOST_SEGMENTS`.
    """
    position = content.find(_START) + len(_START)
    if position < len(_START):
        raise BrokenJpegError
    count, drawing = 0, False
    while found := _MARKER.search(content, position):
        marker, start = found[1][0], found.end()
        if marker == _END_OF_IMAGE:
            return
        length = int.from_bytes(content[start : start + 2], "big")
        count += 1
        if (
            marker < _SMALLEST_KNOWN
            or not _SHORTEST <= length <= len(content) - start
            or count > MOST_SEGMENTS
        ):
            raise BrokenJpegError
        stray = not drawing and bool(content[position : found.start()].strip(b"\xff"))
        position, drawing = start + length, marker == _SCAN
        yield Segment(marker, content[start + 2 : position], stray)


def scans_of(content: bytes) -> int:
    """How often a JPEG draws over its picture.

    Raises:
        BrokenJpegError: see `segments_of`.
    """
    return sum(segment.is_scan for segment in segments_of(content))


def sizes_of(segments: list[Segment]) -> list[Size]:
    """Every size that it says it has, first the one that decoders take.

    Raises:
        BrokenJpegError: none, or one too short to be read, or something between the segments.
    """
    sizes: list[Size] = []
    for segment in segments:
        body = segment.body
        if segment.stray or (segment.is_scan and not sizes):
            raise BrokenJpegError
        if segment.marker in _FRAMES:
            if len(body) < _SHORTEST_FRAME:
                raise BrokenJpegError
            down, across = (int.from_bytes(body[at : at + 2], "big") for at in (1, 3))
            sizes.append((across, down or _UNSAID))
        elif segment.marker == _LINES and sizes:
            sizes.append((max(across for across, _ in sizes), int.from_bytes(body[:2], "big")))
    if not sizes:
        raise BrokenJpegError
    return sizes
