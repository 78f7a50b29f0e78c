"""Alerts on the disks, and on monitoring itself: `ops`, and that alerts arrive."""

from __future__ import annotations

from deploy.watch.observability.alerts.model import MINUTE, Alert, Case, Group, Severity
from deploy.watch.observability.conditions import Absent, Always, Beyond, Together
from deploy.watch.observability.panels.flow import room_left
from deploy.watch.observability.queries import Gauge, where

_OPS = 'service="ops",instance="a"'
_DISKS = ("flow", "volumes")
_MONGO = {"volume": "mongo"}
_LITTLE, _NOTHING = 0.2, 0.05


def _room(free: str, volume: str = "mongo") -> dict[str, str]:
    """A volume of a hundred bytes, and what is free of it."""
    return {
        f'volume_free_bytes{{{_OPS},volume="{volume}"}}': free,
        f'volume_size_bytes{{{_OPS},volume="{volume}"}}': "100x60",
    }


_FILLS = Alert(
    name="VolumeFillsUp",
    condition=Beyond(room_left(), "<", _LITTLE),
    hold_seconds=15 * MINUTE,
    severity=Severity.TICKET,
    summary="{{ $labels.volume }}: на диске остаётся мало места",
    description=(
        "Свободно {{ $value | humanizePercentage }} диска, на котором лежат данные "
        "{{ $labels.volume }}. Людям это пока не мешает; без места всё остановится."
    ),
    panel=_DISKS,
    cases=(
        Case("it fills", _room("40x3 40-2x30"), 30, (_MONGO,)),
        Case(
            "one of two disks",
            _room("19x30") | _room("90x30", volume="kafka"),
            20,
            (_MONGO,),
        ),
        Case("a fifth is left", _room("20x30"), 25),
        Case("a big file that goes again", _room("40x3 19x10 40x20"), 20),
        Case("it is not known", {f'volume_measured{{{_OPS},volume="mongo"}}': "0x30"}, 25),
    ),
)

_FULL = Alert(
    name="VolumeFull",
    condition=Beyond(room_left(), "<", _NOTHING),
    hold_seconds=2 * MINUTE,
    severity=Severity.PAGE,
    summary="{{ $labels.volume }}: диск почти полон",
    description=(
        "Свободно {{ $value | humanizePercentage }} диска, на котором лежат данные "
        "{{ $labels.volume }}. Когда места не станет, MongoDB, Kafka и S3 остановятся: ни "
        "заявлений, ни записи, ни входа."
    ),
    panel=_DISKS,
    cases=(
        Case("nothing is left", _room("20x3 3 1 0x10"), 8, (_MONGO,)),
        Case("a twentieth is left", _room("5x20"), 15),
        Case("full for a minute", _room("20x3 4 20x10"), 6),
    ),
)

_UNMEASURED = Alert(
    name="VolumeUnmeasured",
    condition=Beyond(Gauge("volume_measured", ("volume",)), "==", 0),
    hold_seconds=10 * MINUTE,
    severity=Severity.TICKET,
    summary="{{ $labels.volume }}: место на диске не измеряется",
    description="ops не может посмотреть на этот диск: если он заполнится, никто не предупредит.",
    panel=_DISKS,
    cases=(
        Case(
            "it is not to be reached",
            {f'volume_measured{{{_OPS},volume="mongo"}}': "1x3 0x20"},
            15,
            (_MONGO,),
        ),
        Case("not for long", {f'volume_measured{{{_OPS},volume="mongo"}}': "1x3 0x8 1x9"}, 12),
    ),
)

_OPS_SERIES = where(service="ops")
_UP = f"up{{{_OPS}}}"
_OPS_DOWN = Alert(
    name="OpsDown",
    condition=Together(
        Beyond(Gauge("up", ("service",), _OPS_SERIES), "==", 0), "or", Absent("up", _OPS_SERIES)
    ),
    hold_seconds=5 * MINUTE,
    severity=Severity.TICKET,
    summary="ops: не отвечает",
    description=(
        "Нет /status и /ops, место на дисках не измеряется. Услуги работают, но люди не увидят, "
        "когда они перестанут."
    ),
    panel=("flow", "replicas"),
    cases=(
        Case("it is away", {_UP: "1x3 0x20"}, 9, ({"service": "ops"},)),
        Case(
            "it was never there",
            {'up{service="other",instance="x"}': "1x20"},
            6,
            ({"service": "ops"},),
        ),
        Case("a restart", {_UP: "1x3 0x3 1x20"}, 9),
    ),
    service="ops",
)

WATCHDOG = Alert(
    name="Watchdog",
    condition=Always(),
    hold_seconds=0,
    severity=Severity.NONE,
    summary="Оповещения доходят (так и должно быть)",
    description=(
        "Срабатывает всегда. Когда перестаёт приходить, молчат Prometheus, Alertmanager или путь "
        "от них: тревогу поднимает тот, кто слушает снаружи."
    ),
    panel=("flow", "replicas"),
    cases=(
        Case("from the first moment", {_UP: "1x5"}, 0, ({},)),
        Case("whatever happens", {_UP: "1x3 0x20"}, 20, ({},)),
    ),
)

MONITORING = Group("monitoring", (_FULL, _FILLS, _UNMEASURED, _OPS_DOWN, WATCHDOG))
