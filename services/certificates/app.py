"""Builds certificates: everything is made here and passed in. The arguments are the test seams."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI

from contracts.rights import Scope
from services.certificates.applications.actions import (
    CLAIM_TIMER,
    DEADLINE_TIMER,
    Cases,
    ReceiptOrders,
)
from services.certificates.applications.api import routes as applications_api
from services.certificates.applications.domain.looks import SHOWN_LABELS
from services.certificates.applications.metrics import ApplicationMetrics
from services.certificates.applications.store import applications, desks
from services.certificates.applications.usecases.drafts import Drafts
from services.certificates.applications.usecases.filed import Applications
from services.certificates.applications.usecases.repeats import Repeats
from services.certificates.applications.usecases.submissions import Submissions
from services.certificates.automatic.metrics import AutomaticMetrics
from services.certificates.automatic.usecases import Automatic
from services.certificates.bills import api as bills_api
from services.certificates.bills import store as bills_store
from services.certificates.bills.actions import EXPIRY_TIMER, ORDER_TIMER, REFUND_TIMER, Bills
from services.certificates.bills.metrics import BillMetrics
from services.certificates.bills.usecases import OwnBills
from services.certificates.bulks import store as bulks_store
from services.certificates.bulks.api import routes as bulks_api
from services.certificates.bulks.usecases.intake import TIMER as BULK_TIMER
from services.certificates.bulks.usecases.intake import Bulks
from services.certificates.bulks.usecases.preparing import Preparing
from services.certificates.catalogue import api as catalogue_api
from services.certificates.catalogue.actions import Types
from services.certificates.catalogue.store import types as types_store
from services.certificates.catalogue.store.files import load_catalogue
from services.certificates.deadlines import api as deadlines_api
from services.certificates.deadlines.metrics import DeadlineMetrics
from services.certificates.deadlines.usecases import Deadlines
from services.certificates.delivery import consumers as delivery_consumers
from services.certificates.delivery.usecases import Letters
from services.certificates.deps import Deps
from services.certificates.desk import api as desk_api
from services.certificates.desk.usecases import Desk
from services.certificates.known import consumers as known_consumers
from services.certificates.known import store as known_store
from services.certificates.known.actions import DESK_TIMER, Known
from services.certificates.known.usecases import Copies
from services.certificates.payments import api as payments_api
from services.certificates.payments import consumers as payments_consumers
from services.certificates.payments import store as payments_store
from services.certificates.payments.gateways import Acquirer
from services.certificates.payments.gateways.http import HttpAcquirer
from services.certificates.payments.metrics import PaymentMetrics
from services.certificates.payments.usecases.callbacks import Callbacks
from services.certificates.payments.usecases.paying import Paying
from services.certificates.payments.usecases.renewing import Renewing
from services.certificates.payments.usecases.taking import Payments
from services.certificates.publishing import api as publishing_api
from services.certificates.publishing.usecases import Publishing
from services.certificates.receipts import store as receipts_store
from services.certificates.receipts.actions import RECEIPT_TIMER, Receipts
from services.certificates.receipts.api import pages as receipts_pages
from services.certificates.receipts.api import public as receipts_public
from services.certificates.receipts.store import ReceiptStore
from services.certificates.records import api as records_api
from services.certificates.records import consumers as records_consumers
from services.certificates.records import store as records_store
from services.certificates.records.actions import ASK_TIMER, CHECK_TIMER, Record
from services.certificates.records.metrics import RecordMetrics
from services.certificates.records.usecases import Records
from services.certificates.registry import consumers as registry_consumers
from services.certificates.registry import store as registry_store
from services.certificates.registry.api import certificates, pages, public
from services.certificates.registry.metrics import RegistryMetrics
from services.certificates.registry.usecases import Registry
from services.certificates.reviews import consumers as reviews_consumers
from services.certificates.reviews.api import routes as reviews_api
from services.certificates.reviews.metrics import ReviewMetrics
from services.certificates.reviews.store import Queue
from services.certificates.reviews.usecases.approvals import Approvals
from services.certificates.reviews.usecases.decisions import Decisions
from services.certificates.reviews.usecases.examinations import Examinations
from services.certificates.reviews.usecases.queue import Reviews
from services.certificates.reviews.usecases.results import Results
from services.certificates.settings import Settings
from services.certificates.visits import api as visits_api
from services.certificates.visits import consumers as visits_consumers
from services.certificates.visits.usecases import VISIT_TIMER, Visits
from services.chassis.foundation.encryption import Encryption
from services.chassis.http import looks as looks_api
from services.chassis.http.acts import Acts
from services.chassis.http.door import Door
from services.chassis.http.keys import FetchKeys
from services.chassis.runtime.resources import Resources
from services.chassis.runtime.service import Runtime, ServiceSpec
from services.chassis.telemetry.metrics import Metrics
from services.chassis.work import blockings, ended_sessions, looks, rights
from services.chassis.work.looks import Looks
from services.chassis.work.outbox import Publisher
from services.sealing.own import Signatures

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
    acquirer: Acquirer | None = None,
    **seams: Any,
) -> FastAPI:
    """The service as an app. All but the settings, and the other values of `Deps`, are test seams.

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
    bulks = bulks_store.BulkStore(db)
    journal = Looks(db, SHOWN_LABELS, now=deps.now, new_id=deps.new_id, clinics=copies.clinic_names)
    bills = Bills(deps, bills_store.BillStore(db))
    stored = applications.ApplicationStore(db)
    hospitals = Encryption("certificates.record-requests", settings.records_secret)
    register = Encryption("certificates.vaccination-requests", settings.vaccinations_secret)
    inquiries = records_store.RecordStore(db)
    record = Record(deps, known, inquiries, hospitals, register, catalogue)
    types = Types(deps, types_store.TypeStore(db), catalogue)
    cases = Cases(deps, catalogue, types, known, stored, journal, bills, (record,))
    records = Records(deps, cases, known, inquiries, record, RecordMetrics(metrics))
    own_bills = OwnBills(deps, bills, BillMetrics(metrics))
    taken = PaymentMetrics(metrics)
    payments = Payments(deps, cases, bills, taken)
    acquirer = acquirer or _acquirer(settings, resources.metrics, deps)
    strange = payments_store.Strange(db)
    paying = Paying(deps, bills, payments, strange, acquirer)
    callbacks = Callbacks(deps, paying, strange, taken)
    counted = ApplicationMetrics(metrics, catalogue.types)
    ended = ended_sessions.EndedSessions(db)
    acts = Acts(resources.tokens.keys, settings.platform, ended)
    signatures = Signatures(settings.trusted_cas)
    repeats = Repeats(deps, cases)
    drafting = Drafts(deps, cases, known, places, repeats)
    orders = Encryption("certificates.orders", settings.orders_secret)
    ordering = ReceiptOrders(cases, orders)
    receipts = Receipts(deps, cases, ordering, ReceiptStore(db))
    submitting = Submissions(
        deps, cases, known, places, repeats, ordering, acts, signatures, counted
    )
    citizens = Applications(deps, cases, known, repeats, counted)
    reviews = Reviews(deps, cases, known, places, Queue(cases.store))
    visits = Visits(deps, cases)
    decided = ReviewMetrics(metrics)
    decisions = Decisions(deps, cases, known, issued, decided)
    approvals = Approvals(deps, cases, known, issued, record, orders, acts, decided)
    automatic = Automatic(deps, cases, known, record, issued, orders, AutomaticMetrics(metrics))
    registry = Registry(deps, cases, known, issued, RegistryMetrics(metrics, catalogue.types))
    deadlines = Deadlines(deps, cases, DeadlineMetrics(metrics, catalogue.types))
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
                types,
                Publishing(deps, known, types),
                drafting,
                submitting,
                citizens,
                reviews,
                decisions,
                Examinations(deps, cases, known, decided),
                Results(deps, cases, known, decided),
                approvals,
                visits,
                registry,
                own_bills,
                paying,
                callbacks,
                Renewing(deps, cases, bills),
                records,
                Desk(deps, cases, issued),
                deadlines,
                Bulks(deps, cases, places, bulks),
                journal,
                receipts,
            ),
            handlers=[
                blockings.handlers(resources.transactions, heard.note_blocked),
                ended_sessions.handlers(resources.transactions, ended),
                rights.handlers(resources.transactions, acting),
                known_consumers.handlers(heard, papers),
                registry_consumers.handlers(registry, receipts),
                payments_consumers.handlers(payments),
                reviews_consumers.handlers(decisions, receipts),
                records_consumers.handlers(
                    records,
                    Encryption("ehr.records", settings.records_secret),
                    Encryption("registry.vaccinations", settings.vaccinations_secret),
                ),
                visits_consumers.handlers(visits),
                delivery_consumers.handlers(Letters(deps, cases, issued)),
            ],
            timer_handlers={
                CLAIM_TIMER: reviews.lapse,
                DESK_TIMER: reviews.clear_desk,
                EXPIRY_TIMER: own_bills.expire,
                ORDER_TIMER: paying.look,
                REFUND_TIMER: paying.give_back,
                DEADLINE_TIMER: deadlines.pass_on,
                ASK_TIMER: records.ask_again,
                CHECK_TIMER: automatic.check,
                VISIT_TIMER: visits.begin,
                RECEIPT_TIMER: receipts.retry,
                BULK_TIMER: Preparing(deps, cases, known, bulks).due,
            },
            prepare=[types.install],
            max_bodies={bulks_api.PATH: bulks_api.MAX_FILE},
            indexes=[
                types_store.INDEXES,
                known_store.INDEXES,
                rights.INDEXES,
                applications.INDEXES,
                bills_store.INDEXES,
                payments_store.INDEXES,
                looks.INDEXES,
                desks.INDEXES,
                bulks_store.INDEXES,
                receipts_store.INDEXES,
                registry_store.INDEXES,
                records_store.INDEXES,
                ended_sessions.INDEXES,
            ],
            measures=[citizens.measure, own_bills.measure, callbacks.measure],
            close=[acquirer.close] if acquirer else [],
        ),
    ).app


def _acquirer(settings: Settings, metrics: Metrics, deps: Deps) -> Acquirer | None:
    url, secret = settings.acquirer_url, settings.acquirer_secret
    if url is None or secret is None:
        return None
    return HttpAcquirer(url, secret.get_secret_value(), metrics, now=deps.now)


def _router() -> APIRouter:
    router = APIRouter()
    for part in (
        catalogue_api.router,
        publishing_api.router,
        applications_api.router,
        certificates.mine,
        bills_api.router,
        payments_api.router,
        records_api.mine,
        reviews_api.router,
        records_api.review,
        visits_api.router,
        certificates.revocation,
        public.router,
        pages.router,
        receipts_public.router,
        receipts_pages.router,
        desk_api.router,
        deadlines_api.router,
        payments_api.callbacks,
        bulks_api.router,
        looks_api.router,
    ):
        router.include_router(part)
    return router
