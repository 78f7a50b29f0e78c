"""What a document looks like, as data: title, rows, header, footer, where marks go.

A layout knows nothing of its values and draws nothing. Equal layouts share one template.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.sealing.errors import ValuesDoNotMatchLayoutError
from services.sealing.text import normalised


@dataclass(frozen=True)
class Row:
    """One row of the table: the key of its value, the label left of it, how many lines fit."""

    key: str
    label: str
    lines: int = 1


@dataclass(frozen=True)
class Layout:
    """A fixed form.

    Args:
        name: a short identifier, used in the XML and in messages.
        title: the heading and, with the number, the title in the metadata.
        rows: the table.
        organisation: who issues it, printed at the top. Empty: no line.
        head: the key of a value that is printed as the first line; it has no row. Empty: none.
        person: the key of the row with the person whom it is about, repeated on further pages.
        details: licence, ИНН, ОГРН and the like, printed under the organisation.
        number_line: printed under the title; `{number}` and `{date}` are filled in. Empty: no line.
        footer: legal notes at the bottom.
        attachment: the name of the embedded XML; None for a document without one.
        doctor_signs: whether a doctor signs before the organisation seals.
        stamp: whether the portal's mark of the electronic signatures is drawn (C25).
        check_line: printed above the footer; `{url}` is the address in the QR code. Empty: no line.
    """

    name: str
    title: str
    rows: tuple[Row, ...]
    organisation: str
    details: str = ""
    number_line: str = "№ {number} от {date}"
    footer: str = ""
    attachment: str | None = "certificate.xml"
    doctor_signs: bool = True
    stamp: bool = True
    check_line: str = "Проверить подлинность: {url}"
    head: str = ""
    person: str = ""

    def __post_init__(self) -> None:
        keys = [row.key for row in self.rows]
        if len(set(keys)) != len(keys):
            msg = f"layout {self.name}: duplicate row keys"
            raise ValueError(msg)

    def check(self, values: Mapping[str, str]) -> None:
        """Make sure that the values are exactly the rows (C32: nothing more is printed).

        Raises:
            ValuesDoNotMatchLayoutError: naming what lacks and what is too much.
        """
        keys = {row.key for row in self.rows} | ({self.head} if self.head else set())
        if values.keys() != keys:
            raise ValuesDoNotMatchLayoutError(keys - values.keys(), values.keys() - keys)


def certificate_layout(
    name: str,
    title: str,
    fields: Sequence[tuple[str, str]],
    *,
    organisation: str,
    details: str = "",
    footer: str = "",
    long_fields: Mapping[str, int] | None = None,
    person: str = "",
    doctor_signs: bool = True,
) -> Layout:
    """A medical certificate from data: `fields` are (key, label), `long_fields` key → lines.

    Raises:
        UnprintableTextError: if a text has characters that no font of ours shows.
    """
    lines = long_fields or {}
    return Layout(
        name=name,
        title=normalised(title),
        rows=tuple(Row(key, normalised(label), lines.get(key, 1)) for key, label in fields),
        organisation=normalised(organisation),
        details=normalised(details),
        footer=normalised(footer),
        person=person,
        doctor_signs=doctor_signs,
    )


TALON = Layout(
    name="talon",
    title="Талон на приём к врачу",
    rows=(
        Row("patient", "Пациент", 2),
        Row("specialty", "Специальность врача", 2),
        Row("time", "Дата и время приёма"),
        Row("clinic", "Поликлиника и адрес", 3),
        Row("id", "Номер записи"),
    ),
    organisation="",
    number_line="",
    attachment=None,
    doctor_signs=False,
    stamp=False,
    check_line="",
    head="clinic_name",
    person="patient",
)
"""The appointment's confirmation: the five things of A7 under the name of the visit's clinic, and a
QR code (A6). Whose seal it is stands in the signature: the sealing clinic may be another one."""
