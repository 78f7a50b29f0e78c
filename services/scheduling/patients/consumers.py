"""What patients hear of identity: who is confirmed, and who is not any more."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.identity import NamePii, ProfileConfirmedV2, ProfileRejected
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.scheduling.patients.usecases import Registration

_PATIENT = "patient"


@dataclass(frozen=True)
class _Consumers:
    registration: Registration

    async def profile_confirmed(self, incoming: Incoming[ProfileConfirmedV2]) -> None:
        data = incoming.data
        await self.registration.confirmed(
            data.account_id, _full_name(data.pii), cause=incoming.latest(_PATIENT)
        )

    async def profile_rejected(self, incoming: Incoming[ProfileRejected]) -> None:
        cause = incoming.latest(_PATIENT)
        await self.registration.rejected(incoming.data.account_id, cause=cause)


def _full_name(person: NamePii) -> str:
    parts = (person.last_name, person.first_name, person.middle_name)
    return " ".join(part for part in parts if part)


def handlers(registration: Registration) -> Handlers:
    """Event type → what to do with it."""
    consumers = _Consumers(registration)
    return {
        ProfileConfirmedV2: consumers.profile_confirmed,
        ProfileRejected: consumers.profile_rejected,
    }
