"""An account: a person (or a member of staff) with proved contacts and a profile.

Level «confirmed» is exactly «the registry agreed with the profile as it is now» (I2, I9); any edit
takes it back until the registry has looked again. Refuses to know passwords and tokens.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.text import line, name, number, unprintable_detail
from services.identity.accounts.domain.contacts import Channel, Contact, email_of, phone_of
from services.identity.errors import AlreadyBlockedError, NotAskedError, OwnAccountError
from services.identity.profiles.domain.names import staff_name_detail
from services.identity.profiles.domain.profile import Checked, Person, number_error

CONFIRMED, REGISTERED = "confirmed", "registered"
_BLOCKINGS_KEPT = 50


class Role(StrEnum):
    """What an account is for. One person may have a citizen's and a staff account."""

    CITIZEN = "citizen"
    DOCTOR = "doctor"
    REGISTRAR = "registrar"
    SUPPORT = "support"
    ADMINISTRATOR = "administrator"
    SRE = "sre"


STAFF_ROLES = frozenset(Role) - {Role.CITIZEN}
CLINIC_ROLES = frozenset({Role.DOCTOR, Role.REGISTRAR})


class ProfileState(StrEnum):
    """How far the profile is."""

    DRAFT = "draft"
    CHECKING = "checking"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Position:
    """What patients see of a member of staff; the СНИЛС is for other services only."""

    full_name: str
    position: str | None = None
    clinic_id: str | None = None
    snils: str | None = None


@dataclass(frozen=True)
class Blocking:
    """An administrator closed the account, or opened it again."""

    at: datetime
    by: str
    reason: str
    closed: bool


