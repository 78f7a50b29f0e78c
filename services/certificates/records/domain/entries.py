"""What a record has, and how it is printed: a line an entry, by the rows of the form (C57)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.forms import russian_date
from services.certificates.catalogue.domain.parts import Source


class EntryKind(StrEnum):
    """What an entry is."""

    EXAM = "exam"
    DIAGNOSIS = "diagnosis"
    PRESCRIPTION = "prescription"
    RESULT = "result"
    VACCINATION = "vaccination"


ROWS: Mapping[EntryKind, str] = {
    EntryKind.EXAM: "exams",
    EntryKind.DIAGNOSIS: "diagnoses",
    EntryKind.PRESCRIPTION: "prescriptions",
    EntryKind.RESULT: "results",
    EntryKind.VACCINATION: "vaccinations",
}
"""The field of a form that entries of a kind fill, where the form has it."""
CONFIRMATION = "conclusion"
"""The field with the mark that the register confirms it (C22)."""


@dataclass(frozen=True)
class Entry:
    """One entry: what, on which day, by whom."""

    kind: EntryKind
    on: date
    title: str
    text: str = ""
    specialty: str | None = None
    doctor: str | None = None
    coding: str | None = None
    examination: str | None = None

    @property
    def line(self) -> str:
        """As it is printed."""
        coding = f" ({self.coding})" if self.coding else ""
        said = f": {self.text}" if self.text else ""
        by = ", ".join(part for part in (self.specialty, self.doctor) if part)
        return f"{russian_date(self.on)} – {self.title}{coding}{said}{f' [{by}]' if by else ''}"


def kinds_for(kind: CertificateType, values: Mapping[str, str]) -> tuple[EntryKind, ...]:
    """What a hospital is asked for: of an extract only what this purpose prints (C32)."""
    if kind.source is not Source.RECORD:
        return tuple(EntryKind)
    printed = {key for key, _ in kind.rows_for(values)}
    return tuple(k for k in EntryKind if ROWS[k] in printed)


def wanted(
    entries: Iterable[Entry], kinds: Collection[EntryKind], first: date, last: date
) -> list[Entry]:
    """What was asked for and nothing else, in the order of the days (C32)."""
    kept = [e for e in entries if e.kind in kinds and first <= e.on <= last]
    return sorted(kept, key=lambda entry: (entry.on, entry.kind, entry.title))


def rows_of(entries: Iterable[Entry]) -> dict[str, str]:
    """What stands in the rows of the form: a line for each entry."""
    rows: dict[str, list[str]] = {}
    for entry in entries:
        rows.setdefault(ROWS[entry.kind], []).append(entry.line)
    return {row: "\n".join(lines) for row, lines in rows.items()}
