"""What is refused of an import as a whole; of a row, its own errors say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.chassis.foundation.errors import AccidentError, NotFoundError, RefusalError


class ImportNotFoundError(NotFoundError):
    """No such import, or another administrator's."""

    code = "import-not-found"
    detail = "Такой загрузки нет."


class ImportEmptyError(RefusalError):
    """A body without a byte."""

    code = "import-empty"
    status = 422
    title = "Файл пуст"
    detail = "Передайте файл телом запроса: JSON, XLSX или CSV."


class ImportRefusedError(RefusalError):
    """The file cannot be read; `code` is the worker's."""

    status = 422
    title = "Файл не принят"

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code  # type: ignore[misc] # what is wrong, the process that read it says


class ReadingAwayError(AccidentError):
    """The system gives no process to read files with."""


class ReadingFailedError(ImportRefusedError):
    """The process that read the file died of it."""

    def __init__(self) -> None:
        super().__init__(
            "import-too-complex",
            "Файл слишком велик или слишком сложно устроен, прочитать его не удалось. "
            "Разделите его на несколько.",
        )


class UnknownTableError(ImportRefusedError):
    """A list or a sheet that no door takes."""

    def __init__(self, title: str, known: Mapping[str, str]) -> None:
        names = ", ".join(f"{name} («{title}»)" for name, title in known.items())
        super().__init__("import-unknown-table", f"Таблицы «{title}» нет. Есть: {names}.")


class UnknownColumnError(ImportRefusedError):
    """Columns that a table does not have."""

    def __init__(self, place: str, unknown: Sequence[str], known: Sequence[str]) -> None:
        super().__init__(
            "import-unknown-column",
            f"{place}: неизвестные столбцы: {', '.join(unknown)}. Есть: {', '.join(known)}.",
        )
