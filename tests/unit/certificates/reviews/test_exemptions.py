"""An exemption whose proof shows none: the fee is owed after all (C18, d8)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.certificates.applications.domain.parts import Claim
from services.certificates.applications.domain.states import Move, State
from services.certificates.reviews.domain.exemptions import exemption_rejected
from services.certificates.reviews.errors import NoExemptionError
from tests.support.services.certificates.builders import (
    CATALOGUE,
    FORM_086,
    LEASE,
    NOW,
    ORLOVA,
    a_waiting,
)


@pytest.mark.parametrize("first", [True, False])
def test_c18_a_rejected_exemption_is_paid_for(first: bool) -> None:
    """Where the type pays first it waits, its clock standing; else the review goes on."""
    kind = replace(FORM_086, pays_first=first)
    doctor = ORLOVA.account_id
    held = replace(
        a_waiting(),
        state=State.IN_REVIEW,
        claim=Claim(doctor, NOW + LEASE),
        exemption="disability",
        due_kopecks=0,
    )
    after = exemption_rejected(
        held, kind, doctor_id=doctor, reason="Нет.", calendar=CATALOGUE.calendar, now=NOW
    )
    assert after.owes
    assert (after.exemption, after.due_kopecks) == (None, kind.fee_kopecks)
    assert after.history[-1].move is Move.REJECT_EXEMPTION
    assert after.state is (State.AWAITING_PAYMENT if first else State.IN_REVIEW)
    assert (after.claim is None) == first
    assert (after.registered.clock.paused_at is not None) == first
    with pytest.raises(NoExemptionError):
        exemption_rejected(
            replace(held, exemption=None),
            kind,
            doctor_id=doctor,
            reason="Нет.",
            calendar=CATALOGUE.calendar,
            now=NOW,
        )
