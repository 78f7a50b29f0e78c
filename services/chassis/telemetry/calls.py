"""Calls that leave the process: each leaves a span, a metric and one log line."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.tracing import Kind, Value, span

log = structlog.get_logger(__name__)


@dataclass
class Call:
    """One call to somebody outside, and what came of it: ok unless said otherwise."""

    outcome: str = "ok"
    reason: str | None = None

    def refused(self, reason: str) -> None:
        """They answered, and it was a no."""
        self.outcome, self.reason = "refused", reason

    def failed(self, reason: str) -> None:
        """No answer, or one that says they cannot."""
        self.outcome, self.reason = "failed", reason


@contextmanager
def outbound_call(
    target: str,
    metrics: Metrics | None,
    operation: str,
    attributes: Mapping[str, Value] | None = None,
    *,
    patient: bool = False,
) -> Iterator[Call]:
    """Around a call that leaves the process: a span, a metric and one log line.

    `target` is s3, tsa, ocsp, smtp, sms, push, jwks, clamav or acquirer; `operation` is a name out
    of the code. `patient`: whoever calls tries again until it works, so a failure is no news.
    """
    about = {"peer.service": target, **(attributes or {})}
    call = Call()
    started = time.perf_counter()
    with span(f"{target} {operation}", Kind.CLIENT, **about) as told:
        try:
            yield call
        except BaseException as error:
            if call.outcome == "ok":
                call.failed(type(error).__name__)
            raise
        finally:
            if call.outcome == "failed":
                told.failed(call.reason or "failed")
            told.set(outcome=call.outcome)
            seconds = time.perf_counter() - started
            if metrics is not None:
                metrics.outside[target, call.outcome].observe(seconds)
            _tell(target, operation, call, seconds, patient=patient)


def _tell(target: str, operation: str, call: Call, seconds: float, *, patient: bool) -> None:
    more = {"reason": call.reason} if call.reason else {}
    level = logging.INFO
    if call.outcome == "failed":
        level = logging.DEBUG if patient else logging.WARNING
    log.log(
        level,
        "outside call",
        target=target,
        operation=operation,
        outcome=call.outcome,
        ms=round(seconds * 1000, 1),
        **more,
    )
