"""A member of staff as administrators see them."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from services.identity.accounts.domain import Account, Dismissal, Practice, readable
from services.identity.accounts.views import PostView


class QualificationView(BaseModel):
    """A certificate or an accreditation of a specialist."""

    number: str
    specialty: str
    issued_on: date
    valid_until: date | None


class ConferenceView(BaseModel):
    """Where a doctor spoke or learned."""

    title: str
    year: int


class PracticeView(BaseModel):
    """What patients choose a doctor by."""

    specialties: list[str]
    practising_since: int
    qualifications: list[QualificationView]
    conferences: list[ConferenceView]
    photo: str | None

    @classmethod
    def of(cls, practice: Practice) -> PracticeView:
        """The view of a practice."""
        return cls.model_validate(practice, from_attributes=True)


class DismissalView(BaseModel):
    """One act of an administrator."""

    at: datetime
    by: str = Field(description="Учётная запись администратора.")
    reason: str
    dismissed: bool

    @classmethod
    def of(cls, dismissal: Dismissal) -> DismissalView:
        """The view of a dismissal."""
        return cls.model_validate(dismissal, from_attributes=True)


class StaffView(BaseModel):
    """A member of staff; edit with the `ETag` of this answer in `If-Match`."""

    account_id: str
    full_name: str
    position: str | None
    phone: str | None
    email: str | None
    logins: list[str] = Field(description="Чем можно войти.")
    posts: list[PostView]
    practice: PracticeView | None
    active: bool = Field(description="Нет – уволен.")
    blocked: bool
    history: list[DismissalView]
    created_at: datetime

    @classmethod
    def of(cls, account: Account) -> StaffView:
        """The view of a member of staff. The СНИЛС is for other services only."""
        staff = account.staff
        assert staff is not None  # noqa: S101 - for the types: only staff are shown
        return cls(
            account_id=account.id,
            full_name=staff.full_name,
            position=staff.position,
            phone=account.phone,
            email=readable(account.email) if account.email else None,
            logins=[readable(login) for login in account.logins],
            posts=[PostView.of(post) for post in staff.posts],
            practice=PracticeView.of(staff.practice) if staff.practice else None,
            active=not staff.dismissed,
            blocked=account.blocked,
            history=[DismissalView.of(dismissal) for dismissal in staff.dismissals],
            created_at=account.created_at,
        )


class StaffPage(BaseModel):
    """Staff by name."""

    items: list[StaffView]
    next_cursor: str | None
