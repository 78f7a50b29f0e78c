"""How metrics are declared and counted (O2), and what the backlog of a consumer knows."""

from __future__ import annotations

import asyncio
import time

import pytest
from aiokafka import ConsumerRecord, TopicPartition

from deploy.tools.docs import documents
from services.chassis.database.deadline import TookTooLongError
from services.chassis.foundation.errors import (
    AccidentError,
    NotFoundError,
    RefusalError,
    TooManyRequestsError,
)
from services.chassis.kafka.backlog import Backlog
from services.chassis.runtime.gauges import measure_loop, repeat_all
from services.chassis.telemetry.metrics import (
    TRY_AGAIN,
    Bound,
    Metrics,
    MetricSet,
    counting,
    method_of,
)
from tests.support.eventually import eventually
from tests.support.service import as_record

FIRST, SECOND = TopicPartition("registry.events", 0), TopicPartition("registry.events", 1)


def value(board: MetricSet, name: str, **labels: str) -> float | None:
    return board.registry.get_sample_value(name, labels)


def records(*offsets: int, at: float) -> list[ConsumerRecord[bytes, bytes]]:
    """Records of one second at `at`."""
    made = [as_record(value=b"", offset=offset) for offset in offsets]
    for record in made:
        record.timestamp = int(at * 1000)
    return made


def test_a_series_of_closed_labels_is_there_from_the_start() -> None:
    """O2: a rate sees the first failure, a gauge of an empty state is 0."""
    board = MetricSet()
    board.counter("thefts_total", "Thefts.", by=("cat", "dog"), outcome=("eaten",))
    board.gauge("sausages", "Sausages.", state=("raw", "fried"))
    assert value(board, "thefts_total", by="dog", outcome="eaten") == 0
    assert value(board, "sausages", state="raw") == 0
    assert value(board, "thefts_created", by="dog", outcome="eaten") is None


def test_a_bounded_label_has_no_series_before_it_is_used() -> None:
    board = MetricSet()
    made = board.counter("walks_total", "Walks.", park=Bound("the parks of the town"))
    assert value(board, "walks_total", park="central") is None
    made.labels("central").inc()
    assert value(board, "walks_total", park="central") == 1


def test_two_services_in_one_process_do_not_mix() -> None:
    one, other = Metrics(), Metrics()
    one.answered("GET", "/v1/x", 200, 0.1)
    labels = {"method": "GET", "route": "/v1/x", "status": "200"}
    assert value(one, "http_requests_total", **labels) == 1
    assert value(other, "http_requests_total", **labels) is None


@pytest.mark.parametrize("word", ["SOKOLOVA", "get", "", "PROPFIND", "GET "])
def test_any_other_word_is_no_method(word: str) -> None:
    """O2: anybody can send any word as a method."""
    assert method_of(word) == "OTHER"
    metrics = Metrics()
    for n in range(100):
        metrics.answered(f"{word}{n}", "/v1/x", 405, 0.1)
    assert value(metrics, "http_requests_total", method="OTHER", route="/v1/x", status="405") == 100
    assert len(metrics._answered) == 0, "what is not bounded is not remembered"


def test_what_becomes_of_a_block_is_counted_once() -> None:
    board = MetricSet()
    counter = board.counter("tries_total", "Tries.", outcome=("done", "missing", "refused"))
    refusals: dict[type[Exception], str] = {NotFoundError: "missing", RefusalError: "refused"}

    def tried(error: Exception | None = None) -> None:
        with counting(counter, "done", refusals):
            if error is not None:
                raise error

    tried()
    for error in (NotFoundError("x"), RefusalError("x"), AccidentError("x")):
        with pytest.raises(type(error)):
            tried(error)
    found = {o: value(board, "tries_total", outcome=o) for o in ("done", "missing", "refused")}
    assert found == {"done": 1, "missing": 1, "refused": 1}, "an accident is not counted"


@pytest.mark.parametrize("refusal", [TookTooLongError(), TooManyRequestsError(5)])
def test_what_can_be_tried_again_is_not_refused(refusal: RefusalError) -> None:
    """O2: a share of refusals that rises under load would send the people on call astray."""
    board = MetricSet()
    counter = board.counter("tries_total", "Tries.", outcome=("refused", TRY_AGAIN))
    refusals: dict[type[Exception], str] = {RefusalError: "refused"}
    for passing in (TRY_AGAIN, None):
        with pytest.raises(type(refusal)), counting(counter, "done", refusals, passing=passing):
            raise refusal
    found = {o: value(board, "tries_total", outcome=o) for o in ("refused", TRY_AGAIN)}
    assert found == {"refused": 0, TRY_AGAIN: 1}


def test_the_table_names_every_metric_and_every_listed_value() -> None:
    """O2: one naming scheme, one table."""
    text = documents()["metrics.md"]
    for name, row in Metrics().declared.items():
        assert text.count(f"| `{name}` |") == 1
        for _, values in row.labels:
            assert (values.by if isinstance(values, Bound) else ", ".join(values)) in text
    for name in ("applications", "bookings_total", "messages_total", "uploads_total", "accounts"):
        assert text.count(f"| `{name}` |") == 1


