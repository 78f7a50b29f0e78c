"""A profile as it is shown: to its owner, and in parts to staff."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from pydantic import BaseModel, Field

from contracts.patients import MISMATCHES
from services.identity.accounts.domain import Account, Category, Gender, ProfileState, readable
from services.identity.profiles.domain import missing_of


class PassportView(BaseModel):
    """Passport: digits only."""

    series: str
    number: str


class ReasonView(BaseModel):
    """Why the registry did not agree."""

    code: str = Field(examples=["policy-expired"])
    title: str = Field(examples=["Срок действия полиса ОМС истёк"])

    @classmethod
    def all_of(cls, account: Account) -> list[ReasonView]:
        """Those of the last answer."""
        reasons = account.profile.reasons if account.profile else ()
        return [cls(code=code, title=MISMATCHES.get(code, code)) for code in reasons]


class TemporaryPolicyView(BaseModel):
    """A number that stands for a policy until its last day (A25)."""

    number: str
    valid_until: date

    @classmethod
    def of(cls, account: Account, day: date) -> TemporaryPolicyView | None:
        """The one that counts on that day."""
        found = account.temporary_policy
        if found is None or not found.valid(day):
            return None
        return cls(number=found.number, valid_until=found.valid_until)


class ProfileView(BaseModel):
    """My profile and how far it is; edit with the `ETag` of this answer in `If-Match`."""

    account_id: str
    state: ProfileState
    revision: int
    mismatches: list[str] = Field(
        description="Поля, с которыми не согласился реестр.", examples=[["passport"]]
    )
    reasons: list[ReasonView] = Field(description="Почему не согласился.")
    missing: list[str] = Field(
        description="Чего в профиле нет: без этого клиника может не подтвердить запись.",
        examples=[["oms", "email"]],
    )
    temporary_policy: TemporaryPolicyView | None = None
    category: Category | None = None
    last_name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    birth_date: date | None = None
    snils: str | None = None
    inn: str | None = None
    oms: str | None = None
    passport: PassportView | None = None
    gender: Gender | None = None
    registration_address: str | None = None
    phone: str | None = None
    email: str | None = None

    @classmethod
    def of(cls, account: Account, day: date) -> ProfileView:
        """The view of an account's profile."""
        profile = account.profile
        person = asdict(profile.person) if profile else {}
        return cls(
            account_id=account.id,
            state=account.profile_state,
            revision=profile.submission if profile else 0,
            mismatches=list(profile.mismatches) if profile else [],
            reasons=ReasonView.all_of(account),
            missing=list(missing_of(account, day)),
            temporary_policy=TemporaryPolicyView.of(account, day),
            phone=account.phone,
            email=readable(account.email) if account.email else None,
            **person,
        )
