"""Keeps what other services said of people and files."""

from __future__ import annotations

from dataclasses import dataclass

from services.certificates.deps import Deps
from services.certificates.known.domain import KnownFile, Person, Staff
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
        """Keep who signs."""

        async def work(tx: Transaction) -> None:
            await self.store.staff.put(tx, staff)

        await self.deps.transactions.run(work, cause=cause)

    async def keep_file(self, file: KnownFile, *, cause: Cause) -> None:
        """Keep which file may be attached, and by whom."""

        async def work(tx: Transaction) -> None:
            await self.store.files.put(tx, file)

        await self.deps.transactions.run(work, cause=cause)
