"""A new bill where the one before ran out of time."""

from __future__ import annotations

from dataclasses import dataclass

from services.certificates.applications.actions import Cases
from services.certificates.bills.actions import Bills
from services.certificates.bills.domain.bill import Bill
from services.certificates.deps import Deps
from services.certificates.payments.domain import applications
from services.certificates.payments.errors import NoBillNeededError
from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.transactions import Transaction


@dataclass(frozen=True)
class Renewing:
    """One verb."""

    deps: Deps
    cases: Cases
    bills: Bills

    async def renew(self, citizen_id: str, application_id: str) -> Bill:
        """The bill that can be paid: the one that is there, or a new one after it expired.

        Raises:
            UnknownApplicationError: it is not this citizen's.
            NoBillNeededError: there is nothing to pay.
        """

        async def work(tx: Transaction) -> Bill:
            application = await self.cases.store.get(tx, application_id, owner=citizen_id)
            latest = await self.bills.latest(tx, application_id)
            if latest is not None and latest.payable:
                return latest
            if not applications.wants(application):
                raise NoBillNeededError
            # written too, so that who withdraws it at this moment sees the bill
            await self.cases.save(tx, application, application)
            return await self.cases.bill(tx, application)

        try:
            return await self.deps.transactions.run(work)
        except DuplicateError:  # somebody asked at the same moment
            return await self.deps.transactions.run(work)
