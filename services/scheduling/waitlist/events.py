"""What the waitlist says: domain → contract."""

from __future__ import annotations

from contracts import scheduling, waiting
from services.scheduling.waitlist.domain import EndedBy, Offer, Wait


def offered(wait: Wait, offer: Offer) -> waiting.SlotOffered:
    """A slot is held for the first in line."""
    return waiting.SlotOffered(
        wait_id=wait.id,
        citizen_id=wait.citizen_id,
        slot_id=offer.slot_id,
        doctor_id=offer.doctor_id,
        clinic_id=offer.clinic_id,
        visit=scheduling.Visit(**vars(offer.visit)),
        held_until=offer.until,
    )


def offer_ended(wait: Wait, offer: Offer, reason: str) -> waiting.OfferEnded:
    """It is not held any more, and the wait goes on."""
    return waiting.OfferEnded(
        wait_id=wait.id,
        citizen_id=wait.citizen_id,
        slot_id=offer.slot_id,
        visit=scheduling.Visit(**vars(offer.visit)),
        reason_code=reason,
    )


def ended(wait: Wait, by: EndedBy) -> waiting.WaitEnded:
    """The citizen is not in line any more."""
    return waiting.WaitEnded(
        wait_id=wait.id,
        citizen_id=wait.citizen_id,
        ended_by=waiting.WaitEndedBy(by.value),
        visit_id=wait.visit_id,
    )
