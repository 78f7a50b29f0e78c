"""O3, X14: what runbooks have people search for is written, and says what the page promises."""

from __future__ import annotations

import asyncio

import httpx2
import pytest
from fastapi import FastAPI
from pymongo.errors import OperationFailure

from services.chassis.http.app import Service
from services.chassis.kafka.supervisor import Supervisor
from services.chassis.runtime.gauges import repeat_all
from services.chassis.telemetry.calls import outbound_call
from services.chassis.telemetry.metrics import Metrics
from tests.support.eventually import eventually
from tests.support.tools.runbooks import found_by
from tests.support.tools.spans import listening


def app() -> FastAPI:
    """One route that works, one with a bug."""
    made = Service(metrics=Metrics(), max_body=1000)

    @made.get("/v1/works")
    async def works() -> dict[str, bool]:
        return {"done": True}

    @made.get("/v1/broken/{number}")
    async def broken(number: int) -> float:
        return number / 0

    return made


async def test_a_request_that_failed_is_found_by_level_and_by_status() -> None:
    """One example, and the id that `make journey` takes."""
    transport = httpx2.ASGITransport(app=app())
    with listening() as said:
        async with httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
            assert (await client.get("/v1/works")).status_code == 200
            answer = await client.get("/v1/broken/7")
    assert answer.status_code == 500
    (bug,) = found_by("ErrorBudgetBurnFast", said)
    (failed,) = found_by("ErrorBudgetBurnSlow", said)
    asked = found_by("LatencyBudgetBurnFast", said)
    assert bug["trace_id"] == failed["trace_id"]
    assert bug["correlation_id"] == failed["correlation_id"] == answer.json()["trace_id"]
    assert "ZeroDivisionError" in bug["exception"]
    assert [(x["route"], x["status"]) for x in asked] == [
        ("/v1/works", 200),
        ("/v1/broken/{number}", 500),
    ]
    assert all(x["ms"] >= 0 and x["correlation_id"] for x in asked)


async def test_a_database_that_refuses_us_is_told_by_its_number() -> None:
    """MongoDisconnected: the words of the database may quote values, its code cannot."""

    async def outbox_depth() -> None:
        detail = "Authentication failed."
        raise OperationFailure(detail, 18)

    with listening() as said:
        task = asyncio.create_task(repeat_all([outbox_depth], every=60))
        await eventually(lambda: found_by("MongoDisconnected", said))
        task.cancel()
    (line,) = found_by("MongoDisconnected", said)
    assert line["measure"].endswith("outbox_depth")
    assert line["error"] == "OperationFailure: 18"


class _Kafka:
    """A broker whose Kafka is there, or is not."""

    def __init__(self, *, starts: bool, answers: bool = True) -> None:
        self.starts = starts
        self.consuming = True
        self._answers = answers

    async def start(self) -> None:
        if not self.starts:
            message = "no route to host"
            raise OSError(message)

    async def stop(self) -> None:
        self.consuming = False

    async def answers(self) -> bool:
        return self._answers

    async def look(self) -> None:
        """Nothing to see."""


@pytest.mark.parametrize("starts", [False, True], ids=["at the start", "later"])
async def test_kafka_away_is_told(starts: bool) -> None:
    """KafkaDisconnected: whether it was never there or went away while we were connected."""
    kafka = _Kafka(starts=starts, answers=False)
    supervisor = Supervisor(lambda: kafka, Metrics())
    with listening() as said:
        task = asyncio.create_task(supervisor.run())
        await eventually(lambda: found_by("KafkaDisconnected", said))
        task.cancel()
        await asyncio.wait([task])
    assert found_by("KafkaDisconnected", said)[0]["error"]


def test_a_call_outside_that_failed_is_found() -> None:
    """OutsideCallsFailing: which side, and how it failed."""
    with listening() as said:
        with outbound_call("s3", None, "put_object"):
            pass
        with pytest.raises(TimeoutError), outbound_call("tsa", None, "stamp"):
            raise TimeoutError
    (line,) = found_by("OutsideCallsFailing", said)
    assert (line["target"], line["operation"], line["reason"]) == ("tsa", "stamp", "TimeoutError")
