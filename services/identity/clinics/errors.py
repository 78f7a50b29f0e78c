"""What is refused about clinics."""

from __future__ import annotations

from datetime import date

from services.chassis.foundation.errors import NotFoundError, RefusalError


class ClinicNotFoundError(NotFoundError):
    """There is no such clinic, or it is not the administrator's."""

    detail = "Клиника не найдена."


class ClinicExistsError(RefusalError):
    """Another clinic has this id."""

    code = "clinic-exists"
    title = "Клиника уже есть"
    detail = "Клиника с таким идентификатором уже есть."


class ClinicNumberTakenError(RefusalError):
    """One legal entity has no two clinics of one number."""

    code = "clinic-number-taken"
    title = "Номер уже занят"
    detail = "У этого юридического лица уже есть клиника с таким номером."


class ClinicClosedError(RefusalError):
    """The clinic works no more."""

    code = "clinic-closed"
    title = "Клиника закрыта"

    def __init__(self, name: str, closed_on: date) -> None:
        super().__init__(f"{name} не работает с {closed_on:%d.%m.%Y}.")


class ClinicOpenError(RefusalError):
    """There is no closing to take back."""

    code = "clinic-open"
    title = "Клиника не закрыта"
    detail = "Закрытие этой клиники не назначено."
