"""A member of staff as an administrator or an import types them, checked as a whole (K3, K9).

Patients read the texts, and a doctor's are printed. Refuses to say whether a clinic exists.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.chassis.foundation.findings import Findings
from services.chassis.foundation.text import line, name, number
from services.identity.accounts.domain import (
    Contact,
    Post,
    Practice,
    Role,
    contact_of,
    email_of,
    phone_of,
)
from services.identity.profiles.domain.names import staff_name_detail
from services.identity.profiles.domain.profile import number_error
from services.identity.staff.domain.practice import PracticeForm, practice_of

STAFF_ROLES = tuple(role for role in Role if role is not Role.CITIZEN)
CLINIC_ROLES = frozenset({Role.DOCTOR, Role.REGISTRAR})
PLATFORM_ROLES = frozenset({Role.SRE})
_NAME, _POSITION, _ID = 200, 200, 63
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,62}")


@dataclass(frozen=True)
class PostForm:
    """A role at a clinic as typed."""

    role: str | None = None
    clinic_id: str | None = None


@dataclass(frozen=True)
class StaffForm:
    """What an administrator fills in about a member of staff."""

    full_name: str | None = None
    position: str | None = None
    snils: str | None = None
    phone: str | None = None
    email: str | None = None
    posts: tuple[PostForm, ...] = ()
    practice: PracticeForm | None = None
    login: str | None = None


@dataclass(frozen=True)
class Entered:
    """What the form means. Contacts and СНИЛС that are not given stay as they are."""

    full_name: str
    position: str | None
    snils: str | None
    phone: Contact | None
    email: Contact | None
    posts: tuple[Post, ...]
    practice: Practice | None
    login: str | None


def checked(form: StaffForm, today: date, *, new: bool) -> Entered:
    """The form as what is known of a member of staff; a `new` one is reached by what it says.

    Raises:
        InvalidInputError: names every wrong field.
    """
    found = Findings()
    full_name = _full_name(form, found)
    posts = _posts(form.posts, found)
    doctor = any(post.role is Role.DOCTOR for post in posts)
    position = found.line("/position", form.position, longest=_POSITION, required=False)
    if doctor and not position:
        found.missing("/position", "Укажите должность врача.")
    practice = _practice(form, today, found, doctor=doctor)
    phone, email = _contacts(form, found, new=new)
    snils = number(form.snils or "")
    if snils and (wrong := number_error("snils", snils)):
        found.errors.append(wrong)
    login = _login(form.login, found)
    found.refuse()
    return Entered(full_name, position or None, snils or None, phone, email, posts, practice, login)


def _full_name(form: StaffForm, found: Findings) -> str:
    full_name = name(form.full_name or "")
    if not full_name:
        found.missing("/full_name")
    elif len(full_name) > _NAME:
        found.add("/full_name", "too-long", f"Не больше {_NAME} знаков.")
    elif (wrong := staff_name_detail(full_name)) is not None:
        found.add("/full_name", "name-letters", wrong)
    return full_name


def _posts(typed: Sequence[PostForm], found: Findings) -> tuple[Post, ...]:
    if not typed:
        found.missing("/posts", "Укажите хотя бы одну должность: роль и клинику.")
    posts: list[Post] = []
    for place, form in enumerate(typed):
        post = _post(f"/posts/{place}", form, found)
        if post is None:
            continue
        if post in posts:
            found.add(f"/posts/{place}", "post-repeated", "Эта должность уже указана.")
        posts.append(post)
    return tuple(posts)


def _post(pointer: str, form: PostForm, found: Findings) -> Post | None:
    clinic_id = found.line(f"{pointer}/clinic_id", form.clinic_id, longest=_ID, required=False)
    role = next((r for r in STAFF_ROLES if r.value == line(form.role or "")), None)
    if role is None:
        known = ", ".join(f"«{r}»" for r in STAFF_ROLES)
        found.add(f"{pointer}/role", "staff-role", f"Нужна роль сотрудника: {known}.")
        return None
    if role in CLINIC_ROLES and not clinic_id:
        found.missing(f"{pointer}/clinic_id", "Укажите клинику сотрудника.")
    if role in PLATFORM_ROLES and clinic_id:
        found.add(f"{pointer}/clinic_id", "post-of-platform", "Эта роль – не в клинике.")
    return Post(role, clinic_id or None)


def _practice(form: StaffForm, today: date, found: Findings, *, doctor: bool) -> Practice | None:
    if form.practice is None:
        if doctor:
            found.missing("/practice", "Укажите специальности врача и год начала практики.")
        return None
    if form.posts and not doctor:
        found.add("/practice", "practice-of-doctors", "Практика бывает только у врача.")
    return practice_of(form.practice, today, found)


def _login(typed: str | None, found: Findings) -> str | None:
    """A name to log in with; one that reads as a contact would be somebody else's."""
    login = line(typed or "").casefold()
    if not login:
        return None
    if _LOGIN.fullmatch(login) is None or contact_of(login) is not None:
        detail = "Имя для входа: от 3 до 63 латинских букв, цифр, точек и дефисов; не телефон."
        found.add("/login", "login-format", detail)
    return login


def _contacts(
    form: StaffForm, found: Findings, *, new: bool
) -> tuple[Contact | None, Contact | None]:
    phone, email = phone_of(form.phone or ""), email_of(form.email or "")
    if phone is None and line(form.phone or ""):
        found.add("/phone", "phone-format", "Нужен номер телефона сотрудника.")
    if email is None and line(form.email or ""):
        found.add("/email", "email-format", "Нужен e-mail сотрудника.")
    if new and not line(form.phone or "") and not line(form.email or ""):
        for pointer in ("/phone", "/email"):
            found.missing(pointer, "Нужен телефон или e-mail сотрудника: туда придёт приглашение.")
    return phone, email
