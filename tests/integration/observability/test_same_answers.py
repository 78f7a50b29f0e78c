"""X14: one definition, two answers: ours from memory and a real Prometheus' are the same.

The series are odd on purpose: counters that start again, scrapes that are missing, series that
begin and end in the middle. Prometheus gets them as blocks, so nobody waits.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator

import pytest

from deploy.watch.observability.conditions import Always, Beyond, Minus, Together
from deploy.watch.observability.queries import (
    Aggregate,
    Gauge,
    Increase,
    Quantile,
    Query,
    Rate,
    Ratio,
    Top,
    like,
    unlike,
    where,
)
from deploy.watch.observability.scrapes import Scrapes
from tests.support.tools.needs import needs
from tests.support.tools.prometheus import Prometheus, running

START, STEP, COUNT = 1_700_000_000, 15, 120
_BOUNDS = ("0.1", "0.5", "1.0", "+Inf")

QUERIES: tuple[Query, ...] = (
    Gauge("g"),
    Gauge("g", ("service", "k"), aggregate=Aggregate.SUM),
    Gauge("g", ("service",), where(like("k", "x|z")), Aggregate.MIN),
    Gauge("g", ("instance",), aggregate=Aggregate.COUNT),
    Gauge("g", ("service", "k"), aggregate=Aggregate.SUM, ago=100),
    Minus(
        Gauge("g", ("service",), aggregate=Aggregate.SUM, ago=45),
        Gauge("g", ("service",), aggregate=Aggregate.SUM),
    ),
    Rate("c_total", ("service",)),
    Rate("c_total", ("instance", "status"), where(unlike("status", "2.."))),
    Increase("c_total", (), seconds=600),
    Increase("c_total", ("status",), where(service="s"), 45),
    Increase("c_total", ("status",), where(service="s"), 20),
    Quantile(0.5, "h", ("service",)),
    Quantile(0.99, "h", (), seconds=600),
    Ratio(Rate("c_total", ("service",), where(status="500")), Rate("c_total", ("service",))),
    Top(2, Increase("c_total", ("instance", "status"), seconds=300)),
    Together(
        Beyond(Rate("c_total", ("instance",)), ">", 0.5),
        "unless",
        Beyond(Gauge("g", ("instance",)), ">", 40),
    ),
    Always(),
    Ratio(Ratio(Gauge("g", ("k",)), Gauge("g", ("k",))), Gauge("g", ("k",))),
)


class Replica:
    """Counts at random and sometimes starts again."""

    def __init__(self, service: str, instance: str, seed: int) -> None:
        self.service, self.instance = service, instance
        self.chance = random.Random(seed)
        self.counts: dict[str, float] = {}

    def lines(self, step: int) -> dict[str, float]:
        """What it says at that scrape; nothing when it is missed."""
        if step % 37 == 0 and step:
            self.counts = {}  # a restart
        for key in ('c_total{status="200"}', 'c_total{status="404"}'):
            self._count(key, self.chance.choice((0, 0, 3, 17)))
        if step > 60:
            self._count('c_total{status="500"}', self.chance.choice((0, 1)))
        total = 0.0
        for bound in _BOUNDS:
            total += self.chance.choice((0, 1, 4))
            self._count(f'h_bucket{{le="{bound}"}}', total)
        gauges = {f'g{{k="{k}"}}': float(self.chance.randint(0, 50)) for k in "xyz"}
        if 30 < step < 80:
            del gauges['g{k="z"}']
        return self.counts | gauges

    def _count(self, key: str, more: float) -> None:
        self.counts[key] = self.counts.get(key, 0.0) + more

    def missed(self, step: int) -> bool:
        """Scrapes that did not come through."""
        return step in {20, 21, 70} and self.instance == "b"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Prometheus, Scrapes]]:
    """The same scrapes in both."""
    program, tool = needs("prometheus"), needs("promtool")
    folder = tmp_path_factory.mktemp("prometheus")
    scrapes = Scrapes(keep_seconds=10 * COUNT * STEP)
    replicas = [Replica("s", "a", 1), Replica("s", "b", 2), Replica("t", "c", 3)]
    told: dict[str, list[str]] = {}
    for step in range(COUNT):
        for offset, replica in enumerate(replicas):
            at = START + step * STEP + offset
            said = replica.lines(step)
            if replica.missed(step):
                scrapes.missed(at, replica.service, replica.instance)
                continue
            text = "".join(f"{name} {value}\n" for name, value in said.items())
            scrapes.add(at, replica.service, replica.instance, text)
            for name, value in said.items():
                head, _, labels = name.partition("{")
                whole = (
                    f'{head}{{service="{replica.service}",instance="{replica.instance}",{labels}'
                )
                told.setdefault(head, []).append(f"{whole} {value} {at}")
    blocks = folder / "told.txt"
    blocks.write_text(_openmetrics(told), encoding="utf-8")
    subprocess.run(
        [str(tool), "tsdb", "create-blocks-from", "openmetrics", str(blocks), str(folder / "data")],
        check=True,
        capture_output=True,
        timeout=100,
    )
    with running(program, "global: {}\n", folder) as prometheus:
        yield prometheus, scrapes


def _openmetrics(told: dict[str, list[str]]) -> str:
    kinds = {"c_total": ("c", "counter"), "g": ("g", "gauge"), "h_bucket": ("h", "histogram")}
    lines = []
    for head, samples in told.items():
        name, kind = kinds[head]
        lines += [f"# TYPE {name} {kind}", *samples]
    return "\n".join([*lines, "# EOF", ""])


# Between scrapes: whether a window holds what lies on its beginning differs between versions of
# Prometheus. Not within five minutes of a series' end, which blocks from a file do not mark; the
# same for these moments less an `ago`.
_MOMENTS = (0.5, 8, 16.5, 130.5, 277.5, 333.5, 400.5, 444.5, 900.5, 1000.5, 1111.5, 1203.5, 1799.5)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.promql())
def test_the_answers_are_the_same(both: tuple[Prometheus, Scrapes], query: Query) -> None:
    prometheus, scrapes = both
    seen = 0
    for after in _MOMENTS:
        now = START + after
        expected = prometheus.query(query.promql(), now)
        assert query.at(scrapes, now) == pytest.approx(expected), f"at {after}"
        seen += len(expected)
    assert seen, "compared nothing"
