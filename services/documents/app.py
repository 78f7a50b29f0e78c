"""Composition root: everything is built here and passed in."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI

from services.chassis.foundation.encryption import Encryption
from services.chassis.http.auth import FetchKeys
from services.chassis.runtime.resources import Resources
from services.chassis.runtime.service import Runtime, ServiceSpec
from services.chassis.work.outbox import Publisher
from services.documents import api, consumers, store
from services.documents.access.actions import ReadingRoom
from services.documents.access.gateways.storage import Storage
from services.documents.metrics import DocumentsMetrics
from services.documents.sealed.gateways.signers import Signers
from services.documents.sealed.gateways.signing import Notary
from services.documents.sealed.usecases import SEAL, Documents
from services.documents.settings import Settings
from services.documents.uploads.gateways.inspection.pool import Inspector
from services.documents.uploads.usecases import Files
from services.documents.usecases import UseCases

_MAX_BODY = 64 * 1024 * 1024
"""Routes read bodies themselves and stop at their own limits, with words for the person."""


def build(
    settings: Settings,
    *,
    fetch_keys: FetchKeys | None = None,
    publisher: Publisher | None = None,
    storage: Storage | None = None,
    notary: Notary | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    new_id: Callable[[], str] = lambda: secrets.token_hex(12),
) -> FastAPI:
    """The service; the keyword arguments are seams."""
    resources = Resources("documents", settings, fetch_keys=fetch_keys, publisher=publisher)
    metrics = DocumentsMetrics(resources.metrics, settings.purposes)
    kept = store.Store(resources.mongo.db)
    storage = storage or Storage(
        settings.platform, (settings.bucket_uploads, settings.bucket_sealed), resources.metrics
    )
    notary = notary or Notary(
        Signers(
            settings.pki_dir,
            tsa_url=settings.tsa_url,
            licence=settings.licence,
            metrics=resources.metrics,
        ),
        now=now,
    )
    inspector = Inspector()
    room = ReadingRoom(
        transactions=resources.transactions,
        store=kept,
        storage=storage,
        link_lasting=timedelta(seconds=settings.link_seconds),
        now=now,
        new_id=new_id,
    )
    files = Files(
        transactions=resources.transactions,
        store=kept,
        storage=storage,
        inspector=inspector,
        room=room,
        bucket=settings.bucket_uploads,
        purposes=settings.purposes,
        quota=settings.quota,
        grant_lasting=timedelta(days=settings.grant_days),
        metrics=metrics,
        now=now,
        new_id=new_id,
    )
    documents = Documents(
        transactions=resources.transactions,
        store=kept,
        storage=storage,
        notary=notary,
        room=room,
        bucket=settings.bucket_sealed,
        metrics=metrics,
        now=now,
        new_id=new_id,
    )
    use = UseCases(files, documents, room)
    app = Runtime(
        resources,
        ServiceSpec(
            title="Документы",
            description=(
                "Загрузка файлов, подписанные документы, ссылки на скачивание, журнал доступа."
            ),
            max_body=_MAX_BODY,
            router=api.router,
            handlers=consumers.handlers(
                use, Encryption("certificates.orders", settings.orders_secret)
            ),
            timer_handlers={SEAL: documents.seal},
            indexes=store.INDEXES,
            measures=[documents.measure_waiting, documents.measure_ends],
            prepare=[storage.prepare, inspector.warm],
            close=[storage.close, notary.close, inspector.close],
        ),
    ).app
    app.state.use = use
    return app
