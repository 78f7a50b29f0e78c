"""Builds certificates: everything is made here and passed in. The arguments are the test seams."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import FastAPI

from services.certificates.applications.actions import CLAIM_TIMER, Ledger
from services.certificates.applications.api import router
from services.certificates.applications.metrics import CertificatesMetrics
from services.certificates.applications.store.applications import INDEXES, Store
from services.certificates.catalogue.store import load_catalogue
from services.certificates.known import consumers
from services.certificates.registry.usecases import Registry
from services.certificates.reviews.usecases import Reviews
from services.certificates.settings import Settings
from services.chassis.foundation.encryption import Encryption
from services.chassis.http.auth import FetchKeys
from services.chassis.runtime.resources import Resources
from services.chassis.runtime.service import Runtime, ServiceSpec
from services.chassis.work.outbox import Publisher

_DESCRIPTION = """\
Медицинские справки: каталог, заявления, рассмотрение врачом, реестр выданных справок.

Заявление начинается с черновика (`POST /v1/applications`), который хранится на сервере и заполнен
из профиля. Файлы загружаются в сервис документов и прикладываются по `file_id`. После одобрения
справка подписывается и получает номер, который может проверить любой: `/verify/<номер>`.
"""


def build(
    settings: Settings,
    *,
    fetch_keys: FetchKeys | None = None,
    publisher: Publisher | None = None,
    now: Callable[[], datetime] | None = None,
    draw: Callable[[int], int] | None = None,
) -> FastAPI:
    """The service as an app. Keys, publisher, the clock and the dice are test seams.

    Raises:
        BadDataFileError: a data file of the catalogue is missing or wrong.
    """
    resources = Resources("certificates", settings, fetch_keys=fetch_keys, publisher=publisher)
    seams: dict[str, Any] = {
        name: seam for name, seam in (("now", now), ("draw", draw)) if seam is not None
    }
    catalogue = load_catalogue(settings.catalogue, region=settings.region)
    ledger = Ledger(
        transactions=resources.transactions,
        store=Store(resources.mongo.db),
        catalogue=catalogue,
        metrics=CertificatesMetrics(resources.metrics, catalogue.types),
        orders=Encryption("certificates.orders", settings.orders_secret),
        public_url=settings.platform.public_url.rstrip("/"),
        claim_lease=settings.claim_lease,
        claims_per_doctor=settings.claims_per_doctor,
        drafts_per_citizen=settings.drafts_per_citizen,
        applications_per_citizen=settings.applications_per_citizen,
        patience=settings.patience,
        **seams,
    )
    app = Runtime(
        resources,
        ServiceSpec(
            title="Моё здоровье: справки",
            description=_DESCRIPTION,
            router=router,
            handlers=consumers.handlers(
                Registry(ledger), Encryption("identity.papers", settings.papers_secret)
            ),
            timer_handlers={CLAIM_TIMER: Reviews(ledger).lapse},
            indexes=INDEXES,
            measures=[ledger.measure],
        ),
    ).app
    app.state.ledger = ledger
    return app
