"""What a citizen says of a visit, and what is still missing before it stands (A11, A26)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from contracts.scheduling import VISIT_KINDS
from services.chassis.foundation.errors import FieldError
from services.scheduling.reception.domain import Reception, VisitRule
from services.sealing.own import NOTHING, Evidence


class Need(StrEnum):
    """Why a visit is pending: somebody must say or supply this first (A10, A11)."""

    CLINIC = "clinic"
    REFERRAL = "referral"
    DOCUMENTS = "documents"
    CONSENT = "consent"


NEED_LABELS = {
    Need.CLINIC: "Клиника подтвердит запись",
    Need.REFERRAL: "Приложите скан направления",
    Need.DOCUMENTS: "Приложите документы, которые просит клиника",
    Need.CONSENT: "Подтвердите согласие на приём",
}


FIRST = "first"
"""The kind of a visit that its patient describes beforehand."""
_FIRST = {
    "reason": FieldError("/reason", "missing", "Укажите цель первого визита."),
    "symptoms": FieldError(
        "/symptoms", "missing", "Опишите симптомы: что беспокоит, как давно и насколько сильно."
    ),
}
_NOT_READY = "file-not-ready", "Файл ещё проверяется или не найден среди ваших."


@dataclass(frozen=True)
class Details:
    """What the doctor should know before: all of it may be left out but for a first visit (A26).

    `reason` is a code of `contracts.scheduling.VISIT_KINDS`; files are those of documents;
    `consent` is given after the booking, where the clinic asks for it (A11).
    """

    reason: str | None = None
    symptoms: str | None = None
    medicines: tuple[str, ...] = ()
    file_ids: tuple[str, ...] = ()
    referral_id: str | None = None
    consent: bool = False

    @property
    def files(self) -> tuple[str, ...]:
        """All files, the scan of the referral among them."""
        return self.file_ids if self.referral_id is None else (*self.file_ids, self.referral_id)

    def again(self, own: Collection[str]) -> Details:
        """What of it is offered at the next booking (A42); referral and consent are for one."""
        files = tuple(file_id for file_id in self.file_ids if file_id in own)
        return Details(self.reason, self.symptoms, self.medicines, files)

    def faults(self, kind: str | None, own: Collection[str]) -> list[FieldError]:
        """What is wrong or missing for a visit of this kind, all of it at once (A26).

        `own` are those of the files that are the patient's own and were accepted.
        """
        found = [_FIRST[field] for field in _FIRST if kind == FIRST and not getattr(self, field)]
        if self.reason is not None and self.reason not in VISIT_KINDS:
            known = ", ".join(VISIT_KINDS)
            detail = f"Такой цели визита нет. Возможны: {known}."
            found.append(FieldError("/reason", "visit-kind", detail))
        for at, file_id in enumerate(self.file_ids):
            if file_id not in own:
                found.append(FieldError(f"/file_ids/{at}", *_NOT_READY))
        if self.referral_id is not None and self.referral_id not in own:
            found.append(FieldError("/referral_id", *_NOT_READY))
        return found


@dataclass(frozen=True)
class Confirmed:
    """How the citizen confirmed the booking: a code or a signature (A30, e21).

    `act_id` is the number of the act, or of the certificate.
    """

    at: datetime
    method: str
    act_id: str


class Proof(Protocol):
    """What came as a confirmation, read already: an act, or a signature of one's own."""

    @property
    def method(self) -> str:
        """By which factor."""

    @property
    def number(self) -> str:
        """Of the act, or of the certificate."""

    def check(self, digest: str, *, hands: str, snils: str | None, at: datetime) -> None:
        """Refuse what does not confirm this content, by this account and person, now."""


@dataclass(frozen=True)
class Wish:
    """Who wants which slot, through whom, and what they say of the visit.

    `actor_id` is a representative; `staff` who books for a caller (K8), for whom no-show and
    hoarding rules are the clinic's own matter; `application_id` for which it is by itself (C19);
    `restores` the cancelled visit that this one replaces; `agreed` if the clinic books it itself.
    With `hold_id` the slot is wanted only as long as it is held for that. `proof` is what came to
    confirm it. `insurance` is a programme beside the mandatory one that pays,
    `agreed_price_kopecks` what they agreed to pay where none does (A41).
    """

    citizen_id: str
    slot_id: str
    actor_id: str | None = None
    staff: str | None = None
    application_id: str | None = None
    restores: str | None = None
    hold_id: str | None = None
    agreed: bool = False
    details: Details = field(default_factory=Details)
    proof: Proof | None = None
    confirmed: Confirmed | None = None
    insurance: str | None = None
    agreed_price_kopecks: int | None = None

    @property
    def hands(self) -> str:
        """The account of who books for the citizen, or the citizen's own."""
        return self.actor_id or self.citizen_id

    @property
    def of_citizen(self) -> bool:
        """Whether the citizen, or who represents them, books: papers are asked of nobody else."""
        return self.staff is None and self.application_id is None


@dataclass(frozen=True)
class Yes:
    """A citizen's yes to a slot that is held for them, and what they say with it (A18, A19).

    Without `details` what they said when they began to wait stands.
    """

    actor_id: str | None = None
    details: Details | None = None
    insurance: str | None = None
    agreed_price_kopecks: int | None = None
    evidence: Evidence = NOTHING

    def wish(self, citizen_id: str, slot_id: str, hold_id: str, before: Details) -> Wish:
        """For this slot, as long as it is held; `before` is what was said then."""
        return Wish(
            citizen_id,
            slot_id,
            self.actor_id,
            hold_id=hold_id,
            details=before if self.details is None else self.details,
            insurance=self.insurance,
            agreed_price_kopecks=self.agreed_price_kopecks,
        )


def needs_of(
    reception: Reception, rule: VisitRule, details: Details, *, agreed: bool = False
) -> tuple[Need, ...]:
    """What a booking still needs before it stands; the clinic's word it has if that `agreed`."""
    missing = {
        Need.REFERRAL: rule.referral and details.referral_id is None,
        Need.DOCUMENTS: bool(rule.documents) and not details.file_ids,
        Need.CONSENT: rule.consent and not details.consent,
        Need.CLINIC: reception.accepts and not agreed,
    }
    return tuple(need for need, lacks in missing.items() if lacks)
