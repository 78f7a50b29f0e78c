"""What reviews refuse."""

from __future__ import annotations

from services.chassis.foundation.errors import NotFoundError, RefusalError


class ReviewUnknownError(NotFoundError):
    """There is no such review, or it was withdrawn."""

    code = "review-not-found"
    detail = "Такого отзыва нет."


class NotAttendedError(RefusalError):
    """Only who was at the visit reviews it."""

    code = "visit-not-attended"
    title = "Отзыв пока нельзя оставить"
    detail = (
        "Отзыв можно оставить только о состоявшемся приёме: после того как клиника отметит, что "
        "вы на нём были."
    )


class ReviewRewrittenError(RefusalError):
    """The words are others than those that were read."""

    code = "review-rewritten"
    title = "Отзыв изменился"
    detail = (
        "Автор изменил отзыв, пока вы его читали. Обновите список, прочитайте новые слова и "
        "решите по ним."
    )


class ReviewDecidedError(RefusalError):
    """Somebody has decided about these words already."""

    code = "review-decided"
    title = "Отзыв уже рассмотрен"
    detail = "По этому отзыву решение уже принято. Обновите список."
