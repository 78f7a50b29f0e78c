"""What any feature may refuse about an account."""

from __future__ import annotations

from services.chassis.foundation.errors import NotFoundError, RefusalError


class AccountNotFoundError(NotFoundError):
    """There is no such account."""

    detail = "Учётная запись не найдена."


class ContactTakenError(RefusalError):
    """An administrator gives a contact that another account uses."""

    code = "contact-taken"
    title = "Контакт уже используется"
    detail = "Этот телефон или e-mail уже принадлежит другой учётной записи."
