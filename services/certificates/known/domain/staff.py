"""Who of the staff works where as what, and who of them decides about whose application (K6)."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.roles import Role
from services.certificates.known.domain.people import Person, full_name, same_name
from services.certificates.known.errors import OwnApplicationError
from services.chassis.foundation.text import number


@dataclass(frozen=True)
class Post:
    """A role at a clinic; without one on the whole platform."""

    role: Role
    clinic_id: str | None = None


@dataclass(frozen=True)
class Staff:
    """A member of staff as patients see them; the СНИЛС tells only who they are as a citizen.

    `active` false: dismissed. `specialties` are codes of `contracts.specialties`.
    """

    account_id: str
    full_name: str
    position: str | None
    snils: str | None = None
    active: bool = True
    posts: tuple[Post, ...] = ()
    specialties: tuple[str, ...] = ()

    def clinics(self, role: Role) -> tuple[str, ...]:
        """The clinics where they have this role now: none after a dismissal."""
        if not self.active:
            return ()
        found = [p.clinic_id for p in self.posts if p.role is role and p.clinic_id is not None]
        return tuple(dict.fromkeys(found))

    def everywhere(self, role: Role) -> bool:
        """Whether they have this role on the whole platform now."""
        return self.active and Post(role) in self.posts


def same_person(citizen: Person, staff: Staff) -> bool:
    """Whether a member of staff is, or may be, this citizen under another account.

    By СНИЛС or by name: nobody has checked the number of a staff record, which has no birth date
    either. So a namesake counts as the same: another doctor takes the case.
    """
    one, other = number(citizen.snils or ""), number(staff.snils or "")
    if one and one == other:
        return True
    names = full_name(citizen.last_name, citizen.first_name, citizen.middle_name)
    return same_name(names, staff.full_name)


def refuse_themselves(
    citizen_id: str, staff_id: str, citizen: Person | None, staff: Staff | None
) -> None:
    """Refuse where staff would decide about themselves, also under another account (C20).

    Raises:
        OwnApplicationError: they are one person, or cannot be told apart.
    """
    if citizen_id == staff_id or (citizen and staff and same_person(citizen, staff)):
        raise OwnApplicationError
