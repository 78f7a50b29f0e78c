"""The last hour of the services' metrics in memory, so that `/ops` needs no Prometheus.

It takes the text of `/metrics` and finds the series that a query asks for. It refuses to be a
database: nothing is written to disk, and what is older than `keep_seconds` is forgotten.

Most series of a quiet platform do not change, and only changes are kept: an hour of two replicas of
five services is some megabytes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence

from prometheus_client.parser import text_string_to_metric_families

from deploy.watch.observability.series import ABSENT, Labels, Series, Target


class Scrapes:
    """Everything seen of all replicas. One writer; not for several threads.

    `names`: which samples to keep (`http_requests_total`, `…_bucket`); all, if not said.
    """

    def __init__(self, keep_seconds: float = 3600, names: Collection[str] | None = None) -> None:
        self._keep = keep_seconds
        self._names = None if names is None else frozenset(names)
        self._targets: dict[tuple[str, str], Target] = {}
        self._series: dict[str, list[Series]] = {}
        self._groups: dict[object, object] = {}
        self._answers: dict[object, dict[Labels, float]] = {}
        self._answers_at = math.nan

    def add(self, at: float, service: str, instance: str, text: str) -> None:
        """What a replica said at that moment (Unix seconds), in the Prometheus text format.

        A scrape that is not later than the replica's last one is dropped.

        Raises:
            ValueError: a line is not the text format.
        """
        target = self._target(service, instance)
        values = [
            (series, value)
            for line in text.split("\n")
            if line and line[0] != "#"
            for series, value in self._read(line, target)
        ]
        position = target.record(at)
        if position is None:
            return
        self._answers.clear()
        seen = {series for series, _ in values}
        for series in target.present - seen:
            series.put(position, ABSENT)
        for series, value in values:
            series.put(position, value)
        target.present = seen
        self._up(target).put(position, 1.0)
        self._forget(at)

    def missed(self, at: float, service: str, instance: str) -> None:
        """A replica did not answer: `up` is 0 and its series end here, until it answers."""
        target = self._target(service, instance)
        position = target.record(at)
        if position is None:
            return
        self._answers.clear()
        for series in target.present:
            series.put(position, ABSENT)
        target.present = set()
        self._up(target).put(position, 0.0)
        self._forget(at)

    def named(self, name: str) -> Sequence[Series]:
        """Every series of that sample name. Its labels include `service` and `instance`."""
        return self._series.get(name, ())

    def remembered(self, key: object, made: object = None) -> object:
        """A place for selections of series; emptied whenever a series comes or goes."""
        if made is not None:
            self._groups[key] = made
        return self._groups.get(key)

    def once(
        self, question: object, now: float, answer: Callable[[], dict[Labels, float]]
    ) -> dict[Labels, float]:
        """The answer to a question about a moment, worked out once while that moment is asked.

        Three quantiles and a rate of one histogram read the same buckets.
        """
        if now != self._answers_at:
            self._answers.clear()
            self._answers_at = now
        known = self._answers.get(question)
        if known is None:
            known = self._answers[question] = answer()
        return known

    @property
    def names(self) -> frozenset[str]:
        """Sample names that were seen."""
        return frozenset(self._series)

    @property
    def newest(self) -> float | None:
        """When the last scrape was."""
        return max((t.moments[-1] for t in self._targets.values() if t.moments), default=None)

    def __len__(self) -> int:
        """How many series there are."""
        return sum(map(len, self._series.values()))

    def _target(self, service: str, instance: str) -> Target:
        key = service, instance
        if key not in self._targets:
            self._targets[key] = Target(service, instance)
        return self._targets[key]

    def _up(self, target: Target) -> Series:
        return target.lines.get("up") or self._new("up", "up", {}, target)

    def _read(self, line: str, target: Target) -> Iterable[tuple[Series, float]]:
        written, _, number = line.rpartition(" ")
        known = target.lines.get(written)
        if known is not None:
            yield known, float(number)
            return
        name = written.partition("{")[0].partition(" ")[0]
        if not self._wanted(name):
            return
        for family in text_string_to_metric_families(line):
            for sample in family.samples:
                # A line that ends with a time stamp is read each time, and the stamp ignored.
                timed = sample.timestamp is not None
                key = written.rpartition(" ")[0] if timed else written
                series = target.lines.get(key) or self._new(key, name, dict(sample.labels), target)
                yield series, sample.value

    def _wanted(self, name: str) -> bool:
        if self._names is None:
            return bool(name) and not name.endswith("_created")
        return name in self._names

    def _new(self, key: str, name: str, labels: dict[str, str], target: Target) -> Series:
        whole = labels | {"service": target.service, "instance": target.instance}
        series = target.lines[key] = Series(name, whole, target)
        self._series.setdefault(name, []).append(series)
        self._groups.clear()
        return series

    def _forget(self, now: float) -> None:
        before = now - self._keep
        for key, target in list(self._targets.items()):
            if target.moments and target.moments[-1] < before:
                del self._targets[key]
                self._drop(set(target.lines.values()))
            elif target.forget(before):
                gone = {s for s in target.lines.values() if s.forget(target.dropped)}
                target.lines = {k: s for k, s in target.lines.items() if s not in gone}
                self._drop(gone)

    def _drop(self, gone: set[Series]) -> None:
        if not gone:
            return
        for name in {series.name for series in gone}:
            left = [series for series in self._series[name] if series not in gone]
            if left:
                self._series[name] = left
            else:
                del self._series[name]
        self._groups.clear()


def declared(text: str) -> dict[str, str]:
    """Name → type of every metric that a `/metrics` page declares, with or without samples.

    A histogram counts with the names of its samples too.
    """
    found: dict[str, str] = {}
    for line in text.split("\n"):
        words = line.split()
        if words[:2] != ["#", "TYPE"]:
            continue
        _, _, name, kind = words
        suffixes = ("", "_bucket", "_sum", "_count") if kind == "histogram" else ("",)
        found |= {name + suffix: kind for suffix in suffixes}
    return found
