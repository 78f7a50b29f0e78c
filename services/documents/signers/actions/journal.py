"""What was signed is written down, in the transaction that records the document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.transactions import Transaction
from services.documents.deps import Deps
from services.documents.signers.domain.journal import ActOfSigning, Entry, Signature
from services.documents.signers.domain.signer import Keeping
from services.documents.signers.gateways.keys import Vault
from services.documents.signers.gateways.requests import signed_by
from services.documents.signers.store.journal import KEY, Journal, JournalKey
from services.sealing import PrivateKey, raw_signature


@dataclass(frozen=True)
class JournalSeal:
    """The key of the journal, in clear while the service runs."""

    private: PrivateKey
    public: bytes

    def sign(self, digest: bytes) -> bytes:
        """The signature over a digest."""
        return raw_signature(self.private)(digest)

    @property
    def genuine(self) -> Callable[[bytes, bytes], bool]:
        """Whether a signature over a digest is its."""
        public = load_der_public_key(self.public)
        assert isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)  # noqa: S101 - made here
        return lambda signature, digest: signed_by(public, signature, digest)


@dataclass(frozen=True)
class Journalling:
    """Writes entries with the journal's own key, which is made when it is first needed."""

    deps: Deps
    journal: Journal
    vault: Vault
    _seal: list[JournalSeal] = field(default_factory=list)

    async def seal(self) -> JournalSeal:
        """The journal's key; outside of any transaction."""
        if not self._seal:
            key = (await self.journal.keys.find(None, KEY) or await self._made()).key
            self._seal.append(JournalSeal(self.vault.private(KEY, key), key.public))
        return self._seal[0]

    async def note(
        self, tx: Transaction, seal: JournalSeal, doctor_id: str, act: ActOfSigning, of: Signature
    ) -> Entry:
        """Write the next line of a doctor."""
        head = await self.journal.head(tx, doctor_id)
        entry = head.next(self.deps.now(), act, of).sealed(seal.sign)
        await self.journal.add(tx, entry)
        return entry

    async def _made(self) -> JournalKey:
        made = JournalKey(KEY, await self.vault.make(KEY, Keeping.SOFTWARE))

        async def work(tx: Transaction) -> JournalKey:
            await self.journal.keys.add_all(tx, [made])
            return made

        try:
            return await self.deps.transactions.run(work)
        except DuplicateError:  # another replica was faster
            found = await self.journal.keys.find(None, KEY)
            assert found is not None  # noqa: S101 - it is never taken away
            return found
