"""Staff find cases: by the number of an application or a certificate, or by citizen (K7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.certificates.applications.actions import Cases
from services.certificates.applications.domain import tracking
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.looks import Shown
from services.certificates.deps import Deps
from services.certificates.desk.domain import Case
from services.certificates.desk.errors import CertificateMistypedError, TrackingMistypedError
from services.certificates.registry.domain import numbers
from services.certificates.registry.store import CertificateStore
from services.chassis.http.looks import Reach
from services.chassis.work.transactions import Transaction

MOST_FOUND = 20


@dataclass(frozen=True)
class Desk:
    """What is shown is in the journal first. Another clinic's cases, and drafts, are not found."""

    deps: Deps
    cases: Cases
    certificates: CertificateStore

    async def by_tracking(self, typed: str, reach: Reach, why: str | None) -> Sequence[Case]:
        """The case of this tracking number, if it is within reach.

        Raises:
            TrackingMistypedError: mistyped.
            InvalidInputError: a reason is missing.
        """
        why, number = reach.because(why), tracking.normalised(typed)
        if number is None:
            raise TrackingMistypedError
        found = await self.cases.store.of_number(number)
        return await self._shown([found] if found else [], reach, why)

    async def by_certificate(self, typed: str, reach: Reach, why: str | None) -> Sequence[Case]:
        """The case that led to the certificate of this number, if it is within reach.

        Raises:
            CertificateMistypedError: mistyped.
            InvalidInputError: a reason is missing.
        """
        why, number = reach.because(why), numbers.normalised(typed)
        if number is None:
            raise CertificateMistypedError
        certificate = await self.certificates.of_number(number)
        found = (
            await self.cases.store.find(None, certificate.application_id) if certificate else None
        )
        return await self._shown([found] if found else [], reach, why)

    async def of_citizen(self, citizen_id: str, reach: Reach, why: str | None) -> Sequence[Case]:
        """The citizen's latest cases within reach.

        Raises:
            InvalidInputError: a reason is missing.
        """
        why = reach.because(why)
        clinics: list[str | None] | None = None
        if reach.clinics is not None:
            former = (None,) if self.deps.settings.former_clinic in reach.clinics else ()
            clinics = [*sorted(reach.clinics), *former]
        found = await self.cases.store.at_clinics(citizen_id, clinics, limit=MOST_FOUND)
        return await self._shown(found, reach, why)

    async def _shown(
        self, found: Sequence[Application], reach: Reach, why: str | None
    ) -> Sequence[Case]:
        seen = [a for a in found if a.filed is not None and reach.sees(self.cases.clinic_of(a))]
        if not seen:
            return []

        async def work(tx: Transaction) -> None:
            for application in seen:
                by = reach.at(self.cases.clinic_of(application))
                await self.cases.looked(tx, application, by, Shown.FOUND, why)

        await self.deps.transactions.run(work)
        made = [a.certificate.certificate_id for a in seen if a.certificate]
        issued = {c.id: c for c in await self.certificates.some(made)}
        return [
            Case(
                application,
                (await self.cases.kind_of(application)).title,
                issued.get(application.certificate.certificate_id)
                if application.certificate
                else None,
            )
            for application in seen
        ]
