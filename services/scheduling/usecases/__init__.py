"""What scheduling can be asked to do: book, cancel, hear, look up, and keep the timetable."""

from __future__ import annotations

from dataclasses import dataclass

from services.scheduling.bookings.usecases.booking import Booking
from services.scheduling.talons.usecases import Hearing
from services.scheduling.timetable.usecases import Timetable
from services.scheduling.usecases.reading import Reading

__all__ = ["Booking", "Hearing", "Reading", "Timetable", "UseCases"]


@dataclass(frozen=True)
class UseCases:
    """All of them, as the edges use them."""

    booking: Booking
    hearing: Hearing
    reading: Reading
    timetable: Timetable