@pytest.mark.parametrize("name", sorted(Metrics().declared))
def test_names_follow_the_scheme(name: str) -> None:
    """O2: base units, `_total` for counters and nothing else."""
    row = Metrics().declared[name]
    assert (row.kind == "counter") == name.endswith("_total")
    assert row.kind != "histogram" or name.endswith("_seconds")
    assert not any(unit in name for unit in ("_ms", "_millis", "_minutes", "_kb"))


def test_a_backlog_is_what_was_not_acknowledged() -> None:
    """O2: lag and age, from what is taken, settled, and where the partition ends."""
    backlog = Backlog()
    assert (backlog.lag("registry.events"), backlog.oldest("registry.events", 100)) == (0, 0)
    backlog.taken(FIRST, records(5, 6, 7, at=40), end=10, now=100)
    assert backlog.lag("registry.events") == 5
    assert backlog.oldest("registry.events", 130) == 90, "by the record's own time; it grows"
    backlog.settled()
    assert backlog.lag("registry.events") == 2
    assert backlog.oldest("registry.events", 130) == 30, "at least since the end was seen"
    backlog.taken(FIRST, records(8, 9, at=60), end=10, now=131)
    backlog.settled()
    assert (backlog.lag("registry.events"), backlog.oldest("registry.events", 500)) == (0, 0)


def test_a_batch_that_comes_again_keeps_its_age() -> None:
    """O2: a handler that fails for ever is seen, however often its batch is handed out."""
    backlog = Backlog()
    for now in (100, 110, 120):
        backlog.taken(FIRST, records(5, at=40), end=6, now=now)
    assert backlog.lag("registry.events") == 1
    assert backlog.oldest("registry.events", 120) == 80


def test_what_waits_in_another_partition_ages_from_when_it_was_seen() -> None:
    """O2: a lower bound for what nobody has read, also when the end moves on."""
    backlog = Backlog()
    backlog.looked({FIRST: (3, 3), SECOND: (0, 4)}, now=100)
    backlog.looked({FIRST: (3, 3), SECOND: (0, 9)}, now=150)
    assert backlog.lag("registry.events") == 9
    assert backlog.oldest("registry.events", 160) == 60
    backlog.looked({FIRST: (3, 3), SECOND: (4, 9)}, now=170)
    assert backlog.oldest("registry.events", 180) == 30, "the rest was not there before 150"


def test_a_partition_that_is_not_ours_any_more_is_forgotten() -> None:
    backlog = Backlog()
    backlog.looked({FIRST: (0, 4), SECOND: (0, 4)}, now=100)
    backlog.looked({SECOND: (0, 4)}, now=110)
    assert backlog.lag("registry.events") == 4


def test_a_long_backlog_is_remembered_in_little_room() -> None:
    backlog = Backlog()
    for n in range(10_000):
        backlog.looked({FIRST: (0, n + 1)}, now=float(n))
    assert backlog.oldest("registry.events", 10_000) == 10_000
    assert len(backlog._partitions[FIRST].seen) <= 65


async def test_a_blocked_loop_is_seen() -> None:
    """O2: loop lag."""
    metrics = Metrics()
    told: list[float] = []
    task = asyncio.create_task(measure_loop(metrics, told.append))
    await asyncio.sleep(0)  # it begins to wait
    time.sleep(0.6)  # noqa: ASYNC251 - this is the block
    await eventually(lambda: bool(told))
    task.cancel()
    assert told[0] > 0.2
    assert value(metrics, "event_loop_lag_seconds_count") == 1


async def test_one_measure_that_fails_stops_no_other() -> None:
    ran: list[str] = []

    async def fails() -> None:
        ran.append("fails")
        raise AccidentError

    async def works() -> None:
        ran.append("works")

    task = asyncio.create_task(repeat_all([fails, works], every=0.01))
    await eventually(lambda: ran.count("fails") > 2 and ran.count("works") > 2)
    task.cancel()


async def test_a_failed_measure_is_tried_again_soon_however_long_it_took() -> None:
    """O2: gauges are not old for long after MongoDB was away."""
    ran: list[str] = []

    async def fails() -> None:
        ran.append("fails")
        await asyncio.sleep(0.3)  # a server that is sought in vain
        raise AccidentError

    task = asyncio.create_task(repeat_all([fails], every=0.01, after_failure=0.02))
    await eventually(lambda: len(ran) > 2)
    task.cancel()


def test_a_route_that_was_used_has_its_failures_at_zero() -> None:
    """O3: what does not exist before the first failure hides it from a rate."""
    metrics = Metrics()
    metrics.answered("GET", "/v1/x", 200, 0.1)
    for status in ("500", "503"):
        labels = {"method": "GET", "route": "/v1/x", "status": status}
        assert value(metrics, "http_requests_total", **labels) == 0


async def test_a_slow_measure_runs_less_often() -> None:
    """O2: never more than a fiftieth of the time."""
    ran: list[str] = []

    async def slow() -> None:
        ran.append("slow")
        await asyncio.sleep(0.05)  # what counting costs

    async def quick() -> None:
        ran.append("quick")

    task = asyncio.create_task(repeat_all([slow, quick], every=0.01))
    await eventually(lambda: ran.count("quick") > 20)
    task.cancel()
    assert ran.count("slow") == 1
