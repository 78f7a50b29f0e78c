"""A certificate is held against who approves and who seals: C30, C28."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from contracts.roles import Role
from services.documents.signers.domain.people import (
    Clinic,
    Member,
    Post,
    Subject,
    check_doctor,
    check_organisation,
)
from services.documents.signers.errors import AnothersCertificateError

ORLOVA = Member(
    "orlova", True, (Post(Role.DOCTOR, "clinic-1"),), "Орлова Мария Викторовна", None, "08765430300"
)
CLINIC = Clinic("clinic-1", "45", "П45", "ГБУЗ", "Адрес", "1027700000008", "7706000005", "Л1")


@pytest.mark.parametrize("name", ["Орлова Мария Викторовна", "орлова  мария викторовна"])
def test_c30_the_doctors_own_certificate(name: str) -> None:
    check_doctor(Subject(name, "", snils="087-654-303 00"), ORLOVA)


@pytest.mark.parametrize(
    ("subject", "member", "what"),
    [
        (Subject("Орлова Мария Викторовна", "", snils="11223344595"), ORLOVA, "СНИЛС"),
        (Subject("Орлова Мария Викторовна", ""), ORLOVA, "СНИЛС"),
        (
            Subject("Орлова Мария Викторовна", "", snils=""),
            replace(ORLOVA, snils=None),
            "СНИЛС",
        ),
        (Subject("Орлова Мария", "", snils="08765430300"), ORLOVA, "ФИО"),
    ],
)
def test_c30_another_persons_certificate_is_refused(
    subject: Subject, member: Member, what: str
) -> None:
    with pytest.raises(AnothersCertificateError, match=what):
        check_doctor(subject, member)


def test_c28_a_clinic_seals_with_its_own_numbers_only() -> None:
    check_organisation(Subject("", "", ogrn=CLINIC.ogrn, inn=CLINIC.inn), CLINIC)
    for wrong in ({"ogrn": "1037700000007"}, {"inn": "7707083893"}, {"ogrn": None}):
        subject = Subject("", "", **{"ogrn": CLINIC.ogrn, "inn": CLINIC.inn, **wrong})
        with pytest.raises(AnothersCertificateError):
            check_organisation(subject, CLINIC)


def test_k9_who_is_dismissed_practises_nowhere() -> None:
    assert ORLOVA.practises_at == {"clinic-1"}
    assert replace(ORLOVA, active=False).practises_at == frozenset()
    assert replace(ORLOVA, posts=(Post(Role.ADMINISTRATOR, "clinic-1"),)).practises_at == set()


def test_k2_a_clinic_is_open_until_the_day_that_it_closes() -> None:
    closing = replace(CLINIC, closed_on=date(2026, 12, 1))
    assert closing.open_on(date(2026, 11, 30))
    assert not closing.open_on(date(2026, 12, 1))
