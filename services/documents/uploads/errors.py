"""The refusals of uploads. Each says what is accepted and what to do (e2, e3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from services.chassis.foundation.errors import (
    AccidentError,
    FieldError,
    InvalidInputError,
    NotFoundError,
    RefusalError,
    TooManyRequestsError,
)

_ACCEPTED = "Принимаются PDF, JPG и PNG."
_CONVERT = "Преобразуйте документ в PDF или JPG и загрузите его снова."


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / (1024 * 1024):.1f}".rstrip("0").rstrip(".").replace(".", ",") + " МБ"


class FileRefusedError(RefusalError):
    """The uploaded file is not taken. The caller keeps everything else that was entered."""

    code = "file-refused"
    status = 422
    title = "Файл не принят"

    def __init__(self, detail: str | None = None, *, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.errors = tuple(errors) or (FieldError("/file", self.code, self.detail),)


class FileTypeNotAllowedError(FileRefusedError):
    """Neither PDF, nor JPEG, nor PNG by its content (n1, n2)."""

    code = "file-type-not-allowed"
    status = 415
    title = "Такой тип файла не принимается"
    detail = f"По содержимому это не PDF, не JPG и не PNG. {_ACCEPTED} {_CONVERT}"


class FileTooLargeError(FileRefusedError):
    """More bytes than the purpose allows (n1, n3)."""

    code = "file-too-large"
    status = 413
    title = "Файл слишком большой"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"Файл больше {megabytes(limit)}. {_ACCEPTED} Уменьшите размер: сохраните документ "
            "в PDF или JPG с меньшим качеством или разделите его на части."
        )


class FileEmptyError(FileRefusedError):
    """No bytes at all."""

    code = "file-empty"
    title = "Файл пуст"
    detail = f"Файл пуст. {_ACCEPTED} Выберите файл заново."


class FileBrokenError(FileRefusedError):
    """It begins like an allowed type, but cannot be read as one."""

    code = "file-broken"
    title = "Файл повреждён"

    def __init__(self, kind: str) -> None:
        super().__init__(f"Файл не читается как {kind}: он повреждён. {_ACCEPTED} {_CONVERT}")


class PdfEncryptedError(FileRefusedError):
    """A PDF with a password or with restrictions."""

    code = "pdf-encrypted"
    title = "PDF защищён"
    detail = (
        f"PDF защищён паролем или ограничениями. {_ACCEPTED} "
        "Снимите защиту («Печать» → «Сохранить как PDF») и загрузите файл снова."
    )


class PdfActiveContentError(FileRefusedError):
    """A PDF that does more than show pages."""

    code = "pdf-active-content"
    title = "PDF содержит активное содержимое"

    def __init__(self, what: str, *, signed: bool = False) -> None:
        printing = "Распечатайте документ в PDF («Печать» → «Сохранить как PDF»)"
        if signed:
            printing = (
                "Если это справка с портала, загрузите её файл без изменений. Другой документ "
                "распечатайте в PDF (без электронной подписи)"
            )
        super().__init__(
            f"В PDF есть {what}: такие файлы не принимаются. {_ACCEPTED} "
            f"{printing} и загрузите его снова."
        )
        self.what = what


class PdfSignedUnclearError(FileRefusedError):
    """A signed PDF is kept to the byte, and this one has more than one reading."""

    code = "pdf-signed-unclear"
    title = "Подписанный PDF нельзя принять"
    detail = (
        "PDF подписан, поэтому хранится без изменений, но он повреждён или изменён после "
        f"подписания. {_ACCEPTED} Загрузите файл таким, каким его выдал подписавший, или "
        "скан документа."
    )


class FileTooComplexError(FileRefusedError):
    """Examining it takes more work than a scanned document ever does."""

    code = "file-too-complex"
    title = "Файл слишком сложный"
    detail = (
        f"Проверка файла требует слишком много работы. {_ACCEPTED} Отсканируйте документ "
        "заново или сохраните его в PDF через «Печать» и загрузите снова."
    )


class ImageTooLargeError(FileRefusedError):
    """More pixels than we decode."""

    code = "image-too-large"
    title = "Слишком большое изображение"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"В изображении больше {limit // 1_000_000} мегапикселей. {_ACCEPTED} "
            "Отсканируйте страницу с разрешением 300 dpi или сохраните её в PDF или JPG."
        )


class TooManyPagesError(FileRefusedError):
    """More pages than the purpose allows."""

    code = "too-many-pages"
    title = "Слишком много страниц"

    def __init__(self, pages: int, limit: int) -> None:
        super().__init__(
            f"В файле {pages} стр., допустимо не больше {limit}. {_ACCEPTED} "
            "Разделите документ на части."
        )


class ResolutionTooLowError(FileRefusedError):
    """Measured fewer dots per inch than the purpose needs (n3, e3)."""

    code = "resolution-too-low"
    title = "Недостаточное разрешение скана"

    def __init__(self, dpi: int, needed: int) -> None:
        super().__init__(
            f"Разрешение скана {dpi} dpi, нужно не меньше {needed} dpi. {_ACCEPTED} "
            f"Отсканируйте документ заново с разрешением {needed} dpi и сохраните в PDF или JPG. "
            f"Снимок страницы A4 должен быть не меньше {round(needed * 8.27)} × "
            f"{round(needed * 11.69)} точек."
        )


class ResolutionUnknownError(FileRefusedError):
    """The purpose needs scans, and a page of the file has none (n3, e3)."""

    code = "resolution-unknown"
    title = "Разрешение скана неизвестно"

    def __init__(self, needed: int) -> None:
        super().__init__(
            f"В файле есть страница без скана, нужен скан не меньше {needed} dpi. {_ACCEPTED} "
            f"Отсканируйте документ с разрешением {needed} dpi и сохраните в PDF или JPG."
        )


class FileBreaksRulesError(FileRefusedError):
    """Several rules of the purpose at once: each is in `errors`."""

    code = "file-breaks-rules"

    def __init__(self, refusals: Sequence[FileRefusedError]) -> None:
        super().__init__(
            " ".join(r.detail for r in refusals), errors=[e for r in refusals for e in r.errors]
        )


class UploadQuotaError(TooManyRequestsError):
    """One person has stored as much in a month as the installation keeps of anybody."""

    code = "upload-quota-exceeded"
    title = "Загружено слишком много файлов"

    def __init__(self, files: int, size: int, again: date, retry_after: int) -> None:
        super().__init__(
            retry_after,
            f"За месяц можно загрузить не больше {files} файлов общим размером {megabytes(size)}. "
            f"Загрузить новые можно с {again:%d.%m.%Y}. Уже загруженные файлы сохранены, их можно "
            "приложить к заявлению.",
        )


class FileInfectedError(FileRefusedError):
    """Malware was found in it: nothing of it is kept (C9)."""

    code = "file-infected"
    title = "В файле вредоносная программа"
    detail = (
        "В файле найдена вредоносная программа, поэтому он не сохранён. Проверьте компьютер "
        f"антивирусом и загрузите документ заново. {_ACCEPTED}"
    )


class FileQuarantinedError(RefusalError):
    """Nobody has scanned it yet, so it is given to nobody (C9)."""

    code = "file-quarantined"
    title = "Файл ещё проверяется"
    detail = (
        "Файл ещё не проверен на вредоносные программы, поэтому его нельзя ни открыть, ни "
        "приложить. Проверка повторяется сама: зайдите через несколько минут."
    )

    def __init__(self) -> None:
        super().__init__(retry_after=60)


class OthersResultError(RefusalError):
    """The result of one person's examination is no other's."""

    code = "result-of-another"
    title = "Это результат другого пациента"
    detail = "Файл уже приложен как результат обследования другого пациента."


class NoFileError(InvalidInputError):
    """The form has no field `file`, or not exactly one."""

    def __init__(self) -> None:
        super().__init__(
            [FieldError("/file", "missing", f"Приложите ровно один файл. {_ACCEPTED}")]
        )


class UnknownPurposeError(InvalidInputError):
    """There are no limits for such a purpose, so nothing can be checked."""

    def __init__(self, known: Mapping[str, str]) -> None:
        listed = ", ".join(f"{code} ({title})" for code, title in sorted(known.items()))
        super().__init__(
            [FieldError("/purpose", "enum", f"Неизвестное назначение файла. Возможны: {listed}.")]
        )


class NotAFormError(RefusalError):
    """The body is not a whole `multipart/form-data`."""

    code = "not-a-form"
    status = 400
    title = "Файл не дошёл"
    detail = (
        "Форма с файлом пришла не полностью или не по формату: нужен multipart/form-data "
        f"с полями file и purpose. {_ACCEPTED}"
    )


class NoSuchFileError(NotFoundError):
    """No such file for this reader: whether it is not there or not theirs, in the same words."""

    detail = "Такого файла нет или у вас нет к нему доступа."


class ScannerAwayError(AccidentError):
    """The scanner for malware does not answer, or not with a verdict."""


class InspectionAwayError(AccidentError):
    """No process for inspections can be had now; the file is not the reason."""
