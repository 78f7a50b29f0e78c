"""The course of an application: its history, and what was decided."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from services.certificates.applications.domain.parts import (
    Confirmation,
    Decision,
    Link,
    Made,
    Visit,
)
from services.certificates.applications.domain.states import (
    ACTOR_LABELS,
    MOVE_LABELS,
    Actor,
    Entry,
    Move,
    State,
)


class VisitView(BaseModel):
    """Its video visit (C19): the room is at scheduling, `GET /v1/appointments/{id}/room`."""

    appointment_id: str
    starts_at: datetime
    ends_at: datetime
    held: bool

    @classmethod
    def of(cls, found: Visit) -> Self:
        """From the domain."""
        return cls(
            appointment_id=found.appointment_id,
            starts_at=found.starts_at,
            ends_at=found.ends_at,
            held=found.held,
        )


class ConfirmationView(BaseModel):
    """How the submission was confirmed (C12)."""

    method: str = Field(description="sms, email, totp; signature – своим сертификатом.")
    at: datetime
    reference: str = Field(description="Номер подтверждения или серийный номер сертификата.")

    @classmethod
    def of(cls, found: Confirmation) -> Self:
        """From the domain."""
        return cls(method=found.method, at=found.at, reference=found.reference)


class HistoryView(BaseModel):
    """One line of the history (C14)."""

    at: datetime
    who: Actor
    who_label: str
    actor_id: str | None = Field(description="Учётная запись представителя, если действовал он.")
    move: Move
    label: str
    source: State = Field(serialization_alias="from")
    target: State = Field(serialization_alias="to")
    reason: str | None

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """From the domain."""
        return cls(
            at=entry.at,
            who=entry.actor,
            who_label=ACTOR_LABELS[entry.actor],
            actor_id=entry.actor_id if entry.actor is Actor.REPRESENTATIVE else None,
            move=entry.move,
            label=MOVE_LABELS[entry.move],
            source=entry.source,
            target=entry.target,
            reason=entry.reason,
        )


class DecisionView(BaseModel):
    """Who decided, when, and for a refusal why (e13)."""

    at: datetime
    doctor: str
    position: str | None
    reason_code: str | None
    reason: str | None

    @classmethod
    def of(cls, decision: Decision) -> Self:
        """From the domain."""
        return cls(
            at=decision.at,
            doctor=decision.doctor_name,
            position=decision.doctor_position,
            reason_code=decision.reason_code,
            reason=decision.reason,
        )


class MadeView(BaseModel):
    """The certificate that came of it."""

    id: str
    number: str

    @classmethod
    def of(cls, made: Made) -> Self:
        """From the domain."""
        return cls(id=made.certificate_id, number=made.number)


class LinkView(BaseModel):
    """The application before this one, or after it; a draft has no number yet."""

    application_id: str
    tracking_number: str | None

    @classmethod
    def of(cls, link: Link | None) -> Self | None:
        """From the domain."""
        if link is None:
            return None
        return cls(application_id=link.application_id, tracking_number=link.tracking_number)
