"""What a search of the desk refuses."""

from __future__ import annotations

from services.chassis.foundation.errors import FieldError, InvalidInputError


class NumberTypedWrongError(InvalidInputError):
    """The check character of a number does not fit."""

    code = "number-mistyped"
    title = "Номер введён с ошибкой"
    field: str
    detail: str

    def __init__(self) -> None:
        super().__init__([FieldError(self.field, "check-digit", self.detail)], self.detail)


class TrackingMistypedError(NumberTypedWrongError):
    """No tracking number."""

    field = "/tracking_number"
    detail = "Проверьте номер заявления: двенадцать цифр, как 0417-3920-1183."


class CertificateMistypedError(NumberTypedWrongError):
    """No number of a certificate."""

    field = "/certificate_number"
    detail = "Проверьте номер справки: 12 букв и цифр, как 26K7-Q2M9-X4RB."
