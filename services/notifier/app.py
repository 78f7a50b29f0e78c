"""Composition root: everything of the notifier is built here and passed in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, partial

from fastapi import APIRouter, FastAPI

from services.chassis.foundation import clock
from services.chassis.foundation.encryption import Encryption
from services.chassis.http.door import Door
from services.chassis.http.keys import FetchKeys
from services.chassis.runtime.resources import Resources
from services.chassis.runtime.service import Runtime, ServiceSpec
from services.chassis.telemetry.metrics import Metrics
from services.chassis.work import blockings, rights
from services.chassis.work.outbox import Publisher
from services.notifier.announcements import consumers as announcements_consumers
from services.notifier.announcements import store as announcements_store
from services.notifier.announcements.actions import Teller
from services.notifier.announcements.usecases import (
    LATER,
    SOON,
    TALON_WAIT,
    WAIT,
    Announcements,
    Visits,
)
from services.notifier.delivery import api as delivery_api
from services.notifier.delivery import consumers as delivery_consumers
from services.notifier.delivery import store as delivery_store
from services.notifier.delivery.actions import SEND, Queue
from services.notifier.delivery.gateways import Provider, Providers
from services.notifier.delivery.gateways.lanes import IN_HAND, Lane
from services.notifier.delivery.gateways.mail import Mail
from services.notifier.delivery.gateways.signed_http import SignedHttp, push_body, sms_body
from services.notifier.delivery.gateways.smtp import MailServer
from services.notifier.delivery.metrics import DeliveryMetrics
from services.notifier.delivery.usecases import Codes, OwnMessages, Sending
from services.notifier.delivery.usecases.codes import CODE_OUTCOME
from services.notifier.deps import Deps
from services.notifier.recipients import api as recipients_api
from services.notifier.recipients import store as recipients_store
from services.notifier.recipients.usecases import OwnDevices
from services.notifier.settings import Settings
from services.notifier.templates.domain.content import Channel
from services.notifier.templates.domain.rendering import Renderer
from services.notifier.templates.gateways import load_layout, load_templates, load_words

DESCRIPTION = """Уведомления гражданина: SMS, электронная почта, push. Журнал и устройства.

Сообщения пишутся по событиям других сервисов; отправить своё сообщение через этот API нельзя."""


def build(
    settings: Settings,
    *,
    fetch_keys: FetchKeys | None = None,
    publisher: Publisher | None = None,
    providers: Mapping[Channel, Provider] | None = None,
    now: Callable[[], datetime] = clock.now,
) -> FastAPI:
    """The service as an app. Everything after `settings` is a seam of tests."""
    resources = Resources("notifier", settings, fetch_keys=fetch_keys, publisher=publisher)
    db = resources.mongo.db
    deps = Deps(resources.transactions, settings, now)
    metrics = DeliveryMetrics(resources.metrics)
    renderer = build_renderer(settings)
    ways = providers or build_providers(settings, resources.metrics)

    recipients, devices = recipients_store.Recipients(db), recipients_store.Devices(db)
    blocked = blockings.Blocked(db)
    messages, called_off = delivery_store.Messages(db), delivery_store.CalledOff(db)
    lanes = build_lanes(settings)
    sending = Sending(deps, messages, called_off, devices, ways, lanes, metrics)
    codes = Codes(deps, messages, renderer, ways, metrics)
    notices = announcements_store.Notices(db)
    teller = Teller(
        deps, notices, recipients, devices, Queue(messages), renderer, rights.Rights(db)
    )
    announcements = Announcements(deps, teller, called_off, metrics)
    visits = Visits(deps, announcements_store.Told(db), called_off, teller)

    async def leave() -> None:
        """One step, for its order: codes on their way need the providers to the end."""
        await codes.finish()
        await asyncio.gather(*(way.close() for way in ways.values()))

    return Runtime(
        resources,
        ServiceSpec(
            title="Моё здоровье: уведомления",
            description=DESCRIPTION,
            router=_routes(),
            handlers=[
                blockings.handlers(resources.transactions, blocked.note),
                announcements_consumers.handlers(
                    announcements, visits, Encryption("documents.letters", settings.letters_secret)
                ),
                delivery_consumers.handlers(
                    codes, Encryption("identity.codes", settings.codes_secret)
                ),
            ],
            timer_handlers={
                LATER: announcements.tell_later,
                SOON: announcements.tell_later,
                WAIT: announcements.stop_waiting,
                TALON_WAIT: visits.talon_late,
                CODE_OUTCOME: codes.settle,
                **dict.fromkeys(SEND.values(), sending.send),
            },
            timer_concurrency=dict.fromkeys(SEND.values(), IN_HAND),
            indexes=[
                blockings.INDEXES,
                rights.INDEXES,
                recipients_store.INDEXES,
                delivery_store.INDEXES,
                announcements_store.INDEXES,
            ],
            facilities=[
                Door(blocked.has),
                OwnDevices(deps, recipients, devices),
                OwnMessages(messages),
            ],
            measures=[partial(sending.measure, resources.timers)],
            close=[leave],
        ),
    ).app


def build_renderer(settings: Settings) -> Renderer:
    """The service's templates, as its citizens are to read them."""
    return _renderer(settings.platform.public_url, settings.timezone, settings.short_url)


@cache
def _renderer(portal: str, timezone: str, short_url: str) -> Renderer:
    """Compiling all templates takes longer than anything else that is built here."""
    return Renderer(
        load_templates(),
        load_layout(),
        load_words(),
        portal=portal,
        timezone=timezone,
        short_url=short_url,
    )


def _routes() -> APIRouter:
    routes = APIRouter()
    for router in (delivery_api.router, recipients_api.router):
        routes.include_router(router)
    return routes


def build_lanes(settings: Settings) -> Mapping[Channel, Lane]:
    """How hard each provider may be pressed."""
    most = {
        Channel.SMS: settings.sms_concurrency,
        Channel.EMAIL: settings.email_concurrency,
        Channel.PUSH: settings.push_concurrency,
    }
    return {channel: Lane(channel, most[channel]) for channel in Channel}


def build_providers(settings: Settings, metrics: Metrics) -> Providers:
    """The real ways out."""
    wait = settings.provider_timeout
    password = settings.smtp_password
    return {
        Channel.SMS: SignedHttp(
            settings.sms_url,
            settings.sms_secret.get_secret_value(),
            sms_body,
            metrics,
            target="sms",
            timeout=wait,
        ),
        Channel.PUSH: SignedHttp(
            settings.push_url,
            settings.push_secret.get_secret_value(),
            push_body,
            metrics,
            target="push",
            timeout=wait,
        ),
        Channel.EMAIL: Mail(
            MailServer(
                settings.smtp_host,
                settings.smtp_port,
                settings.mail_from,
                settings.smtp_security,
                settings.smtp_username,
                password.get_secret_value() if password else None,
            ),
            metrics,
            timeout=wait,
        ),
    }
