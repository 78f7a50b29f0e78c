"""What any feature may refuse about an account."""

from __future__ import annotations

from services.chassis.foundation.errors import ForbiddenError, NotFoundError, RefusalError


class AccountNotFoundError(NotFoundError):
    """There is no such account."""

    detail = "Учётная запись не найдена."


class AccountExistsError(RefusalError):
    """Another account has this id."""

    code = "account-exists"
    title = "Учётная запись уже есть"
    detail = "Учётная запись с таким идентификатором уже есть."


class ContactTakenError(RefusalError):
    """An administrator gives a contact that another account uses."""

    code = "contact-taken"
    title = "Контакт уже используется"
    detail = "Этот телефон или e-mail уже принадлежит другой учётной записи."


class DismissedError(ForbiddenError):
    """The account is of staff who were dismissed."""

    code = "staff-dismissed"
    title = "Доступ сотрудника закрыт"
    detail = (
        "Доступ закрыт: в системе отмечено, что вы больше не работаете. Если это ошибка, "
        "обратитесь к администратору клиники."
    )


class StaffElsewhereError(ForbiddenError):
    """The member of staff works elsewhere, too: only the platform's administrator may."""

    code = "staff-elsewhere"
    title = "Сотрудник работает не только у вас"
    detail = (
        "Сотрудник работает и там, где вы не администратор: это может сделать администратор "
        "платформы. Должности в вашей клинике вы можете назначать и снимать сами."
    )
