"""What is told of staff.

An SRE signs and books nothing, and the events' roles know none: such posts are told to nobody.
"""

from __future__ import annotations

from contracts import clinics as parts
from contracts import identity as contract
from contracts.envelope import Data
from services.identity.accounts.domain import Account, Employee, Post, Practice, Role
from services.identity.staff.domain import invited_for


def staff_changed(before: Account | None, after: Account) -> tuple[Data, ...]:
    """Who they are now; nothing where that is nothing new, or of no one's business."""
    was, staff = before.staff if before else None, after.staff
    if staff is None or was == staff:
        return ()
    posts = _told(staff)
    if not posts and not (was and _told(was)):
        return ()
    pii = contract.StaffPii(full_name=staff.full_name, position=staff.position, snils=staff.snils)
    now = contract.StaffChanged(
        account_id=after.id,
        active=not staff.dismissed,
        posts=tuple(
            contract.Post(role=contract.StaffRole(post.role), clinic_id=post.clinic_id)
            for post in posts
        ),
        practice=_practice(staff.practice) if staff.practice else None,
        pii=pii,
    )
    return (now,)


def staff_invited(account: Account, clinic_name: str | None) -> contract.StaffInvited:
    """They are to be told how to set their first password."""
    assert account.staff is not None  # noqa: S101 - for the types: only staff are invited
    role = invited_for(account.staff).role
    return contract.StaffInvited(
        account_id=account.id,
        role=None if role is Role.SRE else contract.StaffRole(role),
        clinic_name=clinic_name,
        pii=contract.Contacts(phone=account.phone, email=account.email),
    )


def _told(employee: Employee) -> tuple[Post, ...]:
    return tuple(post for post in employee.posts if post.role is not Role.SRE)


def _practice(practice: Practice) -> parts.Practice:
    return parts.Practice(
        specialties=practice.specialties,
        practising_since=practice.practising_since,
        qualifications=tuple(
            parts.Qualification(
                number=q.number,
                specialty=q.specialty,
                issued_on=q.issued_on,
                valid_until=q.valid_until,
            )
            for q in practice.qualifications
        ),
        conferences=tuple(
            parts.Conference(title=c.title, year=c.year) for c in practice.conferences
        ),
        photo=practice.photo,
    )
