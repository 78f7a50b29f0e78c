"""The refusals and accidents of stored content."""

from __future__ import annotations

from services.chassis.foundation.errors import AccidentError, RefusalError


class ContentChangedError(RefusalError):
    """What is in the storage is not what was put there (D3). Nobody gets it."""

    code = "content-changed"
    title = "Содержимое файла не совпадает с сохранённым"
    detail = (
        "Контрольная сумма файла не сошлась, поэтому он не выдан. "
        "Обратитесь в поддержку и назовите код обращения."
    )


class StorageAwayError(AccidentError):
    """S3 does not answer, or not with what it should."""
