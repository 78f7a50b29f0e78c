"""How a member of staff comes, is changed and moved, and goes; and who may say so (K9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.identity.accounts.domain import (
    Account,
    Dismissal,
    Employee,
    Post,
    Powers,
    Role,
    logins_of,
)
from services.identity.staff.domain.form import Entered
from services.identity.staff.errors import (
    AlreadyDismissedError,
    ForeignPostError,
    OwnPostsError,
)

_DISMISSALS_KEPT = 50


def made(account_id: str, entered: Entered, now: datetime) -> Account:
    """A staff account; its first password is set through recovery, so nobody else ever knows it."""
    phone, email = entered.phone, entered.email
    return Account(
        id=account_id,
        created_at=now,
        logins=logins_of(phone, email, entered.login),
        phone=phone.address if phone else None,
        email=email.address if email else None,
        staff=_employee(entered, None),
    )


def changed(account: Account, entered: Entered, *, accepted: bool) -> Account:
    """The account with what was entered; what was not given of contacts and СНИЛС stays.

    Once the invitation is `accepted`, contacts are their owner's: with one that an administrator
    chose, somebody else would get in.

    Raises:
        InvalidInputError: it would replace a contact of who has a password.
    """
    phone = entered.phone.address if entered.phone else account.phone
    email = entered.email.address if entered.email else account.email
    if accepted:
        detail = "Этот контакт сотрудник меняет сам, в личном кабинете: он уже входил в систему."
        errors = [
            FieldError(f"/{name}", "contact-of-owner", detail)
            for name, old, new in (("phone", account.phone, phone), ("email", account.email, email))
            if old != new
        ]
        if errors:
            raise InvalidInputError(errors)
    former = {account.phone, account.email}
    names = tuple(login for login in account.logins if login not in former)
    contacts = tuple(contact for contact in (phone, email) if contact)
    proved = account.logins if former == {phone, email} else (*contacts, *names)
    staff = _employee(entered, account.staff)
    return replace(account, phone=phone, email=email, logins=proved, staff=staff)


def _employee(entered: Entered, before: Employee | None) -> Employee:
    return Employee(
        full_name=entered.full_name,
        position=entered.position,
        snils=entered.snils or (before.snils if before else None),
        posts=entered.posts,
        practice=entered.practice,
        dismissals=before.dismissals if before else (),
    )


def require_over_posts(powers: Powers, by: str, before: Account | None, after: Account) -> None:
    """Check that an administrator with these powers may make this of a member of staff.

    Posts are given and taken where they manage; the rest is changed of who works nowhere else.

    Raises:
        ForeignPostError: a post was given or taken elsewhere.
        StaffElsewhereError: something else was changed of who works elsewhere, too.
        OwnPostsError: they are their own.
        AccountNotFoundError: they do not reach this member of staff.
    """
    old, new = before.staff if before else None, after.staff
    held = frozenset(old.posts if old else ())
    moved = held ^ frozenset(new.posts if new else ())
    if moved and after.id == by:
        raise OwnPostsError
    if any(not powers.over(post.clinic_id) for post in moved):
        raise ForeignPostError
    if before is not None and old is not None and new is not None:
        same = replace(new, posts=old.posts) == old and before.logins == after.logins
        if not same:
            before.require_managed_by(powers)


def dismissed(account: Account, dismissal: Dismissal) -> Account:
    """The account of who was dismissed, or taken back, with who did it and why.

    Raises:
        AlreadyDismissedError: it is as it should be.
        OwnPostsError: administrators cannot dismiss themselves.
    """
    staff = account.staff
    if dismissal.by == account.id:
        raise OwnPostsError
    if staff is None or staff.dismissed == dismissal.dismissed:
        raise AlreadyDismissedError(dismissed=dismissal.dismissed)
    kept = (*staff.dismissals, dismissal)[-_DISMISSALS_KEPT:]
    return replace(account, staff=replace(staff, dismissals=kept))


def invited_for(employee: Employee) -> Post:
    """The post that an invitation names."""
    return next((p for p in employee.posts if p.role is not Role.SRE), employee.posts[0])
