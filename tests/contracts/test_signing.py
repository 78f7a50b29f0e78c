"""What a doctor's act is for: two services compute it apart and have to agree (K5)."""

from __future__ import annotations

import pytest

from contracts.orders import PrintedField
from contracts.signing import digest_of


def _row(key: str, value: str, label: str = "Подпись") -> PrintedField:
    return PrintedField(key=key, label=label, value=value)


ROWS = (_row("number", "—"), _row("full_name", "Соколова Анна"), _row("conclusion", "Годна"))
DIGEST = digest_of("app-1", "086u", "clinic-1", ROWS)


def test_the_digest_is_what_it_was_when_it_was_published() -> None:
    assert DIGEST == "107a63a1be8db8547a9f5cb2c0129f41d4c75d2a50fa4abbc5de44bae800fa33"


@pytest.mark.parametrize("key", ["number", "issued_on", "valid_until"])
def test_what_only_issuing_knows_is_not_signed_for(key: str) -> None:
    assert digest_of("app-1", "086u", "clinic-1", [*ROWS, _row(key, "любое")]) == DIGEST


@pytest.mark.parametrize(
    "other",
    [
        digest_of("app-2", "086u", "clinic-1", ROWS),
        digest_of("app-1", "health", "clinic-1", ROWS),
        digest_of("app-1", "086u", "clinic-2", ROWS),
        digest_of("app-1", "086u", "clinic-1", ROWS[:-1]),
        digest_of("app-1", "086u", "clinic-1", ROWS[::-1]),
        digest_of("app-1", "086u", "clinic-1", [*ROWS[:-1], _row("conclusion", "Не годна")]),
        digest_of("app-1", "086u", "clinic-1", [*ROWS[:-1], _row("conclusion", "Годна", "Иное")]),
        digest_of("app-1", "086u", "clinic-1", [*ROWS[:-1], _row("result", "Годна")]),
    ],
)
def test_an_act_is_for_one_content_of_one_application_at_one_clinic(other: str) -> None:
    assert other != DIGEST
