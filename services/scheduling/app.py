"""Composition root: everything of scheduling is built here and passed in."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI

from services.chassis.foundation import clock
from services.chassis.http.auth import FetchKeys
from services.chassis.runtime.resources import Resources
from services.chassis.runtime.service import Runtime, ServiceSpec
from services.chassis.work.outbox import Publisher
from services.scheduling import api
from services.scheduling.bookings.domain import CancelRule
from services.scheduling.bookings.metrics import SchedulingMetrics
from services.scheduling.patients import consumers
from services.scheduling.settings import Settings
from services.scheduling.store import INDEXES, Store
from services.scheduling.talons.domain import DIGITS
from services.scheduling.timetable.usecases import TIMER
from services.scheduling.usecases import Booking, Hearing, Reading, Timetable, UseCases


def _new_id() -> str:
    return secrets.token_hex(12)


def _new_talon() -> int:
    return secrets.randbelow(10**DIGITS)


def build(
    settings: Settings,
    *,
    fetch_keys: FetchKeys | None = None,
    publisher: Publisher | None = None,
    now: Callable[[], datetime] = clock.now,
    new_id: Callable[[], str] = _new_id,
    new_talon: Callable[[], int] = _new_talon,
) -> FastAPI:
    """The service as an ASGI app. Keys, publisher, clock and ids are test seams."""
    resources = Resources("scheduling", settings, fetch_keys=fetch_keys, publisher=publisher)
    store = Store(resources.mongo.db)
    public_url = settings.platform.public_url.rstrip("/")
    metrics = SchedulingMetrics(resources.metrics)
    rule = CancelRule(before=settings.self_cancel, hotline=settings.hotline)
    use = UseCases(
        booking=Booking(
            transactions=resources.transactions,
            store=store,
            now=now,
            new_id=new_id,
            new_talon=new_talon,
            rule=rule,
            active_limit=settings.active_limit,
            check_url=lambda number: f"{public_url}/talon/{number}",
            metrics=metrics,
        ),
        hearing=Hearing(resources.transactions, store, now),
        reading=Reading(store, now, settings.horizon_days),
        timetable=Timetable(
            resources.transactions, store, now, settings.horizon_days, demo=settings.demo
        ),
    )

    async def measure() -> None:
        free, booked = await store.slots.left(now())
        metrics.slots.labels("free").set(free)
        metrics.slots.labels("booked").set(booked)

    app = Runtime(
        resources,
        ServiceSpec(
            title="Моё здоровье: запись на приём",
            description=(
                "Клиники, врачи и свободное время – открыто для всех. Запись, отмена и талоны – "
                "подтверждённым гражданам. Проверка талона – по номеру, без входа."
            ),
            router=api.router(),
            handlers=consumers.handlers(use),
            timer_handlers={TIMER: use.timetable.due},
            indexes=INDEXES,
            prepare=[use.timetable.prepare],
            measures=[measure],
        ),
    ).app
    app.state.use = use
    return app
