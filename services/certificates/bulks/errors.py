"""The refusals of bulks."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.foundation.errors import NotFoundError, RefusalError, TooManyRequestsError


class UnknownBulkError(NotFoundError):
    """There is none, or it is another organisation's."""

    detail = "Такого пакета заявлений нет."


class EmptyBulkError(RefusalError):
    """Not a row in it."""

    code = "bulk-empty"
    status = 422
    title = "Нет ни одной строки"
    detail = "Передайте файл телом запроса: JSON, XLSX или CSV, по строке на работника."


class BulkTooLongError(RefusalError):
    """More employees than one bulk may have."""

    code = "bulk-too-long"
    status = 422
    title = "Слишком много строк"

    def __init__(self, most: int) -> None:
        super().__init__(f"В одном пакете не больше {most} строк. Разделите его на несколько.")


class RowKeyTwiceError(RefusalError):
    """Rows that cannot be told apart."""

    code = "row-key-twice"
    status = 422
    title = "Номера строк повторяются"

    def __init__(self, twice: Sequence[str]) -> None:
        super().__init__(
            f"Каждая строка должна иметь свой табельный номер. Повторяются: {', '.join(twice)}."
        )


class TooManyRowsTodayError(TooManyRequestsError):
    """The organisation sent as many rows today as one may."""

    code = "too-many-rows-today"
    title = "Слишком много строк за день"

    def __init__(self, most: int, retry_after: int) -> None:
        super().__init__(
            retry_after,
            f"За день организация отправляет не больше {most} строк. Отправьте остальное завтра.",
        )
