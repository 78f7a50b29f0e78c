"""What an administrator types about a member of staff: patients read it, and it is printed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.identity.accounts.domain import (
    Account,
    Dismissal,
    Employee,
    Post,
    Powers,
    Role,
)
from services.identity.accounts.errors import AccountNotFoundError, StaffElsewhereError
from services.identity.staff.domain import (
    ConferenceForm,
    Entered,
    PostForm,
    PracticeForm,
    QualificationForm,
    StaffForm,
    changed,
    checked,
    dismissed,
    made,
    require_over_posts,
)
from services.identity.staff.errors import (
    AlreadyDismissedError,
    ForeignPostError,
    OwnPostsError,
)
from services.identity.staff.events import staff_changed

_NOW = datetime(2026, 11, 21, tzinfo=UTC)
_TODAY = date(2026, 11, 21)
_FORM = StaffForm(
    full_name="Орлова Мария Викторовна",
    phone="+7 912 345-67-89",
    email="orlova@example.org",
    position="врач-терапевт",
    posts=(PostForm("doctor", "clinic-1"),),
    practice=PracticeForm(specialties=("therapist",), practising_since=2009),
)
_ALL = Powers(everywhere=True, clinics=frozenset())
_FIRST = Powers(everywhere=False, clinics=frozenset({"clinic-1"}))


def _entered(form: StaffForm = _FORM, *, new: bool = True) -> Entered:
    return checked(form, _TODAY, new=new)


def _staff(form: StaffForm = _FORM) -> Employee:
    staff = made("staff-1", _entered(form), _NOW).staff
    assert staff is not None
    return staff


def _wrong(form: StaffForm) -> list[FieldError]:
    with pytest.raises(InvalidInputError) as refused:
        checked(form, _TODAY, new=True)
    return list(refused.value.errors)


def _codes(form: StaffForm) -> dict[str, str]:
    return {error.pointer: error.code for error in _wrong(form)}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Орлова\r\nМария\u00a0Викторовна", "Орлова Мария Викторовна"),
        ("\u202aОрлова — Ким Мария\u202c", "Орлова-Ким Мария"),
        ("Андреи\u0306 Дʼ Артаньян", "Андрей Д'Артаньян"),
        ("Орлова М. В.", "Орлова М. В."),
        ("Anna Schmidt", "Anna Schmidt"),
    ],
)
def test_a_name_is_taken_as_it_is_pasted(typed: str, kept: str) -> None:
    assert _staff(replace(_FORM, full_name=typed)).full_name == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Opлова Мария", "В слове «Opлова» есть латинские буквы: «O», «p»"),
        ("Орлова\x00", "U+0000"),
        ("王 Мария", "«王»"),
        ("Орлова 😀", "«😀»"),
        ("...", "буквами"),
        ("\u200b \u00a0", "Обязательное поле."),
    ],
)
def test_what_is_no_name_is_refused_and_the_letters_are_named(typed: str, said: str) -> None:
    [error] = _wrong(replace(_FORM, full_name=typed))
    assert error.pointer == "/full_name"
    assert said in error.detail


def test_position_and_clinic_are_tidied_and_can_be_printed() -> None:
    typed = replace(
        _FORM, position=" врач\u00adтерапевт\t", posts=(PostForm(" doctor ", " clinic-1\r\n"),)
    )
    staff = _staff(typed)
    assert (staff.position, staff.posts) == ("врачтерапевт", (Post(Role.DOCTOR, "clinic-1"),))
    wrong = replace(_FORM, position="врач 医", posts=(PostForm("doctor", "clinic\x00"),))
    assert _codes(wrong) == {"/position": "unprintable", "/posts/0/clinic_id": "unprintable"}
    blank = replace(_FORM, position="\u2003", posts=(PostForm("doctor", "\u200b"),))
    assert _codes(blank) == {"/position": "missing", "/posts/0/clinic_id": "missing"}


def test_k9_one_contact_is_enough_and_none_is_not() -> None:
    account = made("staff-1", _entered(replace(_FORM, phone=None)), _NOW)
    assert account.logins == ("orlova@example.org",)
    assert account.code_contact.address == "orlova@example.org"
    assert _codes(replace(_FORM, phone=" ", email=None)) == {
        "/phone": "missing",
        "/email": "missing",
    }


@pytest.mark.parametrize(
    "login", ["8 916 123-45-67", "9161234567", "a@b.ru", "орлова", "ab", "-ab"]
)
def test_a_login_that_reads_as_anybodys_contact_is_none(login: str) -> None:
    assert _codes(replace(_FORM, login=login)) == {"/login": "login-format"}
    assert _entered(replace(_FORM, login=" M.Orlova-2 ")).login == "m.orlova-2"


def test_k3_a_post_is_a_role_where_such_a_role_is() -> None:
    posts = (
        PostForm("citizen"),
        PostForm("registrar"),
        PostForm("sre", "clinic-1"),
        PostForm("doctor", "clinic-1"),
        PostForm("doctor", "clinic-1"),
    )
    assert _codes(replace(_FORM, posts=posts)) == {
        "/posts/0/role": "staff-role",
        "/posts/1/clinic_id": "missing",
        "/posts/2/clinic_id": "post-of-platform",
        "/posts/4": "post-repeated",
    }
    assert _codes(replace(_FORM, posts=())) == {"/posts": "missing"}


def test_k3_all_that_is_wrong_with_a_practice_at_once() -> None:
    practice = PracticeForm(
        specialties=("therapist", "shaman", "therapist"),
        practising_since=2027,
        qualifications=(
            QualificationForm("1", "therapist", "2024-02-29", "2028-02-29"),
            QualificationForm(" ", "shaman", "2023-02-29", None),
            QualificationForm("2", "therapist", "2024-05-20", "2024-05-20"),
        ),
        conferences=(ConferenceForm(" ", 1949),),
    )
    at = "/practice"
    assert _codes(replace(_FORM, practice=practice)) == {
        f"{at}/specialties/1": "specialty-unknown",
        f"{at}/specialties/2": "specialty-repeated",
        f"{at}/practising_since": "year-range",
        f"{at}/qualifications/1/number": "missing",
        f"{at}/qualifications/1/specialty": "specialty-unknown",
        f"{at}/qualifications/1/issued_on": "date-format",
        f"{at}/qualifications/2/valid_until": "permit-ends-early",
        f"{at}/conferences/0/title": "missing",
        f"{at}/conferences/0/year": "year-range",
    }
    assert _codes(replace(_FORM, practice=None)) == {"/practice": "missing"}
    registrar = replace(_FORM, posts=(PostForm("registrar", "clinic-1"),))
    assert _codes(registrar) == {"/practice": "practice-of-doctors"}


def _account(*posts: Post) -> Account:
    account = made("staff-1", _entered(), _NOW)
    assert account.staff is not None
    return replace(account, staff=replace(account.staff, posts=posts or account.staff.posts))


_HERE, _THERE = Post(Role.DOCTOR, "clinic-1"), Post(Role.DOCTOR, "clinic-2")
_PLATFORM = Post(Role.SUPPORT)


@pytest.mark.parametrize(
    ("before", "after", "refusal"),
    [
        ((), (_HERE,), None),
        ((), (_THERE,), ForeignPostError),
        ((), (_PLATFORM,), ForeignPostError),
        ((_HERE,), (_HERE, _PLATFORM), ForeignPostError),
        ((_HERE, _THERE), (_THERE,), None),
        ((_HERE, _THERE), (_HERE,), ForeignPostError),
    ],
)
def test_k9_a_clinics_administrator_gives_and_takes_posts_there_only(
    before: tuple[Post, ...], after: tuple[Post, ...], refusal: type[Exception] | None
) -> None:
    was, now = (_account(*before) if before else None), _account(*after)
    require_over_posts(_ALL, "boss", was, now)
    if refusal is None:
        require_over_posts(_FIRST, "boss", was, now)
    else:
        with pytest.raises(refusal):
            require_over_posts(_FIRST, "boss", was, now)


def test_k9_who_works_elsewhere_too_is_changed_by_the_platforms_administrator() -> None:
    both = _account(_HERE, _THERE)
    assert both.staff is not None
    renamed = replace(both, staff=replace(both.staff, full_name="Орлова-Ким Мария"))
    require_over_posts(_ALL, "boss", both, renamed)
    with pytest.raises(StaffElsewhereError):
        require_over_posts(_FIRST, "boss", both, renamed)
    with pytest.raises(AccountNotFoundError):
        _account(_THERE).require_managed_by(_FIRST)


def test_k9_nobody_gives_themselves_posts_or_dismisses_themselves() -> None:
    with pytest.raises(OwnPostsError):
        require_over_posts(_ALL, "staff-1", _account(_HERE), _account(_HERE, _THERE))
    with pytest.raises(OwnPostsError):
        dismissed(_account(), Dismissal(_NOW, "staff-1", "устал", dismissed=True))


def test_k9_contacts_are_their_owners_once_there_is_a_password() -> None:
    account = made("staff-1", _entered(replace(_FORM, login="orlova")), _NOW)
    other = _entered(replace(_FORM, phone="+7 912 345-67-80", email=None), new=False)
    moved = changed(account, other, accepted=False)
    assert moved.logins == ("+79123456780", "orlova@example.org", "orlova")
    with pytest.raises(InvalidInputError) as refused:
        changed(account, other, accepted=True)
    assert [(e.pointer, e.code) for e in refused.value.errors] == [("/phone", "contact-of-owner")]
    silent = _entered(replace(_FORM, phone=None, email=None, snils=None), new=False)
    assert changed(account, silent, accepted=True) == account


def test_k9_a_dismissal_and_its_end_keep_who_and_why() -> None:
    account = _account()
    gone = dismissed(account, Dismissal(_NOW, "boss", "уволен", dismissed=True))
    assert (gone.open, gone.blocked) == (False, False)
    with pytest.raises(AlreadyDismissedError):
        dismissed(gone, Dismissal(_NOW, "boss", "уволен", dismissed=True))
    back = dismissed(gone, Dismissal(_NOW, "boss", "ошибка", dismissed=False))
    assert back.open
    assert back.staff is not None
    assert [d.reason for d in back.staff.dismissals] == ["уволен", "ошибка"]
    (told,) = staff_changed(account, gone)
    assert not getattr(told, "active", True)


def test_staff_of_nobodys_business_are_told_of_when_they_stop_being_it() -> None:
    sre, doctor = _account(Post(Role.SRE)), _account(_HERE)
    assert staff_changed(None, sre) == ()
    assert staff_changed(doctor, doctor) == ()
    (told,) = staff_changed(doctor, sre)
    assert getattr(told, "posts", None) == ()
    (told,) = staff_changed(sre, doctor)
    assert getattr(told, "active", False)
