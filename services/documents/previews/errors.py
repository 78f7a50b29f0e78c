"""The refusals of previews."""

from __future__ import annotations

from services.chassis.foundation.errors import NotFoundError, RefusalError


class NoSuchPreviewError(NotFoundError):
    """Not there, over, or another doctor's: in the same words."""

    detail = (
        "Предпросмотра нет. Заказан только что – повторите через секунду; иначе закажите заново: "
        "он хранится сутки и виден только врачу, который его заказал."
    )


class NotRenderedYetError(RefusalError):
    """It is still being made."""

    code = "preview-not-ready"
    title = "Предпросмотр ещё не готов"
    detail = "Предпросмотр ещё готовится. Повторите через секунду."

    def __init__(self) -> None:
        super().__init__(retry_after=1)


class NotPrintableError(RefusalError):
    """The form cannot be printed as it is: what the certificate would fail with, said before."""

    code = "preview-failed"
    title = "Справку не удалось напечатать"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
