"""What a pending visit waits for, and what becomes of it when nothing comes (A10–A12)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.scheduling.bookings.domain.appointment import (
    STANDING,
    SYSTEM,
    Appointment,
    Entry,
    Status,
    Step,
)
from services.scheduling.bookings.domain.details import Details, Need
from services.scheduling.bookings.errors import NothingAwaitedError, TooMuchSuppliedError

OWED = frozenset({Need.REFERRAL, Need.DOCUMENTS, Need.CONSENT})
"""What the citizen owes, and could hold a slot with by never supplying it."""
NOT_CONFIRMED = "not-confirmed"
"""Why a visit is off whose time came before what it waited for."""
MOST_FILES = 20
"""Of one visit."""
MOST_SUPPLIED = 20
"""How often something is handed in for one visit: each is a line of its history."""


@dataclass(frozen=True)
class PendingRule:
    """After `stalls` without a change its citizen is told whom to turn to.

    It is off, and its slot somebody else's, so long before the visit: `ends`, or half of the time
    that there was, where it was booked or moved late. What the citizen owes ends it sooner: as long
    before as they cancel (`owed`), or `stalls` after they were told; but not within `stalls` of
    being booked or moved.
    """

    stalls: timedelta
    ends: timedelta
    owed: timedelta

    def ends_at(self, visit: Appointment) -> datetime:
        """Until when it may be pending."""
        starts_at = visit.visit.starts_at
        left = max(timedelta(0), starts_at - visit.placed_at)
        last = starts_at - min(self.ends, left / 2)
        if OWED.isdisjoint(visit.needs):
            return last
        sooner, told = starts_at - self.owed, visit.stalled_at
        if told is not None:
            sooner = min(sooner, told + self.stalls)
        return min(last, max(sooner, visit.placed_at + self.stalls))

    def stalls_at(self, visit: Appointment) -> datetime | None:
        """When nothing will have changed for too long; None: that was said already."""
        since = visit.pending_since
        return None if since is None or visit.stalled_since else since + self.stalls

    def next_look(self, visit: Appointment) -> datetime:
        """When something is to be done about it."""
        stalls_at, ends_at = self.stalls_at(visit), self.ends_at(visit)
        return ends_at if stalls_at is None else min(stalls_at, ends_at)


@dataclass(frozen=True)
class Supplied:
    """What a citizen hands in later: files, the scan of a referral, their consent (A11)."""

    file_ids: tuple[str, ...] = ()
    referral_id: str | None = None
    consent: bool = False

    @property
    def files(self) -> tuple[str, ...]:
        """All files, the scan of the referral among them."""
        return Details(file_ids=self.file_ids, referral_id=self.referral_id).files

    @property
    def needs(self) -> frozenset[Need]:
        """What is not missing any more."""
        given = {
            Need.DOCUMENTS: bool(self.file_ids),
            Need.REFERRAL: self.referral_id is not None,
            Need.CONSENT: self.consent,
        }
        return frozenset(need for need, there in given.items() if there)


def supplied(found: Appointment, what: Supplied, entry: Entry) -> Appointment:
    """The visit with what its citizen handed in; files are welcome until it begins (A26).

    What brings nothing new changes nothing.

    Raises:
        NothingAwaitedError: it does not stand, or has begun.
        TooMuchSuppliedError: so many files, or so often.
    """
    if found.status not in STANDING or found.visit.starts_at <= entry.at:
        raise NothingAwaitedError
    details = replace(
        found.details,
        file_ids=tuple(dict.fromkeys((*found.details.file_ids, *what.file_ids))),
        referral_id=what.referral_id or found.details.referral_id,
        consent=found.details.consent or (what.consent and Need.CONSENT in found.needs),
    )
    if details == found.details and not what.needs & {*found.needs}:
        return found
    times = sum(before.step is Step.SUPPLIED for before in found.history)
    if times >= MOST_SUPPLIED or len(details.file_ids) > MOST_FILES:
        raise TooMuchSuppliedError(MOST_FILES, MOST_SUPPLIED)
    after = replace(found, details=details, history=found.history_with(entry))
    return settled(after, what.needs, entry.at)


def agreed(found: Appointment, comment: str | None, now: datetime) -> Appointment:
    """The clinic has entered the visit, which is its word that it takes place (A10, A36).

    Raises:
        AcceptedAlreadyError: it has answered.
    """
    return settled(found.accepted(now, comment), {Need.CLINIC}, now)


def settled(found: Appointment, there: Collection[Need], now: datetime) -> Appointment:
    """A pending visit without these needs: confirmed if nothing is left, else waiting anew."""
    if found.status is not Status.PENDING:
        return found
    needs = tuple(need for need in found.needs if need not in there)
    if needs:
        return replace(found, needs=needs, pending_since=now)
    confirmed = Entry(now, Step.CONFIRMED, SYSTEM)
    return replace(
        found,
        needs=(),
        pending_since=None,
        status=Status.CONFIRMED,
        history=found.history_with(confirmed),
    )


def stalled(found: Appointment, now: datetime) -> Appointment:
    """It was said that nothing has changed for too long (A12)."""
    return replace(found, history=found.history_with(Entry(now, Step.STALLED, SYSTEM)))
