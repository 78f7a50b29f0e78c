"""What mailings hear of identity: whether an account can be written to, and never the address."""

from __future__ import annotations

from typing import Any

from contracts.identity import AccountRegistered, ContactsChanged, ProfileConfirmedV2
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.documents.mailings.usecases import Mailings


def handlers(use: Mailings) -> Handlers:
    """Event type → what to do with it."""

    async def contacts(incoming: Incoming[Any]) -> None:
        data: AccountRegistered | ProfileConfirmedV2 | ContactsChanged = incoming.data
        await use.note(data.account_id, reachable=bool(data.pii.email), cause=incoming.cause)

    return dict.fromkeys((AccountRegistered, ProfileConfirmedV2, ContactsChanged), contacts)
