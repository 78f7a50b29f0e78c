"""The versions of a type: immutable texts; and its head, which says which one counts now (C1).

A version is kept to the letter as it was written. An application keeps the number of the one that
it began with, so nothing that is published, retired or taken back changes an open application.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from services.certificates.catalogue.errors import AlreadyRetiredError, NotRetiredError

LONGEST_TEXT = 64_000
"""Characters: eight times the longest type of the software."""


class Deed(StrEnum):
    """What was done to a type."""

    INSTALLED = "installed"
    PUBLISHED = "published"
    RETIRED = "retired"
    REINSTATED = "reinstated"


DEED_LABELS = {
    Deed.INSTALLED: "Поставлена с программой",
    Deed.PUBLISHED: "Опубликована версия",
    Deed.RETIRED: "Приём заявлений прекращён",
    Deed.REINSTATED: "Приём заявлений возобновлён",
}


@dataclass(frozen=True)
class Change:
    """A line of a type's history: who did what when and why; the software has no name."""

    at: datetime
    deed: Deed
    number: int
    by: str | None = None
    reason: str | None = None

    @property
    def made(self) -> bool:
        """Whether it made a version."""
        return self.deed in {Deed.INSTALLED, Deed.PUBLISHED}


@dataclass(frozen=True)
class Edition:
    """One version of a type as it was written. It never changes."""

    id: str
    code: str
    number: int
    text: str
    at: datetime
    by: str | None = None
    reason: str | None = None

    @classmethod
    def of(cls, code: str, number: int, text: str, change: Change) -> Edition:
        """The version of that number."""
        return cls(
            edition_id(code, number), code, number, text, change.at, change.by, change.reason
        )


@dataclass(frozen=True)
class Head:
    """What counts of a type now. `id` is its code.

    `specialties` are those of all versions, so that no open application is hidden from its doctors.
    `files` are the digests of the software's files that were seen: none is installed twice, and an
    older replica does not bring an older file back. `edited`: an administrator has published.
    """

    id: str
    latest: int
    specialties: tuple[str, ...]
    revision: int = 0
    version: int = 0
    retired: bool = False
    edited: bool = False
    files: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def since(self) -> datetime:
        """When the version that counts became so."""
        return next(c.at for c in reversed(self.changes) if c.number == self.latest and c.made)

    def published(
        self, specialties: tuple[str, ...], *, by: str, reason: str, now: datetime
    ) -> Head:
        """The head with its next version."""
        change = Change(now, Deed.PUBLISHED, self.latest + 1, by, reason)
        return replace(self._next(specialties, change), edited=True)

    def supplied(self, specialties: tuple[str, ...], digest: str, *, now: datetime) -> Head:
        """The head with the software's newer file as its next version; nobody has edited it."""
        change = Change(now, Deed.INSTALLED, self.latest + 1)
        return replace(self._next(specialties, change), files=(*self.files, digest))

    def retire(self, *, by: str, reason: str, now: datetime) -> Head:
        """The type takes no new applications.

        Raises:
            AlreadyRetiredError: it takes none already.
        """
        if self.retired:
            raise AlreadyRetiredError
        change = Change(now, Deed.RETIRED, self.latest, by, reason)
        return replace(self, retired=True, changes=(*self.changes, change))

    def reinstate(self, *, by: str, reason: str, now: datetime) -> Head:
        """The type takes applications again.

        Raises:
            NotRetiredError: it takes them already.
        """
        if not self.retired:
            raise NotRetiredError
        change = Change(now, Deed.REINSTATED, self.latest, by, reason)
        return replace(self, retired=False, changes=(*self.changes, change))

    def _next(self, specialties: tuple[str, ...], change: Change) -> Head:
        return replace(
            self,
            latest=change.number,
            specialties=tuple(dict.fromkeys((*self.specialties, *specialties))),
            changes=(*self.changes, change),
        )


def first_head(code: str, specialties: tuple[str, ...], change: Change, *files: str) -> Head:
    """The head of a type with its first version."""
    edited = change.deed is Deed.PUBLISHED
    return Head(code, 1, specialties, edited=edited, files=files, changes=(change,))


def edition_id(code: str, number: int) -> str:
    """The id of a version."""
    return f"{code}:{number}"


def digest(text: str) -> str:
    """What tells one text from another."""
    return sha256(text.encode()).hexdigest()
