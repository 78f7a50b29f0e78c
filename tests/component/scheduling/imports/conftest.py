"""A scheduling service that has heard of two clinics and of the doctors there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.chassis.foundation.settings import Platform
from tests.support.service import Tokens, an_event, deliver
from tests.support.services.scheduling import CLINIC, Desk, doctor_of, scheduling


@pytest.fixture
async def desk(platform: Platform, database: str, tokens: Tokens) -> AsyncIterator[Desk]:
    async with scheduling(platform, database, tokens, region=False) as found:
        omsk = CLINIC.model_copy(
            update={"clinic_id": "clinic-2", "number": "2", "timezone": "Asia/Omsk"}
        )
        for clinic in (CLINIC, omsk):
            event = an_event(clinic, aggregate_id=clinic.clinic_id)
            assert await deliver(found.app, event) == "handled"
        for doctor in (
            doctor_of("doctor-1", "clinic-1", "clinic-2"),
            doctor_of("doctor-2", "clinic-1", full_name="Кузнецов Игорь Павлович"),
        ):
            event = an_event(doctor, aggregate_id=doctor.account_id)
            assert await deliver(found.app, event) == "handled"
        yield found
