"""The file of a demo's accounts, clinics and staff (`IDENTITY_DEMO_FILE`), read and checked."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from services.identity.accounts.domain import Role
from services.identity.clinics.domain import ClinicForm
from services.identity.profiles.domain import Form
from services.identity.staff.domain import PostForm, PracticeForm, StaffForm


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class DemoName(_Strict):
    """A name in its parts."""

    last: str
    first: str
    middle: str | None = None


class DemoPassport(_Strict):
    """A passport as typed."""

    series: str
    number: str


class DemoAccount(_Strict):
    """One account of the file; numbers as a person types them."""

    id: str
    role: Role
    login: str | None = None
    password: str
    phone: str
    email: str
    name: DemoName
    position: str | None = None
    clinic_id: str | None = None
    practice: PracticeForm | None = None
    category: str = "citizen"
    birth_date: str | None = None
    snils: str | None = None
    inn: str | None = None
    oms: str | None = None
    passport: DemoPassport | None = None
    attached_to: str | None = None

    @property
    def full_name(self) -> str:
        """«Орлова Мария Викторовна»."""
        return " ".join(n for n in (self.name.last, self.name.first, self.name.middle) if n)

    @property
    def form(self) -> Form:
        """The profile as this citizen would type it."""
        return Form(
            category=self.category,
            last_name=self.name.last,
            first_name=self.name.first,
            middle_name=self.name.middle,
            birth_date=self.birth_date,
            snils=self.snils,
            inn=self.inn,
            oms=self.oms,
            passport_series=self.passport.series if self.passport else None,
            passport_number=self.passport.number if self.passport else None,
            phone=self.phone,
            email=self.email,
        )

    @property
    def staff_form(self) -> StaffForm:
        """What an administrator would type of this member of staff."""
        return StaffForm(
            full_name=self.full_name,
            position=self.position,
            snils=self.snils,
            phone=self.phone,
            email=self.email,
            posts=(PostForm(self.role, self.clinic_id),),
            practice=self.practice,
            login=self.login,
        )


class DemoClinic(_Strict):
    """A clinic of the file, as an administrator would type it."""

    id: str
    form: ClinicForm


class DemoStaff(_Strict):
    """A member of staff of the file who has no password."""

    id: str
    form: StaffForm


class DemoFile(_Strict):
    """Everything that a demo begins with."""

    accounts: tuple[DemoAccount, ...] = ()
    clinics: tuple[DemoClinic, ...] = ()
    staff: tuple[DemoStaff, ...] = ()


def read_demo_file(file: Path) -> DemoFile:
    """All of the file.

    Raises:
        OSError: the file cannot be read.
        pydantic.ValidationError: it says something else.
    """
    return DemoFile.model_validate_json(file.read_bytes())
