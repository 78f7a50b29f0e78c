"""The refusals of the registry."""

from __future__ import annotations

from services.chassis.foundation.errors import ForbiddenError, NotFoundError, RefusalError


class UnknownCertificateError(NotFoundError):
    """There is no such certificate, or it is somebody else's."""

    detail = "Такой справки нет."


class NotYourCertificateError(ForbiddenError):
    """Another doctor signed it, or at a clinic where this one works no more (C36)."""

    code = "certificate-not-yours"
    detail = (
        "Отозвать справку может выдавший её врач, пока он работает в этой клинике, "
        "или администратор."
    )


class NumberMistypedError(RefusalError):
    """The check character does not fit: the number was typed wrongly (C31, C34)."""

    code = "number-mistyped"
    status = 422
    title = "Номер введён с ошибкой"
    detail = (
        "Контрольный знак не сходится. "
        "Сверьте его со справкой – 12 букв и цифр, например 26K7-Q2M9-X4RB."
    )


class NotInForceError(RefusalError):
    """Only an issued certificate can be revoked (C36)."""

    code = "certificate-not-in-force"
    title = "Справка не действует"

    def __init__(self, status: str) -> None:
        self.certificate_status = status
        super().__init__(f"Отозвать можно только выданную справку, а эта – «{status}».")
