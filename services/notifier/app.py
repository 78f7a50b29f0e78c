"""Builds the notifier. Each channel has a timer loop of its own: a slow one delays no other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from fastapi import FastAPI

from services.chassis.foundation.encryption import Encryption
from services.chassis.http.auth import FetchKeys
from services.chassis.runtime.resources import Resources
from services.chassis.runtime.service import Runtime, ServiceSpec
from services.chassis.telemetry.metrics import Metrics
from services.chassis.work.outbox import Publisher
from services.chassis.work.timer_loop import TimerLoop
from services.notifier.announcements import consumers
from services.notifier.announcements.usecases import LATER, SEND, TALON_WAIT, WAIT, Planning
from services.notifier.delivery import api, store
from services.notifier.delivery.gateways import Provider, Providers
from services.notifier.delivery.gateways.mail import Mail, MailServer
from services.notifier.delivery.gateways.signed_http import SignedHttp, push_body, sms_body
from services.notifier.delivery.metrics import NotifierMetrics
from services.notifier.delivery.usecases import CODE_OUTCOME, CODES_AT_ONCE, Sending
from services.notifier.recipients.domain import Channel
from services.notifier.recipients.usecases import Cabinet, utc_now
from services.notifier.settings import Settings
from services.notifier.templates.domain.rendering import Renderer
from services.notifier.templates.gateways import load_layout, load_templates, load_words
from services.notifier.usecases import UseCases

DESCRIPTION = """Уведомления гражданина: SMS, электронная почта, push. Журнал и устройства.

Сообщения пишутся по событиям других сервисов; отправить своё сообщение через этот API нельзя."""


def build(
    settings: Settings,
    *,
    fetch_keys: FetchKeys | None = None,
    publisher: Publisher | None = None,
    providers: Mapping[Channel, Provider] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> FastAPI:
    """The service as an app. Everything after `settings` is a seam of tests."""
    resources = Resources("notifier", settings, fetch_keys=fetch_keys, publisher=publisher)
    renderer = Renderer(
        load_templates(),
        load_layout(),
        load_words(),
        portal=settings.platform.public_url,
        timezone=settings.timezone,
        short_url=settings.short_url,
    )
    ways = providers or build_providers(settings, resources.metrics)
    kept = store.Store(resources.mongo.db)
    metrics = NotifierMetrics(resources.metrics)

    use = UseCases(
        planning=Planning(resources.transactions, kept, renderer, settings.timezone, metrics, now),
        sending=Sending(resources.transactions, kept, renderer, ways, metrics, now),
        cabinet=Cabinet(resources.transactions, kept, now),
    )
    loops = [
        TimerLoop(
            resources.timers,
            {SEND[channel]: use.sending.send},
            resources.metrics,
            concurrency=concurrency,
        )
        for channel, concurrency in _concurrency(settings).items()
    ]

    async def measure() -> None:
        """Each message that is still to be sent has its timer."""
        for channel in Channel:
            count = await resources.timers.set_of(SEND[channel])
            metrics.waiting.labels(channel).set(count)

    async def leave() -> None:
        """One step, for its order: codes on their way need the providers to the end."""
        await use.sending.finish()
        await asyncio.gather(*(way.close() for way in ways.values()))

    app = Runtime(
        resources,
        ServiceSpec(
            title="Моё здоровье: уведомления",
            description=DESCRIPTION,
            router=api.router,
            handlers=consumers.handlers(use, Encryption("identity.codes", settings.codes_secret)),
            timer_handlers={
                LATER: use.planning.tell_later,
                WAIT: use.planning.stop_waiting,
                TALON_WAIT: use.planning.talon_late,
                CODE_OUTCOME: use.sending.settle_code,
            },
            indexes=store.INDEXES,
            measures=[measure],
            background=[loop.run for loop in loops],
            close=[leave],
        ),
    ).app
    app.state.use = use
    return app


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
            connections=settings.sms_concurrency + CODES_AT_ONCE,
        ),
        Channel.PUSH: SignedHttp(
            settings.push_url,
            settings.push_secret.get_secret_value(),
            push_body,
            metrics,
            target="push",
            timeout=wait,
            connections=settings.push_concurrency + CODES_AT_ONCE,
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


def _concurrency(settings: Settings) -> Mapping[Channel, int]:
    return {
        Channel.SMS: settings.sms_concurrency,
        Channel.EMAIL: settings.email_concurrency,
        Channel.PUSH: settings.push_concurrency,
    }
