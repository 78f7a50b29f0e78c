"""Who decides about whom: one person may have an account for each side (C20)."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import pytest

from services.certificates.known.domain.people import Person, same_name
from services.certificates.known.domain.staff import Staff, refuse_themselves
from services.certificates.known.errors import OwnApplicationError
from tests.support.services.certificates.builders import ANNA, ORLOVA


def two_people(applicant: Person | None, doctor: Staff | None) -> None:
    refuse_themselves("citizen", "doctor", applicant, doctor)


def test_c20_nobody_decides_about_their_own_account() -> None:
    with pytest.raises(OwnApplicationError):
        refuse_themselves("one", "one", None, None)


@pytest.mark.parametrize(
    ("applicant", "doctor", "one"),
    [
        ("08765430300", "087-654-303 00", True),
        ("08765430300", "11223344595", False),
        (None, "08765430300", False),
        ("08765430300", None, False),
        (None, None, False),
        ("", " ", False),
    ],
)
def test_c20_two_accounts_of_one_person_are_known_by_snils(
    applicant: str | None, doctor: str | None, one: bool
) -> None:
    refused = pytest.raises(OwnApplicationError) if one else nullcontext()
    with refused:
        two_people(replace(ANNA, snils=applicant), replace(ORLOVA, snils=doctor))
    two_people(None, ORLOVA)
    two_people(ANNA, None)


@pytest.mark.parametrize(
    ("citizen", "doctor"),
    [
        (None, None),
        ("08765430300", None),
        (None, "08765430300"),
        ("", " "),
        ("11223344595", "08765430300"),  # nobody has checked the doctor's number
    ],
)
def test_c20_a_namesake_is_refused_whatever_the_numbers_say(
    citizen: str | None, doctor: str | None
) -> None:
    orlova = replace(ANNA, last_name="Орлова", first_name="Мария", middle_name="Викторовна")
    with pytest.raises(OwnApplicationError):
        two_people(replace(orlova, snils=citizen), replace(ORLOVA, snils=doctor))


@pytest.mark.parametrize(
    ("written", "one"),
    [
        ("Семёнова-Орлова Мария Викторовна", True),
        ("СЕМЕНОВА–ОРЛОВА  мария Викторовна", True),
        ("Мария Викторовна Семёнова - Орлова", True),
        ("Семёнова-Орлова Мария", True),
        ("Семёнова-Орлова М. В.", True),
        ("Семёнова-Орлова М.В.", True),
        ("Семёнова-Орлова Мария Петровна", False),
        ("Семёнова-Орлова А. В.", False),
        ("Семёнова, Мария Викторовна", True),
        ("Орлова Мария Викторовна", True),
        ("Петрова Мария Викторовна", False),
        ("М. В.", False),
        (",", False),
        ("", False),
    ],
)
def test_c20_a_name_is_one_however_it_is_written(written: str, one: bool) -> None:
    assert same_name("Семёнова-Орлова Мария Викторовна", written) is one
    assert same_name(written, "Семёнова-Орлова Мария Викторовна") is one
