"""O2: what the memory of scrapes keeps, and what it says about counters that start again."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import pytest

from deploy.watch.observability.queries import Aggregate, Gauge, Increase, Rate, where
from deploy.watch.observability.scrapes import Scrapes, declared

ONE = (("instance", "a"),)


def told(values: Iterable[float | None], step: float = 10.0, name: str = "c_total") -> Scrapes:
    """One replica that says these values, one a step, from the first step on; None: no answer."""
    scrapes = Scrapes()
    for count, value in enumerate(values, start=1):
        if value is None:
            scrapes.missed(count * step, "s", "a")
        else:
            scrapes.add(count * step, "s", "a", f"# TYPE {name} counter\n{name} {value}\n")
    return scrapes


def grown(scrapes: Scrapes, now: float, seconds: float) -> float | None:
    return Increase("c_total", seconds=seconds).at(scrapes, now).get(())


def test_a_gauge_is_what_the_last_scrape_said() -> None:
    scrapes = told([1, 5, 3])
    for now, value in ((10, 1), (19.9, 1), (25, 5), (30, 3), (300, 3)):
        assert Gauge("c_total").at(scrapes, now) == {(): value}
    assert Gauge("c_total").at(scrapes, 9.9) == {}
    assert Gauge("c_total").at(scrapes, 330.0) == {}, "too old to speak for now"


def test_a_missed_scrape_ends_the_series_and_is_seen() -> None:
    scrapes = told([1, None, 4])
    assert Gauge("c_total").at(scrapes, 20) == {}
    assert Gauge("up", ("instance",)).at(scrapes, 20) == {ONE: 0}
    assert Gauge("c_total").at(scrapes, 30) == {(): 4}
    assert Gauge("up", ("instance",)).at(scrapes, 30) == {ONE: 1}


def test_a_series_that_is_no_longer_told_is_gone() -> None:
    scrapes = Scrapes()
    scrapes.add(10, "s", "a", 'g{kind="x"} 1\ng{kind="y"} 2\n')
    scrapes.add(20, "s", "a", 'g{kind="y"} 2\n')
    assert Gauge("g", ("kind",)).at(scrapes, 20) == {(("kind", "y"),): 2}
    assert Gauge("g", ("kind",)).at(scrapes, 15) == {(("kind", "x"),): 1, (("kind", "y"),): 2}


def test_growth_is_extrapolated_to_the_window_as_prometheus_does() -> None:
    scrapes = told([100, 110, 120, 130, 140, 150])  # 1 a second
    assert grown(scrapes, 60, 40) == pytest.approx(40)  # scrapes at 30…60
    assert Rate("c_total", seconds=40).at(scrapes, 60)[()] == pytest.approx(1)
    # Only half a step beyond the last scrape when it is older than a step.
    assert grown(scrapes, 80, 60) == pytest.approx(30 * (30 + 10 + 5) / 30)


def test_extrapolation_stops_where_the_counter_was_zero() -> None:
    scrapes = told([0, 0, 1, 2])
    # The window reaches to before the first scrape, which said 0: nothing to add on that side.
    assert grown(scrapes, 40, 38) == pytest.approx(2)


def test_a_counter_that_starts_again_has_not_shrunk() -> None:
    scrapes = told([100, 110, 3, 8])
    assert grown(scrapes, 40, 40) == pytest.approx(18 * 40 / 30)
    back_at_once = told([100, None, 5, 6])
    assert grown(back_at_once, 40, 40) == pytest.approx(6 * (30 + 5 + 0) / 30, rel=0.2)


def test_one_scrape_says_nothing_about_growth() -> None:
    assert grown(told([5]), 10, 60) is None
    assert grown(told([5, None]), 20, 60) is None
    assert grown(told([None, None]), 20, 60) is None
    assert grown(told([5, 5]), 20, 60) == 0
    assert grown(told([5, 5]), 100, 60) is None, "both are older than the window"


def test_replicas_are_summed_or_the_greatest_is_taken() -> None:
    scrapes = Scrapes()
    for at in (10, 20):
        scrapes.add(at, "s", "a", f"c_total {at}\ng 3\n")
        scrapes.add(at, "s", "b", f"c_total {2 * at}\ng 5\n")
        scrapes.add(at, "t", "c", f"c_total {at}\ng 7\n")
    by_service = ("service",)
    grown_by = Increase("c_total", by_service, seconds=20).at(scrapes, 20)
    # The scrape before would have been where the window begins: all of it counts.
    assert grown_by == {
        (("service", "s"),): pytest.approx(20 + 40),
        (("service", "t"),): pytest.approx(20),
    }
    gauges = {
        aggregate: Gauge("g", (), where(service="s"), aggregate).at(scrapes, 20)[()]
        for aggregate in Aggregate
    }
    assert gauges == {"max": 5, "min": 3, "sum": 8, "count": 2}


def test_label_values_may_hold_anything() -> None:
    scrapes = Scrapes()
    odd = 'route="/a b/{id} \\"q\\" \\\\"'
    for at in (10, 20):
        scrapes.add(at, "s", "a", f"c_total{{{odd}}} {at}\n")
    assert list(Gauge("c_total", ("route",)).at(scrapes, 20)) == [(("route", '/a b/{id} "q" \\'),)]
    assert len(scrapes.named("c_total")) == 1


def test_time_stamps_on_lines_are_read_over() -> None:
    scrapes = Scrapes()
    for at, value in ((10, 1), (20, 4)):
        scrapes.add(at, "s", "a", f'g{{k="v"}} {value} {at}000\nh {value} {at}000\n')
    assert Gauge("g").at(scrapes, 20) == {(): 4}
    assert Gauge("h").at(scrapes, 20) == {(): 4}


def test_a_scrape_from_the_past_is_dropped() -> None:
    scrapes = told([1, 2])
    scrapes.add(15, "s", "a", "c_total 99\n")
    scrapes.missed(20, "s", "a")
    assert Gauge("c_total").at(scrapes, 20) == {(): 2}


def test_what_is_not_the_text_format_is_refused_and_changes_nothing() -> None:
    scrapes = told([1, 2])
    with pytest.raises(ValueError, match="invalid metric name"):
        scrapes.add(30, "s", "a", "<html>not found</html>\n")
    assert Gauge("c_total").at(scrapes, 30) == {(): 2}


def test_only_what_is_asked_for_is_kept() -> None:
    scrapes = Scrapes(names={"c_total"})
    scrapes.add(10, "s", "a", "c_total 1\nother_total 2\n")
    assert scrapes.names == {"c_total", "up"}


def test_what_is_older_than_asked_is_forgotten() -> None:
    scrapes = Scrapes(keep_seconds=600)
    for at in range(0, 6000, 5):
        gone = 'gone{k="1"} 1\n' if at < 1000 else ""
        scrapes.add(at, "s", "a", f"c_total {at}\nsame 1\n{gone}")
        if at < 1000:
            scrapes.add(at, "s", "left", "c_total 1\n")
    (counter,) = scrapes.named("c_total")
    (same,) = scrapes.named("same")
    assert len(counter.values) < 600 / 5 + 70
    assert len(same.values) == 1, "a value that does not change is kept once"
    assert scrapes.named("gone") == ()
    assert Gauge("same").at(scrapes, 5400) == {(): 1}
    assert grown(scrapes, 5995, 60) == pytest.approx(60)


def test_an_hour_of_ten_busy_replicas_is_some_megabytes() -> None:
    scrapes = Scrapes()
    lines = [f'h_bucket{{route="/v1/{n}",le="0.5"}}' for n in range(300)]
    for step in range(720):
        # A tenth of the series changes between two scrapes: a busy platform.
        text = "\n".join(f"{line} {(step + n) // 10}" for n, line in enumerate(lines))
        scrapes.add(step * 5.0, "s", "a", text)
    size = sum(
        sys.getsizeof(series.values) + sys.getsizeof(series.positions)
        for series in scrapes.named("h_bucket")
    )
    assert size * 10 < 12 * 1024**2


def test_what_is_declared_counts_without_samples() -> None:
    text = "# HELP a_total x\n# TYPE a_total counter\n# TYPE h histogram\n# TYPE g gauge\ng 1\n"
    assert declared(text) == {
        "a_total": "counter",
        "h": "histogram",
        "h_bucket": "histogram",
        "h_sum": "histogram",
        "h_count": "histogram",
        "g": "gauge",
    }
