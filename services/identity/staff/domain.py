"""What a staff account must be: patients read the texts, and a doctor's are printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.text import line, name, number, unprintable_detail
from services.identity.accounts.domain import (
    Account,
    Employee,
    Role,
    email_of,
    logins_of,
    phone_of,
)
from services.identity.profiles.domain.names import staff_name_detail
from services.identity.profiles.domain.profile import number_error

STAFF_ROLES = frozenset(Role) - {Role.CITIZEN}
CLINIC_ROLES = frozenset({Role.DOCTOR, Role.REGISTRAR})


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


def staff_account(account_id: str, form: StaffForm, now: datetime) -> tuple[Account, Employee]:
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
    employee = Employee(
        name(form.full_name),
        line(form.position or "") or None,
        line(form.clinic_id or "") or None,
        number(form.snils or "") or None,
    )
    account = Account(
        id=account_id,
        role=form.role,
        created_at=now,
        logins=logins_of(phone, email, form.login),
        phone=phone.address,
        email=email.address,
        staff=employee,
    )
    return account, employee


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
