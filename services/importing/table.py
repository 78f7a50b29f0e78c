"""What a service tells of a table that it takes: its columns, a form for a row, and its rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.foundation.errors import FieldError
from services.chassis.foundation.text import hyphens, line
from services.chassis.work.transactions import Transaction

TITLES: Mapping[str, str] = {
    "clinics": "Клиники",
    "rooms": "Кабинеты",
    "staff": "Сотрудники",
    "timetables": "Расписания",
    "absences": "Отсутствия",
    "closed_days": "Закрытые дни",
}
"""Every table that any door takes, in the order in which they are applied."""


Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""The id of a clinic or of a member of staff, as rows name it."""


class Row(BaseModel):
    """What a form of a row is: a column that is no field is an error; a number may be a text."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Outcome(StrEnum):
    """What becomes of a row."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Importer:
    """Who sent the file; `clinics` None: an administrator of the platform."""

    account_id: str
    clinics: frozenset[str] | None

    def may(self, clinic_id: str | None) -> bool:
        """Whether rows of this clinic are theirs (None: of no clinic)."""
        return self.clinics is None or clinic_id in self.clinics


@dataclass(frozen=True)
class Decision:
    """What becomes of a row, or all that is wrong with it."""

    outcome: Outcome
    errors: tuple[FieldError, ...] = ()

    @classmethod
    def refused(cls, *errors: FieldError) -> Decision:
        """Not this one."""
        return cls(Outcome.REFUSED, errors)


class Rules(Protocol):
    """What a service makes of the rows of one table."""

    async def put(
        self, tx: Transaction, forms: Sequence[Any], by: Importer, coming: AbstractSet[str]
    ) -> Sequence[Decision]:
        """Write what is new or different, and tell it; say of each row what it was.

        Rows are checked by being put, in a transaction that is then given up: what is refused here
        is refused in the check, too. `coming` are marks that rows stand on (`Table.needs`) and
        that an earlier table of the file brings: in the check nobody has written them yet. Read
        for many rows at a time; what a unique index alone would see comes late, and a row apart.
        """
        ...


@dataclass(frozen=True)
class Columns:
    """How the columns of a table are called."""

    form: type[BaseModel]
    titles: Mapping[str, str]
    """Field → how its column is called in Russian; both names are taken.

    `licence.number` is a column for a part of a field that JSON has as an object."""

    def fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The cells of a row by field; what nobody knows keeps its title, to be refused."""
        found: dict[str, Any] = {}
        for title, value in values.items():
            field, _, part = self._known.get(folded(title), title).partition(".")
            if part and isinstance(found.setdefault(field, {}), dict):
                found[field][part] = value
            else:
                found[field] = value
        return found

    def unknown(self, columns: Sequence[str]) -> list[str]:
        """The titles that are no column of this table."""
        return [title for title in columns if folded(title) not in self._known]

    @cached_property
    def _known(self) -> Mapping[str, str]:
        names = {folded(field): field for field in (*self.form.model_fields, *self.titles)}
        return names | {folded(title): field for field, title in self.titles.items()}


@dataclass(frozen=True)
class Table:
    """One table of a file, as its door takes it."""

    name: str
    form: type[BaseModel]
    titles: Mapping[str, str]
    """As in `Columns`."""
    rules: Rules
    marks: Callable[[Any], Sequence[str]]
    """What no two rows of a file may share (`staff:doctor-1`, `phone:+7…`); the first is its key.

    Of the whole file, so each begins with what it is a mark of."""
    needs: Callable[[Any], Sequence[str]] = lambda _: ()
    """Marks that the row stands on: in the store, or in an earlier table of the file."""

    def fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The cells of a row by field; see `Columns.fields`."""
        return self._columns.fields(values)

    def unknown(self, columns: Sequence[str]) -> list[str]:
        """The titles that are no column of this table."""
        return self._columns.unknown(columns)

    @cached_property
    def _columns(self) -> Columns:
        return Columns(self.form, self.titles)


@lru_cache(maxsize=1024)
def folded(title: str) -> str:
    """A title as it is compared: «Дата  рождения», «дата рождения» and `дата_рождения` are one."""
    return line(hyphens(title)).casefold().replace("ё", "е").replace("_", " ").strip(" *:")


def table_name(title: str) -> str | None:
    """The table that a sheet or a list is called after, in either language."""
    wanted = folded(title)
    names = {folded(word): name for name, russian in TITLES.items() for word in (name, russian)}
    return names.get(wanted)
