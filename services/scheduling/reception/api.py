"""A clinic's rules for visits over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import Field

from services.chassis.foundation.text import line
from services.chassis.foundation.typed import Tidied
from services.chassis.http.etags import IfMatch, etag
from services.chassis.http.facilities import facility
from services.scheduling.deps import Body, Scheduler
from services.scheduling.reception.domain.form import ReceptionForm, RuleForm
from services.scheduling.reception.usecases import Receiving
from services.scheduling.reception.views import ReceptionView

router = APIRouter(prefix="/v1/clinics/{clinic_id}", tags=["Правила приёма"])
Use = Annotated[Receiving, Depends(facility(Receiving))]
ClinicId = Annotated[str, Path(max_length=128)]
_Word = Annotated[str, Tidied(line, longest=128)]
_Line = Annotated[str, Tidied(line, longest=1_000)]
_Lines = Annotated[list[_Line], Field(max_length=100)]


class RuleTyped(Body):
    """What visits need; the narrowest rule that fits a visit counts."""

    specialty: Annotated[_Word | None, Field(examples=["cardiologist"])] = None
    kind: Annotated[_Word | None, Field(description="Left out: all kinds.")] = None
    doctor_id: Annotated[_Word | None, Field(description="Left out: all doctors.")] = None
    referral: bool = False
    documents: _Lines = Field(default_factory=list, examples=[["Выписка из стационара"]])
    preparation: _Lines = Field(default_factory=list, examples=[["Натощак"]])
    tests: list[_Word] = Field(
        default_factory=list, max_length=100, description="Specialties whose visit comes first."
    )
    price_kopecks: int | None = Field(default=None, description="Where no policy pays.")
    consent: bool = Field(
        default=False, description="The visit stands when the patient has agreed to it (A11)."
    )

    @property
    def form(self) -> RuleForm:
        """For the rules."""
        said = dict(self)
        lists = ("documents", "preparation", "tests")
        return RuleForm(**said | {name: tuple(said[name]) for name in lists})


class ReceptionTyped(Body):
    """All rules of a clinic, in place of those before; one answer names all errors."""

    assent: Annotated[_Word, Field(examples=["code"])] = "booking"
    accepts: bool = False
    policy_required: bool = False
    rules: list[RuleTyped] = Field(default_factory=list, max_length=1_000)


@router.get("/reception", summary="Что клиника просит для записи")
async def reception(clinic_id: ClinicId, use: Use, answer: Response) -> ReceptionView:
    """Confirmation, referrals, documents, preparation, tests and prices (A23, A27, A30, A41)."""
    found = await use.one(clinic_id)
    answer.headers["ETag"] = etag(found.revision)
    return ReceptionView.of(found)


@router.put("/reception", summary="Изменить правила приёма")
async def put(
    clinic_id: ClinicId,
    body: ReceptionTyped,
    who: Scheduler,
    use: Use,
    *,
    expected: IfMatch,
    answer: Response,
) -> ReceptionView:
    """Rules for bookings from now on, by the clinic's registrar or administrator."""
    form = ReceptionForm(
        body.assent, body.accepts, body.policy_required, tuple(rule.form for rule in body.rules)
    )
    kept = await use.put(who, clinic_id, form, expected.check)
    answer.headers["ETag"] = etag(kept.revision)
    return ReceptionView.of(kept)
