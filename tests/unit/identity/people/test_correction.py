"""What a registrar may correct, and by what (A29, e23)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.chassis.foundation.errors import InvalidInputError
from services.identity.accounts.domain import Account, Channel, Contact, Profile, ProfileState
from services.identity.people.domain import CorrectionForm, corrected
from services.identity.people.errors import NothingToCorrectError
from services.identity.profiles.domain import Form, checked
from services.identity.registration.domain import registered

_TODAY = date(2026, 11, 21)
_PERSON = checked(
    Form(
        "citizen",
        "Соколова",
        "Анна",
        "Сергеевна",
        "2007-04-18",
        inn="500100732259",
        oms="7758890000000128",
        passport_series="4521",
        passport_number="123456",
        registration_address="г. Москва, ул. Донская, д. 5",
    ),
    _TODAY,
).person
_SEEN = {"document_kind": "Свидетельство о браке", "document_number": "II-АБ 123456"}


def _account(**over: object) -> Account:
    made = registered("a1", Contact(Channel.SMS, "+79123456789"), datetime(2026, 11, 1, tzinfo=UTC))
    profile = Profile(_PERSON, ProfileState.REJECTED, submission=1, mismatches=("last_name",))
    return Account(**{**vars(made), "profile": profile, **over})


def test_a29_a_name_is_corrected_by_a_document() -> None:
    """What is not named stays, and the journal says what was changed, by which paper."""
    found = corrected(_account(), CorrectionForm(last_name=" белова ", oms="", **_SEEN), _TODAY)
    person = found.form.person
    assert (person.last_name, person.first_name, person.oms) == ("белова", "Анна", None)
    assert person.passport == _PERSON.passport
    assert person.registration_address == _PERSON.registration_address
    assert found.said == (
        "Исправлено: фамилия, полис ОМС. Документ: Свидетельство о браке II-АБ 123456."
    )


@pytest.mark.parametrize(
    "form",
    [CorrectionForm(oms="7700000000000222"), CorrectionForm(oms=""), CorrectionForm(snils="112")],
)
def test_a29_another_number_is_taken_from_a_document(form: CorrectionForm) -> None:
    with pytest.raises(InvalidInputError) as refused:
        corrected(_account(), form, _TODAY)
    assert {"/document/kind", "/document/number"} <= {e.pointer for e in refused.value.errors}


def test_a29_what_stays_as_it_is_needs_no_document() -> None:
    found = corrected(_account(), CorrectionForm(oms="7758 8900 0000 0128"), _TODAY)
    assert found.said == "Данные отправлены на сверку."
    same = corrected(_account(), CorrectionForm(last_name="Соколова"), _TODAY)
    assert same.said == "Данные отправлены на сверку."


def test_a29_every_wrong_field_is_named_at_once() -> None:
    form = CorrectionForm(
        last_name="Sokolova",
        birth_date="2007-13-01",
        oms="1",
        phone="+79123456780",
        document_kind="паспорт",
    )
    with pytest.raises(InvalidInputError) as refused:
        corrected(_account(), form, _TODAY)
    assert {e.pointer: e.code for e in refused.value.errors} == {
        "/last_name": "name-letters",
        "/birth_date": "date-format",
        "/oms": "oms-format",
        "/phone": "contact-needs-code",
        "/document/number": "missing",
    }


@pytest.mark.parametrize("over", [{"profile": None}, {"logins": ()}])
def test_a29_nobody_else_fills_in_a_profile(over: dict[str, object]) -> None:
    """Neither one that is not there, nor that of a child, who has no login (e33)."""
    with pytest.raises(NothingToCorrectError):
        corrected(_account(**over), CorrectionForm(oms=""), _TODAY)
