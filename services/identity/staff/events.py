"""What is told of staff."""

from __future__ import annotations

from contracts import identity as contract
from services.identity.accounts.domain import Account, Employee, Role


def staff_registered(account: Account, employee: Employee) -> tuple[contract.StaffRegistered, ...]:
    """A member of staff has an account; nothing for those whom no other service deals with.

    An SRE signs and books nothing, and v1 of the event knows no such role: consumers of v1 could
    not parse it.
    """
    if account.role is Role.SRE:
        return ()
    return (
        contract.StaffRegistered(
            account_id=account.id,
            role=contract.StaffRole(account.role),
            clinic_id=employee.clinic_id,
            pii=contract.StaffPii(
                full_name=employee.full_name,
                position=employee.position,
                snils=employee.snils,
            ),
        ),
    )
