"""What is refused about connecting an app."""

from __future__ import annotations

from services.chassis.foundation.errors import FieldError, NotFoundError, RefusalError


class AuthenticatorThereError(RefusalError):
    """The account has an authenticator."""

    code = "authenticator-there"
    title = "Приложение уже подключено"
    detail = "Приложение-аутентификатор уже подключено. Сначала отключите его кодом из него."


class NoAuthenticatorError(NotFoundError):
    """The account has none."""

    detail = "Приложение-аутентификатор не подключено."


class EnrolmentNotFoundError(NotFoundError):
    """Nothing is being connected, or not any more."""

    detail = "Подключение приложения не начато или устарело. Начните заново."


class WrongAppCodeError(RefusalError):
    """Not the code that the app shows now, or one that was used."""

    code = "wrong-code"
    status = 422
    title = "Код не подходит"

    def __init__(self) -> None:
        detail = (
            "Код не подходит или уже использован. Введите тот, что приложение показывает сейчас, "
            "и проверьте часы на устройстве."
        )
        super().__init__(detail, errors=[FieldError("/code", self.code, detail)])
