"""One line of a replica's `/metrics` over time, and the arithmetic of counters.

The rules are Prometheus': counters may start again, a missed scrape ends its series, growth is
extrapolated to its window. A series keeps a value only where it changed; the moments of the
scrapes are kept once a replica.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

Labels = tuple[tuple[str, str], ...]

# Prometheus' default: how old the last scrape may be to speak for now.
LOOKBACK_SECONDS = 300.0
ABSENT = math.nan
_TRIM_EVERY = 64
_EXTRAPOLATE_WITHIN = 1.1  # of the mean distance between scrapes, as Prometheus does


@dataclass(frozen=True)
class Window:
    """The scrapes of one replica in `(start, end]`, as positions `first … last`."""

    start: float
    end: float
    first: int
    last: int


class Target:
    """One replica: the moments at which it was asked."""

    __slots__ = ("_window", "dropped", "instance", "lines", "moments", "present", "service")

    def __init__(self, service: str, instance: str) -> None:
        self.service, self.instance = service, instance
        self.moments = array("d")
        self.dropped = 0  # positions count from the first scrape ever, so trimming moves none
        self.lines: dict[str, Series] = {}  # "name{labels}" as written → series
        self.present: set[Series] = set()
        self._window: Window | None = None

    def record(self, at: float) -> int | None:
        """The position of a new scrape; None when it is not later than the last one."""
        if self.moments and at <= self.moments[-1]:
            return None
        self.moments.append(at)
        self._window = None
        return self.dropped + len(self.moments) - 1

    def moment(self, position: int) -> float:
        """When that scrape was."""
        return self.moments[position - self.dropped]

    def latest(self, now: float) -> int | None:
        """The last scrape that may speak for `now`."""
        found = bisect_right(self.moments, now) - 1
        if found < 0 or self.moments[found] <= now - LOOKBACK_SECONDS:
            return None
        return found + self.dropped

    def window(self, now: float, seconds: float) -> Window:
        """The scrapes in the last `seconds` before `now`."""
        known = self._window
        if known is None or known.end != now or known.start != now - seconds:
            first = bisect_right(self.moments, now - seconds) + self.dropped
            last = bisect_right(self.moments, now) - 1 + self.dropped
            known = self._window = Window(now - seconds, now, first, last)
        return known

    def forget(self, before: float) -> bool:
        """Drop moments before that; whether anything was dropped."""
        old = bisect_left(self.moments, before)
        if old < _TRIM_EVERY:
            return False
        del self.moments[:old]
        self.dropped += old
        self._window = None
        return True


class Series:
    """One line of one replica's `/metrics` over time: its value wherever it changed."""

    __slots__ = ("labels", "name", "positions", "target", "values")

    def __init__(self, name: str, labels: dict[str, str], target: Target) -> None:
        self.name, self.labels, self.target = name, labels, target
        self.positions = array("Q")
        self.values = array("d")

    def put(self, position: int, value: float) -> None:
        """The value seen by that scrape; not-a-number says that it was not there."""
        if self.values:
            last = self.values[-1]
            if last == value or (math.isnan(last) and math.isnan(value)):
                return
        self.positions.append(position)
        self.values.append(value)

    def value(self, now: float) -> float | None:
        """What it was at that moment."""
        latest = self.target.latest(now)
        if latest is None or not self.positions:
            return None
        if self.positions[-1] <= latest:
            value = self.values[-1]
        else:
            found = bisect_right(self.positions, latest) - 1
            value = self.values[found] if found >= 0 else ABSENT
        return None if math.isnan(value) else value

    def increase(self, now: float, seconds: float) -> float | None:
        """How much a counter grew in the last `seconds`, as Prometheus' `increase` has it.

        None with fewer than two scrapes in the window.
        """
        if not self.positions:
            return None
        window = self.target.window(now, seconds)
        if self.positions[-1] <= window.first:  # nothing changed: the usual case
            here = window.last > window.first and not math.isnan(self.values[-1])
            return 0.0 if here else None
        return self._extrapolated(window)

    def forget(self, before: int) -> bool:
        """Drop what is older than that position; whether nothing is left."""
        old = bisect_right(self.positions, before) - 1
        if old > 0:
            del self.positions[:old], self.values[:old]
        return not self.values or (len(self.values) == 1 and math.isnan(self.values[0]))

    def _extrapolated(self, window: Window) -> float | None:
        growth: Growth | None = None
        for start, end, value in self._runs(window):
            if math.isnan(value):
                continue
            if growth is None:
                growth = Growth(start, value)
            growth.go_on(start, end, value)
        if growth is None or growth.count < 2:  # noqa: PLR2004 - a difference needs two
            return None
        return growth.total * growth.stretch(self.target, window)

    def _runs(self, window: Window) -> Iterable[tuple[int, int, float]]:
        positions, values = self.positions, self.values
        at = max(bisect_right(positions, window.first) - 1, 0)
        for k in range(at, len(positions)):
            start = max(positions[k], window.first)
            if start > window.last:
                return
            after = positions[k + 1] - 1 if k + 1 < len(positions) else window.last
            yield start, min(after, window.last), values[k]


class Growth:
    """What a counter did inside a window."""

    __slots__ = ("count", "first", "first_value", "last", "total", "value")

    def __init__(self, first: int, value: float) -> None:
        self.first = self.last = first
        self.first_value = self.value = value
        self.count = 0
        self.total = 0.0

    def go_on(self, start: int, end: int, value: float) -> None:
        """These scrapes saw that value; less than before is a counter that started again."""
        self.total += value if value < self.value else value - self.value
        self.value, self.last = value, end
        self.count += end - start + 1

    def stretch(self, target: Target, window: Window) -> float:
        """By what to multiply the growth between the first and last scrape to fill the window."""
        first, last = target.moment(self.first), target.moment(self.last)
        between = last - first
        step = between / (self.count - 1)
        before, after = first - window.start, window.end - last
        if self.total > 0 and self.first_value >= 0:  # a counter cannot have been below zero
            before = min(before, between * self.first_value / self.total)
        limit = step * _EXTRAPOLATE_WITHIN
        filled = between
        filled += before if before < limit else step / 2
        filled += after if after < limit else step / 2
        return filled / between
