"""What identity says of staff and clinics is kept, and signers of who left sign no more."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.chassis.work.transactions import Cause, Transaction
from services.documents.deps import Deps
from services.documents.signers import events
from services.documents.signers.domain.people import Clinic, Member
from services.documents.signers.domain.signer import Holder, signer_id
from services.documents.signers.store.people import People
from services.documents.signers.store.signers import Signers


@dataclass(frozen=True)
class Copies:
    """Handlers of identity's news."""

    deps: Deps
    signers: Signers
    people: People

    async def keep_member(self, member: Member, *, cause: Cause) -> None:
        """The newest of a member of staff."""

        async def work(tx: Transaction) -> None:
            await self.people.members.put(tx, member)
            id_ = signer_id(Holder.DOCTOR, member.id)
            await self._admit(tx, id_, admitted=bool(member.practises_at))

        await self.deps.transactions.run(work, cause=cause)

    async def keep_clinic(self, clinic: Clinic, *, cause: Cause) -> None:
        """The newest of a clinic. One that closes later seals until then."""

        async def work(tx: Transaction) -> None:
            await self.people.clinics.put(tx, clinic)
            id_ = signer_id(Holder.ORGANISATION, clinic.id)
            await self._admit(tx, id_, admitted=clinic.open_on(self.deps.now().date()))

        await self.deps.transactions.run(work, cause=cause)

    async def _admit(self, tx: Transaction, id_: str, *, admitted: bool) -> None:
        found = await self.signers.find(tx, id_)
        if found is None or found.admitted == admitted:
            return
        after = replace(found, admitted=admitted)
        said = [events.changed(after, c.valid_until)] if (c := found.credential) else []
        await self.signers.save(tx, after, *said)
