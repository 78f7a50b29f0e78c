"""Events: what a service hears, what it says, what waits in between."""

from __future__ import annotations

from deploy.watch.observability.panels.model import Panel, Series, Unit, bad, one, section, warn
from deploy.watch.observability.panels.questions import summed
from deploy.watch.observability.queries import Gauge, Increase, Quantile, Rate, Where, unlike, where


def of_service(service: str) -> tuple[Panel, ...]:
    """What one service hears and what it says."""
    mine = where(service=service)
    return section(
        "События",
        (
            oldest(("topic",), "{{topic}}", mine),
            lag(("topic",), "{{topic}}", mine),
            dead_letters("dead letters", mine),
            outbox_age("старейшее", mine),
            stuck("ключи", mine),
            _heard(mine),
            _not_handled(mine),
            _misplaced(mine),
            delay(("type",), "{{type}}", mine),
            _handling(mine),
            _said(mine),
        ),
    )


def delay(by: tuple[str, ...], legend: str, conditions: Where) -> Panel:
    """How long from an event until it is handled."""
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
    """How many events wait to be handled."""
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
    """How long the oldest event waits to be handled."""
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
    """How many events are committed and not yet published."""
    return Panel(
        key="outbox-depth",
        title="Outbox: события ждут публикации",
        unit=Unit.COUNT,
        description="Записаны вместе с данными и ещё не подтверждены Kafka. Обычно около нуля.",
        series=one(Gauge("outbox_pending_events", ("service",), conditions), legend),
    )


def outbox_age(legend: str, conditions: Where) -> Panel:
    """How long the oldest event waits to be published."""
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
    """How many keys stand because Kafka refuses an event."""
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
    """How many dead letters wait for a person."""
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


def _heard(mine: Where) -> Panel:
    return Panel(
        key="events-in",
        title="Входящие события",
        unit=Unit.PER_SECOND,
        description="Обработано по типам. Дубликаты и чужие типы не считаются.",
        series=one(
            Rate("events_handled_total", ("type",), (*mine, *where(outcome="handled"))), "{{type}}"
        ),
    )


def _not_handled(mine: Where) -> Panel:
    others = (*mine, unlike("outcome", "handled|ignored"))
    return Panel(
        key="events-trouble",
        title="Входящие события: не с первого раза",
        unit=Unit.PER_SECOND,
        description=(
            "duplicate – уже обработано (после перезапуска это обычно), backed-off – отложено, "
            "пока не вернётся зависимость, dead-letter – отложено до человека."
        ),
        series=one(
            Rate("events_handled_total", ("type", "outcome"), others), "{{outcome}} · {{type}}"
        ),
    )


def _misplaced(mine: Where) -> Panel:
    return Panel(
        key="events-misplaced",
        title="События не от того, кто о них сообщает",
        unit=Unit.COUNT,
        description=(
            "Записи с чужим топиком, источником или ключом за 10 минут. Всегда ноль; иначе кто-то "
            "пишет в шину от чужого имени."
        ),
        series=one(Increase("events_misplaced_total", ("type",), mine, 600), "{{type}}"),
        thresholds=(bad(1),),
    )


def _handling(mine: Where) -> Panel:
    return Panel(
        key="event-handling",
        title="Время обработки события, 95 % быстрее",
        unit=Unit.SECONDS,
        description="Сама обработка, без ожидания в очереди. Растёт – база или внешний вызов.",
        series=one(Quantile(0.95, "event_handling_duration_seconds", ("type",), mine), "{{type}}"),
        thresholds=(warn(1), bad(5)),
    )


def _said(mine: Where) -> Panel:
    return Panel(
        key="events-out",
        title="Исходящие события",
        unit=Unit.PER_SECOND,
        description="Подтверждены Kafka, по типам; и неудачные попытки опубликовать.",
        series=(
            Series(Rate("events_published_total", ("type",), mine), "{{type}}"),
            Series(Rate("events_publish_failures_total", (), mine), "неудачные попытки"),
        ),
    )
