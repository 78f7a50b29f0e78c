"""The tab of the whole: from the request to the message, over all services."""

from __future__ import annotations

from deploy.watch.observability.panels import events, gateway, outside, requests, timers
from deploy.watch.observability.panels.model import Panel, Tab, Unit, bad, one, section, warn
from deploy.watch.observability.panels.work import (
    certificates,
    documents,
    identity,
    notifier,
    scheduling,
)
from deploy.watch.observability.queries import Aggregate, Gauge, Rate, Ratio, where

_SERVICE = ("service",)
_EACH = "{{service}}"


def _kafka() -> Panel:
    return Panel(
        key="kafka",
        title="Связь с Kafka",
        unit=Unit.YES_NO,
        description="Хотя бы одна реплика сервиса получает события.",
        series=one(Gauge("kafka_connected", _SERVICE), _EACH),
        thresholds=(bad(1, below=True),),
    )


def _mongo() -> Panel:
    return Panel(
        key="mongo",
        title="Связь с MongoDB",
        unit=Unit.YES_NO,
        description="Отвечает ли база хотя бы одной реплике сервиса.",
        series=one(Gauge("mongo_connected", _SERVICE), _EACH),
        thresholds=(bad(1, below=True),),
    )


def room_left() -> Ratio:
    """The share of each volume that is free."""
    return Ratio(
        Gauge("volume_free_bytes", ("volume",), aggregate=Aggregate.MIN),
        Gauge("volume_size_bytes", ("volume",)),
    )


def _volumes() -> Panel:
    return Panel(
        key="volumes",
        title="Место на дисках",
        unit=Unit.SHARE,
        description=(
            "Доля свободного места там, где лежат данные MongoDB, Kafka и S3. На общем диске "
            "линии совпадают. Кончится место – база остановится, и с ней всё."
        ),
        series=one(room_left(), "{{volume}}"),
        thresholds=(warn(0.2, below=True), bad(0.05, below=True)),
    )


def _heard() -> Panel:
    handled = Rate("events_handled_total", _SERVICE, where(outcome="handled"))
    return Panel(
        key="events-in",
        title="Обработано событий в секунду",
        unit=Unit.PER_SECOND,
        description="По получателям, без дубликатов и чужих типов.",
        series=one(handled, _EACH),
    )


def _said() -> Panel:
    return Panel(
        key="events-out",
        title="Опубликовано событий в секунду",
        unit=Unit.PER_SECOND,
        description="По источникам, подтверждено Kafka.",
        series=one(Rate("events_published_total", _SERVICE), _EACH),
    )


FLOW = Tab(
    name="flow",
    title="Весь путь",
    panels=(
        *section(
            "Что видят люди",
            (
                requests.replicas(_SERVICE, ()),
                requests.errors(_SERVICE, _EACH, ()),
                requests.slow(0.95, _SERVICE, _EACH, ()),
                requests.per_second(_SERVICE, _EACH, ()),
                requests.shed(("service", "reason"), "{{service}} · {{reason}}", ()),
            ),
        ),
        *gateway.panels(),
        *section(
            "Работа",
            (
                certificates.applications(),
                certificates.deadlines(),
                certificates.issued(),
                documents.sealed(),
                scheduling.bookings(),
                notifier.messages(),
                identity.logins(),
            ),
        ),
        *section(
            "События между сервисами",
            (
                events.delay(_SERVICE, _EACH, ()),
                events.oldest(("service", "topic"), "{{service}} ← {{topic}}", ()),
                events.lag(("service", "topic"), "{{service}} ← {{topic}}", ()),
                events.outbox_age(_EACH, ()),
                events.outbox_depth(_EACH, ()),
                events.stuck(_EACH, ()),
                events.dead_letters(_EACH, ()),
                _heard(),
                _said(),
                timers.timers_age(_EACH, ()),
            ),
        ),
        *section(
            "MongoDB, Kafka и внешние системы",
            (
                _mongo(),
                _kafka(),
                _volumes(),
                outside.outside_failures(("service", "target"), "{{service}} → {{target}}", ()),
                outside.outside_time(("service", "target"), "{{service}} → {{target}}", ()),
            ),
        ),
    ),
)
