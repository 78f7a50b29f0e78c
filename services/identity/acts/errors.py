"""What is refused about acts of signers."""

from __future__ import annotations

from services.chassis.foundation.errors import ForbiddenError, NotFoundError


class NoSignerError(ForbiddenError):
    """Only doctors sign, and administrators answer for the key of their organisation."""

    code = "no-signer"
    title = "Подписывать нельзя"
    detail = (
        "Подтверждать подпись могут врачи, а для ключа организации – администраторы. "
        "Действовать нужно от своего имени."
    )


class SessionNotFoundError(NotFoundError):
    """No such signing session of this signer, or it has ended."""

    detail = "Сессия подписания не найдена или уже закончилась."
