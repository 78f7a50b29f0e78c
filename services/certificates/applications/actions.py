"""What all use cases share: the parts they stand on, and saving a change with its events."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from contracts.envelope import Data
from services.certificates.applications import events
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.attachments import Given
from services.certificates.applications.domain.looks import Look, Shown
from services.certificates.applications.errors import NumberTakenError
from services.certificates.applications.metrics import CertificatesMetrics
from services.certificates.applications.store.applications import Store
from services.certificates.catalogue.domain.catalogue import Catalogue, CertificateType
from services.certificates.registry.domain import numbers
from services.certificates.registry.domain.certificate import Certificate
from services.certificates.reviews import domain as review
from services.chassis.foundation.encryption import Encryption
from services.chassis.work.arrivals import arrived
from services.chassis.work.transactions import Transaction, Transactions

T = TypeVar("T")
_DRAWS = 5
CLAIM_TIMER = "claim"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Ledger:
    """The dependencies of every use case. Clock, ids and draws are seams."""

    transactions: Transactions
    store: Store
    catalogue: Catalogue
    metrics: CertificatesMetrics
    orders: Encryption
    public_url: str
    claim_lease: timedelta
    claims_per_doctor: int
    drafts_per_citizen: int
    applications_per_citizen: int
    patience: timedelta
    now: Callable[[], datetime] = _now
    new_id: Callable[[], str] = lambda: secrets.token_hex(12)
    draw: Callable[[int], int] = secrets.randbelow

    @property
    def today(self) -> date:
        """The day where the organisation works."""
        return self.catalogue.calendar.day_of(self.now())

    async def profile_arrives(self, citizen_id: str) -> None:
        """Give the profile a moment: the token says «confirmed», so its event is on its way."""

        async def look() -> bool:
            return await self.store.person(citizen_id) is not None

        await arrived(look, within=self.patience)

    async def files_arrive(self, citizen_id: str, given: Sequence[Given]) -> None:
        """Give the news of fresh uploads a moment."""
        ids = {g.file_id for g in given if g.file_id is not None}

        async def look() -> bool:
            return len(await self.store.files_of(citizen_id, list(ids))) == len(ids)

        if ids:
            await arrived(look, within=self.patience)

    async def doctor_arrives(self, doctor_id: str) -> None:
        """Give a doctor's staff record a moment: without it nothing can be signed."""

        async def look() -> bool:
            return await self.store.staff(doctor_id) is not None

        await arrived(look, within=self.patience)

    async def measure(self) -> None:
        """Set the gauges of how the applications stand now."""
        now = self.now()
        self.metrics.stand(await self.store.standing(now), now)

    def kind_of(self, application: Application) -> CertificateType:
        """The type that was applied for."""
        return self.catalogue.type(application.type_code)

    def verify_url(self, number: str) -> str:
        """Where anybody can check a certificate; the QR code leads there (C33)."""
        return f"{self.public_url}/verify/{number}"

    def tracking_number(self) -> str:
        """A fresh tracking number."""
        return numbers.tracking_number(self.draw(numbers.TRACKING_SPACE))

    def certificate_number(self) -> str:
        """A fresh certificate number."""
        return numbers.certificate_number(self.today.year, self.draw(numbers.NUMBER_SPACE))

    async def may_apply(self, tx: Transaction, citizen_id: str) -> None:
        """Refuse a citizen who is blocked or not confirmed any more, whatever the token says."""
        (await self.store.admission_of(citizen_id, tx.session)).may_apply()

    async def may_act(self, tx: Transaction, staff_id: str) -> None:
        """Refuse a member of staff who is blocked."""
        (await self.store.admission_of(staff_id, tx.session)).may_act()

    async def two_people(self, tx: Transaction, citizen_id: str, staff_id: str) -> None:
        """Refuse a member of staff who would decide about themselves."""
        review.two_people(
            citizen_id,
            staff_id,
            await self.store.person(citizen_id, tx.session),
            await self.store.staff(staff_id, tx.session),
        )

    async def shown(
        self, tx: Transaction, application: Application, doctor_id: str, occasion: Shown
    ) -> Application:
        """Write into the owner's journal that a doctor is shown the application.

        In the transaction of what the answer tells: nobody is shown anything without the line.
        """
        doctor = await self.store.staff(doctor_id, tx.session)
        line = Look(
            id=self.new_id(),
            application_id=application.id,
            citizen_id=application.citizen_id,
            doctor_id=doctor_id,
            doctor_name=doctor.full_name if doctor else None,
            doctor_position=doctor.position if doctor else None,
            occasion=occasion,
            at=self.now(),
        )
        await self.store.looks.add(line, tx.session)
        return application

    async def save(
        self, tx: Transaction, before: Application, after: Application, *told: Data
    ) -> Application:
        """Write the application's next revision and the events that tell of it.

        Whoever may read the attachments hangs on the claim. So its end and its beginning are told
        here, last, for whatever reason they happen: no verb can forget them.
        """
        told = (*told, *self._told_of_claim(before, after))
        saved = replace(after, revision=before.revision + 1, version=before.version + len(told))
        await self.store.save_application(saved, expected=before.revision, session=tx.session)
        for seq, event in enumerate(told, start=before.version + 1):
            tx.emit(saved.id, seq, event)
        return saved

    def _told_of_claim(self, before: Application, after: Application) -> list[Data]:
        had = before.claim.doctor_id if before.claim else None
        has = after.claim.doctor_id if after.claim else None
        told: list[Data] = []
        if had is not None and had != has:
            told.append(events.review_ended(after, had))
        if has is not None and had != has:
            told.append(events.review_started(after, self.kind_of(after), has))
        return told

    async def save_certificate(
        self, tx: Transaction, before: Certificate | None, after: Certificate
    ) -> Certificate:
        """Write the certificate's next revision."""
        expected = before.revision if before else 0
        saved = replace(after, revision=expected + 1)
        await self.store.save_certificate(saved, expected=expected, session=tx.session)
        return saved

    async def numbered(self, draw: Callable[[], str], attempt: Callable[[str], Awaitable[T]]) -> T:
        """Run an attempt with a fresh number, again with another one if that number exists."""
        for _ in range(_DRAWS - 1):
            try:
                return await attempt(draw())
            except NumberTakenError:
                continue
        return await attempt(draw())
