"""What a clinic asks of visits, as everybody reads it (A23, A27, A41)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from contracts.scheduling import VISIT_KINDS
from services.scheduling.known.domain import specialty_title
from services.scheduling.reception.domain import Assent, Reception, VisitRule

_ASSENTS = {
    Assent.BOOKING: "Подтверждать запись отдельно не нужно.",
    Assent.CODE: "Запись подтверждают кодом из СМС.",
    Assent.SIGNATURE: "Запись подтверждают своей электронной подписью.",
}


class ExaminationView(BaseModel):
    """An examination that should come first (A39)."""

    code: str
    title: str


class RuleView(BaseModel):
    """What visits need: of a specialty, of one kind or to one doctor, if these are named."""

    model_config = ConfigDict(from_attributes=True)

    specialty: str
    specialty_title: str
    kind: str | None
    kind_title: str | None
    doctor_id: str | None
    referral: bool = Field(description="Without a referral the visit stands only when it is there.")
    documents: tuple[str, ...]
    preparation: tuple[str, ...]
    tests: list[ExaminationView]
    price_kopecks: int | None = Field(description="Where no policy pays; null: nothing.")
    consent: bool = Field(description="The visit stands only when its patient has agreed to it.")

    @classmethod
    def of(cls, rule: VisitRule) -> RuleView:
        """With the words for people."""
        return cls(
            specialty=rule.specialty,
            specialty_title=specialty_title(rule.specialty),
            kind=rule.kind,
            kind_title=VISIT_KINDS.get(rule.kind) if rule.kind else None,
            doctor_id=rule.doctor_id,
            referral=rule.referral,
            documents=rule.documents,
            preparation=rule.preparation,
            tests=[ExaminationView(code=code, title=specialty_title(code)) for code in rule.tests],
            price_kopecks=rule.price_kopecks,
            consent=rule.consent,
        )


class ReceptionView(BaseModel):
    """The rules of a clinic; change them with the `ETag` of this answer in `If-Match`."""

    clinic_id: str
    assent: Assent
    assent_said: str
    accepts: bool = Field(description="A booking stands when the clinic has confirmed it.")
    policy_required: bool = Field(description="Without a policy there is no booking.")
    rules: list[RuleView]

    @classmethod
    def of(cls, found: Reception) -> ReceptionView:
        """With the words for people."""
        return cls(
            clinic_id=found.id,
            assent=found.assent,
            assent_said=_ASSENTS[found.assent],
            accepts=found.accepts,
            policy_required=found.policy_required,
            rules=[RuleView.of(rule) for rule in found.rules],
        )
