"""The panels of a service's processes: Kafka and MongoDB as they see them, load, version."""

from __future__ import annotations

from deploy.watch.observability.panels.model import Panel, Series, Unit, bad, one, section, warn
from deploy.watch.observability.panels.questions import summed
from deploy.watch.observability.queries import Gauge, Quantile, Rate, Where, where


def of_service(service: str) -> tuple[Panel, ...]:
    """One service's replicas: connections, load, version."""
    mine = where(service=service)
    return section(
        "Процесс",
        (
            _mongo(mine),
            _kafka(mine),
            _pool(mine),
            Panel(
                key="pool-failures",
                title="MongoDB: соединение не получено",
                unit=Unit.PER_SECOND,
                description="Запросы, которым не хватило соединения за отведённое время.",
                series=one(
                    Rate("mongo_checkout_failures_total", ("instance",), mine), "{{instance}}"
                ),
                thresholds=(bad(0.01),),
            ),
            _units(mine),
            _again(mine),
            _loop(mine),
            _cpu(mine),
            _memory(mine),
            Panel(
                key="version",
                title="Версии",
                unit=Unit.COUNT,
                description="Сколько реплик на какой версии. Две версии – идёт выкладка.",
                series=one(summed("build_info", ("version",), mine), "{{version}}"),
            ),
        ),
    )


def _mongo(mine: Where) -> Panel:
    return Panel(
        key="mongo",
        title="Связь с MongoDB",
        unit=Unit.YES_NO,
        description="Отвечает ли база каждой реплике. Без неё сервис на всё отвечает 503.",
        series=one(Gauge("mongo_connected", ("instance",), mine), "{{instance}}"),
        thresholds=(bad(1, below=True),),
    )


def _units(mine: Where) -> Panel:
    return Panel(
        key="units",
        title="Единицы работы и транзакции",
        unit=Unit.PER_SECOND,
        description=(
            "Запросы, события и таймеры, записанные в базу, и транзакции, которыми они записаны. "
            "Под нагрузкой одна транзакция – десятки единиц: что ждёт вместе, пишется вместе."
        ),
        series=(
            Series(Rate("units_committed_total", (), mine), "единицы"),
            Series(Rate("transactions_committed_total", (), mine), "транзакции"),
        ),
    )


def _again(mine: Where) -> Panel:
    return Panel(
        key="units-again",
        title="Единицы работы: ещё раз",
        unit=Unit.PER_SECOND,
        description=(
            "Почему выполнялись заново: overlap – тот же документ пишет соседняя единица, conflict "
            "– другая реплика, neighbour – не удалась группа, alone – нужна своя транзакция. Если "
            "таких больше, чем записано, – многие спорят за одни документы."
        ),
        series=one(Rate("units_again_total", ("reason",), mine), "{{reason}}"),
    )


def _kafka(mine: Where) -> Panel:
    return Panel(
        key="kafka",
        title="Связь с Kafka",
        unit=Unit.YES_NO,
        description="Работает ли получатель событий у каждой реплики. Без него API живёт дальше.",
        series=one(Gauge("kafka_connected", ("instance",), mine), "{{instance}}"),
        thresholds=(bad(1, below=True),),
    )


def _pool(mine: Where) -> Panel:
    return Panel(
        key="pool",
        title="MongoDB: соединения",
        unit=Unit.COUNT,
        description="Открытые и занятые. Занято столько же, сколько открыто, – запросы ждут базу.",
        series=one(
            summed("mongo_connections", ("instance", "state"), mine), "{{state}} · {{instance}}"
        ),
    )


def _loop(mine: Where) -> Panel:
    return Panel(
        key="loop-lag",
        title="Задержка цикла событий, 99 % быстрее",
        unit=Unit.SECONDS,
        description="На сколько процесс опаздывает к своим делам: процессора мало или его держат.",
        series=one(Quantile(0.99, "event_loop_lag_seconds", ("instance",), mine), "{{instance}}"),
        thresholds=(warn(0.1), bad(0.25)),
    )


def _cpu(mine: Where) -> Panel:
    return Panel(
        key="cpu",
        title="Процессор",
        unit=Unit.SHARE,
        description="Доля одного ядра. Около 100 % – одной реплики мало.",
        series=one(Rate("process_cpu_seconds_total", ("instance",), mine), "{{instance}}"),
        thresholds=(warn(0.8), bad(0.95)),
    )


def _memory(mine: Where) -> Panel:
    return Panel(
        key="memory",
        title="Память",
        unit=Unit.BYTES,
        description="Занято процессом. Растёт без остановки – утечка.",
        series=one(Gauge("process_resident_memory_bytes", ("instance",), mine), "{{instance}}"),
    )
