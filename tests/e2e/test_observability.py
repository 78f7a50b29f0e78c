"""O1–O3, X14: what dashboards and alerts ask is what the running services say.

A journey is played, and the text of `/metrics` is what a real Prometheus scrapes. Where none is
installed, names are still compared with what the services declare, and the rest is left out loudly.
"""

from __future__ import annotations

import time
import urllib.request
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.topics import SERVICES
from deploy import ROOT
from deploy.watch.observability.alerts import ALERTS
from deploy.watch.observability.panels import TABS, sample_names
from deploy.watch.observability.queries import Query, Top
from deploy.watch.observability.scrapes import Scrapes, declared
from deploy.world.demo.gateway import Gateway
from deploy.world.demo.scenario import Scenario
from deploy.world.demo.steps import Steps
from tests.support.eventually import eventually
from tests.support.stack import PlatformStack
from tests.support.tools.needs import needs
from tests.support.tools.prometheus import Prometheus, running

# What Prometheus itself adds to every scrape.
_OF_THE_SCRAPE = frozenset({"up"})
_SCRAPES_WANTED = 4
# Who is scraped, and the port of it that has `/metrics`.
_TARGETS = {name: name for name in SERVICES} | {"ops": "ops", "gateway": "gateway_metrics"}
# What a journey must have left in numbers: empty panels prove nothing.
_ALIVE = (
    ("flow", "requests"),
    ("flow", "gateway-answers"),
    ("flow", "gateway-latency-p95"),
    ("flow", "gateway-in-flight"),
    ("flow", "latency-p95"),
    ("flow", "event-delay"),
    ("flow", "events-in"),
    ("flow", "events-out"),
    ("flow", "applications"),
    ("flow", "issued"),
    ("flow", "bookings"),
    ("flow", "messages"),
    ("flow", "outside-time"),
    ("documents", "sealing-time"),
    ("identity", "code-conversion"),
    ("notifier", "delivered-share"),
    ("certificates", "pool"),
    ("scheduling", "loop-lag"),
)


def said_by(everything: PlatformStack, service: str) -> str:
    """The service's `/metrics`."""
    url = f"{everything.service_url(service)}/metrics"
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 - a server of this test
        return str(answer.read().decode())


def test_every_name_on_a_dashboard_or_in_a_rule_is_declared_by_who_runs(
    everything: PlatformStack,
) -> None:
    """Counters whose labels never occurred have no sample, but they are declared."""
    known = {name for port in _TARGETS.values() for name in declared(said_by(everything, port))}
    asked = sample_names() | {name for alert in ALERTS for name in alert.condition.names()}
    assert asked - known - _OF_THE_SCRAPE == set()


def test_buckets_of_the_promised_times_exist(everything: PlatformStack) -> None:
    """A latency objective without its bucket would say that every request is late."""
    for alert in ALERTS:
        if alert.service and alert.name.startswith("LatencyBudget"):
            text = said_by(everything, alert.service)
            bound = alert.condition.promql().partition('le="')[2].partition('"')[0]
            assert f'le="{bound}"' in text, f"{alert.service} has no bucket {bound}"


def config(everything: PlatformStack) -> str:
    """The project's rules, and who is asked where it runs here, every second."""
    targets = "".join(
        f"      - targets: ['{everything.service_url(port).removeprefix('http://')}']\n"
        f"        labels: {{service: {name}}}\n"
        for name, port in _TARGETS.items()
    )
    return (
        "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\n"
        f"rule_files: ['{ROOT}/deploy/watch/prometheus/rules/*.yml']\n"
        "scrape_configs:\n"
        "  - job_name: services\n"
        "    static_configs:\n"
        f"{targets}"
    )


@pytest.fixture
async def prometheus(everything: PlatformStack, tmp_path: Path) -> AsyncIterator[Prometheus]:
    """It has watched a journey."""
    program = needs("prometheus")
    with running(program, config(everything), tmp_path) as found:
        gateway = Gateway(everything.url)
        try:
            await eventually(lambda: len(found.query("up == 1")) == len(_TARGETS), within=60)
            await Scenario(gateway, Steps(quiet=True), seed=71).play()
        finally:
            await gateway.close()
        # Whatever the journey counted last must be in a scrape, and in two for a rate.
        enough = f"min(count_over_time(up[10m])) >= {_SCRAPES_WANTED}"
        await eventually(lambda: found.query(enough), within=60)
        await eventually(
            lambda: found.query('sum(increase(bookings_total{outcome="booked"}[1h])) > 0'),
            within=60,
        )
        yield found


def questions() -> list[tuple[str, Query]]:
    """Every query of every panel and alert, with a name to show."""
    panels = [
        (f"{tab.name}/{panel.key}", series.query)
        for tab in TABS
        for panel in tab.panels
        for series in panel.series
    ]
    return panels + [(f"alert {alert.name} {alert.service}", alert.condition) for alert in ALERTS]


@pytest.mark.timeout(240)
async def test_prometheus_and_our_memory_answer_every_question_alike(
    prometheus: Prometheus,
) -> None:
    """Every query is worked out without error, and `/ops` shows the numbers that Grafana shows."""
    now = round(time.time(), 3)
    scrapes = remembered(prometheus, now)
    answered: dict[str, int] = {}
    for name, query in questions():
        prometheus.query(query.promql("1m"), now)  # as Grafana would, with a window of its own
        # Of equals `topk` takes any: compare what it takes from.
        whole = query.query if isinstance(query, Top) else query
        expected = prometheus.query(whole.promql(), now)
        assert whole.at(scrapes, now) == pytest.approx(expected, rel=1e-6, abs=1e-9), name
        answered[name] = answered.get(name, 0) + len(expected)
    for tab, key in _ALIVE:
        assert answered[f"{tab}/{key}"], f"{tab}/{key} is empty after a journey"
    rules = [rule for group in prometheus.get("rules")["groups"] for rule in group["rules"]]
    assert len(rules) == len(ALERTS)
    assert {rule["name"]: rule["health"] for rule in rules if rule["health"] == "err"} == {}


def remembered(prometheus: Prometheus, now: float) -> Scrapes:
    """The scrapes that Prometheus made, in our memory."""
    told: dict[tuple[float, str, str], dict[str, float]] = defaultdict(dict)
    for name in sorted(sample_names() | {n for a in ALERTS for n in a.condition.names()}):
        for metric, samples in prometheus.samples(f"{name}[1h]", now):
            labels = dict(metric)
            own = labels.pop("service"), labels.pop("instance")
            for unwanted in ("job", "__name__"):
                labels.pop(unwanted)
            written = ",".join(f'{label}="{value}"' for label, value in labels.items())
            for at, value in samples:
                told[(at, *own)][f"{name}{{{written}}}" if written else name] = value
    scrapes = Scrapes(keep_seconds=7200)
    for (at, service, instance), said in sorted(told.items()):
        if said.pop("up"):
            text = "".join(f"{line} {value}\n" for line, value in said.items())
            scrapes.add(at, service, instance, text)
        else:
            scrapes.missed(at, service, instance)
    return scrapes
