"""What asking for a doctor, and answering, refuses."""

from __future__ import annotations

from services.chassis.foundation.errors import (
    FieldError,
    InvalidInputError,
    NotFoundError,
    RefusalError,
)


class RequestUnknownError(NotFoundError):
    """No such request, or it is not for those eyes: the answer is the same."""

    code = "request-not-found"
    detail = "Такого запроса нет."


class RequestedAlreadyError(RefusalError):
    """One request to a clinic for a specialty."""

    code = "requested-already"
    title = "Вы уже запросили врача"

    def __init__(self, request_id: str) -> None:
        super().__init__("Такой запрос уже рассматривает регистратура. Дождитесь её ответа.")
        self.members = {"request_id": request_id}


class TooManyRequestsOpenError(RefusalError):
    """So many at once are fair (A32)."""

    code = "too-many-open-requests"
    title = "Слишком много запросов"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"Одновременно можно запросить врача не больше {limit} раз. Дождитесь ответа или "
            "отзовите запрос, который больше не нужен."
        )


class SameDayOverError(RefusalError):
    """The clinic does not receive any more today."""

    code = "same-day-over"
    title = "Сегодня клиника больше не принимает"

    def __init__(self, hotline: str) -> None:
        super().__init__(
            "Сегодня клиника уже не принимает. Выберите другую клинику, запросите врача на другой "
            f"день или позвоните: {hotline}. Если состояние опасно, звоните 103 или 112."
        )


class SymptomsMissingError(InvalidInputError):
    """Nobody can judge how soon somebody must be seen who does not say what is wrong."""

    def __init__(self) -> None:
        detail = "Опишите, что беспокоит: без этого регистратура не решит, к какому врачу."
        super().__init__([FieldError("/details/symptoms", "missing", detail)], detail)


class UntilPastError(InvalidInputError):
    """No visit can be on these days."""

    def __init__(self) -> None:
        detail = "Последний день уже прошёл. Укажите сегодняшний или более поздний."
        super().__init__([FieldError("/until", "days-past", detail)], detail)


class AnsweredAlreadyError(RefusalError):
    """The desk, or the citizen, was quicker."""

    code = "answered-already"
    title = "Запрос уже закрыт"
    detail = "На этот запрос уже ответили, или гражданин его отозвал. Обновите список."


class NothingHeldError(RefusalError):
    """There is nothing to say yes to."""

    code = "nothing-held"
    title = "Время не придержано"
    detail = "Сейчас для вас ничего не придержано: регистратура ещё не ответила, или время вышло."


class RequestEndedError(RefusalError):
    """It is over already."""

    code = "request-ended"
    title = "Запрос уже закрыт"
    detail = "Этот запрос уже закрыт. Если врач всё ещё нужен, запросите его снова."


class SlotNotFreeError(RefusalError):
    """Somebody has that slot, or holds it."""

    code = "slot-not-free"
    title = "Время уже занято"
    detail = "Это время уже занято, придержано или прошло. Выберите другое."
