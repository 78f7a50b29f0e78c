"""Codes, accounts, tokens, keys, contacts, passwords: the rules without a server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.identity import CodePurpose
from services.chassis.foundation.encryption import Encryption
from services.chassis.foundation.errors import InvalidInputError
from services.identity import events
from services.identity.domain import (
    Account,
    Challenge,
    Channel,
    Checked,
    CodeRules,
    Contact,
    Form,
    KeyRules,
    ProfileState,
    Purpose,
    RefreshVerdict,
    SigningKey,
    Verdict,
    challenge,
    checked,
    digest_of,
    email_of,
    first_token,
    login_of,
    next_rotation,
    password_errors,
    phone_of,
    readable,
    registered,
    retired,
    signer,
    successor_of,
)
from services.identity.errors import NotAskedError, ResendTooEarlyError
from tests.support.tools.encryption import SECRET

_NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_GRACE = timedelta(seconds=10)
_RULES = CodeRules()
_PAPERS = Encryption("identity.papers", SECRET)
_PHONE = Contact(Channel.SMS, "+79123456789")


def _challenge(*, decoy: bool = False) -> Challenge:
    asked = challenge(
        "c1", Purpose.LOGIN, _PHONE, now=_NOW, rules=_RULES, account_id="a1", decoy=decoy
    )
    return asked.renewed("right", _NOW, _RULES)


def test_the_right_code_works_once_i4() -> None:
    after, verdict = _challenge().tried("right", _NOW)
    assert verdict is Verdict.ACCEPTED
    assert after.tried("right", _NOW)[1] is Verdict.USED


def test_a_code_lives_five_minutes_i4() -> None:
    asked = _challenge()
    last = _NOW + timedelta(minutes=5) - timedelta(microseconds=1)
    assert asked.tried("right", last)[1] is Verdict.ACCEPTED
    assert asked.tried("right", _NOW + timedelta(minutes=5)) == (asked, Verdict.EXPIRED)


@given(st.lists(st.sampled_from(["right", "wrong"]), max_size=12))
def test_at_most_five_tries_and_one_success_i4(answers: list[str]) -> None:
    asked, verdicts = _challenge(), []
    for answer in answers:
        asked, verdict = asked.tried(answer, _NOW)
        verdicts.append(verdict)

    assert verdicts.count(Verdict.WRONG) <= 5
    assert verdicts.count(Verdict.ACCEPTED) <= 1
    assert asked.used == (Verdict.ACCEPTED in verdicts)
    if "right" in answers[:5]:
        assert Verdict.ACCEPTED in verdicts


def test_another_code_gives_new_tries_and_only_it_works_e7() -> None:
    tired = replace(_challenge(), tries_left=0)
    with pytest.raises(ResendTooEarlyError) as early:
        tired.renewed("second", _NOW + timedelta(seconds=30, milliseconds=1), _RULES)
    assert early.value.retry_after == 30

    again = tired.renewed("second", _NOW + timedelta(seconds=60), _RULES)
    assert (again.sent, again.tries_left) == (2, 5)
    assert again.tried("right", _NOW + timedelta(seconds=61))[1] is Verdict.WRONG
    assert again.tried("second", _NOW + timedelta(seconds=61))[1] is Verdict.ACCEPTED


def test_nothing_opens_a_decoy() -> None:
    assert _challenge(decoy=True).tried("right", _NOW)[1] is Verdict.WRONG


def test_a_digest_belongs_to_its_challenge_and_secret() -> None:
    digests = {
        digest_of(secret, challenge_id, code)
        for secret in (b"one", b"two")
        for challenge_id in ("c1", "c2")
        for code in ("000000", "000001")
    }
    assert len(digests) == 8


def test_a_known_contact_gets_the_words_of_recovery() -> None:
    asked = replace(_challenge(), purpose=Purpose.REGISTRATION)
    assert events.code_requested(asked, "1", _PAPERS).purpose is CodePurpose.RECOVERY
    unknown = replace(asked, account_id=None)
    assert events.code_requested(unknown, "1", _PAPERS).purpose is CodePurpose.REGISTRATION


def _form(**contacts: str) -> Checked:
    form = Form("temporary", "Ли", "Мин", None, "1990-01-01", **contacts)
    return checked(form, date(2026, 11, 21))


def _account() -> Account:
    return registered("a1", _PHONE, _NOW)


def test_only_the_registry_confirms_and_only_what_it_saw_i2_i9() -> None:
    waiting = _account().submitted(_form()).asked("q1")
    assert (waiting.level, waiting.revision, waiting.version) == ("registered", 1, 2)
    confirmed = waiting.checked(1, question="q1", matched=True)
    assert confirmed is not None
    assert confirmed.level == "confirmed"
    assert confirmed.version == 4, "a name for everybody and papers for one reader: two facts"
    assert confirmed.checked(1, question="q1", matched=False) is None
    edited = confirmed.submitted(_form())
    assert (edited.level, edited.profile_state) == ("registered", ProfileState.CHECKING)


@given(st.lists(st.tuples(st.sampled_from(["edit", "answer"]), st.integers(0, 4), st.booleans())))
def test_confirmed_means_the_last_edit_was_confirmed_i2(
    steps: list[tuple[str, int, bool]],
) -> None:
    account, model = _account(), ProfileState.DRAFT
    for step, revision, matched in steps:
        before = account.version
        if step == "edit":
            account, model = account.submitted(_form()), ProfileState.CHECKING
            account = account.asked(f"q{account.revision}")
        elif revision > account.revision:
            with pytest.raises(NotAskedError):
                account.checked(revision, question=f"q{revision}", matched=matched)
        else:
            question = f"q{revision}" if revision else None
            after = account.checked(
                revision, question=question, matched=matched, mismatches=("snils",)
            )
            fits = model is ProfileState.CHECKING and revision == account.revision
            assert (after is not None) == fits
            if after is not None:
                account = after
                model = ProfileState.CONFIRMED if matched else ProfileState.REJECTED
        assert account.profile_state is model
        assert account.version - before in (0, 1, 2)
        assert bool(account.mismatches) == (model is ProfileState.REJECTED)


@pytest.mark.parametrize(("revision", "question"), [(1, "q2"), (1, None), (2, "q1"), (3, "q3")])
def test_an_answer_to_no_question_is_refused_i2(revision: int, question: str | None) -> None:
    """Who may write the registry's topic cannot confirm a profile that was not asked about."""
    waiting = _account().submitted(_form()).asked("q1")
    with pytest.raises(NotAskedError):
        waiting.checked(revision, question=question, matched=True)


