"""What a citizen does themselves: connects devices, reads their journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.chassis.database.idempotency import Once
from services.chassis.work.transactions import Transaction, Transactions
from services.notifier.delivery.domain.message import Message
from services.notifier.delivery.store import Store
from services.notifier.recipients.domain import (
    DEVICES_LIMIT,
    Device,
    DevicePlatform,
    device_id,
    proof_of,
)
from services.notifier.recipients.errors import (
    DeviceNotFoundError,
    DeviceTakenError,
    TooManyDevicesError,
)


def utc_now() -> datetime:
    """The clock of the use cases, to the millisecond: what MongoDB keeps."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


@dataclass(frozen=True)
class Cabinet:
    """Devices and journal of one citizen; never another's."""

    transactions: Transactions
    store: Store
    now: Callable[[], datetime] = utc_now

    async def connect_device(
        self,
        citizen_id: str,
        token: str,
        platform: DevicePlatform,
        *,
        secret: str | None = None,
        once: Once | None = None,
    ) -> Device:
        """Send push messages of this citizen to this device.

        One that is another citizen's moves only with the secret of its first registration; the
        former owner's messages end there.

        Raises:
            DeviceTakenError: it is another citizen's and did not prove itself.
            TooManyDevicesError: the citizen has as many as one may have.
        """
        proof = proof_of(secret) if secret else None

        async def work(tx: Transaction) -> Device:
            await self.store.hold_devices(citizen_id, tx.session)
            known = await self.store.device(device_id(token), tx.session)
            if known is not None and not known.goes_to(citizen_id, proof):
                raise DeviceTakenError
            if known is not None and known.citizen_id == citizen_id:
                device = replace(known, platform=platform, proof=proof or known.proof)
            elif len(await self.store.devices(citizen_id, tx.session)) >= DEVICES_LIMIT:
                raise TooManyDevicesError(DEVICES_LIMIT)
            else:
                device = Device(device_id(token), citizen_id, token, platform, self.now(), proof)
            await self.store.save_device(device, tx.session)
            return device

        return await self.transactions.run(work, once=once)

    async def disconnect_device(self, citizen_id: str, device: str) -> None:
        """Stop sending to this device.

        Raises:
            DeviceNotFoundError: there is none, or it is another's.
        """

        async def work(tx: Transaction) -> None:
            if not await self.store.remove_device(citizen_id, device, tx.session):
                raise DeviceNotFoundError

        await self.transactions.run(work)

    async def devices(self, citizen_id: str) -> tuple[Device, ...]:
        """The citizen's devices, oldest first."""
        return await self.store.devices(citizen_id)

    async def journal(
        self, citizen_id: str, *, before: tuple[datetime, str] | None, limit: int
    ) -> list[Message]:
        """The citizen's messages, newest first (N2)."""
        return await self.store.journal(citizen_id, before=before, limit=limit)
