"""A clinic as an administrator or an import types it, checked as a whole (K2, K10).

Refuses to say whether the numbers are the organisation's: their check digits are all that is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from zoneinfo import available_timezones

from stdnum.ru import inn as inn_numbers
from stdnum.ru import ogrn as ogrn_numbers

from contracts.regions import REGIONS
from services.chassis.foundation.findings import Findings
from services.chassis.foundation.text import line
from services.chassis.foundation.text import number as digits_of
from services.identity.accounts.domain import email_of, office_phone_of
from services.identity.clinics.domain.clinic import Details, Emergency, Hours, Permit, Place, Room

_DAY = 24 * 60
_WEEK = 7 * _DAY
_LATITUDE, _LONGITUDE = 90, 180
_NUMBER, _NAME, _ADDRESS = 20, 200, 300


@dataclass(frozen=True)
class PermitForm:
    """A licence or an accreditation as typed."""

    number: str | None = None
    issued_on: str | None = None
    valid_until: str | None = None


@dataclass(frozen=True)
class HoursForm:
    """One stretch of a weekday as typed."""

    weekday: int | None = None
    begins: str | None = None
    ends: str | None = None


@dataclass(frozen=True)
class RoomForm:
    """A room as typed."""

    number: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class EmergencyForm:
    """A department of urgent care as typed."""

    phone: str | None = None
    round_the_clock: bool = False


@dataclass(frozen=True)
class ClinicForm:
    """A clinic as typed."""

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
    opening_hours: tuple[HoursForm, ...] = ()
    rooms: tuple[RoomForm, ...] = ()
    insurance: tuple[str, ...] = ()
    region: str | None = None
    email: str | None = None
    emergency: EmergencyForm | None = None


def checked(form: ClinicForm) -> Details:
    """The form as what is known of a clinic.

    Raises:
        InvalidInputError: names every wrong field.
    """
    found = Findings()
    texts = {
        "number": found.line("/number", form.number, longest=_NUMBER),
        "name": found.line("/name", form.name, longest=_NAME),
        "organisation": found.line("/organisation", form.organisation, longest=_ADDRESS),
        "address": found.line("/address", form.address, longest=_ADDRESS),
        "phone": _phone("/phone", form.phone, found),
        "timezone": _timezone(form.timezone, found),
        "ogrn": office_number("ogrn", form.ogrn, found),
        "inn": office_number("inn", form.inn, found),
    }
    licence = _permit("/licence", form.licence, found)
    if form.licence is None:
        found.missing("/licence", "Укажите лицензию на медицинскую деятельность.")
    accreditation = _permit("/accreditation", form.accreditation, found)
    place = _place(form, found)
    hours, rooms = _opening_hours(form.opening_hours, found), rooms_of(form.rooms, found)
    insurance = _insurance(form.insurance, found)
    region, email = _region(form.region, found), _email(form.email, found)
    emergency = _emergency(form.emergency, found)
    found.refuse()
    assert licence is not None  # noqa: S101 - for the types: what is missing was refused
    return Details(
        **texts,
        licence=licence,
        accreditation=accreditation,
        place=place,
        opening_hours=hours,
        rooms=rooms,
        insurance=insurance,
        region=region,
        email=email,
        emergency=emergency,
    )


def _phone(pointer: str, typed: str | None, found: Findings) -> str:
    phone = office_phone_of(typed or "")
    if not line(typed or ""):
        found.missing(pointer)
    elif phone is None:
        found.add(pointer, "phone-format", "Нужен номер телефона, например +7 495 123-45-67.")
    return phone or ""


def _emergency(form: EmergencyForm | None, found: Findings) -> Emergency | None:
    if form is None:
        return None
    return Emergency(_phone("/emergency/phone", form.phone, found), form.round_the_clock)


def _email(typed: str | None, found: Findings) -> str | None:
    if not line(typed or ""):
        return None
    address = email_of(typed or "")
    if address is None:
        found.add("/email", "email-format", "Нужен адрес почты, например spravki@clinic.ru.")
    return address.address if address else None


def _region(typed: str | None, found: Findings) -> str | None:
    code = line(typed or "").upper()
    if code and code not in REGIONS:
        detail = "Такого региона нет. Нужен код по ISO 3166-2, например RU-MOW или RU-TA."
        found.add("/region", "region-unknown", detail)
    return code or None


@cache
def _timezones() -> frozenset[str]:
    """The names of places: «Factory» and «localtime» are no time of a clinic."""
    return frozenset(name for name in available_timezones() if "/" in name)


def _timezone(typed: str | None, found: Findings) -> str:
    name = line(typed or "")
    if not name:
        found.missing("/timezone")
    elif name not in _timezones():
        detail = "Такого часового пояса нет. Нужно имя вида Europe/Moscow или Asia/Yekaterinburg."
        found.add("/timezone", "timezone-unknown", detail)
    return name


# Its name in a sentence, its length, its check.
_NUMBERS: Mapping[str, tuple[str, int, Callable[[str], bool]]] = {
    "ogrn": ("ОГРН", 13, ogrn_numbers.is_valid),
    "inn": ("ИНН организации", 10, inn_numbers.is_valid),
}


def office_number(name: str, typed: str | None, found: Findings) -> str:
    """The digits of an organisation's `ogrn` or `inn`, or what is wrong with them."""
    label, length, valid = _NUMBERS[name]
    digits = digits_of(typed or "")
    if not digits:
        found.missing(f"/{name}")
    elif not (len(digits) == length and digits.isascii() and digits.isdecimal()):
        found.add(f"/{name}", f"{name}-format", f"{label}: нужно {length} цифр.")
    elif not valid(digits):
        detail = f"{label}: контрольная цифра не сходится. Проверьте цифры."
        found.add(f"/{name}", f"{name}-check-digits", detail)
    return digits