def test_a_proved_contact_stays_and_a_typed_one_may_change() -> None:
    with pytest.raises(InvalidInputError):
        _account().submitted(_form(phone="+79123456780"))
    typed = _account().submitted(_form(phone=_PHONE.address, email="a@example.org"))
    assert typed.submitted(_form(email="b@example.org")).email == "b@example.org"
    assert typed.logins == (_PHONE.address,)
    assert typed.code_contact == _PHONE


def test_a_family_ends_as_a_whole() -> None:
    first = first_token("d1", "f", "a1", _NOW, timedelta(days=30))
    used, second = first.rotated("d2", _NOW + timedelta(days=29))
    later = _NOW + timedelta(days=29, seconds=10)
    assert used.verdict(later, _GRACE) is RefreshVerdict.REUSED
    assert second.verdict(_NOW + timedelta(days=29), _GRACE) is RefreshVerdict.GOOD
    assert second.verdict(_NOW + timedelta(days=30), _GRACE) is RefreshVerdict.DEAD
    assert replace(second, revoked_at=_NOW).verdict(_NOW, _GRACE) is RefreshVerdict.DEAD


def test_an_exchanged_token_is_repeated_within_the_grace_and_dead_with_its_family() -> None:
    used, _ = first_token("d1", "f", "a1", _NOW, timedelta(days=30)).rotated("d2", _NOW)
    within = _NOW + _GRACE - timedelta(milliseconds=1)
    assert used.verdict(within, _GRACE) is RefreshVerdict.REPEATED
    assert used.verdict(_NOW, timedelta(0)) is RefreshVerdict.REUSED
    assert replace(used, revoked_at=_NOW).verdict(within, _GRACE) is RefreshVerdict.DEAD


def test_a_successor_is_known_only_with_the_secret_and_the_token() -> None:
    assert successor_of(b"secret", "token") == successor_of(b"secret", "token")
    others = {successor_of(b"secret", "other"), successor_of(b"another", "token")}
    assert successor_of(b"secret", "token") not in others


