"""Panels that the tab of the whole flow and each service's tab show, told apart by a condition."""

from __future__ import annotations

from deploy.watch.observability.panels.model import Panel, Series, Unit, bad, warn
from deploy.watch.observability.queries import (
    Aggregate,
    Gauge,
    Increase,
    Quantile,
    Query,
    Rate,
    Ratio,
    Where,
    like,
    unlike,
    where,
)

HOUR = 3600.0
QUARTER = 900.0

SERVER_ERROR = like("status", "5..")
# Probes and scrapes are not people: they would dilute every share.
PEOPLE = unlike("route", "/healthz|/readyz|/metrics|/version")


def of(service: str | None) -> Where:
    """The series of one service, or of all."""
    return where(service=service) if service else ()


def one(query: Query, legend: str) -> tuple[Series, ...]:
    """A panel with one question."""
    return (Series(query, legend),)


def summed(metric: str, by: tuple[str, ...], conditions: Where = ()) -> Gauge:
    """What each replica holds by itself."""
    return Gauge(metric, by, conditions, Aggregate.SUM)


def replicas(by: tuple[str, ...], conditions: Where) -> Panel:
    """Who answers."""
    return Panel(
        key="replicas",
        title="Отвечающие реплики",
        unit=Unit.COUNT,
        description=(
            "Сколько реплик отдало метрики при последнем опросе. Меньше, чем запущено, – реплика "
            "упала, зависла или отрезана от сети."
        ),
        series=(
            Series(summed("up", by, conditions), "отвечают · {{service}}"),
            Series(Gauge("up", by, conditions, Aggregate.COUNT), "всего · {{service}}"),
        ),
        thresholds=(bad(1, below=True),),
    )


def requests(by: tuple[str, ...], legend: str, conditions: Where) -> Panel:
    """R of RED."""
    return Panel(
        key="requests",
        title="Запросы в секунду",
        unit=Unit.PER_SECOND,
        description="Сколько запросов получают сервисы. Провал до нуля днём – люди не доходят.",
        series=one(Rate("http_requests_total", by, (*conditions, PEOPLE)), legend),
    )


def errors(by: tuple[str, ...], legend: str, conditions: Where) -> Panel:
    """E of RED."""
    failed = Rate("http_requests_total", by, (*conditions, PEOPLE, SERVER_ERROR))
    everything = Rate("http_requests_total", by, (*conditions, PEOPLE))
    return Panel(
        key="errors",
        title="Доля ошибок сервера",
        unit=Unit.SHARE,
        description=(
            "Ответы 5xx среди всех ответов: человек увидел ошибку не по своей вине. Отказ под "
            "нагрузкой (503) считается тоже."
        ),
        series=one(Ratio(failed, everything), legend),
        thresholds=(warn(0.005), bad(0.02)),
    )


def slow(q: float, by: tuple[str, ...], legend: str, conditions: Where) -> Panel:
    """D of RED."""
    percent = round(q * 100)
    return Panel(
        key=f"latency-p{percent}",
        title=f"Время ответа, {percent} % запросов быстрее",
        unit=Unit.SECONDS,
        description=(
            f"{percent} из 100 запросов заняли не больше этого времени, от приёма до последнего "
            "байта ответа."
        ),
        series=one(Quantile(q, "http_request_duration_seconds", by, (*conditions, PEOPLE)), legend),
        thresholds=(warn(0.5), bad(1.0)),
    )


def shed(by: tuple[str, ...], legend: str, conditions: Where) -> Panel:
    """Explicit refusals."""
    return Panel(
        key="shed",
        title="Отказы под нагрузкой",
        unit=Unit.PER_SECOND,
        description=(
            "Запросы, которым сервис сразу ответил 429 или 503 с Retry-After, чтобы не дать "
            "остальным ждать. busy – заняты все места, lagging – сервис не успевает, "
            "slow-body – тело шло слишком долго, timeout – обработка не уложилась в срок, "
            "rate – один вызывающий слишком част."
        ),
        series=one(Rate("http_requests_shed_total", by, conditions), legend),
        thresholds=(warn(0.1), bad(1.0)),
    )


def delay(by: tuple[str, ...], legend: str, conditions: Where) -> Panel:
    """From event to effect."""
    return Panel(
        key="event-delay",
        title="От события до его обработки, 95 % быстрее",
        unit=Unit.SECONDS,
        description=(
            "Время от момента события до конца его обработки у получателя: outbox, Kafka и "
            "очередь вместе. Это то, сколько человек ждёт следующего шага."
        ),
        series=one(Quantile(0.95, "event_delay_seconds", by, conditions), legend),
        thresholds=(warn(5), bad(60)),
    )


