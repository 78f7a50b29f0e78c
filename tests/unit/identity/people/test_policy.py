"""A temporary insurance number: for whom, and until when (A25, e21)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.chassis.foundation.errors import InvalidInputError, RefusalError
from services.identity.accounts.domain import Account, Channel, Contact, Profile, ProfileState
from services.identity.people.domain import PolicyForm, insured
from services.identity.people.errors import PersonNotConfirmedError, PolicyKnownError
from services.identity.profiles.domain import Form, checked, missing_of
from services.identity.registration.domain import registered

_NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_DAY = _NOW.date()
_FORM = PolicyForm("123-456 789", "2027-01-20")


def _account(oms: str | None = None, state: ProfileState = ProfileState.CONFIRMED) -> Account:
    form = Form("temporary", "Ли", "Мин", None, "1990-01-01", oms=oms)
    person = checked(form, _DAY).person
    made = registered("a1", Contact(Channel.SMS, "+79123456789"), _NOW)
    return replace(made, profile=Profile(person, state, submission=1))


def _insured(account: Account, form: PolicyForm = _FORM) -> Account:
    longest = timedelta(days=75)
    return insured(account, form, longest=longest, now=_NOW, by="support-1", reason="чат")


def test_a25_the_number_counts_until_its_last_day() -> None:
    after = _insured(_account())
    temporary = after.temporary_policy
    assert temporary is not None
    assert (temporary.number, temporary.by, temporary.reason) == ("123456789", "support-1", "чат")
    assert temporary.valid(date(2027, 1, 20))
    assert not temporary.valid(date(2027, 1, 21))
    assert _insured(after) is after
    assert "oms" in missing_of(_account(), _DAY)
    assert "oms" not in missing_of(after, _DAY)
    assert "oms" in missing_of(after, date(2027, 1, 21))


@pytest.mark.parametrize(
    ("account", "refusal"),
    [
        (_account("7758890000000128"), PolicyKnownError),
        (_account(state=ProfileState.REJECTED), PersonNotConfirmedError),
        (replace(_account(), profile=None), PersonNotConfirmedError),
    ],
)
def test_a25_not_for_everybody(account: Account, refusal: type[RefusalError]) -> None:
    with pytest.raises(refusal):
        _insured(account)


@pytest.mark.parametrize("until", ["2026-11-20", "2027-02-05", "завтра", ""])
def test_a25_wrong_fields_are_named_at_once(until: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        _insured(_account(), PolicyForm("12345678", until))
    assert [e.pointer for e in refused.value.errors] == ["/number", "/valid_until"]


def test_e37_what_is_missing_is_named() -> None:
    account = registered("a1", Contact(Channel.SMS, "+79123456789"), _NOW)
    assert missing_of(account, _DAY)[:3] == ("last_name", "first_name", "birth_date")
    assert missing_of(account, _DAY)[-1] == "email"
    assert missing_of(_account("7758890000000128"), _DAY) == (
        "snils",
        "gender",
        "registration_address",
        "email",
    )
