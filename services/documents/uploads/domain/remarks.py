"""What the person should know of an accepted file while another one can still be sent (e3). Pure.

Said of what can be seen here. Whether a scan shows a stamp and a signature of ink, only the doctor
sees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.documents.uploads.domain.files import FileState, StoredFile
from services.documents.uploads.domain.limits import PurposeLimits
from services.documents.uploads.domain.signatures import Signed


@dataclass(frozen=True)
class Remark:
    """What is to be known of a file; `lengthens` the term of an application, if it is attached."""

    code: str
    text: str
    lengthens: bool = False


def remarks_on(limits: PurposeLimits | None, file: StoredFile) -> tuple[Remark, ...]:
    """Everything to be said; without limits (its purpose is no more) what holds of any file."""
    return tuple(_remarks(limits, file))


def _remarks(limits: PurposeLimits | None, file: StoredFile) -> Iterator[Remark]:
    if file.state is FileState.INFECTED:
        yield _INFECTED
        return
    if file.state is FileState.QUARANTINED:
        yield _QUARANTINED
    if limits is not None:
        yield from _of_purpose(limits, file)
    yield from _of_signatures(file)


_QUARANTINED = Remark(
    "file-quarantined",
    "Файл сохранён, но проверка на вредоносные программы сейчас недоступна. Приложить файл к "
    "заявлению можно будет, когда она его проверит: загружать его ещё раз не нужно.",
)
_INFECTED = Remark(
    "file-infected",
    "В файле найдена вредоносная программа, поэтому он удалён. Проверьте компьютер антивирусом и "
    "загрузите документ заново.",
)


def _of_purpose(limits: PurposeLimits, file: StoredFile) -> Iterator[Remark]:
    if limits.clear_dpi is not None and file.dpi is not None and file.dpi < limits.clear_dpi:
        yield Remark(
            "resolution-low",
            f"Разрешение скана {file.dpi} dpi, меньше {limits.clear_dpi} dpi: документ трудно "
            "прочитать, и срок рассмотрения заявления увеличится. Чтобы этого не произошло, "
            "отсканируйте документ с разрешением 300 dpi или сфотографируйте его так, чтобы лист "
            "занимал весь кадр, и загрузите снова.",
            lengthens=True,
        )
    if limits.signed and file.signed is Signed.UNSIGNED:
        yield Remark(
            "signature-missing",
            "Электронной подписи в файле нет. Подпись и печать на скане увидит только врач: если "
            "они неразборчивы, срок рассмотрения заявления увеличится. Если документ выдали с "
            "электронной подписью, загрузите его файл таким, каким вы его получили.",
            lengthens=True,
        )


def _of_signatures(file: StoredFile) -> Iterator[Remark]:
    if file.own_document is not None and not file.own_document.current:
        own = file.own_document
        yield Remark(str(own.standing), f"{own.why} Номер документа: {own.number}.")
    if file.signed not in (Signed.BROKEN, Signed.UNTRUSTED):
        return
    doubtful = [s for s in file.signatures or () if not s.trusted]
    worst = next((s for s in doubtful if s.intact is False), doubtful[0])
    yield Remark(
        str(file.signed),
        f"Подпись «{worst.signer or 'без имени'}»: {_lowered(worst.why)} Файл принят, результат "
        "проверки увидит врач, и срок рассмотрения заявления может увеличиться.",
        lengthens=True,
    )


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
