"""Writes down which letter brings a certificate."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.certificates.applications.actions import Cases
from services.certificates.delivery.domain import mailed
from services.certificates.delivery.errors import LetterUnexpectedError
from services.certificates.deps import Deps
from services.certificates.registry.store import CertificateStore
from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.transactions import Cause, Transaction

_SPENT = "отправление уже учтено в другом заявлении"


@dataclass(frozen=True)
class Letters:
    """One verb: a letter brings one certificate."""

    deps: Deps
    cases: Cases
    certificates: CertificateStore

    async def note(
        self, application_id: str, certificate_id: str, postal_number: str, *, cause: Cause
    ) -> None:
        """The post has the paper copy (C42): the number is on application and certificate.

        Raises:
            NotFoundError: there is no such application.
            LetterUnexpectedError: it does not fit this application, or brings another certificate.
        """

        async def work(tx: Transaction) -> None:
            before = await self.cases.get(tx, application_id)
            after = mailed(before, certificate_id, postal_number, now=self.deps.now())
            if after is before:
                return
            await self.cases.save(tx, before, after)
            certificate = await self.certificates.get(tx, certificate_id, owner=None)
            await self.certificates.save(tx, replace(certificate, postal_number=postal_number))

        try:
            await self.deps.transactions.run(work, cause=cause)
        except DuplicateError as error:
            raise LetterUnexpectedError(_SPENT) from error
