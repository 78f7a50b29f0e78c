"""What is typed of a clinic: everything that is wrong with it is named at once (K2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.identity.clinics.domain import (
    Clinic,
    ClinicForm,
    Closure,
    Emergency,
    EmergencyForm,
    Hours,
    HoursForm,
    Permit,
    PermitForm,
    RoomForm,
    checked,
    closed,
    reopened,
)
from services.identity.clinics.errors import ClinicClosedError, ClinicOpenError
from services.identity.clinics.events import clinic_changed

_FORM = ClinicForm(
    number="45",
    name="Городская поликлиника № 45",
    organisation="ГБУЗ «Городская поликлиника № 45»",
    address="г. Москва, ул. Садовая, д. 12",
    phone="+7 495 000-00-45",
    timezone="Asia/Yekaterinburg",
    ogrn="1 02 77 00 000008",
    inn="7706000005",
    licence=PermitForm("Л041-01137-77/00000045", "2020-02-29", "2028-02-29"),
)


def _wrong(form: ClinicForm) -> list[FieldError]:
    with pytest.raises(InvalidInputError) as refused:
        checked(form)
    return list(refused.value.errors)


def _codes(form: ClinicForm) -> dict[str, str]:
    return {error.pointer: error.code for error in _wrong(form)}


def test_numbers_and_phones_are_kept_without_separators_and_a_leap_day_is_a_day() -> None:
    details = checked(_FORM)
    assert (details.ogrn, details.inn, details.phone) == (
        "1027700000008",
        "7706000005",
        "+74950000045",
    )
    assert details.licence == Permit("Л041-01137-77/00000045", date(2020, 2, 29), date(2028, 2, 29))


def test_everything_that_is_wrong_is_named_at_once() -> None:
    form = ClinicForm(
        name=" ",
        organisation="ГБУЗ 医",
        address="x" * 301,
        phone="звоните",
        timezone="Moscow",
        ogrn="1027700000009",
        inn="500100732259",
        licence=PermitForm(None, "2023-02-29", "2022-01-01"),
        accreditation=PermitForm("А-1", "2024-03-01", "2024-03-01"),
        latitude=91.0,
        rooms=(RoomForm("12а"), RoomForm(" "), RoomForm("12А", "Процедурная")),
        insurance=("ОМС", "омс"),
        region="RU-XX",
        email="spravki@",
    )
    assert _codes(form) == {
        "/number": "missing",
        "/name": "missing",
        "/organisation": "unprintable",
        "/address": "too-long",
        "/phone": "phone-format",
        "/timezone": "timezone-unknown",
        "/ogrn": "ogrn-check-digits",
        "/inn": "inn-format",
        "/licence/number": "missing",
        "/licence/issued_on": "date-format",
        "/accreditation/valid_until": "permit-ends-early",
        "/latitude": "latitude-range",
        "/longitude": "missing",
        "/rooms/0/number": "room-repeated",
        "/rooms/1/number": "missing",
        "/rooms/2/number": "room-repeated",
        "/insurance/0": "insurance-repeated",
        "/insurance/1": "insurance-repeated",
        "/region": "region-unknown",
        "/email": "email-format",
    }
    assert _codes(ClinicForm()).keys() == {
        *("/number", "/name", "/organisation", "/address", "/phone", "/timezone"),
        *("/ogrn", "/inn", "/licence"),
    }


@pytest.mark.parametrize("name", ["localtime", "Factory", "UTC+3", "../etc/passwd", "Europe/Omsk"])
def test_a_timezone_is_a_place_of_the_iana_list(name: str) -> None:
    assert _codes(replace(_FORM, timezone=name)) == {"/timezone": "timezone-unknown"}


def _hours(*typed: tuple[int, str, str]) -> tuple[HoursForm, ...]:
    return tuple(HoursForm(*stretch) for stretch in typed)


@pytest.mark.parametrize(
    "hours",
    [
        _hours((1, "08:00", "13:00"), (1, "13:00", "20:00")),
        _hours((1, "20:00", "08:00"), (2, "08:00", "20:00")),
        _hours((7, "20:00", "08:00"), (1, "8.00", "20:00")),
        _hours(*((day, "00:00", "24:00") for day in range(1, 8))),
    ],
)
def test_hours_may_touch_and_go_over_midnight(hours: tuple[HoursForm, ...]) -> None:
    assert len(checked(replace(_FORM, opening_hours=hours)).opening_hours) == len(hours)


@pytest.mark.parametrize(
    ("hours", "pointer"),
    [
        (_hours((1, "08:00", "13:00"), (1, "12:59", "20:00")), "/opening_hours/1"),
        (_hours((1, "12:59", "20:00"), (1, "08:00", "13:00")), "/opening_hours/0"),
        (_hours((1, "20:00", "08:00"), (2, "07:00", "09:00")), "/opening_hours/1"),
        (_hours((1, "07:00", "09:00"), (7, "20:00", "08:00")), "/opening_hours/0"),
        (_hours((3, "08:00", "08:00"), (3, "09:00", "10:00")), "/opening_hours/1"),
    ],
)
def test_hours_that_overlap_are_refused_also_over_midnight_and_the_weeks_end(
    hours: tuple[HoursForm, ...], pointer: str
) -> None:
    assert _codes(replace(_FORM, opening_hours=hours)) == {pointer: "hours-overlap"}


def test_hours_that_are_none_are_named() -> None:
    hours = (HoursForm(8, "08:00", "25:00"), HoursForm(None, None, "8"))
    assert _codes(replace(_FORM, opening_hours=hours)) == {
        "/opening_hours/0/weekday": "weekday",
        "/opening_hours/0/ends": "time-format",
        "/opening_hours/1/weekday": "weekday",
        "/opening_hours/1/begins": "missing",
        "/opening_hours/1/ends": "time-format",
    }


def test_hours_are_kept_in_the_order_of_the_week() -> None:
    typed = _hours((2, "08:00", "20:00"), (1, "14:00", "20:00"), (1, "08:00", "13:00"))
    assert checked(replace(_FORM, opening_hours=typed)).opening_hours == (
        Hours(1, time(8), time(13)),
        Hours(1, time(14), time(20)),
        Hours(2, time(8), time(20)),
    )


def test_a3_a_permit_holds_from_its_first_to_its_last_day() -> None:
    permit = Permit("1", date(2024, 2, 29), date(2026, 2, 28))
    days = [date(2024, 2, 28), date(2024, 2, 29), date(2026, 2, 28), date(2026, 3, 1)]
    assert [permit.valid_on(day) for day in days] == [False, True, True, False]
    assert Permit("1", date(2024, 2, 29)).valid_on(date(2199, 1, 1))


_NIGHT = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)  # the 22nd in Yekaterinburg


def test_a_clinic_closes_from_a_day_on_that_has_not_passed_there() -> None:
    clinic = Clinic("clinic-3", checked(_FORM), _NIGHT)
    with pytest.raises(InvalidInputError) as refused:
        closed(clinic, Closure(date(2026, 11, 21), "ремонт", _NIGHT, "boss"))
    assert refused.value.errors[0].code == "closing-past"
    ends = closed(clinic, Closure(date(2026, 11, 22), "ремонт", _NIGHT, "boss"))
    with pytest.raises(ClinicClosedError, match=r"22\.11\.2026"):
        ends.require_working(_NIGHT)
    ends.require_working(datetime(2026, 11, 21, 18, 59, tzinfo=UTC))
    assert clinic_changed(ends).closed_on == date(2026, 11, 22)
    with pytest.raises(ClinicClosedError):
        closed(ends, Closure(date(2027, 1, 1), "ремонт", _NIGHT, "boss"))
    assert reopened(ends) == clinic
    with pytest.raises(ClinicOpenError):
        reopened(clinic)


def test_a_department_of_urgent_care_has_a_phone_a40() -> None:
    typed = EmergencyForm("8 (495) 000-01-45", round_the_clock=True)
    kept = checked(replace(_FORM, emergency=typed))
    assert kept.emergency == Emergency("+74950000145", round_the_clock=True)
    assert _codes(replace(_FORM, emergency=EmergencyForm())) == {"/emergency/phone": "missing"}
