"""What is refused about acts of signing."""

from __future__ import annotations

from services.chassis.foundation.errors import ForbiddenError, NotFoundError


class NoSignerError(ForbiddenError):
    """Citizens confirm documents; sessions are for doctors, and administrators of a key."""

    code = "no-signer"
    title = "Подписывать нельзя"
    detail = (
        "Сессию подписания открывают врачи, а для ключа организации – администраторы, от своего "
        "имени. Документ подтверждает тот, кто его подаёт."
    )


class SessionNotFoundError(NotFoundError):
    """No such signing session of this signer, or it has ended."""

    detail = "Сессия подписания не найдена или уже закончилась."
