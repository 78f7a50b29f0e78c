"""What Prometheus' rules do, in a few lines, so that alerts are tested where promtool is not.

Reads promtool's notation of series, keeps what it says in `Scrapes` and works a condition out
minute by minute. promtool itself runs the same cases in tests/integration/observability.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from deploy.watch.observability.alerts import Alert, Case
from deploy.watch.observability.scrapes import Scrapes
from deploy.watch.observability.series import Labels

_SERIES = re.compile(r"([a-z_]+)\{(.*)\}")
_LABEL = re.compile(r'([a-z_]+)="([^"]*)"')
_VALUES = re.compile(r"(-?[\d.]+)(?:([+-][\d.]+))?(?:x(\d+))?")


def values(text: str) -> list[float]:
    """`1+2x3` → 1, 3, 5, 7; `5x2` → 5, 5, 5; `4` → 4."""
    found: list[float] = []
    for word in text.split():
        match = _VALUES.fullmatch(word)
        assert match, f"not promtool's notation: {word}"
        start, step, times = match.groups()
        found += [float(start) + n * float(step or 0) for n in range(int(times or 0) + 1)]
    return found


def scraped(series: Mapping[str, str], minutes: int) -> Iterator[Scrapes]:
    """The same scrapes, one minute longer each time; from minute 0."""
    told: dict[tuple[str, str], list[tuple[str, list[float]]]] = defaultdict(list)
    for written, notation in series.items():
        match = _SERIES.fullmatch(written)
        assert match, written
        name, labels = match[1], dict(_LABEL.findall(match[2]))
        target = labels.pop("service"), labels.pop("instance")
        rest = ",".join(f'{label}="{value}"' for label, value in labels.items())
        told[target].append((f"{name}{{{rest}}}" if rest else name, values(notation)))
    scrapes = Scrapes(keep_seconds=10 * 86400)
    for minute in range(minutes + 1):
        for (service, instance), lines in told.items():
            _say(scrapes, minute, (service, instance), lines)
        yield scrapes


def _say(
    scrapes: Scrapes, minute: int, target: tuple[str, str], lines: list[tuple[str, list[float]]]
) -> None:
    here = {name: said[minute] for name, said in lines if minute < len(said)}
    if here.get("up") == 0:
        scrapes.missed(minute * 60.0, *target)
    elif here:
        text = "\n".join(f"{name} {value}" for name, value in here.items() if name != "up")
        scrapes.add(minute * 60.0, *target, text + "\n")


def firing(alert: Alert, case: Case, step_minutes: int = 1) -> set[Labels]:
    """The labels for which the alert fires at the case's minute."""
    since: dict[Labels, int] = {}
    for minute, scrapes in enumerate(scraped(case.series, case.minute)):
        if minute % step_minutes == 0:
            found = alert.condition.at(scrapes, minute * 60.0)
            since = {labels: since.get(labels, minute) for labels in found}
            last = minute
    return {
        tuple(sorted(dict(labels).items()))
        for labels, first in since.items()
        if (last - first) * 60 >= alert.hold_seconds
    }
