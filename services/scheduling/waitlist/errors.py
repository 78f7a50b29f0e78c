"""Why somebody cannot be in line, or answer an offer."""

from __future__ import annotations

from datetime import date

from services.chassis.foundation.errors import (
    FieldError,
    InvalidInputError,
    NotFoundError,
    RefusalError,
)


class WaitUnknownError(NotFoundError):
    """No such wait, or it is somebody else's: the answer is the same."""

    code = "wait-not-found"
    detail = "В листе ожидания такой записи нет."


class NoOfferError(RefusalError):
    """There is nothing to say yes or no to."""

    code = "no-offer"
    title = "Предложения сейчас нет"
    detail = (
        "Время, которое вам предлагали, уже не придержано. Вы остаётесь в листе ожидания, если не "
        "вышли из него: следующее подходящее время снова предложим вам."
    )


class WaitEndedError(RefusalError):
    """It is over already."""

    code = "wait-ended"
    title = "Ожидание уже закончено"
    detail = "Вы уже не в этом листе ожидания. Чтобы ждать снова, встаньте в него ещё раз."


class WaitingAlreadyError(RefusalError):
    """One place in line for the same slots."""

    code = "waiting-already"
    title = "Вы уже в листе ожидания"

    def __init__(self, wait_id: str) -> None:
        super().__init__(
            "Вы уже ждёте такое время. Чтобы изменить дни или часы, выйдите из листа ожидания и "
            "встаньте в него снова."
        )
        self.members = {"wait_id": wait_id}


class TooManyWaitsError(RefusalError):
    """So many places in line are fair (A32)."""

    code = "too-many-waits"
    title = "Слишком много листов ожидания"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"Одновременно можно стоять не больше чем в {limit} листах ожидания. Выйдите из того, "
            "который больше не нужен, и повторите."
        )


class DaysPastError(InvalidInputError):
    """No slot of these days can come."""

    def __init__(self, today: date) -> None:
        detail = f"Последний день не может быть раньше первого и раньше {today:%d.%m.%Y}."
        super().__init__([FieldError("/to", "days-past", detail)], detail)


class DaysTooFarError(InvalidInputError):
    """Nobody is in line for so long."""

    def __init__(self, last: date) -> None:
        detail = f"Ждать можно до {last:%d.%m.%Y}. Укажите более ранний последний день."
        super().__init__([FieldError("/to", "days-too-far", detail)], detail)
