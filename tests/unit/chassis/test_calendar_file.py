"""A visit as a file for calendars (A38): RFC 5545's lines, whatever a clinic is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.chassis.foundation.calendar_file import CalendarEntry

_STARTS = datetime(2027, 1, 1, 0, 30, tzinfo=ZoneInfo("Asia/Kamchatka"))
ENTRY = CalendarEntry(
    uid="apt-1",
    sequence=3,
    made_at=datetime(2026, 12, 1, 9, 0, tzinfo=ZoneInfo("Europe/Moscow")),
    starts_at=_STARTS,
    ends_at=_STARTS.replace(minute=45),
    title="Приём у врача: Терапевт",
    place="Поликлиника № 1, ул. Садовая; д. 12",
    text="Врач: Орлова Мария\nТалон: 4821-0937-5526",
    url="https://zdorovie.example/next/visit#4821-0937-5526",
    organiser="no-reply@zdorovie.example",
)


def lines(entry: CalendarEntry) -> list[str]:
    """The content lines, unfolded."""
    return entry.file().decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def test_a38_the_same_moment_in_every_calendar_and_no_text_ends_its_line() -> None:
    """A visit of the New Year's night on Kamchatka, for a phone in Moscow."""
    found = lines(ENTRY)
    assert (found[0], found[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert "DTSTART:20261231T123000Z" in found
    assert "DTEND:20261231T124500Z" in found
    assert "LOCATION:Поликлиника № 1\\, ул. Садовая\\; д. 12" in found
    assert "DESCRIPTION:Врач: Орлова Мария\\nТалон: 4821-0937-5526" in found
    assert {"UID:apt-1", "SEQUENCE:3", "METHOD:PUBLISH", "STATUS:CONFIRMED"} <= set(found)
    off = lines(replace(ENTRY, cancelled=True, sequence=4))
    assert {"UID:apt-1", "SEQUENCE:4", "METHOD:CANCEL", "STATUS:CANCELLED"} <= set(off)


@given(text=st.text(max_size=200))
def test_a38_what_is_typed_makes_no_property(text: str) -> None:
    raw = replace(ENTRY, title=text, place=text, text=text).file()
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    assert len(lines(replace(ENTRY, title=text))) == len(lines(ENTRY))
