"""Files given for requirements, and what makes a file wrong for one (d1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.parts import Requirement
from services.certificates.known.domain.people import KnownFile
from services.chassis.foundation.errors import FieldError


@dataclass(frozen=True)
class Given:
    """A file given for a requirement; without a file: what was given before is taken away."""

    requirement: str
    file_id: str | None


def given_errors(
    kind: CertificateType, files: Mapping[str, KnownFile], given: Sequence[Given]
) -> list[FieldError]:
    """What is wrong with the files given: unknown, of the wrong sort, too many (d1)."""
    errors: list[FieldError] = []
    for index, item in enumerate(given):
        at = f"/attachments/{index}"
        requirement = kind.requirement(item.requirement)
        if requirement is None:
            errors.append(
                FieldError(f"{at}/requirement", "unknown-requirement", "Такого документа не нужно.")
            )
        elif item.file_id is not None:
            found = _wrong_file(requirement, files.get(item.file_id))
            errors += [FieldError(f"{at}/file_id", *found)] if found else []
    for requirement in kind.requirements:
        count = sum(g.requirement == requirement.code and g.file_id is not None for g in given)
        if count > requirement.max_files:
            detail = f"«{requirement.title}»: не больше {requirement.max_files} файлов."
            errors.append(FieldError("/attachments", "too-many-files", detail))
    return errors


def _wrong_file(requirement: Requirement, file: KnownFile | None) -> tuple[str, str] | None:
    if file is None:
        return "file-not-ready", "Файл ещё проверяется или не найден."
    if requirement.purpose is not None and file.purpose != requirement.purpose:
        return "file-purpose", f"Загрузите файл заново с назначением «{requirement.purpose}»."
    if file.media_type not in requirement.media_types:
        return "file-type", "Файл этого вида не подходит. Преобразуйте его в PDF или JPG."
    if file.size > requirement.max_bytes:
        limit = requirement.max_bytes / 1024 / 1024
        return "file-too-large", f"Файл больше {limit:g} МБ."
    if _too_coarse(requirement, file):
        return "file-dpi", f"Разрешение скана должно быть не ниже {requirement.min_dpi} dpi."
    return file.proof.objection() if requirement.signed else None


def _too_coarse(requirement: Requirement, file: KnownFile) -> bool:
    """A document that is one by its signatures need not be a scan (n3, C41)."""
    if requirement.min_dpi is None or (file.dpi is None and file.proof.electronic):
        return False
    return (file.dpi or 0) < requirement.min_dpi


def known_files(
    given: Sequence[Given], files: Mapping[str, KnownFile]
) -> list[tuple[str, KnownFile]]:
    """The files given, each with the requirement that it answers."""
    return [(g.requirement, files[g.file_id]) for g in given if g.file_id is not None]


def ids_of(given: Iterable[Given]) -> set[str]:
    """The files given."""
    return {g.file_id for g in given if g.file_id is not None}
