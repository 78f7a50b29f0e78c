"""What every service's OpenAPI document says beside its routes: how it refuses, what it insists on.

A header that a route cannot do without is optional to FastAPI, so that its absence has an answer
of its own (428, 400 with a stable code); the document says that it is required.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from services.chassis.http.problems import MEDIA_TYPE, Problem

RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Problem, "description": "Отказ с причиной."},
    "5XX": {"model": Problem, "description": "Сбой; с `Retry-After` – повторите позже."},
}
REQUIRED_HEADERS = frozenset({"If-Match", "Idempotency-Key"})
_METHODS = frozenset({"get", "put", "post", "delete", "patch"})


def install(app: FastAPI) -> None:
    """Amend the app's document; see above."""
    plain = app.openapi

    def amended() -> dict[str, Any]:
        if app.openapi_schema is None:
            for operation in _operations(plain()):  # keeps the document in `openapi_schema`
                _amend(operation)
        assert app.openapi_schema is not None  # noqa: S101 - told to the type checker
        return app.openapi_schema

    app.openapi = amended  # type: ignore[method-assign] # FastAPI's documented way


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operations in document["paths"].values():
        yield from (operation for name, operation in operations.items() if name in _METHODS)


def _amend(operation: dict[str, Any]) -> None:
    for status in RESPONSES:
        content = operation["responses"].get(status, {}).get("content", {})
        if "application/json" in content:
            content[MEDIA_TYPE] = content.pop("application/json")
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "header" and parameter["name"] in REQUIRED_HEADERS:
            parameter["required"] = True
            parameter["schema"] = next(
                kind for kind in parameter["schema"]["anyOf"] if kind["type"] != "null"
            )
