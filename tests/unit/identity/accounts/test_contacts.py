"""Phones and e-mails however they come: typed, pasted, linked; one form everywhere (I1, I16)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.accounts.domain import (
    Channel,
    Contact,
    can_get_codes,
    contact_of,
    email_of,
    login_of,
    phone_of,
    readable,
)

_PHONE = Contact(Channel.SMS, "+79123456789")
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


@given(st.text(max_size=20))
def test_any_email_is_ascii_and_stays_itself(name: str) -> None:
    for typed in (f"{name}@example.org", f"a@{name}.рф"):
        mail = email_of(typed)
        if mail is not None:
            assert mail.address.isascii()
            assert email_of(mail.address) == email_of(readable(mail.address)) == mail


def test_contacts_are_shown_masked() -> None:
    assert _PHONE.masked == "+7 *** ***-**-89"
    mail = email_of("Anna@Example.org")
    assert mail is not None
    assert mail.masked == "a***@example.org"


@given(st.text())
def test_any_text_is_some_login(text: str) -> None:
    assert login_of(login_of(text)) == login_of(text)
