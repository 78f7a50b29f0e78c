"""What we promise about answers, as data, and the alerts for burning the error budget.

Two speeds, each seen over a long and a short window (Google SRE workbook, "Alerting on SLOs"): the
long one says that it matters, the short one that it is still going on. A minimum of bad requests
keeps one unlucky request at night from waking anybody.
"""

from __future__ import annotations

from dataclasses import dataclass

from deploy.watch.observability.alerts.model import DAY, HOUR, MINUTE, Alert, Case, Group, Severity
from deploy.watch.observability.conditions import Beyond, Minus, Together, both
from deploy.watch.observability.panels.questions import PEOPLE, SERVER_ERROR
from deploy.watch.observability.queries import Increase, Query, Rate, Ratio, where

_BY = ("service",)


@dataclass(frozen=True)
class Slo:
    """Over 30 days: the share of requests without a 5xx, and the share within `seconds`."""

    service: str
    available: float
    seconds: float
    fast: float


SLOS: tuple[Slo, ...] = (
    # A login hashes a password on purpose slowly.
    Slo("identity", available=0.995, seconds=1.0, fast=0.99),
    Slo("certificates", available=0.995, seconds=0.5, fast=0.99),
    Slo("scheduling", available=0.995, seconds=0.5, fast=0.99),
    Slo("notifier", available=0.99, seconds=0.5, fast=0.99),
    # A scan is received, examined and written anew before the answer.
    Slo("documents", available=0.995, seconds=2.5, fast=0.99),
)


@dataclass(frozen=True)
class Burn:
    """Spending the budget `factor` times as fast as it lasts, over a long and a short window."""

    factor: float
    long: int
    short: int


FAST = (Burn(14.4, HOUR, 5 * MINUTE), Burn(6, 6 * HOUR, 30 * MINUTE))
SLOW = (Burn(3, DAY, 2 * HOUR), Burn(1, 3 * DAY, 6 * HOUR))
LEAST_BAD = {"fast": 10, "slow": 50}


def failed(service: str, seconds: float) -> Increase:
    """Requests that ended in a 5xx."""
    conditions = (*where(service=service), PEOPLE, SERVER_ERROR)
    return Increase("http_requests_total", _BY, conditions, seconds)


def slow(slo: Slo, seconds: float) -> Minus:
    """Requests that took longer than promised."""
    mine = (*where(service=slo.service), PEOPLE)
    histogram = "http_request_duration_seconds"
    within = (*mine, *where(le=repr(slo.seconds)))
    return Minus(
        Increase(f"{histogram}_count", _BY, mine, seconds),
        Increase(f"{histogram}_bucket", _BY, within, seconds),
    )


def _answered(service: str, seconds: float) -> Rate | Increase:
    return Increase("http_requests_total", _BY, (*where(service=service), PEOPLE), seconds)


def _timed(service: str, seconds: float) -> Increase:
    conditions = (*where(service=service), PEOPLE)
    return Increase("http_request_duration_seconds_count", _BY, conditions, seconds)


def unavailable(slo: Slo, seconds: float) -> Query:
    """The share of requests that failed."""
    return Ratio(failed(slo.service, seconds), _answered(slo.service, seconds))


def late(slo: Slo, seconds: float) -> Query:
    """The share of requests that took too long."""
    return Ratio(slow(slo, seconds), _timed(slo.service, seconds))


def _burning(slo: Slo, burns: tuple[Burn, ...], least: int, *, time: bool) -> Query:
    share, bad = (late, slow) if time else (unavailable, lambda s, w: failed(s.service, w))
    budget = 1 - (slo.fast if time else slo.available)
    found: Query | None = None
    for burn in burns:
        limit = round(burn.factor * budget, 6)
        one = both(
            Beyond(share(slo, burn.long), ">", limit),
            Beyond(share(slo, burn.short), ">", limit),
            Beyond(bad(slo, burn.long), ">=", least),
        )
        found = one if found is None else Together(found, "or", one)
    assert found is not None  # noqa: S101 - there is a burn in every tuple above
    return found


def _requests(service: str, good: str, failed: str = "0x400") -> dict[str, str]:
    labels = f'service="{service}",instance="a",method="GET",route="/v1/things"'
    return {
        f'http_requests_total{{{labels},status="200"}}': good,
        f'http_requests_total{{{labels},status="500"}}': failed,
        # Probes answer always and count for nothing.
        f'http_requests_total{{service="{service}",instance="a",method="GET",route="/healthz",'
        'status="200"}': "0+900x400",
    }


def _timings(slo: Slo, within: str, all_of_them: str) -> dict[str, str]:
    labels = f'service="{slo.service}",instance="a",method="GET",route="/v1/things"'
    name = "http_request_duration_seconds"
    return {
        f'{name}_bucket{{{labels},le="{slo.seconds!r}"}}': within,
        f'{name}_bucket{{{labels},le="+Inf"}}': all_of_them,
        f"{name}_count{{{labels}}}": all_of_them,
    }


