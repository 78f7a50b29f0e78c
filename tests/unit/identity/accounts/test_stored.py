"""Accounts that were stored in a former form are read."""

from __future__ import annotations

from datetime import UTC, datetime

from services.identity.accounts.domain import Account, Employee, Post, Role
from services.identity.accounts.store.documents import Documents

_DOCTOR = Account(
    id="doctor-orlova",
    created_at=datetime(2026, 11, 21, tzinfo=UTC),
    logins=("orlova",),
    staff=Employee("Орлова Мария", "врач", posts=(Post(Role.DOCTOR, "clinic-1"),)),
)


def test_staff_of_when_they_had_one_role_at_one_clinic() -> None:
    stored = Documents().document(_DOCTOR)
    assert Documents().value(stored) == _DOCTOR
    former = {"full_name": "Орлова Мария", "position": "врач", "clinic_id": "clinic-1"}
    assert Documents().value(stored | {"role": "doctor", "staff": former}) == _DOCTOR
