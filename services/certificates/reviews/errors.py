"""The refusals of the doctor's side."""

from __future__ import annotations

from services.certificates.known.domain.clinics import ClinicFlaw
from services.chassis.foundation.errors import ForbiddenError, RefusalError

_WHY = {
    ClinicFlaw.CLOSED: "клиника больше не работает",
    ClinicFlaw.UNLICENSED: "срок лицензии клиники истёк",
}


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


class ClinicCannotIssueError(RefusalError):
    """The clinic that decides works no more, or its licence ended (K6)."""

    code = "clinic-cannot-issue"
    title = "Клиника не может выдать справку"

    def __init__(self, flaw: ClinicFlaw | None) -> None:
        why = _WHY.get(flaw or ClinicFlaw.UNKNOWN, "сведения о клинике ещё не получены")
        super().__init__(
            f"Справку выдать нельзя: {why}. Обратитесь к администратору клиники или откажите "
            "в заявлении с объяснением."
        )


class DoctorCannotSignError(RefusalError):
    """The doctor's certificate ended or was revoked: nothing could be sealed (C30)."""

    code = "doctor-cannot-sign"
    title = "Подписать нечем"
    detail = (
        "Ваш сертификат подписи истёк или отозван. Выпустите новый или обратитесь к администратору "
        "клиники, затем одобрите снова."
    )


class ClinicCannotSealError(RefusalError):
    """The clinic's certificate ended or was revoked: nothing could be sealed (C30)."""

    code = "clinic-cannot-seal"
    title = "У клиники нет действующей печати"

    def __init__(self, clinic: str) -> None:
        super().__init__(
            f"Сертификат электронной печати клиники «{clinic}» истёк или отозван. "
            "Его обновляет администратор клиники; после этого одобрите снова."
        )


class SigningActRequiredError(ForbiddenError):
    """A certificate is signed by the doctor's own act, which is for this digest (K5)."""

    code = "signing-act-required"
    title = "Подтвердите подпись"
    detail = (
        "Справка подписывается вашей подписью. Подтвердите её кодом для этой справки или откройте "
        "сессию подписания, и повторите с подтверждением. Введённое не изменилось."
    )

    def __init__(self, digest: str) -> None:
        super().__init__()
        self.members = {"digest": digest}
