"""The refusals of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.chassis.foundation.errors import FieldError, NotFoundError, RefusalError


class UnknownTypeError(NotFoundError):
    """The catalogue has no such type, or it takes no applications any more."""

    code = "unknown-type"
    detail = "Такой справки нет в каталоге."


class UnknownVersionError(NotFoundError):
    """The type has no version of that number."""

    code = "unknown-version"
    detail = "У этой справки нет такой версии."


class TypeExistsError(RefusalError):
    """Another type has that code; codes are never used again."""

    code = "type-exists"
    title = "Код уже занят"
    detail = "Справка с таким кодом уже есть. Опубликуйте её новую версию или выберите другой код."


class AlreadyRetiredError(RefusalError):
    """It takes no applications already."""

    code = "type-retired"
    title = "Приём заявлений уже прекращён"
    detail = "Новые заявления на эту справку уже не принимаются."


class NotRetiredError(RefusalError):
    """It takes applications already."""

    code = "type-not-retired"
    title = "Заявления принимаются"
    detail = "Заявления на эту справку и так принимаются."


class SameTextError(RefusalError):
    """The version that counts says the same."""

    code = "type-unchanged"
    title = "Ничего не изменилось"
    detail = "Текст совпадает с действующей версией. Новая версия не нужна."


class TypesOnlyByPlatformError(RefusalError):
    """Only an administrator of the whole platform changes the catalogue."""

    code = "platform-administrator-only"
    status = 403
    title = "Недостаточно прав"
    detail = "Каталог справок меняет только администратор всей платформы."


@dataclass(frozen=True)
class PlacedError(FieldError):
    """What is wrong in the text of a type, and where it stands; lines and columns begin with 1."""

    line: int | None = None
    column: int | None = None


class BrokenTypeError(RefusalError):
    """The text is no type: says everything that is wrong in it, with line, column and reason."""

    code = "type-broken"
    status = 422
    title = "Описание справки с ошибками"

    def __init__(self, faults: Sequence[PlacedError]) -> None:
        super().__init__(f"Исправьте описание справки: ошибок {len(faults)}.", errors=faults)


class BadDataFileError(Exception):
    """A data file is missing or wrong; says which, and what is wrong in it."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")
