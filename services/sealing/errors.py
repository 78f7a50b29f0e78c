"""The refusals of sealing: each has a stable code and says in Russian what is wrong."""

from __future__ import annotations

from collections.abc import Iterable


class SealingError(Exception):
    """A document cannot be sealed, or a sealed one cannot be read.

    `permanent` says whether the same request can succeed later (a time-stamp authority that
    does not answer is a passing trouble, a character without a glyph is not).
    """

    code = "sealing-failed"
    title = "Документ не удалось подписать"
    permanent = True

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class ValuesDoNotMatchLayoutError(SealingError):
    """The values are not exactly the rows of the layout (C31, C32, A7)."""

    code = "values-do-not-match-layout"
    title = "Состав полей не соответствует форме документа"

    def __init__(self, missing: Iterable[str], unknown: Iterable[str]) -> None:
        parts = []
        if lacking := sorted(missing):
            parts.append(f"Не хватает полей: {', '.join(lacking)}.")
        if extra := sorted(unknown):
            parts.append(f"Лишние поля: {', '.join(extra)}.")
        super().__init__(" ".join(parts))


class UnprintableTextError(SealingError):
    """A character has no glyph in any font that we may embed, or is not a printable one."""

    code = "unprintable-text"
    title = "Текст нельзя напечатать без искажений"

    def __init__(self, characters: str) -> None:
        listed = ", ".join(f"«{c}» (U+{ord(c):04X})" for c in sorted(set(characters)))
        super().__init__(f"В тексте есть символы, которых нет в шрифтах документа: {listed}.")


class DoesNotFitError(SealingError):
    """The fixed page has no room for a value. The general engine takes over."""

    code = "text-does-not-fit"
    title = "Текст не помещается на странице"

    def __init__(self, label: str) -> None:
        super().__init__(f"Текст поля «{label}» не помещается в отведённое место.")


class QrTooLongError(SealingError):
    """The address for the QR code is too long or empty."""

    code = "qr-too-long"
    title = "Адрес для QR-кода слишком длинный"

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"В адресе {length} байт, допустимо от 1 до {limit}.")


class SignatureTooLargeError(SealingError):
    """The CMS does not fit the room reserved in the file; nothing was written."""

    code = "signature-too-large"
    title = "Подпись не помещается в документ"

    def __init__(self, size: int, reserve: int) -> None:
        super().__init__(f"Подпись занимает {size} байт, зарезервировано {reserve}.")


class CertificateNotTrustedError(SealingError):
    """The signer's certificate or signature fails the check before release (C30)."""

    code = "certificate-not-trusted"
    title = "Сертификат подписи не прошёл проверку"


class CertificateUnusableNowError(CertificateNotTrustedError):
    """The certificate is no good as the world is now: expired, on hold, its issuer unknown.

    Whoever is responsible brings another one under the same name, then it works.
    """

    permanent = False


class CertificateExpiredError(CertificateUnusableNowError):
    """Its time, or that of an authority above it, is over."""

    code = "certificate-expired"

    def __init__(self, name: str) -> None:
        super().__init__(f"Срок действия сертификата «{name}» истёк.")


class CertificateNotYetValidError(CertificateUnusableNowError):
    """Its time, or that of an authority above it, has not come."""

    code = "certificate-not-yet-valid"

    def __init__(self, name: str) -> None:
        super().__init__(f"Сертификат «{name}» ещё не действует.")


class UnknownAuthorityError(CertificateUnusableNowError):
    """No chain leads from it to a root that is trusted here."""

    code = "certificate-unknown-authority"

    def __init__(self, name: str) -> None:
        super().__init__(f"Сертификат «{name}» выдан не доверенным удостоверяющим центром.")


class CertificateRevokedError(CertificateNotTrustedError):
    """Its authority took it back: only another certificate helps."""

    code = "certificate-revoked"

    def __init__(self, name: str) -> None:
        super().__init__(f"Сертификат «{name}» отозван.")


class WrongUsageError(CertificateNotTrustedError):
    """It was not made for signing in this role."""

    code = "certificate-wrong-usage"

    def __init__(self, name: str, role: str, needed: str) -> None:
        super().__init__(f"Сертификат «{name}» не предназначен для роли «{role}». {needed}")


