"""The tab of the whole: from the request to the message, over all services."""

from __future__ import annotations

from deploy.watch.observability.panels import gateway, parts, work
from deploy.watch.observability.panels.model import Panel, Tab, Unit, bad, section, warn
from deploy.watch.observability.panels.parts import one
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
                parts.replicas(_SERVICE, ()),
                parts.errors(_SERVICE, _EACH, ()),
                parts.slow(0.95, _SERVICE, _EACH, ()),
                parts.requests(_SERVICE, _EACH, ()),
                parts.shed(("service", "reason"), "{{service}} · {{reason}}", ()),
            ),
        ),
        *gateway.panels(),
        *section(
            "Работа",
            (
                work.applications(),
                work.deadlines(),
                work.issued(),
                work.sealed(),
                work.bookings(),
                work.messages(),
                work.logins(),
            ),
        ),
        *section(
            "События между сервисами",
            (
                parts.delay(_SERVICE, _EACH, ()),
                parts.oldest(("service", "topic"), "{{service}} ← {{topic}}", ()),
                parts.lag(("service", "topic"), "{{service}} ← {{topic}}", ()),
                parts.outbox_age(_EACH, ()),
                parts.outbox_depth(_EACH, ()),
                parts.stuck(_EACH, ()),
                parts.dead_letters(_EACH, ()),
                _heard(),
                _said(),
                parts.timers_age(_EACH, ()),
            ),
        ),
        *section(
            "MongoDB, Kafka и внешние системы",
            (
                _mongo(),
                _kafka(),
                _volumes(),
                parts.outside_failures(("service", "target"), "{{service}} → {{target}}", ()),
                parts.outside_time(("service", "target"), "{{service}} → {{target}}", ()),
            ),
        ),
    ),
)
