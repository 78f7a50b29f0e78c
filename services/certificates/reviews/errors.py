"""The refusals of the doctor's side."""

from __future__ import annotations

from services.chassis.foundation.errors import ForbiddenError, RefusalError


class ReviewTakenError(RefusalError):
    """Another doctor has the application (C20)."""

    code = "review-taken"
    title = "Заявление уже взято"
    detail = "Заявление уже рассматривает другой врач. Выберите другое из очереди."


class NotYourReviewError(ForbiddenError):
    """Only the doctor who took the application may read and decide it (C20)."""

    code = "review-not-yours"
    title = "Заявление не у вас"
    detail = "Заявление не в вашей работе. Сначала возьмите его из очереди."


class TooManyClaimsError(RefusalError):
    """The doctor holds as many applications as one may."""

    code = "too-many-claims"
    title = "Слишком много заявлений в работе"

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(
            f"У вас в работе заявлений: {limit}, больше взять нельзя. "
            "Примите решение по одному из них или верните его в очередь."
        )
