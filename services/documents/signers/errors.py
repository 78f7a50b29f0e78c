"""The refusals of signing identities: each names what is wrong with a certificate, and whose."""

from __future__ import annotations

from services.chassis.foundation.errors import (
    AccidentError,
    ForbiddenError,
    NotFoundError,
    RefusalError,
)


class NoSuchClinicError(NotFoundError):
    """Not there, or not the administrator's: in the same words."""

    detail = "Такой клиники нет или у вас нет к ней доступа."


class NoSuchSignerError(NotFoundError):
    """Nobody has ever asked for a certificate under this name, or it is another clinic's."""

    detail = "Ключа подписи нет или у вас нет к нему доступа. Начните с запроса на сертификат."


class NotPractisingError(ForbiddenError):
    """Who signs certificates is a doctor who works at a clinic now (C30)."""

    code = "not-practising"
    detail = (
        "Подписывать справки может только врач, который сейчас работает в клинике. Если вас "
        "только что приняли на работу, повторите через минуту."
    )


class ClinicClosedError(RefusalError):
    """A clinic that is closed, or that nobody has told of yet, seals nothing."""

    code = "clinic-not-open"
    title = "Клиника не работает"
    detail = "Клиника закрыта или ещё не открыта: печать для неё не оформляется."


class NoTokenError(RefusalError):
    """A key in a token was asked for, and this installation has none."""

    code = "no-token"
    title = "Носителя ключей нет"
    detail = "К порталу не подключён носитель ключей (PKCS#11). Запросите программный ключ."


class NothingToRevokeError(RefusalError):
    """There is no key and no certificate of this holder's any more."""

    code = "nothing-to-revoke"
    title = "Отзывать нечего"
    detail = "Действующего ключа подписи нет: он уже отозван или ещё не выпущен."


class KeyAwayError(AccidentError):
    """The token that holds the key does not answer."""


class TrustAwayError(AccidentError):
    """Roots, authorities or revocation lists cannot be read (yet)."""


class CertificateRefusedError(RefusalError):
    """A certificate that was brought cannot be taken."""

    code = "certificate-not-trusted"
    status = 422
    title = "Сертификат не принят"


class UnreadableCertificateError(CertificateRefusedError):
    """The file holds no certificate."""

    code = "certificate-unreadable"
    detail = (
        "Файл не содержит сертификата. Нужен сертификат в PEM, DER или PKCS#7 (*.pem, *.cer, "
        "*.p7b), как его выдал удостоверяющий центр."
    )


class AnothersKeyError(CertificateRefusedError):
    """It certifies a key that is not the one of the request, nor a free one in the token."""

    code = "certificate-of-another-key"
    detail = (
        "Сертификат выдан на другой ключ: не на тот, запрос на который вы получили на портале. "
        "Передайте в удостоверяющий центр последний запрос и загрузите выданный по нему сертификат."
    )


class AnothersCertificateError(CertificateRefusedError):
    """It names somebody else."""

    code = "certificate-of-another"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Сертификат выдан на другое имя: не совпадает {what}. Проверьте данные в "
            "удостоверяющем центре и в карточке на портале."
        )


class ExpiredError(CertificateRefusedError):
    """Its time is over."""

    code = "certificate-expired"


class NotYetValidError(CertificateRefusedError):
    """Its time has not come."""

    code = "certificate-not-yet-valid"


class RevokedError(CertificateRefusedError):
    """Its authority took it back."""

    code = "certificate-revoked"


class UnknownAuthorityError(CertificateRefusedError):
    """No root that is trusted here stands above it."""

    code = "certificate-unknown-authority"


class WrongUsageError(CertificateRefusedError):
    """It was not made for signing documents in this role."""

    code = "certificate-wrong-usage"


class StatusUnknownError(CertificateRefusedError):
    """Nobody can say now whether it is revoked: the list is stale, or the responder is away."""

    code = "certificate-status-unknown"
    status = 503
    title = "Сертификат пока не проверить"
    passing = True

    def __init__(self, detail: str) -> None:
        super().__init__(f"{detail} Загрузите сертификат ещё раз позже.", retry_after=60)
