"""What an administrator types about a member of staff: patients read it, and it is printed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.identity.accounts.domain import Role
from services.identity.staff.domain import StaffForm, staff_account

_NOW = datetime(2026, 11, 21, tzinfo=UTC)
_FORM = StaffForm(
    role=Role.DOCTOR,
    full_name="Орлова Мария Викторовна",
    phone="+7 912 345-67-89",
    email="orlova@example.org",
    position="врач-терапевт",
    clinic_id="clinic-1",
)


def _wrong(form: StaffForm) -> list[FieldError]:
    with pytest.raises(InvalidInputError) as refused:
        staff_account("staff-1", form, _NOW)
    return list(refused.value.errors)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Орлова\r\nМария\u00a0Викторовна", "Орлова Мария Викторовна"),
        ("\u202aОрлова — Ким Мария\u202c", "Орлова-Ким Мария"),
        ("Андреи\u0306 Дʼ Артаньян", "Андрей Д'Артаньян"),
        ("Орлова М. В.", "Орлова М. В."),
        ("Anna Schmidt", "Anna Schmidt"),
    ],
)
def test_a_name_is_taken_as_it_is_pasted(typed: str, kept: str) -> None:
    _, staff = staff_account("staff-1", replace(_FORM, full_name=typed), _NOW)
    assert staff.full_name == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Opлова Мария", "В слове «Opлова» есть латинские буквы: «O», «p»"),
        ("Орлова\x00", "U+0000"),
        ("王 Мария", "«王»"),
        ("Орлова 😀", "«😀»"),
        ("...", "буквами"),
        ("\u200b \u00a0", "Обязательное поле."),
    ],
)
def test_what_is_no_name_is_refused_and_the_letters_are_named(typed: str, said: str) -> None:
    [error] = _wrong(replace(_FORM, full_name=typed))
    assert error.pointer == "/full_name"
    assert said in error.detail


def test_position_and_clinic_are_tidied_and_can_be_printed() -> None:
    _, staff = staff_account(
        "staff-1", replace(_FORM, position=" врач\u00adтерапевт\t", clinic_id=" clinic-1\r\n"), _NOW
    )
    assert (staff.position, staff.clinic_id) == ("врачтерапевт", "clinic-1")
    wrong = _wrong(replace(_FORM, position="врач 医", clinic_id="clinic\x00"))
    assert {(e.pointer, e.code) for e in wrong} == {
        ("/position", "unprintable"),
        ("/clinic_id", "unprintable"),
    }
    blank = _wrong(replace(_FORM, position="\u2003", clinic_id="\u200b"))
    assert {(e.pointer, e.code) for e in blank} == {
        ("/position", "missing"),
        ("/clinic_id", "missing"),
    }
