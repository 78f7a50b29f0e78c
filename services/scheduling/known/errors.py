"""What is refused because of a clinic as such."""

from __future__ import annotations

from datetime import date

from services.chassis.foundation.errors import ForbiddenError, NotFoundError, RefusalError


class ClinicUnknownError(NotFoundError):
    """No such clinic."""

    code = "clinic-not-found"
    detail = "Такой клиники нет."


class DoctorUnknownError(NotFoundError):
    """No such doctor, or one who does not receive any more."""

    code = "doctor-not-found"
    detail = "Такого врача нет, или он больше не ведёт приём."


class NotYourClinicError(ForbiddenError):
    """What a clinic does is a matter of its own administrator and registrars."""

    code = "clinic-not-yours"
    detail = "Расписание и правила этой клиники ведут её администратор и регистраторы."


class ClinicShutError(RefusalError):
    """The clinic has closed for good by the day of the visit."""

    code = "clinic-shut"
    title = "Клиника закрыта"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} к этому дню закрыта. Выберите другую клинику.")


class LicenceEndedError(RefusalError):
    """The clinic's licence has ended by the day of the visit (A3)."""

    code = "licence-ended"
    title = "Лицензия клиники не действует"

    def __init__(self, name: str, valid_until: date) -> None:
        super().__init__(
            f"{name}: лицензия действует по {valid_until:%d.%m.%Y}, принимать после этого дня "
            "клиника не может. Выберите другой день или другую клинику."
        )
