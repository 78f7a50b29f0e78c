"""Talons: their sealing, reading a number that somebody shows, and what to tell them (A6, A8).

The check digit is Damm's: it finds every wrong digit and every swap of neighbours, so a slip of the
tongue at the desk is «mistyped», never somebody else's visit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from stdnum import damm

from services.chassis.foundation.text import printed_number
from services.scheduling.bookings.domain.appointment import (
    Appointment,
    Entry,
    Status,
    Step,
    TalonState,
)
from services.scheduling.bookings.domain.booking import DIGITS, grouped
from services.scheduling.talons.errors import TalonNumberError

LONGEST_TYPED = 500
"""Characters that are looked at: an address of the check page with what others hang on it."""
_LENGTH = DIGITS + 1


class Check(StrEnum):
    """What a check of a talon says."""

    VALID = "valid"
    PENDING = "pending"
    PAST = "past"
    VOID = "void"
    UNKNOWN = "unknown"


def check(found: Appointment | None, number: str, now: datetime) -> Check:
    """What somebody who holds the talon in their hand is told (A8, A9)."""
    if found is None:
        return Check.UNKNOWN
    if found.status is Status.CANCELLED or number in found.former_talons:
        return Check.VOID
    if found.visit.ends_at <= now or found.status in {Status.ATTENDED, Status.MISSED}:
        return Check.PAST
    return Check.PENDING if found.status is Status.PENDING else Check.VALID


class DeskCheck(StrEnum):
    """What the desk is told to do with who shows a talon: let them in, or why not (A8)."""

    VALID = "valid"
    WRONG_DAY = "wrong-day"
    WRONG_CLINIC = "wrong-clinic"
    PENDING = "pending"
    PAST = "past"
    VOID = "void"
    UNKNOWN = "unknown"


def check_at_desk(
    found: Appointment | None, number: str, now: datetime, *, here: bool
) -> DeskCheck:
    """The same at the desk of a clinic, on a day of its own."""
    said = check(found, number, now)
    if found is None or said is Check.VOID:
        return DeskCheck(said.value)
    if not here:
        return DeskCheck.WRONG_CLINIC
    local = found.visit.local
    if said is Check.VALID and local(now).date() != local(found.visit.starts_at).date():
        return DeskCheck.WRONG_DAY
    return DeskCheck(said.value)


def sealed(appointment: Appointment, now: datetime, document_id: str) -> Appointment:
    """The talon's PDF is there. That of a cancelled appointment is kept and stays void."""
    void = appointment.status is Status.CANCELLED
    return replace(
        appointment,
        document_id=document_id,
        talon=TalonState.VOID if void else TalonState.ISSUED,
        talon_failure=None,
        history=appointment.history_with(Entry(now, Step.TALON_ISSUED, "documents")),
    )


def not_sealed(appointment: Appointment, now: datetime, reason: str) -> Appointment:
    """The talon cannot be made; the visit stands, its number is enough at the desk.

    One that is there already is: a failure that comes later is of an older try.
    """
    if appointment.document_id is not None:
        return appointment
    void = appointment.status is Status.CANCELLED
    return replace(
        appointment,
        talon=TalonState.VOID if void else TalonState.FAILED,
        talon_failure=reason,
        history=appointment.history_with(Entry(now, Step.TALON_FAILED, "documents", reason)),
    )


def parse_talon(text: str, *, at: str = "/path/number") -> str:
    """The printed form of what somebody typed, scanned or pasted (`printed_number`), and where.

    Raises:
        TalonNumberError: not twelve digits, or the check digit is wrong.
    """
    digits = printed_number(text[:LONGEST_TYPED])
    if len(digits) != _LENGTH or not (digits.isascii() and damm.is_valid(digits)):
        raise TalonNumberError(at)
    return grouped(digits)
