"""Notices: what to tell a citizen, and when to tell what no event tells.

A visit tomorrow, a late talon, a certificate ending.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.chassis.foundation.calendar_file import CalendarEntry
from services.notifier.recipients.domain import Address
from services.notifier.templates.domain.content import Attachment

WAIT_FOR_TALON = timedelta(seconds=30)
"""Sealing takes a fraction of a second; who booked hears of it within this, talon or not."""
REMIND_BEFORE_VISIT = timedelta(hours=24)
REMIND_AGAIN = timedelta(hours=2)
"""So that a visit which is booked for today is reminded of, too."""
WARN_BEFORE_EXPIRY = timedelta(days=30)
WAIT_FOR_CONTACTS = timedelta(days=7)
"""Then the journal says that it reached nobody (N9)."""
_MORNING = time(9, 0)
_NOBODY_SLEEPS = time(7, 0)
_STILL_OF_USE = timedelta(minutes=30)
_IN_A_TIMER = ("id", "citizen_id", "template", "cause_id", "about", "sequence")
_IN_CALENDARS = frozenset({"appointment-booked", "appointment-confirmed", "appointment-moved"})
_OUT_OF_CALENDARS = "appointment-cancelled"


@dataclass(frozen=True)
class Notice:
    """Something to tell a citizen: one notice becomes one message per address (N1).

    `context` is what the template may use, as JSON data. `also` are addresses to reach beside the
    citizen's own. `ward` is how somebody is called whom the citizen represents, where it is about
    them. `about` is the visit or certificate without which it is pointless: once that is
    called off, nothing more of it is sent; and nothing is sent when it is not before `until`.
    `sequence` is the number of this change of a visit, for calendars. `files` go with a letter.
    """

    id: str
    citizen_id: str
    template: str
    context: Mapping[str, Any]
    cause_id: str
    created_at: datetime
    also: tuple[Address, ...] = ()
    about: str | None = None
    ward: str | None = None
    until: datetime | None = None
    sequence: int | None = None
    files: tuple[Attachment, ...] = ()

    def to_representative(self, account_id: str, ward: str) -> Notice:
        """The same for who represents the citizen."""
        other = f"{self.id}:{account_id}"
        return replace(self, id=other, citizen_id=account_id, ward=ward)

    def in_a_timer(self, *, template: str | None = None) -> dict[str, Any]:
        """The notice as it is or with another template; its time is when the timer is due."""
        other = {"id": f"{self.id}:{template}", "template": template} if template else {}
        kept = {key: getattr(self, key) for key in _IN_A_TIMER}
        return kept | {"context": dict(self.context)} | other

    @classmethod
    def from_timer(cls, kept: Mapping[str, Any], now: datetime) -> Notice:
        """Back from `in_a_timer`, when it is due."""
        return cls(**kept, created_at=now)


@dataclass(frozen=True)
class When:
    """When a visit begins, and the time zone of its clinic."""

    starts_at: datetime
    timezone: str


def visit_reminder_at(visit: When, now: datetime) -> datetime | None:
    """A day before the visit; None when it was booked later than that (N12)."""
    at = visit.starts_at - REMIND_BEFORE_VISIT
    return at if at > now else None


def second_reminder_at(visit: When, now: datetime) -> datetime | None:
    """Two hours before the visit; None when it was booked later than that (A15).

    Who has to be there in the morning is not woken: it is at seven on the clinic's clock, where
    that is half an hour before the visit at least.
    """
    at = visit.starts_at - REMIND_AGAIN
    there = ZoneInfo(visit.timezone)
    day = visit.starts_at.astimezone(there).date()
    morning = datetime.combine(day, _NOBODY_SLEEPS, there)
    if at < morning <= visit.starts_at - _STILL_OF_USE:
        at = morning
    return at if at > now else None


def expiry_warning_at(valid_until: date, timezone: str, now: datetime) -> datetime | None:
    """The morning 30 days before a certificate ends; None when that has passed (N3)."""
    at = datetime.combine(valid_until - WARN_BEFORE_EXPIRY, _MORNING, ZoneInfo(timezone))
    return at if at > now else None


def for_calendars(notice: Notice, portal: str, sender: str) -> tuple[Attachment, ...]:
    """The visit that the notice tells of as a file, or that it is off (A38); else nothing.

    A visit that is pending is in no calendar yet.
    """
    off = notice.template == _OUT_OF_CALENDARS
    if notice.sequence is None or not (off or notice.template in _IN_CALENDARS):
        return ()
    told, visit = notice.context, notice.context["visit"]
    if told.get("pending"):
        return ()
    room = "по видеосвязи" if visit["kind"] == "video" else f"кабинет {visit['room']}"
    entry = CalendarEntry(
        uid=told["appointment_id"],
        sequence=notice.sequence,
        made_at=notice.created_at,
        starts_at=datetime.fromisoformat(visit["starts_at"]),
        ends_at=datetime.fromisoformat(visit["ends_at"]),
        title=f"Приём у врача: {visit['specialty']}",
        place=f"{visit['clinic_name']}, {visit['clinic_address']}, {room}",
        text=f"Врач: {visit['doctor_name']}\nТалон: {told['talon_number']}",
        url=f"{portal.rstrip('/')}/next/visit#{told['talon_number']}",
        organiser=sender,
        cancelled=off,
    )
    kind = f"text/calendar; charset=utf-8; method={entry.method}"
    return (Attachment.of("visit.ics", kind, entry.file()),)
