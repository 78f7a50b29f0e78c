"""How a profile is confirmed, and by whom only (I2, I9, I16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.identity import ProfileConfirmedV2
from services.chassis.foundation.encryption import Encryption
from services.chassis.foundation.errors import InvalidInputError
from services.identity.accounts.domain import Account, Channel, Contact, Profile, ProfileState
from services.identity.accounts.store.documents import Documents
from services.identity.profiles import events
from services.identity.profiles.domain import (
    Checked,
    Form,
    answered,
    asked,
    checked,
    submitted,
)
from services.identity.profiles.errors import NotAskedError
from services.identity.registration.domain import registered
from services.identity.registration.events import account_registered
from tests.support.tools.encryption import SECRET, decrypted

_NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_READERS = events.Readers(
    certificates=Encryption("identity.papers", SECRET),
    scheduling=Encryption("identity.patients", SECRET),
)
_PHONE = Contact(Channel.SMS, "+79123456789")


def _form(**contacts: str) -> Checked:
    form = Form("temporary", "Ли", "Мин", None, "1990-01-01", **contacts)
    return checked(form, date(2026, 11, 21))


def _account() -> Account:
    return registered("a1", _PHONE, _NOW)


def _edited(account: Account, **contacts: str) -> Account:
    """Submitted, and asked about under the number of its submission."""
    after, profile = submitted(account, _form(**contacts))
    return asked(after, profile, f"q{profile.submission}")


def _answered(account: Account, question: str | None, *, matched: bool) -> Profile | None:
    return answered(account.profile, 1, question=question, matched=matched)


def test_only_the_registry_confirms_and_only_what_it_saw_i2_i9() -> None:
    waiting = _edited(_account())
    assert waiting.profile is not None
    assert (waiting.level, waiting.profile.submission) == ("registered", 1)
    confirmed = replace(waiting, profile=_answered(waiting, "q1", matched=True))
    assert confirmed.level == "confirmed"
    assert _answered(confirmed, "q1", matched=False) is None
    again = _edited(confirmed)
    assert (again.level, again.profile_state) == ("registered", ProfileState.CHECKING)


@given(st.lists(st.tuples(st.sampled_from(["edit", "answer"]), st.integers(0, 4), st.booleans())))
def test_confirmed_means_the_last_edit_was_confirmed_i2(
    steps: list[tuple[str, int, bool]],
) -> None:
    account, model, edits = _account(), ProfileState.DRAFT, 0
    for step, submission, matched in steps:
        said = partial(
            answered,
            account.profile,
            submission,
            question=f"q{submission}",
            matched=matched,
            mismatches=("snils",),
        )
        if step == "edit":
            account, model, edits = _edited(account), ProfileState.CHECKING, edits + 1
        elif submission > edits or not edits:
            with pytest.raises(NotAskedError):
                said()
        else:
            after = said()
            fits = model is ProfileState.CHECKING and submission == edits
            assert (after is not None) == fits
            if after is not None:
                account = replace(account, profile=after)
                model = ProfileState.CONFIRMED if matched else ProfileState.REJECTED
        assert account.profile_state is model
        mismatches = account.profile.mismatches if account.profile else ()
        assert bool(mismatches) == (model is ProfileState.REJECTED)


@pytest.mark.parametrize(("submission", "question"), [(1, "q2"), (1, None), (2, "q1"), (3, "q3")])
def test_an_answer_to_no_question_is_refused_i2(submission: int, question: str | None) -> None:
    """Who may write the registry's topic cannot confirm a profile that was not asked about."""
    for profile in (_edited(_account()).profile, None):
        with pytest.raises(NotAskedError):
            answered(profile, submission, question=question, matched=True)


def test_a_proved_contact_stays_and_a_typed_one_may_change() -> None:
    with pytest.raises(InvalidInputError):
        _edited(_account(), phone="+79123456780")
    typed = _edited(_account(), phone=_PHONE.address, email="a@example.org")
    assert _edited(typed, email="b@example.org").email == "b@example.org"
    assert typed.logins == (_PHONE.address,)
    assert typed.code_contact == _PHONE


def test_others_hear_of_proved_contacts_only_i16() -> None:
    typed = _edited(_account(), email="typed@example.org")
    assert typed.profile is not None
    seen = replace(typed, profile=_answered(typed, "q1", matched=True))
    name, _, patient = events.confirmed(seen, typed.profile.person, _READERS)
    assert isinstance(name, ProfileConfirmedV2)
    for pii in (account_registered(typed).pii, name.pii, decrypted(patient)):
        assert (pii.phone, pii.email) == (_PHONE.address, None)


def test_an_account_is_read_as_it_was_stored_before_changes_were_counted() -> None:
    """`revision` has always been the number of submissions there."""
    documents = Documents()
    account = replace(_edited(_account()), revision=4, version=7)
    stored = documents.document(account)
    assert (stored["revision"], stored["changes"], stored["version"]) == (1, 4, 7)
    assert documents.value(stored) == account
    draft = documents.document(_account())
    assert (draft["profile_state"], draft["revision"], draft["person"]) == ("draft", 0, None)
    assert documents.value(draft) == _account()


@pytest.mark.parametrize(
    ("mismatches", "reasons", "why"),
    [
        (("oms",), ("policy-expired",), ("policy-expired",)),
        (("oms", "last_name", "first_name"), (), ("policy-invalid", "name-mismatch")),
        (("head",), (), ()),
    ],
)
def test_why_the_registry_disagrees_is_a_code_e22_e23_e24(
    mismatches: tuple[str, ...], reasons: tuple[str, ...], why: tuple[str, ...]
) -> None:
    """Its own reasons, or those of the fields that it named; gone as soon as it agrees."""
    waiting = _edited(_account()).profile
    said = answered(
        waiting, 1, question="q1", matched=False, mismatches=mismatches, reasons=reasons
    )
    assert said is not None
    assert (said.mismatches, said.reasons) == (mismatches, why)
    assert events.profile_rejected("a1", said).reasons == why
