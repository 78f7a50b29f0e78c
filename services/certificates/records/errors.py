"""The refusals of records."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.foundation.errors import NotFoundError, RefusalError


class NoRecordError(NotFoundError):
    """Nothing was asked for this application, or it is decided and what was answered is gone."""

    code = "no-record"
    detail = (
        "Сведения из клиники по этому заявлению не запрашивались или уже удалены после решения."
    )


class UnaskedAnswerError(RefusalError):
    """An answer to a question that nobody asked. It is kept, so that a person can look into it."""

    code = "answer-unasked"

    def __init__(self, why: str) -> None:
        super().__init__(f"Ответ не принят: {why}.")


class DifferencesOpenError(RefusalError):
    """The base of the clinic says something else of the patient, unseen by any doctor (C24)."""

    code = "differences-open"
    title = "Данные пациента не совпадают"

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__(
            f"Данные заявителя расходятся с базой: {', '.join(labels).lower()}. Сверьте их и "
            "подтвердите, что это тот же человек, или откажите с объяснением."
        )
