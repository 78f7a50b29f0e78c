"""Whom a message reaches: pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from services.chassis.work.inbox import EventPosition
from services.notifier.announcements.domain import expiry_warning_at
from services.notifier.delivery.domain.code import Code, pause_before
from services.notifier.recipients.domain import (
    Address,
    Contacts,
    Device,
    DevicePlatform,
    Recipient,
    addresses,
    device_id,
    learn,
    masked,
    replaced,
)
from services.notifier.templates.domain.content import Channel

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
KNOWN = Recipient(
    "anna",
    Contacts("+79000000042", "anna@example.org", "Анна", "Сергеевна"),
    EventPosition(3, "t/0", 7),
)


def test_a_citizen_has_an_address_per_channel() -> None:
    """N1."""
    device = Device(device_id("token"), "anna", "token", DevicePlatform.IOS, NOW)
    assert addresses(KNOWN, (device,)) == (
        Address(Channel.SMS, "+79000000042"),
        Address(Channel.EMAIL, "anna@example.org"),
        Address(Channel.PUSH, "token"),
    )
    assert addresses(Recipient("boris")) == ()


def test_news_replace_what_they_speak_of_and_nothing_else() -> None:
    """e7: contacts are kept fresh."""
    after = learn(KNOWN, Contacts(phone="+79000000077"), EventPosition(4))
    assert after.contacts.phone == "+79000000077"
    assert after.contacts.email == "anna@example.org"
    assert after.salutation == "Здравствуйте, Анна Сергеевна!"
    assert replaced(KNOWN, after) == (Address(Channel.SMS, "+79000000042"),)


@pytest.mark.parametrize("seq", [1, 3])
def test_old_news_change_nothing(seq: int) -> None:
    """e7: an event that comes late does not bring an old phone back."""
    assert learn(KNOWN, Contacts(phone="+79000000001"), EventPosition(seq)) == KNOWN


def test_a_sequence_that_jumped_ahead_keeps_no_true_news_out() -> None:
    """Later in the same partition is newer than a number out of reach; a replay proves nothing."""
    jumped = learn(KNOWN, Contacts(phone="+79000000666"), EventPosition(2**31 - 1, "t/0", 8))
    true = learn(jumped, Contacts(phone="+79000000077"), EventPosition(4, "t/0", 9))
    assert true.contacts.phone == "+79000000077"
    for elsewhere in (
        EventPosition(4, "t/1", 9),
        EventPosition(4, "t/0", None),
        EventPosition(4, "t/0", 7),
    ):
        assert learn(jumped, Contacts(phone="+79000000001"), elsewhere) == jumped


def test_a_new_name_without_a_middle_name_has_none() -> None:
    after = learn(KNOWN, Contacts(first_name="Анна"), EventPosition(4))
    assert after.salutation == "Здравствуйте, Анна!"
    assert Recipient("x").salutation == "Здравствуйте!"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (Address(Channel.SMS, "+79000000042"), "+7 *** ***-**-42"),
        (Address(Channel.EMAIL, "anna@example.org"), "a***@example.org"),
        (Address(Channel.PUSH, "abcdefgh"), "…efgh"),
    ],
)
def test_the_journal_shows_addresses_masked(address: Address, shown: str) -> None:
    """N2: recognisable, not usable."""
    assert masked(address) == shown


def test_an_ending_certificate_is_warned_of_on_a_morning() -> None:
    """N3: nine o'clock in Moscow is six in UTC."""
    at = expiry_warning_at(date(2027, 5, 18), "Europe/Moscow", NOW)
    assert at == datetime(2027, 4, 18, 6, 0, tzinfo=UTC)
    assert expiry_warning_at(date(2026, 12, 1), "Europe/Moscow", NOW) is None


def test_a_code_is_never_shown_by_accident() -> None:
    """Neither by repr nor in the journal's context."""
    code = Code(
        "e", None, Address(Channel.SMS, "+7"), "login", NOW + timedelta(seconds=61), "402917"
    )
    assert "402917" not in repr(code)
    assert "402917" not in str(code.context(NOW, secret=False))
    assert code.context(NOW, secret=True) == {"code": "402917", "purpose": "login", "minutes": 2}
    assert not code.expired(NOW)
    assert code.expired(NOW + timedelta(seconds=61))


def test_a_code_is_hurried() -> None:
    pauses = [pause_before(n).total_seconds() for n in range(8)]
    assert pauses[:3] == [0.25, 0.5, 1.0]
    assert max(pauses) == 8.0
