"""What strangers see of addresses and names."""

from __future__ import annotations

import pytest

from services.chassis.foundation.masks import masked_email, masked_name, masked_phone


def test_of_a_phone_two_digits_are_seen() -> None:
    assert masked_phone("+79991234567") == "+7 *** ***-**-67"


@pytest.mark.parametrize(
    ("address", "shown"),
    [("anna@почта.рф", "a***@почта.рф"), ('"a@b"@mail.ru', '"***@mail.ru')],
)
def test_of_a_mailbox_one_letter_is_seen(address: str, shown: str) -> None:
    assert masked_email(address) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Соколова Анна Сергеевна", "С*** А*** С***"),
        ("Ли Ян", "Л*** Я***"),
        ("Салтыков-Щедрин Михаил", "С*** М***"),
        ("", ""),
    ],
)
def test_strangers_see_initials(name: str, shown: str) -> None:
    assert masked_name(name) == shown
