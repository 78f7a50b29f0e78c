"""The gateway's panels: what was answered at the door, also where no service was reached."""

from __future__ import annotations

from deploy.gateway.metrics import EVERY, NAME
from deploy.watch.observability.panels.model import Panel, Series, Unit, bad, one, section, warn
from deploy.watch.observability.panels.questions import summed
from deploy.watch.observability.queries import Quantile, Rate, Ratio, Where, like, where

SECONDS = "caddy_http_request_duration_seconds"
ANSWERS = f"{SECONDS}_count"
ALL = where(service=NAME, handler=EVERY)
FAILED = where(like("code", "5.."), service=NAME, handler=EVERY)


def _answers() -> Panel:
    return Panel(
        key="gateway-answers",
        title="Шлюз: ответы в секунду",
        unit=Unit.PER_SECOND,
        description=(
            "Всё, на что ответил шлюз: API, страницы, скачивание файлов. Провал до нуля днём – "
            "люди не доходят до шлюза."
        ),
        series=tuple(Series(Rate(ANSWERS, (), _of_class(n)), f"{n}xx") for n in range(2, 6)),
    )


def _of_class(first: int) -> Where:
    return where(like("code", f"{first}.."), service=NAME, handler=EVERY)


def _errors() -> Panel:
    return Panel(
        key="gateway-errors",
        title="Шлюз: доля ответов 5xx",
        unit=Unit.SHARE,
        description=(
            "Что получили люди на деле. Больше, чем «Доля ошибок сервера» у сервисов, – запросы "
            "не доходят от шлюза до сервиса или до S3."
        ),
        series=one(Ratio(Rate(ANSWERS, (), FAILED), Rate(ANSWERS, (), ALL)), "5xx"),
        thresholds=(warn(0.005), bad(0.02)),
    )


def _failures() -> Panel:
    return Panel(
        key="gateway-failures",
        title="Шлюз: ответы 5xx по кодам",
        unit=Unit.PER_SECOND,
        description=(
            "502 – сервис не принял соединение или оборвал его, 504 – не ответил вовремя: такие "
            "запросы сервис мог не видеть. 503 – шлюз не нашёл ни одной реплики или сервис "
            "отказал под нагрузкой, 500 – ошибка сервиса."
        ),
        series=one(Rate(ANSWERS, ("code",), FAILED), "{{code}}"),
        thresholds=(warn(0.1), bad(1.0)),
    )


def _latency() -> Panel:
    return Panel(
        key="gateway-latency-p95",
        title="Шлюз: время ответа, 95 % запросов быстрее",
        unit=Unit.SECONDS,
        description=(
            "До последнего байта, который взял клиент: медленная сеть людей входит сюда и не "
            "входит во время сервисов."
        ),
        series=one(Quantile(0.95, SECONDS, (), ALL), "шлюз"),
        thresholds=(warn(0.5), bad(1.0)),
    )


def _in_flight() -> Panel:
    return Panel(
        key="gateway-in-flight",
        title="Шлюз: запросы в работе",
        unit=Unit.COUNT,
        description="Приняты и ещё не отвечены. Растёт без остановки – за шлюзом кто-то завис.",
        series=one(summed("caddy_http_requests_in_flight", (), ALL), "шлюз"),
    )


def panels() -> tuple[Panel, ...]:
    """What the gateway answered, and how fast."""
    return section("Шлюз", (_answers(), _errors(), _failures(), _latency(), _in_flight()))
