"""Keeps what other services said of people, clinics and files."""

from __future__ import annotations

from dataclasses import dataclass

from services.certificates.deps import Deps
from services.certificates.known.actions import DESK_TIMER
from services.certificates.known.domain.clinics import Clinic, Home
from services.certificates.known.domain.people import KnownFile, Person
from services.certificates.known.domain.signers import Signer
from services.certificates.known.domain.staff import Staff
from services.certificates.known.store import KnownStore
from services.chassis.work.transactions import Cause, Transaction


@dataclass(frozen=True)
class Copies:
    """One method per thing that is copied. The order of what is heard is the inbox's matter."""

    deps: Deps
    store: KnownStore

    async def keep_person(self, person: Person, *, cause: Cause) -> None:
        """Keep what forms are filled from: the person is confirmed."""

        async def work(tx: Transaction) -> None:
            await self.store.people.put(tx, person)
            await self.store.note_admission(tx, person.account_id, rejected=False)

        await self.deps.transactions.run(work, cause=cause)

    async def note_rejected(self, account_id: str, *, cause: Cause) -> None:
        """The person is not confirmed any more: nothing is taken from them until they are."""

        async def work(tx: Transaction) -> None:
            await self.store.note_admission(tx, account_id, rejected=True)

        await self.deps.transactions.run(work, cause=cause)

    async def keep_staff(self, staff: Staff, *, cause: Cause) -> None:
        """Keep who decides, signs and revokes where; what they may not hold now goes back (K9)."""

        async def work(tx: Transaction) -> None:
            await self.store.staff.put(tx, staff)
            await tx.set_timer(DESK_TIMER, staff.account_id, self.deps.now())

        await self.deps.transactions.run(work, cause=cause)

    async def note_blocked(self, tx: Transaction, account_id: str, *, blocked: bool) -> None:
        """Keep that an account was closed, or opened again; what a doctor held goes back (K9)."""
        staff = await self.store.staff.find(tx, account_id)
        await self.store.note_admission(tx, account_id, blocked=blocked)
        if blocked and staff is not None:
            await tx.set_timer(DESK_TIMER, account_id, self.deps.now())

    async def keep_clinic(self, clinic: Clinic, *, cause: Cause) -> None:
        """Keep who issues."""

        async def work(tx: Transaction) -> None:
            await self.store.clinics.put(tx, clinic)

        await self.deps.transactions.run(work, cause=cause)

    async def keep_home(self, home: Home, *, cause: Cause) -> None:
        """Keep which clinic a citizen is attached to."""

        async def work(tx: Transaction) -> None:
            await self.store.homes.put(tx, home)

        await self.deps.transactions.run(work, cause=cause)

    async def keep_signer(self, signer: Signer, *, cause: Cause) -> None:
        """Keep who can sign."""

        async def work(tx: Transaction) -> None:
            await self.store.signers.put(tx, signer)

        await self.deps.transactions.run(work, cause=cause)

    async def keep_file(self, file: KnownFile, *, cause: Cause) -> None:
        """Keep which file may be attached, and by whom."""

        async def work(tx: Transaction) -> None:
            await self.store.files.put(tx, file)

        await self.deps.transactions.run(work, cause=cause)
