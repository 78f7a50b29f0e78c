"""People are told 30, 14 and 3 days before a certificate ends: once each, also when late (e38)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction
from services.documents.deps import Deps
from services.documents.signers import events
from services.documents.signers.domain.signer import Holder, Signer, warning
from services.documents.signers.metrics import SignerMetrics
from services.documents.signers.store.people import People
from services.documents.signers.store.signers import Signers
from services.documents.signers.usecases.enrolment import EXPIRY


@dataclass(frozen=True)
class Expiry:
    """Looks at a signer when its timer is due."""

    deps: Deps
    signers: Signers
    people: People
    metrics: SignerMetrics

    async def look(self, due: Due) -> None:
        """Tell what is due of one signer, and set the next look."""

        async def work(tx: Transaction) -> int | None:
            signer = await self.signers.find(tx, due.key)
            if signer is None or signer.credential is None:
                return None
            until, now = signer.credential.valid_until, self.deps.now()
            end = warning(until, signer.warned, now)
            if end.next_at is not None:
                await tx.set_timer(EXPIRY, signer.id, end.next_at)
            if end.before is None or not signer.admitted:
                return None
            said = events.expiry_warned(signer, until, now, await self._tell(tx, signer))
            await self.signers.save(tx, replace(signer, warned=end.before), said)
            return end.before

        told = await self.deps.transactions.run(work, cause=due)
        if told is not None:
            self.metrics.warned.labels(str(told)).inc()

    async def _tell(self, tx: Transaction, signer: Signer) -> Iterable[str]:
        """The owner, and who runs the clinics where they work."""
        if signer.holder is Holder.ORGANISATION:
            return await self.people.administrators_of(tx, [signer.holder_id])
        member = await self.people.members.find(tx, signer.holder_id)
        clinics = member.practises_at if member else frozenset()
        told = [signer.holder_id, *await self.people.administrators_of(tx, clinics)]
        return dict.fromkeys(told)
