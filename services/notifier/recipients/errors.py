"""What connecting devices refuses."""

from __future__ import annotations

from services.chassis.foundation.errors import NotFoundError, RefusalError


class DeviceNotFoundError(NotFoundError):
    """There is no such device, or it is another citizen's."""

    code = "device-not-found"
    title = "Устройство не найдено"

    detail = "Такого устройства в вашем личном кабинете нет."


class DeviceTakenError(RefusalError):
    """The token is another citizen's, and the device did not prove that it is the same one."""

    code = "device-taken"
    status = 409
    title = "Устройство уже подключено"

    detail = "Это устройство подключено к другому личному кабинету. Отключите его там и повторите."


class TooManyDevicesError(RefusalError):
    """The citizen has as many devices as one may have."""

    code = "too-many-devices"
    status = 409
    title = "Слишком много устройств"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"Подключено устройств: {limit}, больше нельзя. Отключите одно из них и повторите."
        )
        self.limit = limit
