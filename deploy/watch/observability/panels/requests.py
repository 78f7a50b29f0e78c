"""Requests: rate, errors, time, refusals, and who answers."""

from __future__ import annotations

from dataclasses import replace

from deploy.watch.observability.panels.model import Panel, Series, Unit, bad, one, section, warn
from deploy.watch.observability.panels.questions import PEOPLE, SERVER_ERROR, summed
from deploy.watch.observability.queries import (
    Aggregate,
    Gauge,
    Quantile,
    Rate,
    Ratio,
    Top,
    Where,
    like,
    where,
)

_ROUTES_SHOWN = 12
_ROUTE = ("method", "route")


def of_service(service: str) -> tuple[Panel, ...]:
    """One service's requests (rate, errors, duration) and its routes'."""
    mine = where(service=service)
    return section(
        "Запросы",
        (
            replicas(("service",), mine),
            per_second(("status",), "{{status}}", mine),
            _errors_by_route(mine),
            _quantiles(mine),
            _slowest(mine),
            _busiest(mine),
            _refused(mine),
            _in_progress(mine),
            shed(("reason",), "{{reason}}", mine),
        ),
    )


def replicas(by: tuple[str, ...], conditions: Where) -> Panel:
    """How many replicas answer."""
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


def per_second(by: tuple[str, ...], legend: str, conditions: Where) -> Panel:
    """How many requests arrive."""
    return Panel(
        key="requests",
        title="Запросы в секунду",
        unit=Unit.PER_SECOND,
        description="Сколько запросов получают сервисы. Провал до нуля днём – люди не доходят.",
        series=one(Rate("http_requests_total", by, (*conditions, PEOPLE)), legend),
    )


def errors(by: tuple[str, ...], legend: str, conditions: Where) -> Panel:
    """Which share of them ended in a 5xx."""
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
    """How long a share `q` of them took at most."""
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
    """How many were refused at once, so that the others need not wait."""
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


def _errors_by_route(mine: Where) -> Panel:
    panel = errors(_ROUTE, "{{method}} {{route}}", mine)
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
