"""Whether the labels of a running service are what its metrics declare, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from prometheus_client.parser import text_string_to_metric_families

from services.chassis.http.facilities import find
from services.chassis.http.health import VERSION
from services.chassis.runtime.service import Runtime
from services.chassis.telemetry.metrics import Bound, Metrics

_HISTOGRAM = ("_bucket", "_sum", "_count")
_LIBRARY = re.compile(r"process_|python_")


def routes_of(app: FastAPI) -> set[str]:
    """The route templates that the service may show."""
    found = {context.path for context in iter_route_contexts(app.routes) if context.path}
    return {str(path) for path in found} | {"unmatched"}


def unbounded(app: FastAPI, text: str) -> list[str]:
    """Labels in this Prometheus text that no declaration allows, as sentences."""
    runtime = find(app, Runtime)
    wrong: list[str] = []
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if _LIBRARY.match(sample.name):
                continue
            allowed = _allowed(app, runtime.metrics, sample.name)
            if allowed is None:
                wrong.append(f"{sample.name} is not declared")
                continue
            for label, value in sample.labels.items():
                if label != "le" and not _fits(value, allowed.get(label, ())):
                    wrong.append(f"{sample.name}: {label}={value!r}")
    return wrong


def _fits(value: str, allowed: Iterable[str] | re.Pattern[str]) -> bool:
    if isinstance(allowed, re.Pattern):
        return allowed.fullmatch(value) is not None
    return value in allowed


def _allowed(
    app: FastAPI, metrics: Metrics, sample: str
) -> dict[str, Iterable[str] | re.Pattern[str]] | None:
    names = [sample, *(sample.removesuffix(end) for end in _HISTOGRAM)]
    row = next((metrics.declared[name] for name in names if name in metrics.declared), None)
    if row is None:
        return None
    bounds: dict[str, Iterable[str] | re.Pattern[str]] = {
        "route": routes_of(app),
        "status": re.compile(r"[1-5]\d\d"),
        "kind": metrics.timer_kinds,
        "version": (VERSION,),
    }
    return {
        label: values if not isinstance(values, Bound) else values.values or bounds[label]
        for label, values in row.labels
    }
