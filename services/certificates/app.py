"""Builds certificates: everything is made here and passed in. The arguments are the test seams."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI

from contracts.rights import Scope
from services.certificates.applications.actions import CLAIM_TIMER, Cases
from services.certificates.applications.api import routes as applications_api
from services.certificates.applications.domain.looks import SHOWN_LABELS
from services.certificates.applications.gateways import Signatures
from services.certificates.applications.metrics import ApplicationMetrics
from services.certificates.applications.store import applications, desks
from services.certificates.applications.usecases.drafts import Drafts
from services.certificates.applications.usecases.filed import Applications
from services.certificates.applications.usecases.repeats import Repeats
from services.certificates.applications.usecases.submissions import Submissions
from services.certificates.catalogue import api as catalogue_api
from services.certificates.catalogue.store import load_catalogue
from services.certificates.delivery import consumers as delivery_consumers
from services.certificates.delivery.usecases import Letters
from services.certificates.deps import Deps
from services.certificates.desk import api as desk_api
from services.certificates.desk.usecases import Desk
from services.certificates.known import consumers as known_consumers
from services.certificates.known import store as known_store
from services.certificates.known.actions import DESK_TIMER, Known
from services.certificates.known.usecases import Copies
from services.certificates.payments import consumers as payments_consumers
from services.certificates.payments.usecases import Payments
from services.certificates.registry import consumers as registry_consumers
from services.certificates.registry import store as registry_store
from services.certificates.registry.api import certificates, pages, public
from services.certificates.registry.metrics import RegistryMetrics
from services.certificates.registry.usecases import Registry
from services.certificates.reviews import api as reviews_api
from services.certificates.reviews import consumers as reviews_consumers
from services.certificates.reviews.metrics import ReviewMetrics
from services.certificates.reviews.store import Queue
from services.certificates.reviews.usecases.approvals import Approvals
from services.certificates.reviews.usecases.decisions import Decisions
from services.certificates.reviews.usecases.examinations import Examinations
from services.certificates.reviews.usecases.queue import Reviews
from services.certificates.settings import Settings
from services.chassis.foundation.encryption import Encryption
from services.chassis.http import looks as looks_api
from services.chassis.http.acts import Acts
from services.chassis.http.door import Door
from services.chassis.http.keys import FetchKeys
from services.chassis.runtime.resources import Resources
from services.chassis.runtime.service import Runtime, ServiceSpec
from services.chassis.work import blockings, ended_sessions, looks, rights
from services.chassis.work.looks import Looks
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
    **seams: Any,
) -> FastAPI:
    """The service as an app. Keys, publisher and the other values of `Deps` are test seams.

    Raises:
        BadDataFileError: a data file of the catalogue is missing or wrong.
    """
    resources = Resources("certificates", settings, fetch_keys=fetch_keys, publisher=publisher)
    db, metrics = resources.mongo.db, resources.metrics
    deps = Deps(resources.transactions, settings, **seams)
    catalogue = load_catalogue(settings.catalogue, region=settings.region)
    copies = known_store.KnownStore(db)
    acting = rights.Rights(db)
    known, heard = Known(deps, copies, acting), Copies(deps, copies)
    places = desks.Desks(db)
    issued = registry_store.CertificateStore(db)
    journal = Looks(db, SHOWN_LABELS, now=deps.now, new_id=deps.new_id, clinics=copies.clinic_names)
    cases = Cases(deps, catalogue, known, applications.ApplicationStore(db), journal)
    counted = ApplicationMetrics(metrics, catalogue.types)
    ended = ended_sessions.EndedSessions(db)
    acts = Acts(resources.tokens.keys, settings.platform, ended)
    signatures = Signatures(settings.trusted_cas)
    repeats = Repeats(deps, cases)
    drafting = Drafts(deps, cases, known, places, repeats)
    submitting = Submissions(deps, cases, known, places, repeats, acts, signatures, counted)
    citizens = Applications(deps, cases, known, repeats, counted)
    reviews = Reviews(deps, cases, known, places, Queue(cases.store))
    orders = Encryption("certificates.orders", settings.orders_secret)
    decided = ReviewMetrics(metrics)
    decisions = Decisions(deps, cases, known, issued, decided)
    approvals = Approvals(deps, cases, known, issued, orders, acts, decided)
    registry = Registry(deps, cases, known, issued, RegistryMetrics(metrics, catalogue.types))
    papers = Encryption("identity.papers", settings.papers_secret)
    return Runtime(
        resources,
        ServiceSpec(
            title="Моё здоровье: справки",
            description=_DESCRIPTION,
            router=_router(),
            facilities=(
                Door(copies.blocked, acting, (Scope.CERTIFICATES,), deps.now),
                catalogue,
                drafting,
                submitting,
                citizens,
                reviews,
                decisions,
                Examinations(deps, cases, known, decided),
                approvals,
                registry,
                Desk(deps, cases, issued),
                journal,
            ),
            handlers=[
                blockings.handlers(resources.transactions, heard.note_blocked),
                ended_sessions.handlers(resources.transactions, ended),
                rights.handlers(resources.transactions, acting),
                known_consumers.handlers(heard, papers),
                registry_consumers.handlers(registry),
                payments_consumers.handlers(Payments(deps, cases)),
                reviews_consumers.handlers(decisions),
                delivery_consumers.handlers(Letters(deps, cases, issued)),
            ],
            timer_handlers={CLAIM_TIMER: reviews.lapse, DESK_TIMER: reviews.clear_desk},
            indexes=[
                known_store.INDEXES,
                rights.INDEXES,
                applications.INDEXES,
                looks.INDEXES,
                desks.INDEXES,
                registry_store.INDEXES,
                ended_sessions.INDEXES,
            ],
            measures=[citizens.measure],
        ),
    ).app


def _router() -> APIRouter:
    router = APIRouter()
    for part in (
        catalogue_api.router,
        applications_api.router,
        certificates.mine,
        reviews_api.router,
        certificates.revocation,
        public.router,
        pages.router,
        desk_api.router,
        looks_api.router,
    ):
        router.include_router(part)
    return router
