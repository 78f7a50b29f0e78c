"""Phones and e-mails however they come: typed, pasted, linked; one form everywhere (I1, I16)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain import can_get_codes, contact_of, email_of, login_of, phone_of
from services.identity.errors import LoginLockedError

PHONE = "+79997943361"
SPELLINGS = [
    "+7 999 794\u201133\u201161",
    "\u202a+7\u00a0(999)\u00a0794-33-61\u202c",
    "\u2068+7 999 794 33 61\u2069",
    "+7.999.794.33.61",
    "tel:+79997943361",
    "TEL: +7-999-794-33-61",
    "8 (999) 794–33–61",
    "8\u2009999\u2009794\u20123361",
    "＋７ ９９９ ７９４-３３-６１",
    "\ufeff+7 999 794 33 61\r\n",
    "7 999 794 33 61",
    "+7 (999) 794/33/61",
]


@pytest.mark.parametrize("typed", SPELLINGS)
def test_one_phone_however_it_comes(typed: str) -> None:
    found = phone_of(typed)
    assert found is not None
    assert found.address == login_of(typed) == PHONE
    assert contact_of(typed) == found


@pytest.mark.parametrize(
    "typed",
    [
        "anna@example.org",
        " Anna@Example.ORG\u00a0",
        "anna\u200b@example.org",
        "mailto:anna@example.org",
        "\u2060anna@example.org\r\n",
    ],
)
def test_one_email_however_it_comes(typed: str) -> None:
    found = email_of(typed)
    assert found is not None
    assert found.address == login_of(typed) == "anna@example.org"


def test_a_domain_written_in_parts_is_the_same_domain() -> None:
    """NFD, as a Mac has it: «и» and a breve are «й»."""
    composed, apart = email_of("a@чай.рф"), email_of("a@чаи\u0306.рф")
    assert composed == apart is not None


@given(st.text(max_size=40))
def test_what_is_taken_as_a_contact_is_found_as_a_login(text: str) -> None:
    for found in (phone_of(text), email_of(text)):
        if found is not None:
            assert login_of(text) == login_of(found.address) == found.address


@pytest.mark.parametrize("typed", ["+7 999 CALL NOW", "тел +7 999 794 33 61 доб. 5", "lebedev"])
def test_letters_make_no_phone(typed: str) -> None:
    assert phone_of(typed) is None


@pytest.mark.parametrize(
    ("typed", "gets"),
    [
        ("+7 916 123-45-67", True),
        ("+7 (495) 123-45-67", False),  # a landline
        ("8 800 555-35-35", False),  # free
        ("+7 809 555-35-35", False),  # premium
        ("+8816 2345 6789", False),  # a satellite
        ("+49 1512 3456789", False),  # another country
        ("+7 701 123-45-67", False),  # the same code, another country
    ],
)
def test_codes_go_to_mobiles_of_the_countries_that_are_served(typed: str, gets: bool) -> None:
    found = phone_of(typed)
    assert found is None or can_get_codes(found, ("RU",)) is gets
    assert not gets or found is not None


def test_the_countries_are_a_setting() -> None:
    kazakh, landline = phone_of("+7 701 123-45-67"), phone_of("+7 7172 12-34-56")
    assert kazakh is not None
    assert can_get_codes(kazakh, ("RU", "KZ"))
    assert landline is None or not can_get_codes(landline, ("RU", "KZ"))
    mail = email_of("anna@example.org")
    assert mail is not None
    assert can_get_codes(mail, ())


@pytest.mark.parametrize(
    ("until", "clock"),
    [("00:44:44", "03:45"), ("00:44:00", "03:44"), ("00:59:01", "04:00"), ("20:59:59", "00:00")],
)
def test_a_locked_login_names_a_minute_at_which_it_is_open(until: str, clock: str) -> None:
    """The clock of Moscow, which is said."""
    moment = datetime.fromisoformat(f"2026-11-27T{until}").replace(tzinfo=UTC)
    refused = LoginLockedError(moment, moment - timedelta(seconds=90.2))
    assert f"откроется в {clock} по московскому времени" in refused.detail
    assert refused.retry_after == 91
