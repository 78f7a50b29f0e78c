"""Puts the simulator together on the services' chassis: the same inbox, outbox and timers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, FastAPI
from joserfc.jwk import ECKey, KeySet

from deploy.world.partners import rules
from deploy.world.partners.agencies import INDEXES, Agencies
from deploy.world.partners.archives import Archives
from deploy.world.partners.books import Books
from deploy.world.partners.settings import PartnersSettings
from services.chassis.foundation.encryption import Encryption
from services.chassis.runtime.resources import Resources
from services.chassis.runtime.service import Runtime, ServiceSpec
from services.chassis.work.outbox import Publisher


async def _nobodys_key() -> dict[str, Any]:
    """A key whose private half is thrown away: there is no API here, so no token is right."""
    key = ECKey.generate_key("P-256", {"kid": "nobody"})
    return dict(KeySet([key]).as_dict(private=False))


def build(
    settings: PartnersSettings,
    *,
    publisher: Publisher | None = None,
    mismatching: rules.Mismatching | None = None,
) -> FastAPI:
    """The simulator; its arguments are what a test replaces."""
    resources = Resources("partners", settings, fetch_keys=_nobodys_key, publisher=publisher)
    people = rules.mismatching_people() if mismatching is None else mismatching
    agencies = Agencies(
        resources,
        people,
        timedelta(milliseconds=settings.answer_delay_ms),
        Encryption("identity.profiles", settings.profiles_secret),
        Encryption("identity.representations", settings.profiles_secret),
        visits=Encryption("scheduling.visits", settings.visits_secret),
    )
    archives = Archives(
        agencies,
        Books.read(),
        (
            Encryption("certificates.record-requests", settings.records_secret),
            Encryption("certificates.vaccination-requests", settings.vaccinations_secret),
        ),
        (
            Encryption("ehr.records", settings.records_secret),
            Encryption("registry.vaccinations", settings.vaccinations_secret),
        ),
    )
    app = Runtime(
        resources,
        ServiceSpec(
            title="Внешние системы (симулятор)",
            description="Реестр, казначейство, больница и почта. Говорит только событиями.",
            router=APIRouter(),
            handlers=[agencies.handlers, archives.handlers],
            timer_handlers=agencies.timer_handlers,
            indexes=[INDEXES],
        ),
    ).app
    app.state.heard = {*agencies.handlers, *archives.handlers}
    return app
