"""An account as it is shown over HTTP, by whichever feature answers with one."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from services.identity.accounts.domain import Account, Post, Role, readable


class PostView(BaseModel):
    """What somebody is at a clinic, or on the whole platform."""

    role: Role
    clinic_id: str | None

    @classmethod
    def of(cls, post: Post) -> PostView:
        """The view of a post."""
        return cls(role=post.role, clinic_id=post.clinic_id)


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
    posts: list[PostView]
    created_at: datetime

    @classmethod
    def of(cls, account: Account) -> AccountView:
        """The view of an account."""
        staff, profile = account.staff, account.profile
        return cls(
            account_id=account.id,
            roles=list(account.roles),
            level=account.level,
            phone=account.phone,
            email=readable(account.email) if account.email else None,
            logins=[readable(login) for login in account.logins],
            full_name=staff.full_name if staff else profile.person.full_name if profile else None,
            position=staff.position if staff else None,
            posts=[PostView.of(post) for post in staff.posts] if staff else [],
            created_at=account.created_at,
        )
