"""What is heard of documents that their owners asked for by e-mail (A38)."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, replace

from contracts.documents import MailedPii, MailingRequested
from contracts.envelope import Data
from services.chassis.foundation.encryption import Encryption
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.notifier.announcements.consumers.notices import notice_of
from services.notifier.announcements.usecases import Announcements
from services.notifier.templates.domain.content import Attachment

TEMPLATE_OF: Mapping[type[Data], str] = {MailingRequested: "document-mailed"}


@dataclass(frozen=True)
class _Consumers:
    announcements: Announcements
    encryption: Encryption

    async def mailing_requested(self, incoming: Incoming[MailingRequested]) -> None:
        data = incoming.data
        pii = self.encryption.decrypt(data.pii.jwe, MailedPii, about=data.bound_to)
        name = f"{data.kind.value}-{data.number}.pdf"
        file = Attachment.of(name, "application/pdf", b64decode(pii.content))
        notice = notice_of(TEMPLATE_OF, incoming, data.recipient_id)
        await self.announcements.mail(replace(notice, files=(file,)), cause=incoming.cause)


def handlers(announcements: Announcements, encryption: Encryption) -> Handlers:
    """Event type → what to do with it; `encryption` is that of letters."""
    consumers = _Consumers(announcements, encryption)
    return {MailingRequested: consumers.mailing_requested}
