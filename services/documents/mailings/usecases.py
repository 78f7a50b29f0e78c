"""Sending one's talon to oneself, and remembering who can be written to."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.database.idempotency import Once
from services.chassis.foundation.encryption import Encryption
from services.chassis.work.looks import Looker, Looks, Subject
from services.chassis.work.transactions import Cause, Transaction
from services.documents.access.domain.content import Shown, Thing
from services.documents.access.gateways.storage import Storage
from services.documents.deps import Deps
from services.documents.mailings import events
from services.documents.mailings.domain import Mailing, may_be_mailed, recipient
from services.documents.mailings.store import Addressees
from services.documents.mailings.store import Mailings as Store
from services.documents.sealed.store import Documents


@dataclass(frozen=True)
class Mailings:
    """The verbs about letters with a document."""

    deps: Deps
    store: Store
    addressees: Addressees
    documents: Documents
    storage: Storage
    bucket: str
    looks: Looks
    encryption: Encryption

    async def request(
        self, document_id: str, owner_id: str, actor_id: str | None, by: Looker, *, once: Once
    ) -> Mailing:
        """Order the letter, and write into the document's journal who did (A38, D2).

        Raises:
            NoSuchDocumentError: none of theirs.
            NotByMailError, VoidTalonError, NotSealedYetError, TooLargeToMailError: not this one.
            NoAddressError: there is nowhere to send it.
            ContentChangedError: the stored bytes are not what was sealed (D3).
        """
        document = await self.documents.of_owner(document_id, owner_id)
        may_be_mailed(document)
        known = await self.addressees.these({owner_id, actor_id or owner_id})
        mailing = Mailing(
            id=self.deps.new_id(),
            document_id=document.id,
            owner_id=owner_id,
            recipient_id=recipient(owner_id, actor_id, known),
            requested_at=self.deps.now(),
        )
        pdf = await self.storage.get(self.bucket, document.stored().sha256)
        fact = events.requested(mailing, document, pdf, self.encryption)

        async def work(tx: Transaction) -> Mailing:
            subject = Subject(Thing.DOCUMENT, document.id, owner_id)
            await self.looks.record(tx, by, Shown.MAIL, subject)
            return await self.store.add(tx, mailing, fact)

        return await self.deps.transactions.run(work, once=once)

    async def note(self, account_id: str, *, reachable: bool, cause: Cause) -> None:
        """Remember whether an account has a proved address."""

        async def work(tx: Transaction) -> None:
            await self.addressees.note(tx, account_id, reachable=reachable)

        await self.deps.transactions.run(work, cause=cause)
