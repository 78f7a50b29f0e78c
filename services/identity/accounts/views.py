"""An account as it is shown over HTTP, by whichever feature answers with one."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from services.identity.accounts.domain.account import Account, Role
from services.identity.accounts.domain.contacts import readable


class AccountView(BaseModel):
    """My account."""

    account_id: str
    roles: list[Role]
    level: str
    phone: str | None
    email: str | None
    logins: list[str] = Field(description="Чем можно войти.")
    full_name: str | None
    position: str | None
    clinic_id: str | None
    created_at: datetime

    @classmethod
    def of(cls, account: Account) -> AccountView:
        """The view of an account."""
        staff, profile = account.staff, account.profile
        return cls(
            account_id=account.id,
            roles=[account.role],
            level=account.level,
            phone=account.phone,
            email=readable(account.email) if account.email else None,
            logins=[readable(login) for login in account.logins],
            full_name=staff.full_name if staff else profile.person.full_name if profile else None,
            position=staff.position if staff else None,
            clinic_id=staff.clinic_id if staff else None,
            created_at=account.created_at,
        )
