"""What is refused about an installation."""

from __future__ import annotations

from services.chassis.foundation.errors import RefusalError


class AdministratorThereError(RefusalError):
    """The platform has an administrator, who makes the others."""

    code = "administrator-there"
    title = "Администратор уже есть"
    detail = (
        "Администратор платформы уже есть: остальных заводит он. Забытый пароль он меняет сам, "
        "через восстановление доступа."
    )
