"""X14: one definition of a question, asked as PromQL and answered from memory."""

from __future__ import annotations

import math

import pytest

from deploy.watch.observability.queries import (
    Gauge,
    Increase,
    Match,
    Quantile,
    Rate,
    Ratio,
    Top,
    duration,
    like,
    quantile,
    unlike,
    where,
)
from deploy.watch.observability.scrapes import Scrapes


def test_promql_is_written_as_a_person_would() -> None:
    ok = Rate("http_requests_total", ("route",), where(unlike("status", "5.."), service="x"))
    everything = Rate("http_requests_total", ("route",))
    assert ok.promql() == (
        'sum by (route) (rate(http_requests_total{service="x",status!~"5.."}[2m]))'
    )
    assert everything.promql("$__rate_interval") == (
        "sum by (route) (rate(http_requests_total[$__rate_interval]))"
    )
    assert Ratio(ok, everything).promql() == (
        f"({ok.promql()} or {everything.promql()} * 0) / {everything.promql()}"
    )
    assert Quantile(0.95, "h", ("type",)).promql() == (
        "histogram_quantile(0.95, sum by (le, type) (rate(h_bucket[2m])))"
    )
    assert Gauge("g").promql() == "max (g)"
    assert Gauge("g", ("k",), where(a="1"), ago=3600).promql() == (
        'max by (k) (g{a="1"} offset 1h)'
    )
    assert Top(3, Gauge("g", ("k",))).promql() == "topk(3, max by (k) (g))"
    half = Ratio(Gauge("a"), Gauge("b"))
    assert Ratio(half, half).promql().endswith("/ ((max (a) or max (b) * 0) / max (b))")


@pytest.mark.parametrize(
    ("seconds", "text"), [(30, "30s"), (90, "90s"), (120, "2m"), (3600, "1h"), (259200, "3d")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_conditions() -> None:
    labels = {"status": "503", "route": "/a"}
    assert like("status", "5..").takes(labels)
    assert not like("status", "5.").takes(labels), "the whole value"
    assert unlike("status", "4..").takes(labels)
    assert Match("route", "!=", "/b").takes(labels)
    assert Match("missing", "=", "").takes(labels)
    assert str(Match("a", "=", 'x"\\')) == 'a="x\\"\\\\"'


def test_quantiles_are_linear_inside_a_bucket() -> None:
    buckets = [(0.1, 50.0), (0.5, 90.0), (math.inf, 100.0)]
    assert quantile(0.5, buckets) == pytest.approx(0.1)
    assert quantile(0.25, buckets) == pytest.approx(0.05)
    assert quantile(0.7, buckets) == pytest.approx(0.1 + 0.4 * 20 / 40)
    assert quantile(0.99, buckets) == 0.5, "beyond the last bound nothing is known"
    assert math.isnan(quantile(0.5, [(0.1, 0.0), (math.inf, 0.0)]))
    assert math.isnan(quantile(0.5, [(0.1, 1.0)]))
    assert quantile(0.5, [(0.1, 5.0), (0.2, 4.9), (math.inf, 5.0)]) == pytest.approx(0.05)


def hist(under: float, over: float, errors: float) -> str:
    return (
        f'h_bucket{{le="0.1"}} {under}\nh_bucket{{le="+Inf"}} {under + over}\n'
        f'c_total{{status="200"}} {under + over}\n'
        + (f'c_total{{status="500"}} {errors}\n' if errors else "")
    )


def test_a_quantile_over_replicas_is_that_of_all_requests() -> None:
    scrapes = Scrapes()
    for at in range(0, 130, 10):
        scrapes.add(at, "s", "a", hist(at, 0, 0))
        scrapes.add(at, "s", "b", hist(0, at, 0))
    assert Quantile(0.25, "h").at(scrapes, 120) == {(): pytest.approx(0.05)}
    assert Quantile(0.95, "h").at(scrapes, 120) == {(): 0.1}
    assert Quantile(0.95, "h", ("instance",)).at(scrapes, 120).keys() == {
        (("instance", "a"),),
        (("instance", "b"),),
    }


def test_nothing_observed_is_unknown_and_no_error_is_zero() -> None:
    scrapes = Scrapes()
    for at in (10, 20):
        scrapes.add(at, "s", "a", hist(7, 0, 0))
        scrapes.add(at, "t", "b", hist(at, 0, 0))
    assert Quantile(0.95, "h", ("service",)).at(scrapes, 20).keys() == {(("service", "t"),)}
    errors = Rate("c_total", ("service",), where(status="500"))
    share = Ratio(errors, Rate("c_total", ("service",)))
    assert share.at(scrapes, 20) == {(("service", "t"),): 0}, "0/0 of the idle one is unknown"
    assert Quantile(0.95, "nothing").at(scrapes, 20) == {}


def test_a_ratio_is_taken_label_by_label() -> None:
    scrapes = Scrapes()
    for at in (10, 20, 30):
        scrapes.add(at, "s", "a", hist(9 * at, 0, at))
    errors = Increase("c_total", where=where(status="500"))
    assert Ratio(errors, Increase("c_total")).at(scrapes, 30) == {(): pytest.approx(0.1)}
    assert errors.names() == {"c_total"}
    assert Quantile(0.5, "h").names() == {"h_bucket"}


def test_a_gauge_can_be_asked_for_what_it_was() -> None:
    scrapes = Scrapes()
    for at in (10, 20, 30):
        scrapes.add(at, "s", "a", f"g {at}\n")
        if at < 30:
            scrapes.add(at, "s", "b", f"g {at + 5}\n")
        else:
            scrapes.missed(at, "s", "b")
    assert Gauge("g").at(scrapes, 30) == {(): 30}
    assert Gauge("g", ago=10).at(scrapes, 30) == {(): 25}, "also what is gone now"
    assert Gauge("g", ago=25).at(scrapes, 30) == {}, "not known then"


def test_the_greatest_come_first() -> None:
    scrapes = Scrapes()
    scrapes.add(10, "s", "a", "".join(f'g{{k="{n}"}} {n}\n' for n in range(9)))
    top = Top(2, Gauge("g", ("k",))).at(scrapes, 10)
    assert list(top.values()) == [8, 7]
