"""The password that the first administrator reads off the screen (K1)."""

from __future__ import annotations

import secrets

from services.identity.installation.domain import ALPHABET, temporary_password
from services.identity.passwords.domain import password_errors


def test_it_is_good_and_nothing_in_it_is_taken_for_something_else() -> None:
    password = temporary_password(secrets.choice)
    assert password_errors(password) == []
    assert set(password) <= {*ALPHABET, "-"}
    assert not set("0O1lI") & set(ALPHABET)
    assert password != temporary_password(secrets.choice)
