"""Why a document is not mailed; each says what to do instead."""

from __future__ import annotations

from services.chassis.foundation.errors import RefusalError


class NoAddressError(RefusalError):
    """No proved e-mail address."""

    code = "no-email"
    title = "Нет подтверждённой почты"
    detail = (
        "В личном кабинете нет подтверждённого адреса почты. Добавьте его в разделе «Контакты» и "
        "повторите; талон можно скачать и сейчас."
    )


class NotByMailError(RefusalError):
    """Only talons leave by e-mail."""

    code = "not-by-email"
    title = "Этот документ по почте не отправляется"
    detail = "По почте отправляется только талон: в справке есть сведения о здоровье. Скачайте её."


class VoidTalonError(RefusalError):
    """The talon does not count any more."""

    code = "talon-void"
    title = "Талон недействителен"

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason} Отправлять его незачем.")


class TooLargeToMailError(RefusalError):
    """More bytes than a letter of ours may have."""

    code = "too-large-to-mail"
    title = "Документ слишком большой для письма"

    def __init__(self, at_most: int) -> None:
        super().__init__(
            f"По почте отправляются документы не больше {at_most // 1024} КБ. Этот можно скачать."
        )