class RevocationUnknownError(CertificateUnusableNowError):
    """No believable list of the issuer says whether the certificate is revoked."""

    code = "revocation-unknown"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Нет списка отозванных, которому можно верить, о сертификате «{name}»: нужен полный "
            "список, подписанный тем, кто сертификат выдал."
        )


class RevocationListStaleError(CertificateUnusableNowError):
    """The revocation list has run out: somebody has to bring the next one, then it works."""

    code = "revocation-list-stale"

    def __init__(self, name: str) -> None:
        super().__init__(f"Список отозванных о сертификате «{name}» устарел.")


class KeyFileError(SealingError):
    """A key or certificate file is missing, broken, or they do not belong together."""

    code = "key-file-unusable"
    title = "Ключ подписи недоступен"


class KeyAwayError(SealingError):
    """The token that holds the key does not answer: pulled out, locked, or without the key."""

    code = "key-away"
    title = "Носитель ключа недоступен"
    permanent = False


class MalformedDerError(SealingError):
    """Bytes that should be DER are not."""

    code = "malformed-der"
    title = "Структура подписи повреждена"


class MalformedPdfError(SealingError):
    """A PDF has not the structure that an update or a check needs."""

    code = "malformed-pdf"
    title = "Структура PDF повреждена"


class TimestampError(SealingError):
    """The time-stamp authority gave an answer that may not be used."""

    code = "timestamp-invalid"
    title = "Ответ службы штампов времени непригоден"


class TimestampRefusedError(TimestampError):
    """The authority answered with a status other than granted."""

    code = "timestamp-refused"
    title = "Служба штампов времени отказала"

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"Статус ответа {status}: {reason or 'без пояснения'}.")


class TimestampImprintError(TimestampError):
    """The token stamps something else than what was asked."""

    code = "timestamp-imprint-mismatch"


class TimestampNonceError(TimestampError):
    """The token answers another request (a replay)."""

    code = "timestamp-nonce-mismatch"


class TimestampCertificateError(TimestampError):
    """The token is not signed by a trusted certificate meant for time-stamping alone."""

    code = "timestamp-certificate-unsuitable"


class TimestampUnavailableError(TimestampError):
    """The authority does not answer in time or answers with an HTTP error: try again later."""

    code = "timestamp-unavailable"
    title = "Служба штампов времени недоступна"
    permanent = False


class SignatureRefusedError(SealingError):
    """A detached signature that somebody brought does not hold (C12); `code` says why."""

    title = "Подпись не прошла проверку"


class SignatureUnreadableError(SignatureRefusedError):
    """It is no detached CMS signature of one person with all that a check needs."""

    code = "signature-unreadable"


class SignatureWeakError(SignatureRefusedError):
    """Made with what may be forged today."""

    code = "signature-weak"

    def __init__(self, algorithm: str) -> None:
        super().__init__(
            f"Подпись сделана слабым или неизвестным алгоритмом ({algorithm}). Нужны SHA-256 или "
            "длиннее и ключ RSA от 2048 бит либо на эллиптической кривой от 256 бит."
        )


class SignatureGostError(SignatureRefusedError):
    """ГОСТ Р 34.10: nothing here can compute it (needs a certified provider)."""

    code = "signature-gost-unsupported"

    def __init__(self) -> None:
        super().__init__(
            "Подпись по ГОСТ Р 34.10 здесь проверить нечем: нет сертифицированного "
            "криптопровайдера. Подпишите ключом RSA или ECDSA либо подтвердите кодом."
        )


class SignatureOfOtherContentError(SignatureRefusedError):
    """Right in itself, and over other bytes."""

    code = "signature-of-other-content"

    def __init__(self) -> None:
        super().__init__(
            "Подпись сделана под другими данными: они изменились после неё. Получите форму заново "
            "и подпишите её."
        )


class SignatureBrokenError(SignatureRefusedError):
    """Its value is not of the key that it names."""

    code = "signature-broken"

    def __init__(self) -> None:
        super().__init__("Значение подписи неверно: она повреждена или сделана другим ключом.")
