"""What the desk refuses about problems."""

from __future__ import annotations

from services.chassis.foundation.errors import NotFoundError, RefusalError


class ProblemUnknownError(NotFoundError):
    """No such problem."""

    code = "problem-not-found"
    detail = "Такого обращения нет."


class AnsweredAlreadyError(RefusalError):
    """One answer for one problem; who is not content writes again."""

    code = "answered-already"
    title = "Ответ уже дан"
    detail = "На это обращение уже ответили."


class TooManyProblemsError(RefusalError):
    """A visit has only so many problems that nobody answered."""

    code = "too-many-problems"
    title = "Обращение уже принято"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"По этой записи уже есть обращения без ответа: {most}. Поддержка ответит на них; "
            "написать снова можно после ответа."
        )
