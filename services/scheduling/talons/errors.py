"""What a check of a talon refuses."""

from __future__ import annotations

from services.chassis.foundation.errors import FieldError, InvalidInputError

_SENTENCE = "Проверьте номер талона: двенадцать цифр, как 1234-5678-9018."


class TalonNumberError(InvalidInputError):
    """Not a talon number: a digit is wrong or missing."""

    code = "talon-number-invalid"
    title = "Номер талона введён с ошибкой"

    def __init__(self, pointer: str) -> None:
        super().__init__([FieldError(pointer, "check-digit", _SENTENCE)], _SENTENCE)