def test_the_newest_key_signs_and_old_ones_leave_after_the_overlap_i18() -> None:
    rules = KeyRules()
    old = SigningKey("old", {}, _NOW)
    new = SigningKey("new", {}, _NOW + timedelta(days=30))

    assert signer([new, old]) is new
    assert next_rotation([old], rules) == new.created_at
    assert retired([new, old], new.created_at + timedelta(hours=23), rules) == []
    assert retired([new, old], new.created_at + timedelta(days=1), rules) == [old]


@pytest.mark.parametrize(
    "typed",
    ["+79123456789", "8 (912) 345-67-89", "79123456789", " 912 345 67 89 "],
)
def test_one_phone_in_many_spellings(typed: str) -> None:
    assert phone_of(typed) == _PHONE
    assert login_of(typed) == _PHONE.address


@pytest.mark.parametrize("typed", ["", "112", "телефон", "+7000", "1" * 300])
def test_no_phone(typed: str) -> None:
    assert phone_of(typed) is None


@pytest.mark.parametrize("typed", ["Anna@Почта.рф", " anna@XN--80A1ACNY.xn--p1ai "])
def test_a_russian_domain_is_kept_as_mail_servers_read_it(typed: str) -> None:
    mail = email_of(typed)
    assert mail is not None
    assert mail.address == "anna@xn--80a1acny.xn--p1ai"
    assert email_of(mail.address) == mail
    assert readable(mail.address) == "anna@почта.рф"
    assert mail.masked == "a***@почта.рф"
    assert login_of(typed) == mail.address


@pytest.mark.parametrize("typed", ["анна@почта.рф", "анна@example.org", "ann\u0430@example.org"])
def test_a_name_that_mail_servers_cannot_take_is_no_address(typed: str) -> None:
    assert email_of(typed) is None
    with pytest.raises(InvalidInputError) as refused:
        _form(email=typed)
    assert [(e.pointer, e.code) for e in refused.value.errors] == [("/email", "email-format")]


@given(st.text(max_size=20))
def test_any_email_is_ascii_and_stays_itself(name: str) -> None:
    for typed in (f"{name}@example.org", f"a@{name}.рф"):
        mail = email_of(typed)
        if mail is not None:
            assert mail.address.isascii()
            assert email_of(mail.address) == email_of(readable(mail.address)) == mail


def test_others_hear_of_proved_contacts_only_i16() -> None:
    typed = _account().submitted(_form(email="typed@example.org"))
    confirmed = typed.asked("q1").checked(1, question="q1", matched=True)
    assert confirmed is not None
    name, _ = events.confirmed(confirmed, _PAPERS)
    for said in (events.account_registered(typed), name):
        assert (said.pii.phone, said.pii.email) == (_PHONE.address, None)

    proved = confirmed.proved(Contact(Channel.EMAIL, "anna@example.org"))
    changed = events.contacts_changed(proved, confirmed).pii
    assert (changed.phone, changed.email) == (_PHONE.address, "anna@example.org")
    # an address that was never proved is not told of anything, either
    assert (changed.former_phone, changed.former_email) == (None, None)
    assert events.confirmed(proved, _PAPERS)[0].pii.email == "anna@example.org"


def test_the_replaced_contact_is_named_so_that_it_is_told_i16() -> None:
    before = _account().proved(Contact(Channel.EMAIL, "old@example.org"))
    after = before.proved(Contact(Channel.EMAIL, "new@example.org"))
    changed = events.contacts_changed(after, before).pii
    assert (changed.email, changed.former_email) == ("new@example.org", "old@example.org")
    assert (changed.phone, changed.former_phone) == (_PHONE.address, None)
    again = events.contacts_changed(after.proved(_PHONE), after).pii
    assert (again.former_phone, again.former_email) == (None, None)


def test_contacts_are_shown_masked() -> None:
    assert _PHONE.masked == "+7 *** ***-**-89"
    mail = email_of("Anna@Example.org")
    assert mail is not None
    assert mail.masked == "a***@example.org"


@given(st.text())
def test_any_text_is_some_login(text: str) -> None:
    assert login_of(login_of(text)) == login_of(text)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("девять зн", "password-too-short"),
        ("а" * 129, "password-too-long"),
        ("Qwertyuiop", "password-too-common"),
        ("ЙЦУКЕНГШЩЗ", "password-too-common"),
        ("12121212121212", "password-too-common"),
        ("correct horse battery", None),
        ("Demo-Citizen-2026", None),
    ],
)
def test_passwords_are_long_and_rare(password: str, code: str | None) -> None:
    assert [e.code for e in password_errors(password)] == ([code] if code else [])
