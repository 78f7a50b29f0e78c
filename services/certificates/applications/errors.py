"""The refusals of applications."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.foundation.errors import (
    FieldError,
    ForbiddenError,
    NotFoundError,
    RefusalError,
    TooManyRequestsError,
)


class UnknownApplicationError(NotFoundError):
    """There is no such application, or it is somebody else's."""

    detail = "Такого заявления нет."


class OtherSpecialtyError(ForbiddenError):
    """Doctors of other specialties decide about certificates of this type (K6)."""

    code = "specialty-not-deciding"
    title = "Решает врач другой специальности"

    def __init__(self, deciders: Sequence[str]) -> None:
        super().__init__(f"По этой справке решение принимают: {', '.join(deciders).lower()}.")


class NotYourReviewError(ForbiddenError):
    """Only the doctor who took the application may read and decide it (C20)."""

    code = "review-not-yours"
    title = "Заявление не у вас"
    detail = "Заявление не в вашей работе. Сначала возьмите его из очереди."


class IllegalTransitionError(RefusalError):
    """The application's state does not allow this (C14)."""

    code = "illegal-transition"
    title = "Сейчас это невозможно"

    def __init__(self, action: str, state: str) -> None:
        self.action, self.state = action, state
        super().__init__(f"Действие «{action}» невозможно: состояние заявления – «{state}».")


class TooManyDraftsError(RefusalError):
    """The citizen has as many open drafts as one may."""

    code = "too-many-drafts"
    title = "Слишком много черновиков"

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(
            f"У вас уже черновиков: {limit}, больше завести нельзя. "
            "Подайте один из них или отзовите ненужный."
        )


class TooManyDraftsTodayError(TooManyRequestsError):
    """The citizen has begun as many drafts today as one may, whatever became of them."""

    code = "too-many-drafts-today"
    title = "Слишком много черновиков за день"

    def __init__(self, limit: int, retry_after: int) -> None:
        super().__init__(
            retry_after,
            f"За день можно начать не больше {limit} заявлений, отозванные тоже считаются. Новое "
            "можно начать завтра. Черновики, которые у вас уже есть, можно изменить и подать "
            "сегодня.",
        )


class TooManyApplicationsError(RefusalError):
    """The citizen has as many undecided applications as one may."""

    code = "too-many-applications"
    title = "Слишком много заявлений"

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(
            f"У вас уже заявлений без решения: {limit}, больше подать нельзя. "
            "Дождитесь решения или отзовите одно из них."
        )


class NothingToRepeatError(RefusalError):
    """The first application has not come to nothing (C46)."""

    code = "nothing-to-repeat"
    title = "Повторное заявление не требуется"
    detail = (
        "Повторить можно заявление, по которому отказано, которое отозвано или просрочено, и то, "
        "справка по которому больше не действует."
    )


class AlreadyFollowedError(RefusalError):
    """Somebody applies again already: one successor at a time (C46)."""

    code = "already-followed"
    title = "Повторное заявление уже есть"
    detail = "По этому заявлению уже начато повторное. Подайте его или отзовите черновик."


class DraftIncompleteError(RefusalError):
    """There is no form to sign yet; `errors` says what is missing (C6)."""

    code = "draft-incomplete"
    title = "Черновик заполнен не до конца"
    detail = "Подписать можно то, что готово к подаче. Исправьте отмеченное и получите форму снова."

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(errors=errors)


class ConfirmationRequiredError(ForbiddenError):
    """An application is handed in by the citizen's own act, which is for this digest (C12)."""

    code = "signing-act-required"
    title = "Подтвердите подачу"
    detail = (
        "Заявление подаётся после подтверждения. Подтвердите его кодом или подпишите своим "
        "сертификатом, и повторите с подтверждением. Введённое не изменилось."
    )

    def __init__(self, digest: str) -> None:
        super().__init__()
        self.members = {"digest": digest}
