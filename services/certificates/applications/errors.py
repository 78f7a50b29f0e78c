"""The refusals of certificates; each builds its own sentence."""

from __future__ import annotations

from services.chassis.foundation.errors import ForbiddenError, NotFoundError, RefusalError
from services.chassis.work.arrivals import NotHereYetError


class UnknownTypeError(NotFoundError):
    """The catalogue has no such type."""

    code = "unknown-type"

    def __init__(self) -> None:
        """Say so."""
        super().__init__("Такой справки нет в каталоге.")


class UnknownApplicationError(NotFoundError):
    """There is no such application, or it is somebody else's."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("Такого заявления нет.")


class UnknownCertificateError(NotFoundError):
    """There is no such certificate, or it is somebody else's."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("Такой справки нет.")


class NotYourCertificateError(ForbiddenError):
    """Another doctor signed it (C36)."""

    code = "certificate-not-yours"

    def __init__(self) -> None:
        """Say who may."""
        super().__init__("Отозвать справку может выдавший её врач или администратор.")


class IllegalTransitionError(RefusalError):
    """The application's state does not allow this (C14)."""

    code = "illegal-transition"
    title = "Сейчас это невозможно"

    def __init__(self, action: str, state: str) -> None:
        """Take the labels of the action and of the state."""
        super().__init__(f"Действие «{action}» невозможно: состояние заявления – «{state}».")


class ReviewTakenError(RefusalError):
    """Another doctor has the application (C20)."""

    code = "review-taken"
    title = "Заявление уже взято"

    def __init__(self) -> None:
        """Point to the rest of the queue."""
        super().__init__("Заявление уже рассматривает другой врач. Выберите другое из очереди.")


class OwnApplicationError(ForbiddenError):
    """Nobody decides about themselves."""

    code = "own-application"

    def __init__(self) -> None:
        """Say who may."""
        super().__init__(
            "Это ваше собственное заявление или ваша справка: решение примет другой сотрудник."
        )


class TooManyClaimsError(RefusalError):
    """The doctor holds as many applications as one may."""

    code = "too-many-claims"
    title = "Слишком много заявлений в работе"

    def __init__(self, limit: int) -> None:
        """Name the limit and the way out."""
        super().__init__(
            f"У вас в работе заявлений: {limit}, больше взять нельзя. "
            "Примите решение по одному из них или верните его в очередь."
        )


class TooManyDraftsError(RefusalError):
    """The citizen has as many open drafts as one may."""

    code = "too-many-drafts"
    title = "Слишком много черновиков"

    def __init__(self, limit: int) -> None:
        """Name the limit and the way out."""
        self.limit = limit
        super().__init__(
            f"У вас уже черновиков: {limit}, больше завести нельзя. "
            "Подайте один из них или отзовите ненужный."
        )


class TooManyApplicationsError(RefusalError):
    """The citizen has as many undecided applications as one may."""

    code = "too-many-applications"
    title = "Слишком много заявлений"

    def __init__(self, limit: int) -> None:
        """Name the limit and the way out."""
        self.limit = limit
        super().__init__(
            f"У вас уже заявлений без решения: {limit}, больше подать нельзя. "
            "Дождитесь решения или отзовите одно из них."
        )


class NotYourReviewError(ForbiddenError):
    """Only the doctor who took the application may read and decide it (C20)."""

    code = "review-not-yours"
    title = "Заявление не у вас"

    def __init__(self) -> None:
        """Say what to do first."""
        super().__init__("Заявление не в вашей работе. Сначала возьмите его из очереди.")


class DoctorUnknownError(NotHereYetError):
    """The doctor's staff record has not reached this service yet."""

    code = "doctor-unknown"
    title = "Данные врача ещё не получены"

    def __init__(self) -> None:
        """Say when to try again."""
        super().__init__(
            "Сведения о враче ещё не получены, справку нечем подписать. "
            "Повторите через несколько секунд."
        )


class NumberMistypedError(RefusalError):
    """The check character does not fit: the number was typed wrongly (C31, C34)."""

    code = "number-mistyped"
    status = 422
    title = "Номер введён с ошибкой"

    def __init__(self) -> None:
        """Say how a number looks."""
        super().__init__(
            "Контрольный знак не сходится. "
            "Сверьте его со справкой – 12 букв и цифр, например 26K7-Q2M9-X4RB."
        )


class NotInForceError(RefusalError):
    """Only an issued certificate can be revoked (C36)."""

    code = "certificate-not-in-force"
    title = "Справка не действует"

    def __init__(self, status: str) -> None:
        """Take the label of its status."""
        super().__init__(f"Отозвать можно только выданную справку, а эта – «{status}».")


class NumberTakenError(Exception):
    """A number that was just made exists already: make another (never seen outside)."""


class PaymentUnexpectedError(RefusalError):
    """The treasury tells of a payment that fits no application: a person looks into it."""

    code = "payment-unexpected"

    def __init__(self, why: str) -> None:
        """Say what does not fit."""
        super().__init__(f"Платёж не принят: {why}.")


class LetterUnexpectedError(RefusalError):
    """The post tells of a letter that was not given to it: a person looks into it."""

    code = "letter-unexpected"

    def __init__(self, why: str) -> None:
        """Say what does not fit."""
        super().__init__(f"Сообщение почты не принято: {why}.")
