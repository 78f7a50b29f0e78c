"""The refusals about what is stored and sealed, and what is away."""

from __future__ import annotations

from services.chassis.foundation.errors import AccidentError, NotFoundError, RefusalError


class ContentChangedError(RefusalError):
    """What is in the storage is not what was put there (D3). Nobody gets it."""

    code = "content-changed"
    title = "Содержимое файла не совпадает с сохранённым"

    def __init__(self) -> None:
        """Say that support knows what to do."""
        super().__init__(
            "Контрольная сумма файла не сошлась, поэтому он не выдан. "
            "Обратитесь в поддержку и назовите код обращения."
        )


class NoSuchFileError(NotFoundError):
    """No such file for this reader."""

    def __init__(self) -> None:
        """The same words, whether it is not there or not theirs."""
        super().__init__("Такого файла нет или у вас нет к нему доступа.")


class NoSuchDocumentError(NotFoundError):
    """No such document of this citizen's."""

    def __init__(self) -> None:
        """The same words, whether it is not there or not theirs."""
        super().__init__("Такого документа нет или у вас нет к нему доступа.")


class NotSealedYetError(RefusalError):
    """The document is still being made, or could not be made."""

    code = "document-not-sealed"
    title = "Документ ещё не готов"

    def __init__(self) -> None:
        """Say what happens next."""
        super().__init__("Документ ещё не подписан. Мы сообщим, когда он будет готов.")


class NotAPdfError(RefusalError):
    """The public check takes PDF files only."""

    code = "not-a-pdf"
    status = 415
    title = "Это не PDF"

    def __init__(self) -> None:
        """Say what can be checked."""
        super().__init__(
            "Проверить можно только PDF-файл, полученный на портале. Он передаётся телом запроса "
            "целиком (Content-Type: application/pdf), без формы."
        )


class CannotSealError(RefusalError):
    """This document cannot be sealed as asked, now or later. The reason goes into the event."""

    code = "sealing-failed"
    title = "Документ не удалось подписать"

    def __init__(self, reason_code: str, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason_code = reason_code


class StorageAwayError(AccidentError):
    """S3 does not answer, or not with what it should."""


class SealingAwayError(AccidentError):
    """The time-stamp authority or the organisation's key is away."""


class InspectionAwayError(AccidentError):
    """No process for inspections can be had now; the file is not the reason."""