@dataclass(frozen=True)
class Account:
    """The aggregate. `version` counts its events; `logins` are the names it is found by.

    `question` is the event by which the registry was asked about this `revision` of the profile.

    A contact is in `logins` exactly when its owner proved it (an administrator answers for those
    of staff), so nobody can take over a contact by typing it into a profile.
    """

    id: str
    version: int
    role: Role
    created_at: datetime
    logins: tuple[str, ...]
    phone: str | None = None
    email: str | None = None
    staff: Position | None = None
    person: Person | None = None
    profile_state: ProfileState = ProfileState.DRAFT
    revision: int = 0
    question: str | None = None
    mismatches: tuple[str, ...] = ()
    blockings: tuple[Blocking, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether an administrator closed it, and nobody has opened it again."""
        return bool(self.blockings) and self.blockings[-1].closed

    def marked(self, blocking: Blocking) -> Account:
        """The account closed or opened, with who did it and why.

        Raises:
            AlreadyBlockedError: it is as it should be.
            OwnAccountError: administrators cannot shut themselves out.
        """
        if blocking.by == self.id:
            raise OwnAccountError
        if blocking.closed == self.blocked:
            raise AlreadyBlockedError(blocked=self.blocked)
        kept = (*self.blockings, blocking)[-_BLOCKINGS_KEPT:]
        return replace(self, version=self.version + 1, blockings=kept)

    @property
    def level(self) -> str:
        """The level that other services ask for (I9)."""
        return CONFIRMED if self.profile_state is ProfileState.CONFIRMED else REGISTERED

    @property
    def proved_phone(self) -> str | None:
        """The phone, if its owner proved it: others are told of no other (I16)."""
        return self.phone if self.phone in self.logins else None

    @property
    def proved_email(self) -> str | None:
        """The e-mail, if its owner proved it."""
        return self.email if self.email in self.logins else None

    @property
    def code_contact(self) -> Contact:
        """Where one-time codes go: the proved phone, else the proved e-mail."""
        if self.proved_phone:
            return Contact(Channel.SMS, self.proved_phone)
        if self.proved_email:
            return Contact(Channel.EMAIL, self.proved_email)
        message = f"account {self.id} has no proved contact"
        raise ValueError(message)

    def proved(self, contact: Contact) -> Account:
        """The account with a contact that its owner has just proved, in place of the old one (I16).

        It becomes a login; the one it replaces is none any more. The registry is not asked again.
        """
        by_phone = contact.channel is Channel.SMS
        old = self.phone if by_phone else self.email
        others = tuple(login for login in self.logins if login not in (old, contact.address))
        return replace(
            self,
            version=self.version + 1,
            logins=(contact.address, *others),
            phone=contact.address if by_phone else self.phone,
            email=self.email if by_phone else contact.address,
        )

    def submitted(self, form: Checked) -> Account:
        """The account with this profile, waiting for the registry.

        Raises:
            InvalidInputError: the form would replace a proved contact without a code.
        """
        errors = [
            FieldError(
                f"/{name}",
                "contact-needs-code",
                "Этот контакт подтверждён кодом и используется для входа. "
                "Чтобы изменить его, подтвердите новый кодом.",
            )
            for name, old, new in (
                ("phone", self.phone, form.phone),
                ("email", self.email, form.email),
            )
            if new and old != new and old in self.logins
        ]
        if errors:
            raise InvalidInputError(errors)
        return replace(
            self,
            version=self.version + 1,
            phone=form.phone or self.phone,
            email=form.email or self.email,
            person=form.person,
            profile_state=ProfileState.CHECKING,
            revision=self.revision + 1,
            question=None,
            mismatches=(),
        )

    def asked(self, question: str) -> Account:
        """The account, with the event that asks the registry about its profile."""
        return replace(self, question=question)

    def checked(
        self,
        revision: int,
        *,
        question: str | None,
        matched: bool,
        mismatches: Iterable[str] = (),
    ) -> Account | None:
        """The account after the registry's answer, or None where it says nothing about now.

        An answer to an older revision, or one that comes again, changes nothing. A yes is told in
        two events.

        Raises:
            NotAskedError: the registry was not asked that.
        """
        if revision > self.revision or (revision == self.revision and question != self.question):
            raise NotAskedError
        if self.profile_state is not ProfileState.CHECKING or revision != self.revision:
            return None
        return replace(
            self,
            version=self.version + (2 if matched else 1),
            profile_state=ProfileState.CONFIRMED if matched else ProfileState.REJECTED,
            mismatches=() if matched else tuple(mismatches),
        )


def registered(account_id: str, contact: Contact, now: datetime) -> Account:
    """A citizen who has just proved one contact."""
    by_phone = contact.channel is Channel.SMS
    return Account(
        id=account_id,
        version=1,
        role=Role.CITIZEN,
        created_at=now,
        logins=(contact.address,),
        phone=contact.address if by_phone else None,
        email=None if by_phone else contact.address,
    )


@dataclass(frozen=True)
class StaffForm:
    """What an administrator fills in about a member of staff."""

    role: Role
    full_name: str
    phone: str | None
    email: str | None
    position: str | None = None
    clinic_id: str | None = None
    snils: str | None = None
    login: str | None = None


def staff_account(account_id: str, form: StaffForm, now: datetime) -> Account:
    """A staff account; its first password is set through recovery, so nobody else ever knows it.

    Raises:
        InvalidInputError: names every wrong field.
    """
    phone, email = phone_of(form.phone or ""), email_of(form.email or "")
    errors = _staff_errors(form)
    if phone is None:
        errors.append(FieldError("/phone", "phone-format", "Нужен номер телефона сотрудника."))
    if email is None:
        errors.append(FieldError("/email", "email-format", "Нужен e-mail сотрудника."))
    if errors or phone is None or email is None:
        raise InvalidInputError(errors)
    return Account(
        id=account_id,
        version=1,
        role=form.role,
        created_at=now,
        logins=_logins(phone, email, form.login),
        phone=phone.address,
        email=email.address,
        staff=Position(
            name(form.full_name),
            line(form.position or "") or None,
            line(form.clinic_id or "") or None,
            number(form.snils or "") or None,
        ),
    )


def _staff_errors(form: StaffForm) -> list[FieldError]:
    errors = []
    if form.role not in STAFF_ROLES:
        errors.append(FieldError("/role", "staff-role", "Это не роль сотрудника."))
    errors += _staff_text_errors(form)
    snils = number(form.snils or "")
    wrong = number_error("snils", snils) if snils else None
    return [*errors, wrong] if wrong else errors


def _staff_text_errors(form: StaffForm) -> list[FieldError]:
    """What is wrong with the texts: patients read them, and a doctor's are printed."""
    errors = []
    full_name, position = name(form.full_name), line(form.position or "")
    clinic_id = line(form.clinic_id or "")
    if not full_name:
        errors.append(FieldError("/full_name", "missing", "Обязательное поле."))
    elif (wrong := staff_name_detail(full_name)) is not None:
        errors.append(FieldError("/full_name", "name-letters", wrong))
    if form.role in CLINIC_ROLES and not clinic_id:
        errors.append(FieldError("/clinic_id", "missing", "Укажите клинику сотрудника."))
    if form.role is Role.DOCTOR and not position:
        errors.append(FieldError("/position", "missing", "Укажите должность врача."))
    for pointer, text in (("/position", position), ("/clinic_id", clinic_id)):
        if (unprintable := unprintable_detail(text)) is not None:
            errors.append(FieldError(pointer, "unprintable", unprintable))
    return errors


def confirmed_citizen(
    account_id: str, form: Checked, now: datetime, *, login: str | None = None
) -> tuple[Account, Account]:
    """A citizen of the demo, as registered and as confirmed: both are facts to be told.

    Raises:
        ValueError: no phone or no e-mail.
    """
    phone, email = phone_of(form.phone or ""), email_of(form.email or "")
    if phone is None or email is None:
        message = f"demo account {account_id} needs a phone and an e-mail"
        raise ValueError(message)
    first = replace(
        registered(account_id, phone, now),
        email=email.address,
        logins=_logins(phone, email, login),
    )
    confirmed = replace(
        first,
        version=3,
        person=form.person,
        profile_state=ProfileState.CONFIRMED,
        revision=1,
    )
    return first, confirmed


def _logins(phone: Contact, email: Contact, login: str | None) -> tuple[str, ...]:
    names = (phone.address, email.address, (login or "").strip().casefold())
    return tuple(name for name in names if name)
