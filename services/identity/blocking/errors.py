"""What is refused about blocking."""

from __future__ import annotations

from services.chassis.foundation.errors import RefusalError


class AlreadyBlockedError(RefusalError):
    """The account is blocked, or open, already."""

    code = "already-so"
    title = "Состояние уже такое"

    def __init__(self, *, blocked: bool) -> None:
        state = "уже заблокирована" if blocked else "не заблокирована"
        super().__init__(f"Эта учётная запись {state}.")
        self.blocked = blocked


class OwnAccountError(RefusalError):
    """An administrator would shut themselves out."""

    code = "own-account"
    title = "Это ваша учётная запись"
    detail = "Свою учётную запись может заблокировать только другой администратор."
