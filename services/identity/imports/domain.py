"""Rows of clinics, rooms and staff as they stand in a file: as JSON has them, or as people type.

What a row must say is the rule of the clinic or of the member of staff; here is only how it is
written. Refuses what is no field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from contracts.specialties import SPECIALTIES
from services.identity.accounts.domain import email_of, phone_of
from services.identity.clinics.domain import (
    ClinicForm,
    EmergencyForm,
    HoursForm,
    PermitForm,
    RoomForm,
)
from services.identity.staff.domain import (
    PostForm,
    PracticeForm,
    StaffForm,
)
from services.importing.table import Key, Row, folded
from services.importing.texts import listed, records, weekly

_ROLES: Mapping[str, str] = {
    "врач": "doctor",
    "регистратор": "registrar",
    "администратор": "administrator",
    "поддержка": "support",
    "инженер": "sre",
}
_CODES = {folded(title): code for code, title in SPECIALTIES.items()}
_YES_NO: Mapping[str, bool] = {"да": True, "нет": False}
_QUALIFICATIONS = records(
    *("number", "specialty", "issued_on", "valid_until"),
    wanted="Нужно: номер, специальность, дата выдачи, действует до; следующий через «;».",
)
_CONFERENCES = records("year", "title", wanted="Нужно: год, название; следующая через «;».")


def _emergency(value: Any) -> Any:
    """«да» in a cell is a yes."""
    if not isinstance(value, Mapping):
        return value
    said = value.get("round_the_clock")
    word = folded(said) if isinstance(said, str) else None
    return {**value, "round_the_clock": _YES_NO.get(word, said) if word is not None else bool(said)}


class ClinicRow(Row):
    """A clinic, all of it; rooms that are not named here stay as they are."""

    id: Key
    number: str | None = None
    name: str | None = None
    organisation: str | None = None
    address: str | None = None
    phone: str | None = None
    timezone: str | None = None
    ogrn: str | None = None
    inn: str | None = None
    licence: PermitForm | None = None
    accreditation: PermitForm | None = None
    latitude: float | None = None
    longitude: float | None = None
    opening_hours: Annotated[tuple[HoursForm, ...], BeforeValidator(weekly)] = ()
    rooms: tuple[RoomForm, ...] | None = None
    insurance: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    region: str | None = None
    email: str | None = None
    emergency: Annotated[EmergencyForm | None, BeforeValidator(_emergency)] = None

    def form(self) -> ClinicForm:
        """As an administrator would have typed it."""
        said = {name: getattr(self, name) for name in ClinicForm.__dataclass_fields__}
        return ClinicForm(**said | {"rooms": self.rooms or ()})


class RoomRow(Row):
    """A room of a clinic."""

    clinic_id: Key
    number: Annotated[str, Field(min_length=1, max_length=50)]
    title: Annotated[str | None, Field(max_length=200)] = None


class StaffRow(Row):
    """A member of staff, all of it; contacts that they changed themselves stay as they are."""

    id: Key
    full_name: str | None = None
    position: str | None = None
    snils: str | None = None
    phone: str | None = None
    email: str | None = None
    login: str | None = None
    posts: tuple[PostForm, ...] = ()
    practice: PracticeForm | None = None

    @field_validator("posts", mode="before")
    @classmethod
    def _posts(cls, value: Any) -> Any:
        """«врач: clinic-1; администратор», or a list of objects."""
        return [_post(item) for item in listed(value)] if isinstance(value, str) else value

    @field_validator("practice", mode="before")
    @classmethod
    def _practice(cls, value: Any) -> Any:
        """Its lists may be texts."""
        if not isinstance(value, Mapping):
            return value
        found = dict(value)
        for name, read in _PRACTICE.items():
            if name in found:
                found[name] = read(found[name])
        return found

    def form(self) -> StaffForm:
        """As an administrator would have typed it."""
        return StaffForm(**{name: getattr(self, name) for name in StaffForm.__dataclass_fields__})


def _post(text: str) -> dict[str, str | None]:
    role, _, clinic_id = text.partition(":")
    return {"role": _ROLES.get(folded(role), role.strip()), "clinic_id": clinic_id.strip() or None}


def _specialty(text: Any) -> Any:
    return _CODES.get(folded(text), text) if isinstance(text, str) else text


def _specialties(value: Any) -> Any:
    found = listed(value)
    return [_specialty(item) for item in found] if isinstance(found, list) else found


def _qualifications(value: Any) -> Any:
    found = _QUALIFICATIONS(value)
    if not isinstance(found, list):
        return found
    return [
        {**item, "specialty": _specialty(item.get("specialty"))}
        if isinstance(item, Mapping)
        else item
        for item in found
    ]


_PRACTICE = {
    "specialties": _specialties,
    "qualifications": _qualifications,
    "conferences": _CONFERENCES,
}

CLINIC_TITLES: Mapping[str, str] = {
    "id": "Код",
    "number": "Номер",
    "name": "Название",
    "organisation": "Юридическое лицо",
    "address": "Адрес",
    "phone": "Телефон",
    "timezone": "Часовой пояс",
    "ogrn": "ОГРН",
    "inn": "ИНН",
    "licence.number": "Лицензия",
    "licence.issued_on": "Лицензия выдана",
    "licence.valid_until": "Лицензия до",
    "accreditation.number": "Аккредитация",
    "accreditation.issued_on": "Аккредитация выдана",
    "accreditation.valid_until": "Аккредитация до",
    "latitude": "Широта",
    "longitude": "Долгота",
    "opening_hours": "Часы работы",
    "insurance": "Страхование",
    "region": "Регион",
    "email": "E-mail",
    "emergency.phone": "Неотложная помощь",
    "emergency.round_the_clock": "Неотложная круглосуточно",
}
ROOM_TITLES: Mapping[str, str] = {
    "clinic_id": "Клиника",
    "number": "Кабинет",
    "title": "Название",
}
STAFF_TITLES: Mapping[str, str] = {
    "id": "Код",
    "full_name": "ФИО",
    "position": "Должность",
    "snils": "СНИЛС",
    "phone": "Телефон",
    "email": "E-mail",
    "login": "Логин",
    "posts": "Роли",
    "practice.specialties": "Специальности",
    "practice.practising_since": "Работает с года",
    "practice.qualifications": "Сертификаты",
    "practice.conferences": "Конференции",
    "practice.photo": "Фото",
}


def clinic_marks(row: ClinicRow) -> tuple[str, ...]:
    """Its key, and its number, of which its organisation has one."""
    return (f"clinics:{row.id}", f"clinic-number:{row.ogrn}/{row.number}")


def room_marks(row: RoomRow) -> tuple[str, ...]:
    """One of a number in a clinic."""
    return (f"rooms:{row.clinic_id}/{row.number}",)


def staff_marks(row: StaffRow) -> tuple[str, ...]:
    """Their key, and what one logs in with."""
    return (f"staff:{row.id}", *(f"login:{login}" for login in logins(row)))


def logins(row: StaffRow) -> tuple[str, ...]:
    """What an account may have, and no other: contacts in their normal form, and a name."""
    contacts = (phone_of(row.phone or ""), email_of(row.email or ""))
    named = (row.login.strip().casefold(),) if row.login else ()
    return (*(contact.address for contact in contacts if contact), *named)


def clinics_of(row: StaffRow) -> tuple[str, ...]:
    """Marks of the clinics of a member of staff."""
    return tuple(f"clinics:{post.clinic_id}" for post in row.posts if post.clinic_id)
