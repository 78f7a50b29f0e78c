"""What the texts ask of the ten types: C1, C2, C32, C50, C54, d1, d2, d8, d9, n3–n10."""

from __future__ import annotations

import pytest

from services.certificates.catalogue.domain.calendar import Term
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.forms import FROM_PROFILE, Kind
from services.certificates.catalogue.domain.parts import SlaClass, Source
from tests.support.services.certificates.builders import CATALOGUE

TYPES = [
    *("health", "incapacity", "vaccination", "allergy", "medical-exam"),
    *("preventive-exam", "chronic-status", "086u", "003vu", "card-extract"),
]
ANY = pytest.mark.parametrize("kind", CATALOGUE.types.values(), ids=lambda kind: kind.code)


def test_c2_the_catalogue_has_the_ten_types_of_the_texts() -> None:
    assert sorted(CATALOGUE.types) == sorted(TYPES)


@pytest.mark.parametrize(
    ("code", "purpose", "term"),
    [
        ("health", "employment", Term(hours=24)),  # n5
        ("health", "education", Term(hours=48)),  # n6
        ("incapacity", "benefit", Term(hours=12)),  # n7
        ("086u", "admission", Term(working_days=3)),  # n8
        ("003vu", "first", Term(working_days=2)),  # n9: from 2 …
        ("card-extract", "certificate", Term(minutes=5)),  # n10, d4
    ],
)
def test_n5_to_n10_the_terms_of_the_texts_by_type_and_purpose(
    code: str, purpose: str, term: Term
) -> None:
    kind = CATALOGUE.type(code)
    assert kind.term(SlaClass.STANDARD, {"purpose": purpose}) == term


def test_n9_003vu_takes_5_working_days_at_most_after_a_video_visit_that_is_paid_before() -> None:
    kind = CATALOGUE.type("003vu")
    assert kind.term(SlaClass.EXTRA_CHECK, {}) == Term(working_days=5)
    assert kind.video_visit  # d9
    assert kind.pays_first
    assert kind.due(express=False, exemption=None) == kind.fee_kopecks > 0
    assert kind.due(express=False, exemption="veteran") == 0  # d8


@ANY
def test_d2_the_classes_are_of_the_texts_where_the_term_is_in_working_days(
    kind: CertificateType,
) -> None:
    standard = kind.term(SlaClass.STANDARD, {})
    if standard.working_days is None:
        assert kind.source is not Source.DOCTOR or SlaClass.EXPRESS not in kind.terms
        return
    assert standard.working_days in {2, 3}
    assert (kind.term(SlaClass.EXTRA_CHECK, {}).working_days or 0) in {4, 5}
    express = kind.terms.get(SlaClass.EXPRESS)
    assert express is None or (express.working_days == 1 and kind.express_kopecks is not None)


@ANY
def test_c1_every_type_says_documents_validity_and_ways_of_delivery(kind: CertificateType) -> None:
    assert kind.requirements
    assert kind.validity_months > 0
    assert kind.deliveries
    assert all(r.max_bytes <= 5 * 1024 * 1024 for r in kind.requirements)  # d1


def test_n3_the_extract_takes_scans_of_2_mb_and_300_dpi_and_signed_files_only_as_signed() -> None:
    kind = CATALOGUE.type("card-extract")
    assert {(r.max_bytes, r.min_dpi) for r in kind.requirements} == {(2 * 1024 * 1024, 300)}
    signed = kind.requirement("signed-extract")
    assert signed is not None
    assert signed.signed
    assert signed.media_types == ("application/pdf",)


@ANY
def test_c50_c54_the_fields_of_the_texts_are_there(kind: CertificateType) -> None:
    names = kind.field_by_name
    assert {"last_name", "birth_date", "purpose", "gender", "additional"} <= names.keys()
    assert names["additional"].label == "Дополнительные сведения"


def test_c54_place_programme_and_period_of_absence() -> None:
    programme = CATALOGUE.type("health").field_by_name["programme"]
    assert programme.when is not None
    assert programme.when.met({"purpose": "education"})
    assert not programme.when.met({"purpose": "employment"})
    absence = CATALOGUE.type("incapacity").field_by_name
    assert absence["absent_from"].kind is absence["absent_to"].kind is Kind.DATE
    assert {"workplace", "position"} <= CATALOGUE.type("medical-exam").field_by_name.keys()


@pytest.mark.parametrize(
    ("code", "row", "printed_for", "kept_from"),
    [
        ("incapacity", "diagnosis", "benefit", "employer"),
        ("health", "programme", "education", "employment"),
        ("allergy", "load", "sport", "education"),
        ("chronic-status", "medicines", "medicines", "social"),
        ("card-extract", "diagnoses", "treatment", "employment"),
    ],
)
def test_c32_a_purpose_prints_only_what_it_needs(
    code: str, row: str, printed_for: str, kept_from: str
) -> None:
    kind = CATALOGUE.type(code)
    assert row in dict(kind.rows_for({"purpose": printed_for}))
    assert row not in dict(kind.rows_for({"purpose": kept_from}))


@ANY
def test_c32_no_certificate_prints_numbers_of_the_person_or_what_only_the_doctor_needs(
    kind: CertificateType,
) -> None:
    printed = dict(kind.rows()).keys()
    assert printed.isdisjoint({"snils", "oms", "passport", "additional"})
    assert FROM_PROFILE not in dict(kind.rows()).values()
