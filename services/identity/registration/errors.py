"""What is refused at the end of a registration."""

from __future__ import annotations

from services.chassis.foundation.errors import RefusalError
from services.identity.passwords.errors import RECOVERY


class AccountExistsError(RefusalError):
    """The contact has an account. Said only to those who proved that the contact is theirs."""

    code = "account-exists"
    title = "Учётная запись уже есть"
    detail = f"С этим номером или адресом уже есть учётная запись. Войдите с её паролем. {RECOVERY}"
