"""Writes down what the treasury got."""

from __future__ import annotations

from dataclasses import dataclass

from services.certificates.applications.actions import Cases
from services.certificates.deps import Deps
from services.certificates.payments.domain import Payment, paid
from services.certificates.payments.errors import PaymentUnexpectedError
from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.transactions import Cause, Transaction

_SPENT = "он уже учтён в другом заявлении"


@dataclass(frozen=True)
class Payments:
    """One verb: a payment counts once, for one application."""

    deps: Deps
    cases: Cases

    async def note(self, application_id: str, payment: Payment, *, cause: Cause) -> None:
        """The treasury has the money (d8).

        Raises:
            NotFoundError: there is no such application.
            PaymentUnexpectedError: it does not fit this application, or paid for another one.
        """

        async def work(tx: Transaction) -> None:
            before = await self.cases.get(tx, application_id)
            after = paid(
                before,
                await self.cases.kind_of(before),
                payment,
                calendar=await self.cases.calendar_of(tx, before),
                now=self.deps.now(),
            )
            if after is not before:
                await self.cases.save(tx, before, after)

        try:
            await self.deps.transactions.run(work, cause=cause)
        except DuplicateError as error:
            raise PaymentUnexpectedError(_SPENT) from error