def lag(by: tuple[str, ...], legend: str, conditions: Where) -> Panel:
    """How many wait."""
    return Panel(
        key="consumer-lag",
        title="Необработанные события",
        unit=Unit.COUNT,
        description=(
            "Записи Kafka, которые получатель ещё не обработал. Само число не беда: смотрите на "
            "возраст старейшей рядом."
        ),
        series=one(summed("events_consumer_lag", by, conditions), legend),
    )


def oldest(by: tuple[str, ...], legend: str, conditions: Where) -> Panel:
    """How long the oldest waits."""
    return Panel(
        key="consumer-age",
        title="Возраст старейшего необработанного события",
        unit=Unit.SECONDS,
        description=(
            "Сколько ждёт самое старое событие. Растёт вместе со временем – получатель стоит на "
            "месте."
        ),
        series=one(Gauge("events_oldest_unhandled_seconds", by, conditions), legend),
        thresholds=(warn(30), bad(120)),
    )


def outbox_depth(legend: str, conditions: Where) -> Panel:
    """Committed, not yet published."""
    return Panel(
        key="outbox-depth",
        title="Outbox: события ждут публикации",
        unit=Unit.COUNT,
        description="Записаны вместе с данными и ещё не подтверждены Kafka. Обычно около нуля.",
        series=one(Gauge("outbox_pending_events", ("service",), conditions), legend),
    )


def outbox_age(legend: str, conditions: Where) -> Panel:
    """How long the oldest waits to be published."""
    return Panel(
        key="outbox-age",
        title="Outbox: возраст старейшего события",
        unit=Unit.SECONDS,
        description=(
            "Растёт – из сервиса ничего не выходит: Kafka недоступна или relay стоит. Данные "
            "целы, но никто о них не узнаёт."
        ),
        series=one(Gauge("outbox_oldest_pending_seconds", ("service",), conditions), legend),
        thresholds=(warn(10), bad(60)),
    )


def stuck(legend: str, conditions: Where) -> Panel:
    """Keys that Kafka refuses."""
    return Panel(
        key="outbox-stuck",
        title="Outbox: остановленные ключи",
        unit=Unit.COUNT,
        description=(
            "Агрегаты, чьё событие Kafka не принимает. Остальные идут дальше, эти ждут человека."
        ),
        series=one(Gauge("outbox_stuck_keys", ("service",), conditions), legend),
        thresholds=(bad(1),),
    )


def dead_letters(legend: str, conditions: Where) -> Panel:
    """Records that wait for a person."""
    return Panel(
        key="dead-letters",
        title="Dead letters: записи ждут человека",
        unit=Unit.COUNT,
        description=(
            "События, которые не удалось обработать и которые отложены с причиной. Каждое – "
            "чей-то шаг, которого не будет, пока запись не повторят."
        ),
        series=one(Gauge("dead_letters_open", ("service",), conditions), legend),
        thresholds=(warn(1), bad(20)),
    )


def timers_age(legend: str, conditions: Where) -> Panel:
    """Late work."""
    return Panel(
        key="timers-age",
        title="Таймеры: опоздание старейшего",
        unit=Unit.SECONDS,
        description=(
            "На сколько опаздывает отложенная работа: подпись документов, отправка сообщений, "
            "сроки и напоминания."
        ),
        series=one(Gauge("timers_oldest_due_seconds", ("service",), conditions), legend),
        thresholds=(warn(60), bad(300)),
    )


def outside_time(by: tuple[str, ...], legend: str, conditions: Where) -> Panel:
    """How long others take."""
    return Panel(
        key="outside-time",
        title="Внешние вызовы: время, 95 % быстрее",
        unit=Unit.SECONDS,
        description=(
            "Обращения за пределы сервиса: хранилище S3, служба штампов времени, SMTP, "
            "SMS-центр, push, ключи identity."
        ),
        series=one(Quantile(0.95, "outside_call_duration_seconds", by, conditions), legend),
        thresholds=(warn(2), bad(8)),
    )


def outside_failures(by: tuple[str, ...], legend: str, conditions: Where) -> Panel:
    """How often others fail."""
    failed = Rate(
        "outside_call_duration_seconds_count", by, (*conditions, *where(outcome="failed"))
    )
    return Panel(
        key="outside-failures",
        title="Внешние вызовы: доля неудач",
        unit=Unit.SHARE,
        description=(
            "Вызовы без ответа, с ошибкой связи или сбоем той стороны. Осознанный отказ "
            "(неверный номер) сюда не входит."
        ),
        series=one(
            Ratio(failed, Rate("outside_call_duration_seconds_count", by, conditions)), legend
        ),
        thresholds=(warn(0.05), bad(0.2)),
    )


def per_hour(metric: str, by: tuple[str, ...], conditions: Where = ()) -> Increase:
    """What happened in the last hour: rare things are seen as whole numbers."""
    return Increase(metric, by, conditions, HOUR)
