"""Every key is brought under the newest secret, in bounded pieces, while the service runs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.chassis.work.transactions import Transaction
from services.documents.deps import Deps
from services.documents.signers.domain.signer import Signer
from services.documents.signers.gateways.keys import Vault
from services.documents.signers.store.journal import KEY, Journal
from services.documents.signers.store.signers import Signers


@dataclass(frozen=True)
class Rewrapping:
    """The verb of `python -m services.documents rekey`."""

    deps: Deps
    signers: Signers
    journal: Journal
    vault: Vault

    async def everything(self) -> int:
        """How many keys were under an older secret; afterwards none is.

        Raises:
            UnreadableForUsError: a key is under a secret that is not set.
        """
        count, last = await self._journals(), ""
        while page := await self.signers.after(last):
            for signer in page:
                count += await self._one(signer.id)
            last = page[-1].id
        return count

    async def _one(self, id_: str) -> int:
        async def work(tx: Transaction) -> int:
            signer = await self.signers.find(tx, id_)
            after = None if signer is None else self._rewrapped(signer)
            if signer is None or after == signer or after is None:
                return 0
            await self.signers.save(tx, after)
            return 1

        return await self.deps.transactions.run(work)

    def _rewrapped(self, signer: Signer) -> Signer:
        request, credential = signer.request, signer.credential
        if request and (key := self.vault.rewrapped(signer.id, request.key)):
            request = replace(request, key=key)
        if credential and (key := self.vault.rewrapped(signer.id, credential.key)):
            credential = replace(credential, key=key)
        return replace(signer, request=request, credential=credential)

    async def _journals(self) -> int:
        async def work(tx: Transaction) -> int:
            kept = await self.journal.keys.find(tx, KEY)
            key = self.vault.rewrapped(KEY, kept.key) if kept else None
            if kept is None or key is None:
                return 0
            await self.journal.keys.put(tx, replace(kept, key=key))
            return 1

        return await self.deps.transactions.run(work)
