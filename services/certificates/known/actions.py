"""Who may act: asked by the features above inside their own transactions. And what is on its way.

«Not here yet» is waited for before a transaction, for a moment; see `chassis.work.arrivals`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from services.certificates.deps import Deps
from services.certificates.known.domain import refuse_themselves
from services.certificates.known.store import KnownStore
from services.chassis.work.arrivals import arrived
from services.chassis.work.transactions import Transaction


@dataclass(frozen=True)
class Known:
    """The people and files of other services, as far as they are known here."""

    deps: Deps
    store: KnownStore

    async def may_apply(self, tx: Transaction, citizen_id: str) -> None:
        """Refuse a citizen who is blocked or not confirmed any more, whatever the token says."""
        (await self.store.admission_of(tx, citizen_id)).may_apply()

    async def may_act(self, tx: Transaction, staff_id: str) -> None:
        """Refuse a member of staff who is blocked."""
        (await self.store.admission_of(tx, staff_id)).may_act()

    async def may_decide(self, tx: Transaction, staff_id: str, *, about: str) -> None:
        """Refuse staff who are blocked or would decide about themselves.

        Asked at each decision: a record may have arrived after the one before.
        """
        await self.may_act(tx, staff_id)
        citizen = await self.store.people.find(tx, about)
        staff = await self.store.staff.find(tx, staff_id)
        refuse_themselves(about, staff_id, citizen, staff)

    async def profile_arrives(self, citizen_id: str) -> None:
        """Give the profile a moment: the token says «confirmed», so its event is on its way."""

        async def look() -> bool:
            return await self.store.people.find(None, citizen_id) is not None

        await arrived(look, within=self.deps.patience)

    async def staff_arrives(self, staff_id: str) -> None:
        """Give a staff record a moment: without it nothing can be signed."""

        async def look() -> bool:
            return await self.store.staff.find(None, staff_id) is not None

        await arrived(look, within=self.deps.patience)

    async def files_arrive(self, citizen_id: str, file_ids: Collection[str]) -> None:
        """Give the news of fresh uploads a moment."""

        async def look() -> bool:
            return len(await self.store.files_of(None, citizen_id, file_ids)) == len(file_ids)

        if file_ids:
            await arrived(look, within=self.deps.patience)
