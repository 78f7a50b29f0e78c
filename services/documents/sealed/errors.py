"""The refusals and accidents of sealed documents."""

from __future__ import annotations

from services.chassis.foundation.errors import AccidentError, NotFoundError, RefusalError


class NoSuchDocumentError(NotFoundError):
    """No such document of this citizen's: not there or not theirs, in the same words."""

    detail = "Такого документа нет или у вас нет к нему доступа."


class NotSealedYetError(RefusalError):
    """The document is still being made, or could not be made."""

    code = "document-not-sealed"
    title = "Документ ещё не готов"
    detail = "Документ ещё не подписан. Мы сообщим, когда он будет готов."


class NotAPdfError(RefusalError):
    """The public check takes PDF files only."""

    code = "not-a-pdf"
    status = 415
    title = "Это не PDF"
    detail = (
        "Проверить можно только PDF-файл, полученный на портале. Он передаётся телом запроса "
        "целиком (Content-Type: application/pdf), без формы."
    )


class AnothersDocumentError(RefusalError):
    """An order for what another owner has a document of: it would make that one «replaced»."""

    code = "document-of-another"
    title = "Документ принадлежит другому человеку"
    detail = "Прежнее издание этого документа принадлежит другому человеку."


class CannotSealError(RefusalError):
    """This document cannot be sealed as asked, now or later. The reason goes into the event."""

    code = "sealing-failed"
    title = "Документ не удалось подписать"

    def __init__(self, reason_code: str, reason: str) -> None:
        super().__init__(reason)
        self.reason_code = reason_code


class NoActError(CannotSealError):
    """The doctor's own act does not allow a signature under this document (K5)."""


class SealingAwayError(AccidentError):
    """The time-stamp authority or the organisation's key is away."""
