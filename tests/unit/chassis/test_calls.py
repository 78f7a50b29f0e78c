"""Calls that leave the process are told of, whatever comes of them (O2, X14)."""

from __future__ import annotations

import asyncio

import pytest

from services.chassis.telemetry.calls import outbound_call
from services.chassis.telemetry.journey import Journey, travelling
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.tracing import Kind
from tests.support.tools.spans import keeping, listening

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GIVEN = f"00-{TRACE}-{SPAN}-01"


def calling(
    target: str, error: Exception, metrics: Metrics | None, *, patient: bool = False
) -> None:
    """A call that fails."""
    with outbound_call(target, metrics, "stamp", patient=patient):
        raise error


def test_a_call_outside_leaves_a_span_a_metric_and_one_line() -> None:
    """O2, X14."""
    metrics = Metrics()
    with keeping() as kept, listening() as said, travelling(Journey("corr", "e1", GIVEN)):
        with outbound_call("s3", metrics, "put_object"):
            pass
        with outbound_call("sms", metrics, "send") as call:
            call.refused("recipient-refused")
        with pytest.raises(OSError, match="secret"):
            calling("tsa", OSError("secret"), metrics)
    lines = said.of("outside call")
    assert [(x["target"], x["outcome"], x.get("reason")) for x in lines] == [
        ("s3", "ok", None),
        ("sms", "refused", "recipient-refused"),
        ("tsa", "failed", "OSError"),
    ]
    assert {(x["correlation_id"], x["causation_id"], x["trace_id"]) for x in lines} == {
        ("corr", "e1", TRACE)
    }
    assert "secret" not in said.text
    assert [s.span.error for s in kept.spans] == [None, None, "OSError"]
    assert {s.span.kind for s in kept.spans} == {Kind.CLIENT}
    counted = metrics.render().decode()
    for target, outcome in (("s3", "ok"), ("sms", "refused"), ("tsa", "failed")):
        labels = f'{{outcome="{outcome}",target="{target}"}}'
        assert f"outside_call_duration_seconds_count{labels} 1.0" in counted


async def test_a_cancelled_call_is_told_of_too() -> None:
    async def forever() -> None:
        with outbound_call("push", None, "send"):
            await asyncio.Event().wait()

    with keeping() as kept, listening() as said:
        task = asyncio.create_task(forever())
        await asyncio.sleep(0)  # until it waits
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert said.of("outside call")[0]["reason"] == "CancelledError"
    assert len(kept.spans) == 1


def test_what_is_tried_until_it_works_is_no_news_while_it_does_not() -> None:
    with listening() as said:
        with pytest.raises(OSError, match="away"):
            calling("jwks", OSError("away"), None, patient=True)
        with outbound_call("jwks", None, "GET", patient=True):
            pass
    assert [x["outcome"] for x in said.of("outside call")] == ["ok"]
