"""A profile is checked as a whole (I10, I13, e1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.identity.accounts.domain import Category, Passport
from services.identity.profiles.domain import Form, checked

_TODAY = date(2026, 11, 21)
_FORM = Form(
    category="citizen",
    last_name="Соколова",
    first_name="Анна",
    middle_name="Сергеевна",
    birth_date="2007-04-18",
    snils="112-233-445 95",
    inn="500100732259",
    oms="7758 8900 0000 0128",
    passport_series="45 21",
    passport_number="123456",
    phone="8 912 345-67-89",
    email="Anna@Example.org",
)


def _codes(form: Form) -> dict[str, str]:
    with pytest.raises(InvalidInputError) as refused:
        checked(form, _TODAY)
    return {e.pointer: e.code for e in refused.value.errors}


def test_a_good_form_becomes_digits_and_normal_contacts_i13() -> None:
    found = checked(_FORM, _TODAY)

    assert found.person.snils == "11223344595"
    assert found.person.oms == "7758890000000128"
    assert found.person.passport == Passport("4521", "123456")
    assert found.person.birth_date == date(2007, 4, 18)
    assert (found.phone, found.email) == ("+79123456789", "anna@example.org")


def test_what_forms_ask_for_beside_the_papers_is_ones_own_word_c5() -> None:
    said = replace(_FORM, gender="female", registration_address=" г.\u00a0Москва,  Донская, 5 ")
    person = checked(said, _TODAY).person
    assert (person.gender, person.registration_address) == ("female", "г. Москва, Донская, 5")
    wrong = replace(_FORM, gender="f", registration_address="д" * 251)
    assert _codes(wrong) == {"/gender": "enum", "/registration_address": "too-long"}
    assert _codes(replace(_FORM, registration_address="漢")) == {
        "/registration_address": "unprintable"
    }


def test_an_empty_form_names_every_missing_field_e1() -> None:
    assert _codes(Form()) == dict.fromkeys(
        ["/category", "/last_name", "/first_name", "/birth_date"], "missing"
    )
    assert _codes(Form(category="citizen")) == dict.fromkeys(
        ["/last_name", "/first_name", "/birth_date", "/inn", "/passport"], "missing"
    )


@pytest.mark.parametrize(
    ("category", "missing"),
    [
        ("citizen", {"/inn": "missing", "/passport": "missing"}),
        ("resident", {"/snils": "missing"}),
        ("temporary", {}),
    ],
)
def test_each_category_asks_for_its_own_documents_i10(
    category: str, missing: dict[str, str]
) -> None:
    form = Form(category=category, last_name="Ли", first_name="Мин", birth_date="1990-01-01")
    if missing:
        assert _codes(form) == missing
    else:
        assert checked(form, _TODAY).person.category is Category(category)
    assert checked(replace(_FORM, category=category), _TODAY)


@pytest.mark.parametrize("category", ["legal", "CITIZEN", "ПУСТО"])
def test_other_categories_are_none_i10(category: str) -> None:
    assert _codes(replace(_FORM, category=category)) == {"/category": "enum"}


@pytest.mark.parametrize(
    "name", ["Ёлкина", "Римский-Корсаков", "Абу Али", "О'Нил", "д'Артаньян", "Ли"]
)
def test_names_that_people_have_i13(name: str) -> None:
    assert checked(replace(_FORM, last_name=f"  {name} "), _TODAY).person.last_name == name


@pytest.mark.parametrize(
    "name", ["Sokolova", "Сoколова", "Соколова2", "-Соколова", "Белов--Ким", "<b>", "А" * 101]
)
def test_names_that_nobody_has_i13(name: str) -> None:
    assert _codes(replace(_FORM, last_name=name)) == {"/last_name": "name-letters"}


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Андреи\u0306", "Андрей"),  # a Mac
        ("Е\u0308лкина", "Ёлкина"),
        ("Римский‑Корсаков", "Римский-Корсаков"),
        ("Салтыков–Щедрин", "Салтыков-Щедрин"),
        ("Мамин - Сибиряк", "Мамин-Сибиряк"),
        ("ОʼНил", "О'Нил"),
        ("д’Артаньян", "д'Артаньян"),
        ("\u202aАбу\u00a0\tАли\u202c", "Абу Али"),
        ("Соко\u00adлова\ufeff", "Соколова"),
    ],
)
def test_a_name_is_taken_as_it_is_pasted_i13(typed: str, name: str) -> None:
    assert checked(replace(_FORM, last_name=typed), _TODAY).person.last_name == name


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("Cоколова", "латинские буквы: «C»"),
        ("Соkoлова", "латинские буквы: «k», «o»"),
        ("Sokolova", "латинские буквы: «S», «o», «k», «l», «v», «a»"),
        ("Соколова2", "Лишнее: «2»"),
        ("Соколова\x00", "Лишнее: U+0000"),
        ("清华", "Лишнее: «清», «华»"),
    ],
)
def test_what_does_not_belong_into_a_name_is_named_i13(typed: str, named: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        checked(replace(_FORM, last_name=typed), _TODAY)
    assert named in refused.value.errors[0].detail


def test_numbers_are_taken_as_they_are_pasted_i13() -> None:
    person = checked(
        replace(
            _FORM,
            snils="112—233—445 95",
            inn="５００１００７３２２５９",
            oms="7758\u20098900\u20090000\u20090128.",
            passport_series="45\u00a021",
            passport_number="№ 123456",
        ),
        _TODAY,
    ).person
    assert (person.snils, person.inn, person.oms) == (
        "11223344595",
        "500100732259",
        "7758890000000128",
    )
    assert person.passport == Passport("4521", "123456")


@pytest.mark.parametrize(
    ("born", "code"),
    [
        ("18.04.2007", "date-format"),
        ("2007-02-30", "date-format"),
        ("2007-W16-3", "date-format"),
        ("20070418", "date-format"),
        ("２００７-04-18", "date-format"),
        (" 2007–04‑18 ", None),
        ("0001-01-01", "birth-date-too-old"),
        ("2026-11-21", "birth-date-future"),
        ("2030-01-01", "birth-date-future"),
        ("1895-11-21", "birth-date-too-old"),
        ("1895-11-22", None),
        ("2026-11-20", None),
    ],
)
def test_a_birth_date_is_in_the_last_130_years_i13(born: str, code: str | None) -> None:
    form = replace(_FORM, birth_date=born)
    if code is None:
        assert checked(form, _TODAY)
    else:
        assert _codes(form) == {"/birth_date": code}


def test_half_a_passport_is_wrong_in_its_missing_half_i13() -> None:
    assert _codes(replace(_FORM, passport_number=None)) == {
        "/passport/number": "passport-number-format"
    }
    assert _codes(replace(_FORM, passport_series="4521a")) == {
        "/passport/series": "passport-series-format"
    }


def test_wrong_length_and_wrong_check_digits_are_told_apart_i13() -> None:
    assert _codes(replace(_FORM, snils="123", inn="7830002293", oms="7" * 16)) == {
        "/snils": "snils-format",
        "/inn": "inn-format",
        "/oms": "oms-check-digits",
    }


_TEXT = st.none() | st.text(max_size=40)


@given(st.builds(Form, **dict.fromkeys(Form.__dataclass_fields__, _TEXT)))
def test_any_text_is_either_a_profile_or_named_errors(form: Form) -> None:
    try:
        errors = list[FieldError]()
        assert checked(form, _TODAY).person.birth_date < _TODAY
    except InvalidInputError as refused:
        errors = list(refused.errors)
        form = Form()
    assert errors or form.category
    assert all(e.pointer.startswith("/") and e.code and e.detail for e in errors)


@pytest.mark.parametrize("typed", ["анна@почта.рф", "анна@example.org", "ann\u0430@example.org"])
def test_an_email_that_mail_servers_cannot_take_is_named(typed: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        checked(Form("temporary", "Ли", "Мин", None, "1990-01-01", email=typed), date(2026, 11, 21))
    assert [(e.pointer, e.code) for e in refused.value.errors] == [("/email", "email-format")]
