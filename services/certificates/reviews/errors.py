"""The refusals of the doctor's side."""

from __future__ import annotations

from collections.abc import Sequence

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


class NotWaitingForYouError(RefusalError):
    """The application waits for examinations that doctors of other specialties make (C21)."""

    code = "review-waits-for-others"
    title = "Заявление ждёт другого специалиста"

    def __init__(self, missing: Sequence[str]) -> None:
        others = f"Сейчас нужны: {', '.join(missing)}." if missing else "Осталось решение."
        super().__init__(f"Осмотр вашей специальности уже записан. {others}")


class OtherExaminerError(ForbiddenError):
    """Doctors of another specialty make that examination (C21)."""

    code = "examination-not-yours"
    title = "Осмотр проводит врач другой специальности"

    def __init__(self, examination: str, specialties: Sequence[str]) -> None:
        who = ", ".join(specialties).lower()
        super().__init__(f"Осмотр «{examination}» проводит другой специалист: {who}.")


class ExaminationMadeError(RefusalError):
    """Another doctor has written down that examination (C21)."""

    code = "examination-made"
    title = "Осмотр уже записан"

    def __init__(self, examination: str, doctor: str) -> None:
        super().__init__(
            f"Осмотр «{examination}» уже записан, врач: {doctor}. Исправить запись может этот врач."
        )


class ExaminationsMissingError(RefusalError):
    """Nothing is approved before all specialists have examined (C21)."""

    code = "examinations-missing"
    title = "Осмотрели не все специалисты"

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(
            f"Справку одобряют после всех осмотров. Ещё нет: {', '.join(missing)}. Верните "
            "заявление в очередь, и его возьмут эти специалисты."
        )


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
    """The doctor has no certificate, or one that ends before the paper (C30)."""

    code = "doctor-cannot-sign"
    title = "Подписать нечем"
    detail = (
        "У вас нет сертификата подписи, он истёк, отозван или закончится раньше, чем справка. "
        "Выпустите новый или обратитесь к администратору клиники и повторите."
    )


class ClinicCannotSealError(RefusalError):
    """The clinic has no certificate, or one that ends before the paper (C30)."""

    code = "clinic-cannot-seal"
    title = "У клиники нет действующей печати"

    def __init__(self, clinic: str) -> None:
        super().__init__(
            f"У клиники «{clinic}» нет сертификата электронной печати, он истёк, отозван или "
            "закончится раньше, чем справка. Его обновляет администратор клиники; после этого "
            "одобрите снова."
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


class NoExemptionError(RefusalError):
    """The application asks for no exemption (C18)."""

    code = "no-exemption"
    title = "Льгота не заявлена"
    detail = "В заявлении нет льготы, которую можно отклонить."
