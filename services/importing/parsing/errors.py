"""Why a file as a whole cannot be read: stable codes and sentences, told through the process."""

from __future__ import annotations

from typing import ClassVar


class FileRefusedError(Exception):
    """The file is refused, whatever else is in it."""

    code: ClassVar[str]

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class UnknownKindError(FileRefusedError):
    """Neither JSON nor XLSX, and nobody says that it is CSV."""

    code = "import-kind"

    def __init__(self) -> None:
        super().__init__(
            "Это не JSON и не XLSX. Если это CSV, назовите его таблицу параметром table."
        )


class NotJsonError(FileRefusedError):
    """It begins like JSON, and is none."""

    code = "import-json"

    def __init__(self, line: int, column: int) -> None:
        super().__init__(f"Файл не является JSON: строка {line}, знак {column}.")


class ListNeededError(FileRefusedError):
    """A table of JSON that is no list of rows."""

    code = "import-shape"

    def __init__(self, table: str) -> None:
        super().__init__(f"«{table}» должно быть списком строк.")


class NotCsvError(FileRefusedError):
    """A line that no CSV has."""

    code = "import-csv"

    def __init__(self, line: int) -> None:
        super().__init__(f"Файл не читается как CSV: строка {line}.")


class NotAWorkbookError(FileRefusedError):
    """An archive that is no XLSX."""

    code = "import-xlsx"

    def __init__(self) -> None:
        super().__init__("Файл не открывается как книга XLSX. Сохраните его заново в этом формате.")


class TooLargeUnpackedError(FileRefusedError):
    """A small archive with a lot in it."""

    code = "import-too-large-unpacked"

    def __init__(self, most: int) -> None:
        super().__init__(f"Книга в распакованном виде больше {most >> 20} МиБ.")


class TooManyColumnsError(FileRefusedError):
    """More columns than any table has."""

    code = "import-too-many-columns"

    def __init__(self, place: str, most: int) -> None:
        super().__init__(f"{place}: больше {most} столбцов. Уберите лишние.")


class TooManyRowsError(FileRefusedError):
    """More rows than one file may have."""

    code = "import-too-many-rows"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"В файле больше {most} строк. Разделите его: сначала клиники, потом сотрудники, "
            "потом расписания."
        )
