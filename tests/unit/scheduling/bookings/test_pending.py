"""Pending visits: what is missing, how long one waits, and when the visit is off (A10–A12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.scheduling.bookings import events
from services.scheduling.bookings.domain.appointment import (
    Appointment,
    Canceller,
    Entry,
    Status,
    Step,
)
from services.scheduling.bookings.domain.details import Need
from services.scheduling.bookings.domain.moving import Mover, move
from services.scheduling.bookings.domain.pending import (
    MOST_FILES,
    MOST_SUPPLIED,
    PendingRule,
    Supplied,
    agreed,
    settled,
    stalled,
    supplied,
)
from services.scheduling.bookings.errors import (
    AcceptedAlreadyError,
    NothingAwaitedError,
    TooMuchSuppliedError,
)
from tests.support.services.scheduling import BEFORE, SLOT, START, booked

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
RULE = PendingRule(stalls=DAY, ends=3 * HOUR, owed=DAY)


def _pending(*needs: Need) -> Appointment:
    return replace(booked(), status=Status.PENDING, needs=needs, pending_since=BEFORE)


def _moved(found: Appointment, at: datetime, *needs: Need) -> Appointment:
    mover = Mover(Canceller.CITIZEN, "citizen")
    return move(found, SLOT, mover, talon_number="2", needs=needs, now=at)


def _given(found: Appointment, what: Supplied, *, after: timedelta = HOUR) -> Appointment:
    return supplied(found, what, Entry(BEFORE + after, Step.SUPPLIED, "citizen"))


def test_a11_each_thing_that_comes_begins_the_day_anew_and_the_last_one_confirms() -> None:
    found = _given(_pending(Need.REFERRAL, Need.DOCUMENTS), Supplied(referral_id="f1"))
    assert (found.status, found.needs) == (Status.PENDING, (Need.DOCUMENTS,))
    assert (found.pending_since, found.details.referral_id) == (BEFORE + HOUR, "f1")
    found = _given(found, Supplied(("f2",)), after=2 * HOUR)
    assert (found.status, found.needs, found.pending_since) == (Status.CONFIRMED, (), None)
    assert found.details.files == ("f2", "f1")
    assert [e.step for e in found.history[1:]] == [Step.SUPPLIED, Step.SUPPLIED, Step.CONFIRMED]


def test_a10_the_clinics_word_confirms_what_waits_for_nothing_else() -> None:
    found = agreed(_pending(Need.CLINIC), "Натощак.", BEFORE + HOUR)
    assert (found.status, found.clinic_comment) == (Status.CONFIRMED, "Натощак.")
    waits = agreed(_pending(Need.CLINIC, Need.CONSENT), None, BEFORE + HOUR)
    assert (waits.status, waits.needs) == (Status.PENDING, (Need.CONSENT,))
    assert _given(waits, Supplied(consent=True)).status is Status.CONFIRMED


def test_a10_a_moved_visit_is_confirmed_by_the_clinics_next_word() -> None:
    """A14: its word to the former time is none to this one, and it says each once."""
    found = agreed(_pending(Need.CLINIC), None, BEFORE)
    found = _moved(found, BEFORE + HOUR, Need.CLINIC)
    assert (found.status, found.is_accepted) == (Status.PENDING, False)
    found = agreed(found, None, BEFORE + 2 * HOUR)
    assert (found.status, found.is_accepted) == (Status.CONFIRMED, True)
    with pytest.raises(AcceptedAlreadyError):
        agreed(found, None, BEFORE + 3 * HOUR)


def test_a26_files_are_welcome_until_the_visit_begins() -> None:
    found = _given(booked(), Supplied(("f1",)))
    assert (found.status, found.details.file_ids) == (Status.CONFIRMED, ("f1",))
    assert settled(found, {Need.CLINIC}, BEFORE) is found
    with pytest.raises(NothingAwaitedError):
        _given(booked(), Supplied(("f1",)), after=START - BEFORE)
    with pytest.raises(NothingAwaitedError):
        _given(replace(booked(), status=Status.CANCELLED), Supplied(("f1",)))


def test_a11_what_brings_nothing_new_changes_nothing() -> None:
    assert _given(found := booked(), Supplied(consent=True)) is found
    waits = _given(_pending(Need.CLINIC, Need.CONSENT), Supplied(("f1",), consent=True))
    assert _given(waits, Supplied(("f1",), consent=True), after=2 * HOUR) is waits


def test_a26_a_visit_has_room_for_so_many_files_and_so_often() -> None:
    full = _given(booked(), Supplied(tuple(f"f{at}" for at in range(MOST_FILES))))
    with pytest.raises(TooMuchSuppliedError):
        _given(full, Supplied(("another",)))
    found = booked()
    for at in range(MOST_SUPPLIED):
        found = _given(found, Supplied(referral_id=f"f{at % 2}"))
    with pytest.raises(TooMuchSuppliedError):
        _given(found, Supplied(referral_id="another"))


def test_a12_a_standstill_is_told_once() -> None:
    found = _pending(Need.CLINIC)
    assert RULE.next_look(found) == BEFORE + DAY
    told = stalled(found, BEFORE + DAY)
    assert (told.stalled_since, RULE.stalls_at(told)) == (BEFORE, None)
    assert RULE.next_look(told) == START - 3 * HOUR
    said = events.stalled(told, "8-800")
    assert (said.needs, said.hotline) == (("clinic",), "8-800")
    anew = settled(
        replace(told, needs=(Need.CLINIC, Need.CONSENT)), {Need.CONSENT}, BEFORE + 2 * DAY
    )
    assert RULE.next_look(anew) == START - 3 * HOUR  # sooner than another day
    assert anew.stalled_since is None


@pytest.mark.parametrize(
    ("need", "placed", "told", "ends"),
    [
        (Need.CLINIC, 72 * HOUR, None, 3 * HOUR),
        (Need.CLINIC, 2 * HOUR, None, HOUR),  # half of what is left
        (Need.CLINIC, 240 * HOUR, 200 * HOUR, 3 * HOUR),  # nobody's fault who waits
        (Need.REFERRAL, 240 * HOUR, None, 24 * HOUR),
        (Need.CONSENT, 240 * HOUR, 200 * HOUR, 176 * HOUR),  # a day after it was told
        (Need.DOCUMENTS, 240 * HOUR, 40 * HOUR, 24 * HOUR),
        (Need.REFERRAL, 40 * HOUR, None, 16 * HOUR),  # a day is theirs
        (Need.REFERRAL, 20 * HOUR, None, 3 * HOUR),
        (Need.REFERRAL, 2 * HOUR, None, HOUR),
    ],
)
@pytest.mark.parametrize("by_move", [False, True])
def test_until_when_a_visit_may_be_pending(
    need: Need, placed: timedelta, told: timedelta | None, ends: timedelta, *, by_move: bool
) -> None:
    """A11, A12, A32: all before the visit; nobody holds a slot by owing something."""
    at = START - placed
    found = replace(_pending(need), booked_at=at, pending_since=at)
    if by_move:
        found = _moved(replace(found, booked_at=at - 30 * DAY), at, need)
    found = stalled(found, START - told) if told is not None else found
    assert RULE.ends_at(found) == START - ends
