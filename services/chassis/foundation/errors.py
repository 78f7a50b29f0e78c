"""The three ways a thing can go wrong: refused, accident, already done.

A refusal is permanent and has a sentence for the person; an accident is transient and is retried;
everything else that is raised is a bug. Nothing here knows HTTP bodies or Kafka.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar


@dataclass(frozen=True)
class FieldError:
    """One wrong field: JSON pointer, stable code, Russian sentence (REQUIREMENTS C6)."""

    pointer: str
    code: str
    detail: str


class RefusalError(Exception):
    """A permanent «no» with a reason; subclasses set code, status, title and `detail`.

    `code` is stable and kebab-case; `title` and `detail` are Russian. A `detail` that speaks of
    something in particular is built by the subclass from its arguments.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Действие невозможно"
    passing: ClassVar[bool] = False
    """Whether the same work may succeed in a moment: then it is no reason for a dead letter."""
    detail: str = "Действие невозможно."
    members: Mapping[str, object] = MappingProxyType({})
    """What a program needs beside the words: further members of the problem (RFC 9457)."""

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        retry_after: int | None = None,
    ) -> None:
        """Keep the sentence, the wrong fields and, where waiting helps, the seconds to wait."""
        self.detail = type(self).detail if detail is None else detail
        super().__init__(self.detail)
        self.errors = tuple(errors)
        self.retry_after = retry_after


class NotFoundError(RefusalError):
    """There is no such thing, or it is not yours: the answer is the same."""

    code = "not-found"
    status = 404
    title = "Не найдено"


class InvalidInputError(RefusalError):
    """The payload breaks rules; `errors` names every wrong field at once."""

    code = "invalid-input"
    status = 422
    title = "Проверьте введённые данные"

    def __init__(self, errors: Sequence[FieldError], detail: str | None = None) -> None:
        super().__init__(
            detail or f"Исправьте отмеченные поля: {len(errors)}.",
            errors=errors,
        )


class UnauthenticatedError(RefusalError):
    """No token, or one that is not valid any more."""

    code = "unauthenticated"
    status = 401
    title = "Войдите в личный кабинет"

    def __init__(
        self, detail: str = "Войдите заново: срок входа истёк или вход не выполнен."
    ) -> None:
        super().__init__(detail)


class ForbiddenError(RefusalError):
    """Known, but not allowed."""

    code = "forbidden"
    status = 403
    title = "Недостаточно прав"
    detail = "Это действие вам недоступно."


class NotConfirmedError(ForbiddenError):
    """The service needs a confirmed account (I9)."""

    code = "account-not-confirmed"
    title = "Учётная запись не подтверждена"

    def __init__(self) -> None:
        super().__init__(
            "Услуга доступна после подтверждения личности. Заполните профиль в личном кабинете."
        )


class AccountBlockedError(ForbiddenError):
    """An administrator closed the account of whoever asks."""

    code = "account-blocked"
    title = "Учётная запись заблокирована"

    def __init__(self) -> None:
        super().__init__(
            "Учётная запись заблокирована администратором. Чтобы узнать причину, обратитесь в "
            "службу поддержки."
        )


class OnlyForOneselfError(ForbiddenError):
    """This cannot be done for another, whatever the right."""

    code = "only-for-oneself"
    title = "Только от своего имени"
    detail = "Это действие нельзя выполнить за другого: войдите от своего имени и повторите."


class TooManyRequestsError(RefusalError):
    """Asked too often; `retry_after` seconds help."""

    code = "too-many-requests"
    status = 429
    title = "Слишком много запросов"
    passing = True

    def __init__(self, retry_after: int, detail: str | None = None) -> None:
        super().__init__(
            detail or f"Слишком много запросов. Повторите через {retry_after} с.",
            retry_after=retry_after,
        )


class StaleVersionError(RefusalError):
    """Somebody changed the thing in between; read it again."""

    code = "changed-meanwhile"
    status = 412
    title = "Данные изменились"
    passing = True

    def __init__(self) -> None:
        super().__init__("Данные изменились, пока вы их редактировали. Обновите и повторите.")


class DuplicateError(Exception):
    """Another one has a value that only one may have; what that means, a use case says."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class AccidentError(Exception):
    """A dependency is away or slow. Trying again later is right; nothing was decided."""


class AlreadyHandledError(Exception):
    """This event or timer was handled before, or something newer was: nothing to do."""
