"""What other services' facts change here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.chassis.work.transactions import Cause, Transaction, Transactions
from services.scheduling.bookings import events
from services.scheduling.bookings.domain import Appointment, TalonState
from services.scheduling.bookings.errors import AppointmentUnknownError
from services.scheduling.store import Store


@dataclass(frozen=True)
class Hearing:
    """Applies facts; each once."""

    transactions: Transactions
    store: Store
    now: Callable[[], datetime]

    async def remember_patient(self, account_id: str, full_name: str, *, cause: Cause) -> None:
        """Keep the name of a confirmed citizen, for the talon."""

        async def work(tx: Transaction) -> None:
            await self.store.patients.remember(tx.session, account_id, full_name)

        await self.transactions.run(work, cause=cause)

    async def note_rejected(self, account_id: str, *, cause: Cause) -> None:
        """The citizen is not confirmed any more: no booking until they are."""
        await self._note(account_id, cause, rejected=True)

    async def note_blocked(self, account_id: str, *, blocked: bool, cause: Cause) -> None:
        """An account was closed or opened again: a citizen's, or that of a member of staff."""
        await self._note(account_id, cause, blocked=blocked)

    async def _note(self, account_id: str, cause: Cause, **facts: bool) -> None:
        async def work(tx: Transaction) -> None:
            await self.store.patients.note(tx.session, account_id, **facts)

        await self.transactions.run(work, cause=cause)

    async def talon_sealed(
        self, appointment_id: str, talon_number: str, document_id: str, *, cause: Cause
    ) -> None:
        """The talon's PDF is there (A6). For a cancelled appointment it is kept, and not announced.

        Raises:
            AppointmentUnknownError: nobody booked that, or under another number.
        """

        async def work(tx: Transaction) -> None:
            found = await self._of_talon(tx, appointment_id, talon_number)
            after = found.sealed(self.now(), document_id)
            told = [events.talon_issued(after)] if after.talon is TalonState.ISSUED else []
            await self.store.appointments.save(tx, after, *told)

        await self.transactions.run(work, cause=cause)

    async def talon_failed(
        self, appointment_id: str, talon_number: str, reason: str, *, cause: Cause
    ) -> None:
        """The talon cannot be made; recorded, and the visit stands.

        Raises:
            AppointmentUnknownError: nobody booked that, or under another number.
        """

        async def work(tx: Transaction) -> None:
            found = await self._of_talon(tx, appointment_id, talon_number)
            after = found.not_sealed(self.now(), reason)
            if after is not found:
                await self.store.appointments.save(tx, after)

        await self.transactions.run(work, cause=cause)

    async def accepted(self, appointment_id: str, comment: str | None, *, cause: Cause) -> None:
        """The clinic's own system has the visit (A36), with its comment (A10).

        Raises:
            AppointmentUnknownError: nobody booked that.
            AcceptedAlreadyError: it has answered before.
        """

        async def work(tx: Transaction) -> None:
            found = await self.store.appointments.get(tx, appointment_id, owner=None)
            after = found.accepted(self.now(), comment)
            if after is not found:
                await self.store.appointments.save(tx, after)

        await self.transactions.run(work, cause=cause)

    async def _of_talon(
        self, tx: Transaction, appointment_id: str, talon_number: str
    ) -> Appointment:
        found = await self.store.appointments.get(tx, appointment_id, owner=None)
        if found.talon_number != talon_number:
            raise AppointmentUnknownError
        return found