def _availability_cases(slo: Slo) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    service, mine = slo.service, ({"service": slo.service},)
    fast_edge = 14.4 * (1 - slo.available) * 1000  # failed of a thousand a minute
    above, under = round(fast_edge) + 3, round(6 * (1 - slo.available) * 1000) - 3
    fast = (
        Case(
            "burning fast for an hour",
            _requests(service, f"0+{1000 - above}x80", f"0+{above}x80"),
            70,
            mine,
        ),
        Case(
            "under both speeds", _requests(service, f"0+{1000 - under}x400", f"0+{under}x400"), 370
        ),
        Case("it was bad and is over", _requests(service, "0+900x110", "0+100x60 6000x50"), 97),
        Case("one unlucky request at night", _requests(service, "0x30 1x60", "0x30 1x60"), 35),
    )
    slow = (
        Case(
            "burning slowly",
            _requests(service, "0+980x200", f"0+{round(4000 * (1 - slo.available))}x200"),
            190,
            mine,
        ),
        Case(
            "within the budget",
            _requests(service, "0+1000x200", f"0+{round(900 * (1 - slo.available))}x200"),
            190,
        ),
        Case("too few to matter", _requests(service, "0+1x200", "0x100 0+1x40 40x60"), 190),
    )
    return fast, slow


def _latency_cases(slo: Slo) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    mine = ({"service": slo.service},)
    fast = (
        Case("a sixth is slow", _timings(slo, "0+840x80", "0+1000x80"), 70, mine),
        Case("a twentieth is slow", _timings(slo, "0+950x80", "0+1000x80"), 70),
        Case("it was slow and is over", _timings(slo, "0+700x60 42000+1000x50", "0+1000x110"), 97),
    )
    slow = (
        Case("four of a hundred are slow", _timings(slo, "0+960x200", "0+1000x200"), 190, mine),
        Case("within the budget", _timings(slo, "0+991x200", "0+1000x200"), 190),
    )
    return fast, slow


def _percent(share: float) -> str:
    return f"{share * 100:g}".replace(".", ",") + " %"


def _alerts(slo: Slo) -> tuple[Alert, ...]:
    quick, creeping = _availability_cases(slo)
    lagging, dragging = _latency_cases(slo)
    promised = _percent(slo.available)
    within = f"{slo.seconds:g}".replace(".", ",") + " с"
    in_time = _percent(slo.fast)
    value = "{{ $value | humanizePercentage }}"
    shared = {"service": slo.service}
    return (
        Alert(
            name="ErrorBudgetBurnFast",
            condition=_burning(slo, FAST, LEAST_BAD["fast"], time=False),
            hold_seconds=2 * MINUTE,
            severity=Severity.PAGE,
            summary=f"{slo.service}: граждане получают ошибки, запас ошибок тает быстро",
            description=(
                f"{value} запросов к {slo.service} кончаются ошибкой сервера; обещано не меньше "
                f"{promised} успешных за 30 дней. Так месячного запаса не хватит и на неделю."
            ),
            panel=("", "errors"),
            cases=quick,
            **shared,
        ),
        Alert(
            name="ErrorBudgetBurnSlow",
            condition=_burning(slo, SLOW, LEAST_BAD["slow"], time=False),
            hold_seconds=15 * MINUTE,
            severity=Severity.TICKET,
            summary=f"{slo.service}: ошибок больше, чем обещано",
            description=(
                f"{value} запросов к {slo.service} кончаются ошибкой сервера; обещано не меньше "
                f"{promised} успешных за 30 дней. Запас ошибок кончится раньше месяца."
            ),
            panel=("", "errors"),
            cases=creeping,
            **shared,
        ),
        Alert(
            name="LatencyBudgetBurnFast",
            condition=_burning(slo, FAST, LEAST_BAD["fast"], time=True),
            hold_seconds=2 * MINUTE,
            severity=Severity.PAGE,
            summary=f"{slo.service}: ответы стали медленными",
            description=(
                f"{value} запросов к {slo.service} дольше {within}; обещано {in_time} быстрее. "
                "Люди ждут, повторяют и нагружают ещё больше."
            ),
            panel=("", "latency"),
            cases=lagging,
            **shared,
        ),
        Alert(
            name="LatencyBudgetBurnSlow",
            condition=_burning(slo, SLOW, LEAST_BAD["slow"], time=True),
            hold_seconds=15 * MINUTE,
            severity=Severity.TICKET,
            summary=f"{slo.service}: медленных ответов больше, чем обещано",
            description=(
                f"{value} запросов к {slo.service} дольше {within}; обещано {in_time} быстрее "
                "за 30 дней."
            ),
            panel=("", "latency"),
            cases=dragging,
            **shared,
        ),
    )


# A file a service: promtool works out every rule of a file at every step of every test. A budget of
# hours is tested in steps of five minutes.
BUDGETS = tuple(Group(f"budget-{slo.service}", _alerts(slo), step_minutes=5) for slo in SLOS)
