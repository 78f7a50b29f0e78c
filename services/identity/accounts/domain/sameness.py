"""Whether two accounts are, or may be, one person's."""

from __future__ import annotations

from services.identity.accounts.domain.account import Account
from services.identity.accounts.domain.person import named_as


def same_person(staff: Account, citizen: Account) -> bool:
    """Whether a member of staff is, or may be, this citizen under another account."""
    if staff.id == citizen.id:
        return True
    employee, person = staff.staff, citizen.profile.person if citizen.profile else None
    if employee is None or person is None:
        return False
    if employee.snils and employee.snils == person.snils:
        return True
    return named_as(employee.full_name) == named_as(person.full_name)