def _permit(pointer: str, form: PermitForm | None, found: Findings) -> Permit | None:
    if form is None:
        return None
    number = found.line(f"{pointer}/number", form.number, longest=100)
    issued_on = found.day(f"{pointer}/issued_on", form.issued_on)
    valid_until = found.day(f"{pointer}/valid_until", form.valid_until, required=False)
    if issued_on is None:
        return None
    if valid_until is not None and valid_until <= issued_on:
        detail = "Срок действия должен кончаться позже даты выдачи."
        found.add(f"{pointer}/valid_until", "permit-ends-early", detail)
    return Permit(number, issued_on, valid_until)


def _place(form: ClinicForm, found: Findings) -> Place | None:
    both = (("latitude", form.latitude, _LATITUDE), ("longitude", form.longitude, _LONGITUDE))
    if form.latitude is None and form.longitude is None:
        return None
    for name, degrees, most in both:
        if degrees is None:
            found.missing(f"/{name}", "Нужны обе координаты или ни одной.")
        elif not -most <= degrees <= most:
            found.add(f"/{name}", f"{name}-range", f"Градусы от -{most} до {most}.")
    return Place(form.latitude or 0.0, form.longitude or 0.0)


def _opening_hours(typed: Sequence[HoursForm], found: Findings) -> tuple[Hours, ...]:
    hours: list[tuple[str, Hours]] = []
    for place, form in enumerate(typed):
        pointer = f"/opening_hours/{place}"
        begins = found.time(f"{pointer}/begins", form.begins)
        ends = found.time(f"{pointer}/ends", form.ends)
        if form.weekday is None or form.weekday not in range(1, 8):
            found.add(f"{pointer}/weekday", "weekday", "День недели: от 1 (понедельник) до 7.")
        elif begins is not None and ends is not None:
            hours.append((pointer, Hours(form.weekday, begins, ends)))
    hours.sort(key=lambda item: _minutes(item[1])[0])
    for pointer in _overlapping(hours):
        found.add(pointer, "hours-overlap", "Эти часы накладываются на другие часы работы.")
    return tuple(item for _, item in hours)


def _minutes(hours: Hours) -> tuple[int, int]:
    """From the beginning of the week; over midnight the end is on the next day."""
    begins = (hours.weekday - 1) * _DAY + hours.begins.hour * 60 + hours.begins.minute
    ends = (hours.weekday - 1) * _DAY + hours.ends.hour * 60 + hours.ends.minute
    return begins, ends if ends > begins else ends + _DAY


def _overlapping(hours: Sequence[tuple[str, Hours]]) -> Iterable[str]:
    """The stretches that begin before another one ends; after Sunday comes Monday."""
    spans = [(*_minutes(item), pointer) for pointer, item in hours]
    if spans:
        begins, ends, pointer = spans[0]
        spans.append((begins + _WEEK, ends + _WEEK, pointer))
    found = (after[2] for before, after in pairwise(spans) if after[0] < before[1])
    return dict.fromkeys(found)


def rooms_of(typed: Sequence[RoomForm], found: Findings) -> tuple[Room, ...]:
    """The rooms; what is wrong with them goes to the findings, below `/rooms`."""
    rooms = []
    for place, form in enumerate(typed):
        pointer = f"/rooms/{place}"
        number = found.line(f"{pointer}/number", form.number, longest=_NUMBER)
        title = found.line(f"{pointer}/title", form.title, longest=_NAME, required=False)
        rooms.append(Room(number, title or None))
    twice = _repeated(room.number for room in rooms)
    for place, room in enumerate(rooms):
        if room.number and room.number.casefold() in twice:
            detail = f"Кабинет {room.number} указан не один раз."
            found.add(f"/rooms/{place}/number", "room-repeated", detail)
    return tuple(rooms)


def _insurance(typed: Sequence[str], found: Findings) -> tuple[str, ...]:
    programmes = [found.line(f"/insurance/{place}", t) for place, t in enumerate(typed)]
    twice = _repeated(programmes)
    for place, programme in enumerate(programmes):
        if programme and programme.casefold() in twice:
            detail = f"Программа «{programme}» указана не один раз."
            found.add(f"/insurance/{place}", "insurance-repeated", detail)
    return tuple(programmes)


def _repeated(texts: Iterable[str]) -> frozenset[str]:
    counted = Counter(text.casefold() for text in texts)
    return frozenset(text for text, times in counted.items() if times > 1)
