"""The panels that every service has: requests, events, timers, outside calls."""

from __future__ import annotations

from dataclasses import replace

from deploy.watch.observability.panels import parts
from deploy.watch.observability.panels.model import Panel, Series, Unit, bad, section, warn
from deploy.watch.observability.panels.parts import PEOPLE, of, one, summed
from deploy.watch.observability.queries import (
    Gauge,
    Increase,
    Quantile,
    Rate,
    Top,
    Where,
    like,
    unlike,
    where,
)

_ROUTES_SHOWN = 12
_ROUTE = ("method", "route")


def requests(service: str) -> tuple[Panel, ...]:
    """RED of one service and of its routes."""
    mine = of(service)
    return section(
        "Запросы",
        (
            parts.replicas(("service",), mine),
            parts.requests(("status",), "{{status}}", mine),
            _errors(mine),
            _quantiles(mine),
            _slowest(mine),
            _busiest(mine),
            _refused(mine),
            _in_progress(mine),
            parts.shed(("reason",), "{{reason}}", mine),
        ),
    )


def events(service: str) -> tuple[Panel, ...]:
    """What it hears and what it says."""
    mine = of(service)
    return section(
        "События",
        (
            parts.oldest(("topic",), "{{topic}}", mine),
            parts.lag(("topic",), "{{topic}}", mine),
            parts.dead_letters("dead letters", mine),
            parts.outbox_age("старейшее", mine),
            parts.stuck("ключи", mine),
            _heard(mine),
            _not_handled(mine),
            _misplaced(mine),
            parts.delay(("type",), "{{type}}", mine),
            _handling(mine),
            _said(mine),
        ),
    )


def work_later(service: str) -> tuple[Panel, ...]:
    """Timers."""
    mine = of(service)
    return section(
        "Отложенная работа",
        (
            parts.timers_age("опоздание", mine),
            Panel(
                key="timers-due",
                title="Таймеры: наступили и ждут",
                unit=Unit.COUNT,
                description="Работа, срок которой настал, по видам. Обычно ноль или около.",
                series=one(Gauge("timers_due", ("kind",), mine), "{{kind}}"),
            ),
            Panel(
                key="timers-failed",
                title="Таймеры: не удались окончательно",
                unit=Unit.COUNT,
                description="После всех попыток ждут человека. Каждый – чьё-то несделанное дело.",
                series=one(Gauge("timers_failed", ("kind",), mine), "{{kind}}"),
                thresholds=(bad(1),),
            ),
            Panel(
                key="timers-run",
                title="Таймеры: выполнено",
                unit=Unit.PER_SECOND,
                description=(
                    "Чем кончались запуски: done – сделано, already-done – уже было сделано, "
                    "backed-off – отложено до лучших времён, failed – не удалось."
                ),
                series=one(
                    Rate("timers_run_total", ("kind", "outcome"), mine), "{{kind}} · {{outcome}}"
                ),
            ),
        ),
    )


def outside(service: str) -> tuple[Panel, ...]:
    """What it depends on and does not own."""
    mine = of(service)
    return section(
        "Внешние вызовы",
        (
            parts.outside_failures(("target",), "{{target}}", mine),
            parts.outside_time(("target",), "{{target}}", mine),
            Panel(
                key="outside-calls",
                title="Внешние вызовы в секунду",
                unit=Unit.PER_SECOND,
                description="ok – ответили, refused – отказали осознанно, failed – сбой.",
                series=one(
                    Rate("outside_call_duration_seconds_count", ("target", "outcome"), mine),
                    "{{target}} · {{outcome}}",
                ),
            ),
        ),
    )


def _errors(mine: Where) -> Panel:
    panel = parts.errors(_ROUTE, "{{method}} {{route}}", mine)
    (each,) = panel.series
    return replace(panel, series=one(Top(_ROUTES_SHOWN, each.query), each.legend))


def _quantiles(mine: Where) -> Panel:
    return Panel(
        key="latency",
        title="Время ответа",
        unit=Unit.SECONDS,
        description="Половина, 95 и 99 из 100 запросов заняли не больше этого времени.",
        series=tuple(
            Series(
                Quantile(q, "http_request_duration_seconds", (), (*mine, PEOPLE)), f"{q * 100:g} %"
            )
            for q in (0.5, 0.95, 0.99)
        ),
        thresholds=(warn(0.5), bad(1.0)),
    )


def _slowest(mine: Where) -> Panel:
    query = Quantile(0.95, "http_request_duration_seconds", _ROUTE, (*mine, PEOPLE))
    return Panel(
        key="slowest-routes",
        title="Самые медленные маршруты, 95 % быстрее",
        unit=Unit.SECONDS,
        description="Один медленный маршрут – ищите его зависимость; все сразу – процесс или база.",
        series=one(Top(_ROUTES_SHOWN, query), "{{method}} {{route}}"),
    )


def _busiest(mine: Where) -> Panel:
    return Panel(
        key="busiest-routes",
        title="Запросы по маршрутам",
        unit=Unit.PER_SECOND,
        description="Самые частые маршруты, по шаблону пути.",
        series=one(
            Top(_ROUTES_SHOWN, Rate("http_requests_total", _ROUTE, (*mine, PEOPLE))),
            "{{method}} {{route}}",
        ),
    )


def _refused(mine: Where) -> Panel:
    refused = Rate("http_requests_total", ("route", "status"), (*mine, like("status", "4..")))
    return Panel(
        key="refusals",
        title="Отказы вызывающим (4xx)",
        unit=Unit.PER_SECOND,
        description=(
            "Ошибки по мнению сервиса на стороне вызывающего. Всплеск 401 – токены или ключи, "
            "409 и 422 – формы, 429 – слишком часто."
        ),
        series=one(Top(_ROUTES_SHOWN, refused), "{{status}} {{route}}"),
    )


def _in_progress(mine: Where) -> Panel:
    return Panel(
        key="in-progress",
        title="Запросы в работе",
        unit=Unit.COUNT,
        description="Сколько запросов обрабатывается сейчас, по репликам.",
        series=one(summed("http_requests_in_progress", ("instance",), mine), "{{instance}}"),
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
