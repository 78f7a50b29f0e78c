"""Composition root: everything of documents is built here and passed in."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, FastAPI
from pydantic import TypeAdapter

from contracts.rights import Scope
from services.chassis.foundation import clock
from services.chassis.foundation.encryption import Encryption
from services.chassis.http import looks as looks_api
from services.chassis.http.acts import Acts
from services.chassis.http.door import Door
from services.chassis.http.keys import FetchKeys
from services.chassis.runtime.resources import Resources
from services.chassis.runtime.service import Runtime, ServiceSpec
from services.chassis.work import blockings, ended_sessions, looks, rights
from services.chassis.work.ended_sessions import EndedSessions
from services.chassis.work.looks import Looks
from services.chassis.work.outbox import Publisher
from services.documents.access.actions import Access
from services.documents.access.domain.content import SHOWN_LABELS
from services.documents.access.gateways.storage import Storage
from services.documents.deps import Deps
from services.documents.mailings import api as mailings_api
from services.documents.mailings import consumers as mailings_consumers
from services.documents.mailings import store as mailings_store
from services.documents.mailings.usecases import Mailings
from services.documents.previews import api as previews_api
from services.documents.previews import consumers as previews_consumers
from services.documents.previews import store as previews_store
from services.documents.previews.usecases import FORGET, RENDER, Previews
from services.documents.sealed import api as sealed_api
from services.documents.sealed import consumers as sealed_consumers
from services.documents.sealed import store as sealed_store
from services.documents.sealed.gateways.signers import Signers
from services.documents.sealed.gateways.signing import Notary
from services.documents.sealed.metrics import SealingMetrics
from services.documents.sealed.usecases import SEAL, SEAL_RECEIPT, Documents
from services.documents.settings import Settings
from services.documents.signers import api as signers_api
from services.documents.signers import consumers as signers_consumers
from services.documents.signers import store as signers_store
from services.documents.signers.actions.journal import Journalling
from services.documents.signers.actions.signing import Signing
from services.documents.signers.gateways.judge import Judge
from services.documents.signers.gateways.keys import Vault
from services.documents.signers.gateways.ocsp import Responders
from services.documents.signers.gateways.trust import TrustFiles, trusted_files
from services.documents.signers.metrics import SignerMetrics
from services.documents.signers.usecases.copies import Copies
from services.documents.signers.usecases.enrolment import EXPIRY, Enrolments
from services.documents.signers.usecases.expiry import Expiry
from services.documents.signers.usecases.journal import Signatures
from services.documents.signers.usecases.keeping import Rewrapping
from services.documents.uploads import api as uploads_api
from services.documents.uploads import consumers as uploads_consumers
from services.documents.uploads import store as uploads_store
from services.documents.uploads.domain.limits import MEGABYTE, PURPOSES, PurposeLimits
from services.documents.uploads.domain.quotas import Quota
from services.documents.uploads.gateways.inspection.pool import InspectionPool
from services.documents.uploads.gateways.malware import ClamAV, Scanner
from services.documents.uploads.metrics import UploadMetrics
from services.documents.uploads.usecases.reading import Reading, SealedHere
from services.documents.uploads.usecases.reviews import Reviews
from services.documents.uploads.usecases.scanning import SCAN, Quarantine
from services.documents.uploads.usecases.uploading import Rules, Uploads
from services.sealing import Token

_MAX_BODY = 64 * MEGABYTE
"""Routes read bodies themselves and stop at their own limits, with words for the person."""


def _new_id() -> str:
    return secrets.token_hex(12)


def build(
    settings: Settings,
    *,
    fetch_keys: FetchKeys | None = None,
    publisher: Publisher | None = None,
    storage: Storage | None = None,
    notary: type[Notary] = Notary,
    signing: type[Signing] = Signing,
    now: Callable[[], datetime] = clock.now,
    new_id: Callable[[], str] = _new_id,
) -> FastAPI:
    """The service; the keyword arguments are seams."""
    resources = Resources("documents", settings, fetch_keys=fetch_keys, publisher=publisher)
    db = resources.mongo.db
    deps = Deps(resources.transactions, now, new_id)
    storage = storage or Storage(
        settings.platform, (settings.bucket_uploads, settings.bucket_sealed), resources.metrics
    )
    parts = _signer_parts(settings, resources, deps, signing)
    sealing = notary(
        Signers(
            parts.signing,
            tsa_url=settings.tsa_url,
            metrics=resources.metrics,
        ),
        now=now,
    )
    clinics = signers_store.people.People(db).clinic_names
    journal = Looks(db, SHOWN_LABELS, clinics=clinics, now=now, new_id=new_id)
    access = Access(deps, storage, journal, timedelta(seconds=settings.link_seconds))
    ended = EndedSessions(db)
    blocked, acting = blockings.Blocked(db), rights.Rights(db)
    documents = Documents(
        deps=deps,
        store=sealed_store.Documents(db),
        bucket=settings.bucket_sealed,
        storage=storage,
        notary=sealing,
        access=access,
        metrics=SealingMetrics(resources.metrics),
        acts=Acts(resources.tokens.keys, settings.platform, ended),
        journalling=parts.journalling,
    )
    rules = _rules(settings)
    upload = _upload_parts(
        settings,
        resources,
        deps,
        rules=rules,
        storage=storage,
        access=access,
        sealed_here=documents.known,
    )
    previews = Previews(
        deps=deps,
        store=previews_store.Previews(db),
        bucket=settings.bucket_uploads,  # what was sealed is never taken away
        storage=storage,
        access=access,
    )
    mailings = Mailings(
        deps=deps,
        store=mailings_store.Mailings(db),
        addressees=mailings_store.Addressees(db),
        documents=documents.store,
        storage=storage,
        bucket=settings.bucket_sealed,
        looks=journal,
        encryption=Encryption("documents.letters", settings.letters_secret),
    )
    orders = Encryption("certificates.orders", settings.orders_secret)
    return Runtime(
        resources,
        ServiceSpec(
            title="Документы",
            description=(
                "Загрузка файлов, подписанные документы, ссылки на скачивание, журнал доступа."
            ),
            max_body=_MAX_BODY,
            router=_routes(),
            handlers=[
                blockings.handlers(resources.transactions, blocked.note),
                ended_sessions.handlers(resources.transactions, ended),
                signers_consumers.handlers(parts.copies),
                rights.handlers(resources.transactions, acting),
                uploads_consumers.handlers(upload.reviews),
                sealed_consumers.handlers(documents, orders),
                previews_consumers.handlers(previews, orders),
                mailings_consumers.handlers(mailings),
            ],
            timer_handlers={
                SEAL: documents.seal,
                SEAL_RECEIPT: documents.seal,
                SCAN: upload.quarantine.scan,
                EXPIRY: parts.expiry.look,
                RENDER: previews.render,
                FORGET: previews.forget,
            },
            timer_concurrency={SEAL_RECEIPT: 1},
            indexes=[
                blockings.INDEXES,
                rights.INDEXES,
                looks.INDEXES,
                ended_sessions.INDEXES,
                signers_store.INDEXES,
                uploads_store.INDEXES,
                sealed_store.INDEXES,
                previews_store.INDEXES,
                mailings_store.INDEXES,
            ],
            facilities=[
                Door(blocked.has, acting, tuple(Scope), now),
                upload.uploads,
                upload.reading,
                documents,
                previews,
                mailings,
                journal,
                parts.enrolments,
                parts.signatures,
                parts.rewrapping,
            ],
            prepare=[storage.prepare, upload.uploads.warm],
            measures=[documents.measure_waiting, documents.measure_ends],
            close=[storage.close, sealing.close, upload.uploads.inspector.close, *parts.close],
        ),
    ).app


@dataclass(frozen=True)
class _UploadParts:
    """The verbs about uploads."""

    uploads: Uploads
    reading: Reading
    reviews: Reviews
    quarantine: Quarantine


def _upload_parts(
    settings: Settings,
    resources: Resources,
    deps: Deps,
    *,
    rules: Rules,
    storage: Storage,
    access: Access,
    sealed_here: SealedHere,
) -> _UploadParts:
    files = uploads_store.Files(resources.mongo.db)
    results = uploads_store.Results(resources.mongo.db)
    metrics = UploadMetrics(resources.metrics, rules.purposes)
    bucket, scanner = settings.bucket_uploads, _scanner(settings, resources)
    trusted = [*trusted_files(settings.pki_dir), *filter(None, (settings.trust_dir,))]
    return _UploadParts(
        uploads=Uploads(
            deps=deps,
            rules=rules,
            files=files,
            months=uploads_store.Months(resources.mongo.db),
            bucket=bucket,
            storage=storage,
            inspector=InspectionPool(trusted=trusted),
            scanner=scanner,
            sealed_here=sealed_here,
            metrics=metrics,
        ),
        reading=Reading(deps, files, results, bucket, access, sealed_here),
        reviews=Reviews(deps, files, results, timedelta(days=settings.grant_days)),
        quarantine=Quarantine(deps, files, bucket, storage, scanner, metrics),
    )


def _scanner(settings: Settings, resources: Resources) -> Scanner | None:
    if settings.malware_scanner == "off":
        return None
    return ClamAV(settings.malware_scanner, resources.metrics, seconds=settings.malware_seconds)


@dataclass(frozen=True)
class _SignerParts:
    """The verbs about signers, and what sealing asks of them."""

    signing: Signing
    journalling: Journalling
    enrolments: Enrolments
    signatures: Signatures
    rewrapping: Rewrapping
    expiry: Expiry
    copies: Copies
    close: Sequence[Callable[[], Awaitable[None]]]


def _signer_parts(
    settings: Settings, resources: Resources, deps: Deps, signing: type[Signing]
) -> _SignerParts:
    db = resources.mongo.db
    signers, people = signers_store.signers.Signers(db), signers_store.people.People(db)
    journal = signers_store.journal.Journal(db)
    vault = Vault(settings.keys_secret, settings.key_algorithm, _token(settings))
    judge = Judge(TrustFiles(settings.pki_dir), Responders(resources.metrics))
    journalling = Journalling(deps, journal, vault)
    return _SignerParts(
        signing=signing(deps, signers, people, vault, judge),
        journalling=journalling,
        enrolments=Enrolments(deps, signers, people, vault, judge),
        signatures=Signatures(journal, journalling),
        rewrapping=Rewrapping(deps, signers, journal, vault),
        expiry=Expiry(deps, signers, people, SignerMetrics(resources.metrics)),
        copies=Copies(deps, signers, people),
        close=(judge.close, vault.close),
    )


def _token(settings: Settings) -> Token | None:
    if settings.token_module is None:
        return None
    return Token(settings.token_module, settings.token_label, settings.token_pin.get_secret_value())


def _rules(settings: Settings) -> Rules:
    given = TypeAdapter(dict[str, PurposeLimits]).validate_python(dict(settings.purposes))
    return Rules(
        purposes=given or PURPOSES,
        quota=Quota(settings.quota_files, settings.quota_megabytes * MEGABYTE),
    )


def _routes() -> APIRouter:
    routes = APIRouter()
    for router in (
        *(uploads_api.router, sealed_api.router, previews_api.router, mailings_api.router),
        *(looks_api.router, signers_api.router),
    ):
        routes.include_router(router)
    return routes
