"""What a citizen does themselves: connects and disconnects devices."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.chassis.database.idempotency import Once
from services.chassis.work.transactions import Transaction
from services.notifier.deps import Deps
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
from services.notifier.recipients.store import Devices, Recipients


@dataclass(frozen=True)
class OwnDevices:
    """The devices of one citizen; never another's."""

    deps: Deps
    recipients: Recipients
    devices: Devices

    async def connect(
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
            known = await self.devices.find(tx, device_id(token))
            if known is not None and not known.goes_to(citizen_id, proof):
                raise DeviceTakenError
            if known is not None and known.citizen_id == citizen_id:
                device = replace(known, platform=platform, proof=proof or known.proof)
            elif len(await self.devices.of_citizen(tx, citizen_id)) >= DEVICES_LIMIT:
                raise TooManyDevicesError(DEVICES_LIMIT)
            else:
                now = self.deps.now()
                device = Device(device_id(token), citizen_id, token, platform, now, proof)
            # so that two who connect at this moment conflict, and no one has one too many
            await self.recipients.hold(tx, citizen_id)
            await self.devices.put(tx, device)
            return device

        return await self.deps.transactions.run(work, once=once)

    async def disconnect(self, citizen_id: str, device: str) -> None:
        """Stop sending to this device.

        Raises:
            DeviceNotFoundError: there is none, or it is another's.
        """

        async def work(tx: Transaction) -> None:
            if not await self.devices.remove(tx, citizen_id, device):
                raise DeviceNotFoundError

        await self.deps.transactions.run(work)

    async def all(self, citizen_id: str) -> tuple[Device, ...]:
        """The citizen's devices, oldest first."""
        return await self.devices.of_citizen(None, citizen_id)
