"""The certificate: what is printed (C31, C32) and what anybody may know (C34, C36)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from contracts.orders import CertificatePii
from contracts.signing import digest_of
from services.certificates.known.domain.people import masked_name
from services.certificates.registry import events
from services.certificates.registry.domain.certificate import (
    Certificate,
    Revocation,
    Sealed,
    Status,
    Validity,
    certificate_of,
)
from services.certificates.registry.domain.printing import Row, printed_rows
from services.certificates.registry.errors import NotInForceError
from services.chassis.foundation.encryption import Encryption
from tests.support.services.certificates.builders import (
    CATALOGUE,
    CLINIC,
    FORM_086,
    NOW,
    ORLOVA,
    a_claimed,
    a_waiting,
    approve,
)
from tests.support.tools.encryption import SECRET

TODAY = date(2026, 11, 18)
ENCRYPTION = Encryption("certificates.orders", SECRET)


def a_certificate() -> Certificate:
    return certificate_of(approve(a_claimed()), FORM_086, CLINIC.issuer, today=TODAY, at=NOW)


def an_issued() -> Certificate:
    return a_certificate().issued(Sealed("doc-1", "0" * 64))


def rows(application_number: str = "26K7-Q2M9-X4RB") -> dict[str, tuple[str, str]]:
    application = approve(a_claimed(), number=application_number)
    certificate = certificate_of(application, FORM_086, CLINIC.issuer, today=TODAY, at=NOW)
    printed = printed_rows(application, FORM_086, CLINIC.issuer, certificate)
    return {row.key: (row.label, row.value) for row in printed}


def test_c31_the_form_prints_its_rows_in_order_with_number_dates_and_organisation() -> None:
    printed = rows()
    assert list(printed) == [row.key for row in FORM_086.printed]
    assert printed["number"] == ("Номер справки", "26K7-Q2M9-X4RB")
    assert printed["issued_on"][1] == "18.11.2026"
    assert printed["valid_until"][1] == "18.05.2027"
    assert printed["full_name"][1] == "Соколова Анна Сергеевна"
    assert printed["birth_date"] == ("Дата рождения", "18.04.2007")
    assert printed["purpose"] == ("Цель получения", "Поступление в учебное заведение")
    assert printed["tests"][1] == "Общий анализ крови; Биохимический анализ крови; ЭКГ"
    assert printed["exam_date"][1] == "18.11.2026"
    assert printed["doctor"][1] == f"{ORLOVA.full_name}, врач-терапевт"
    assert printed["organisation"][1] == CLINIC.organisation
    assert CLINIC.name in printed["organisation"][1]
    assert CLINIC.ogrn in printed["organisation_details"][1]
    assert CLINIC.licence in printed["organisation_details"][1]


def test_k6_a_clinic_that_its_organisation_does_not_name_is_printed_beside_it() -> None:
    branch = replace(CLINIC, name="Филиал № 2")
    assert branch.issuer.title == f"{CLINIC.organisation}, Филиал № 2"


def test_k5_what_a_doctor_signs_for_has_a_dash_where_only_issuing_knows() -> None:
    """And is what will be printed in all else: the digest is the same."""
    application = approve(a_claimed())
    before = printed_rows(application, FORM_086, CLINIC.issuer)
    after = printed_rows(application, FORM_086, CLINIC.issuer, a_certificate())
    changed = {row.key for row, other in zip(before, after, strict=True) if row != other}
    assert changed == {"number", "issued_on", "valid_until"}
    assert {row.value for row in before if row.key in changed} == {"—"}
    assert digest_of("app-1", "086u", CLINIC.id, before) == digest_of(
        "app-1", "086u", CLINIC.id, after
    )


def test_c31_an_empty_row_is_a_dash_so_the_form_is_always_the_same() -> None:
    assert rows()["vaccinations"][1] == "—"


def test_c32_only_what_the_form_needs_is_printed() -> None:
    values = {value for _, value in rows().values()}
    assert "7758890000000128" not in values  # the policy number
    assert not any("+7" in value for value in values)


def test_c50_the_validity_is_the_one_asked_for() -> None:
    application = approve(a_claimed())
    shorter = replace(application, values={**application.values, "validity_months": "3"})
    made = certificate_of(shorter, FORM_086, CLINIC.issuer, today=TODAY, at=NOW)
    assert made.valid_until == date(2027, 2, 18)


def test_an_application_that_is_not_approved_makes_no_certificate() -> None:
    with pytest.raises(ValueError, match="not approved"):
        certificate_of(a_waiting(), FORM_086, CLINIC.issuer, today=TODAY, at=NOW)


def test_c34_the_states_of_the_public_check() -> None:
    issued = an_issued()
    assert issued.validity(TODAY) is Validity.VALID
    assert issued.validity(issued.valid_until) is Validity.VALID
    assert issued.validity(issued.valid_until + timedelta(days=1)) is Validity.EXPIRED
    assert a_certificate().validity(TODAY) is Validity.UNKNOWN
    assert replace(a_certificate(), status=Status.VOID).validity(TODAY) is Validity.UNKNOWN


def test_c36_a_revoked_certificate_stays_revoked_also_after_its_time() -> None:
    revoked = an_issued().revoked(Revocation(NOW, "doctor-orlova", "mistake", "Ошибка"))
    assert revoked.validity(TODAY) is Validity.REVOKED
    assert revoked.validity(revoked.valid_until + timedelta(days=1)) is Validity.REVOKED
    with pytest.raises(NotInForceError):
        revoked.revoked(Revocation(NOW, "doctor-orlova", "mistake", "Ошибка"))
    with pytest.raises(NotInForceError):
        a_certificate().revoked(Revocation(NOW, "doctor-orlova", "mistake", "Ошибка"))


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        (("Иванов", "Иван", "Петрович"), "И*** И*** П***"),
        (("Ким", "Ян", None), "К*** Я***"),
        (("Ли", "Александра-Виктория", "Ф"), "Л*** А*** Ф***"),
    ],
)
def test_c34_a_name_is_masked_and_its_length_too(
    name: tuple[str, str, str | None], masked: str
) -> None:
    assert masked_name(*name) == masked


@pytest.mark.parametrize("code", sorted(CATALOGUE.types))
def test_e9_the_longest_form_fits_into_an_event_that_documents_alone_can_read(code: str) -> None:
    """Nobody without the secret finds a row of it, and none is cut off."""
    kind = CATALOGUE.type(code)
    application = approve(a_claimed())
    lengths = {name: item.max_length for name, item in kind.field_by_name.items()}
    longest = [Row(key, label, "§" * lengths.get(key, 200)) for key, label in kind.rows()]
    approved = events.ordered(
        application,
        a_certificate(),
        kind,
        CLINIC.issuer,
        rows=longest,
        doctor_id=ORLOVA.account_id,
        act="a" * 2000,
        verify_url="https://health.example.org/verify/26K7-Q2M9-X4RB",
        encryption=ENCRYPTION,
    )
    assert "§" not in approved.model_dump_json()
    found = ENCRYPTION.decrypt(approved.pii.jwe, CertificatePii, about=approved.bound_to)
    assert [Row(f.key, f.label, f.value) for f in found.fields] == longest
