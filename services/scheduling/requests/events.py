"""What is said of requests: domain → contract."""

from __future__ import annotations

from contracts import scheduling, waiting
from services.scheduling.requests.domain import Outcome, Request


def requested(request: Request) -> waiting.DoctorRequested:
    """A citizen asks a desk for a doctor."""
    return waiting.DoctorRequested(
        request_id=request.id,
        citizen_id=request.citizen_id,
        clinic_id=request.clinic_id,
        specialty=request.specialty,
        same_day=request.same_day,
        due_at=request.due_at,
    )


def answered(request: Request) -> waiting.RequestAnswered:
    """The desk answered."""
    held = request.held
    return waiting.RequestAnswered(
        request_id=request.id,
        citizen_id=request.citizen_id,
        clinic_id=request.clinic_id,
        outcome=waiting.RequestOutcome((request.outcome or Outcome.DECLINED).value),
        slot_id=held.slot_id if held else None,
        visit=scheduling.Visit(**vars(held.visit)) if held else None,
        held_until=held.until if held else None,
    )


def escalated(request: Request, hotline: str) -> waiting.RequestEscalated:
    """Nobody answered in time."""
    return waiting.RequestEscalated(
        request_id=request.id,
        citizen_id=request.citizen_id,
        clinic_id=request.clinic_id,
        specialty=request.specialty,
        same_day=request.same_day,
        due_at=request.due_at,
        hotline=hotline,
    )
