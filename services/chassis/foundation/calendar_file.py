"""A visit as a file for calendars: iCalendar (RFC 5545, 5546), one event, its moments in UTC.

The same visit has the same UID wherever its file is made; the one with the higher SEQUENCE counts,
and one that is cancelled takes the entry away. No library: a file of ours has twelve lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_OCTETS = 75
"""Of a line; a longer one goes on in the next, after a space."""


@dataclass(frozen=True)
class CalendarEntry:
    """One visit in a calendar. `sequence` grows with every change of it."""

    uid: str
    sequence: int
    made_at: datetime
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str
    text: str
    url: str
    organiser: str | None
    cancelled: bool = False

    @property
    def method(self) -> str:
        """What a calendar is to do with it."""
        return "CANCEL" if self.cancelled else "PUBLISH"

    def file(self) -> bytes:
        """The `.ics`, UTF-8."""
        lines = (
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Moe zdorovie//Visits//RU",
            f"METHOD:{self.method}",
            "BEGIN:VEVENT",
            f"UID:{self.uid}",
            f"SEQUENCE:{self.sequence}",
            f"DTSTAMP:{_moment(self.made_at)}",
            f"DTSTART:{_moment(self.starts_at)}",
            f"DTEND:{_moment(self.ends_at)}",
            f"STATUS:{'CANCELLED' if self.cancelled else 'CONFIRMED'}",
            f"SUMMARY:{_text(self.title)}",
            f"LOCATION:{_text(self.place)}",
            f"DESCRIPTION:{_text(self.text)}",
            f"URL:{self.url}",
            *([f"ORGANIZER:mailto:{self.organiser}"] if self.organiser else []),
            "END:VEVENT",
            "END:VCALENDAR",
        )
        return b"".join(piece + b"\r\n" for line in lines for piece in _folded(line))


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """As RFC 5545 (3.3.11) has texts: what is typed ends no line and begins no property."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    lines = "\\n".join(escaped.splitlines())
    return "".join(c for c in lines if c.isprintable())


def _folded(line: str) -> Iterator[bytes]:
    """Pieces of at most 75 octets; no character is in two of them."""
    piece = b""
    for character in line:
        encoded = character.encode("utf-8", "replace")
        if len(piece) + len(encoded) > _OCTETS:
            yield piece
            piece = b" "
        piece += encoded
    yield piece
