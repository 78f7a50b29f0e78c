"""What the desk refuses about problems."""

from __future__ import annotations

from services.chassis.foundation.errors import NotFoundError, RefusalError


class ProblemUnknownError(NotFoundError):
    """No such problem."""

    code = "problem-not-found"
    detail = "Такого обращения нет."


class ProblemAnsweredError(RefusalError):
    """One answer for one problem; who is not content writes again."""

    code = "problem-answered"
    title = "Ответ уже дан"
    detail = "На это обращение уже ответили."


class TooManyProblemsError(RefusalError):
    """Nobody has answered the last ones yet."""

    code = "too-many-problems"
    title = "Обращение уже принято"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"По этой записи уже есть обращения без ответа: {most}. Поддержка ответит на них; "
            "написать снова можно после ответа."
        )


class ProblemsOverError(RefusalError):
    """A visit has only so many problems, answered or not."""

    code = "problems-over"
    title = "Обращений по записи слишком много"

    def __init__(self, most: int, hotline: str) -> None:
        super().__init__(
            f"По одной записи можно написать не больше {most} обращений, и они уже есть. "
            f"Позвоните в поддержку: {hotline}."
        )
