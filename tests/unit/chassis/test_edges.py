"""The pure parts of the chassis: error words, pointers, headers, classification."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from fastapi import FastAPI, Query, Request
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, Field
from pymongo.errors import AutoReconnect, DuplicateKeyError, OperationFailure

from services.chassis.database.idempotency import Once
from services.chassis.foundation.errors import AccidentError, TooManyRequestsError
from services.chassis.foundation.faults import is_accident, redacted, redacted_with_frames
from services.chassis.http.app import Service
from services.chassis.telemetry.journey import Journey, current, travelling
from services.chassis.telemetry.metrics import Metrics
from services.chassis.work.outbox import BUCKETS, bucket_of


class Passport(BaseModel):
    series: Annotated[str, Field(pattern=r"^\d{4}$")]
    number: Annotated[str, Field(min_length=6, max_length=6)]


class Form(BaseModel):
    name: Annotated[str, Field(min_length=2)]
    passport: Passport
    kind: Literal["one", "two"]
    at: AwareDatetime


def app() -> FastAPI:
    made = Service(metrics=Metrics(), max_body=1000)

    @made.post("/forms")
    async def form(_: Form, limit: Annotated[int, Query(le=100)] = 1) -> int:
        return limit

    @made.get("/wait")
    async def wait() -> None:
        raise TooManyRequestsError(7)

    @made.get("/away")
    async def away() -> None:
        raise AutoReconnect

    @made.get("/bug")
    async def bug() -> None:
        raise ZeroDivisionError

    @made.get("/echo")
    async def echo(request: Request) -> dict[str, str | None]:
        assert request.url
        return {"correlation": current().correlation_id, "trace": current().traceparent}

    return made


@pytest.fixture
def client() -> TestClient:
    return TestClient(app(), raise_server_exceptions=False)


def test_all_field_errors_come_at_once_with_pointers_and_russian_words(
    client: TestClient,
) -> None:
    """C6: machine-readable, per field, all of them."""
    body = {"name": "x", "passport": {"series": "12", "number": "1"}, "kind": "three"}
    answer = client.post("/forms", params={"limit": 1000}, json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "invalid-input"
    errors = {e["pointer"]: e for e in problem["errors"]}
    assert set(errors) == {
        "/query/limit", "/name", "/passport/series", "/passport/number", "/kind", "/at"
    }  # fmt: skip
    assert errors["/at"] == {"pointer": "/at", "code": "missing", "detail": "Обязательное поле."}
    assert "не меньше 2" in errors["/name"]["detail"]
    assert "'one' or 'two'" in errors["/kind"]["detail"]


def test_broken_json_is_one_error(client: TestClient) -> None:
    answer = client.post("/forms", content=b"{", headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "json-invalid"


def test_a_body_that_is_no_text_is_told_so(client: TestClient) -> None:
    json = {"content-type": "application/json"}
    answer = client.post("/forms", content=b'{"name": "\xff"}', headers=json)
    assert (answer.status_code, answer.json()["code"]) == (400, "body-broken")
    assert "UTF-8" in answer.json()["detail"]


def test_waiting_helps_and_says_how_long(client: TestClient) -> None:
    """O5: explicit refusal with Retry-After."""
    answer = client.get("/wait")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    away = client.get("/away")
    assert (away.status_code, away.headers["Retry-After"]) == (503, "5")
    assert away.json()["code"] == "temporarily-unavailable"


def test_a_bug_is_500_with_a_trace_id_and_without_its_insides(client: TestClient) -> None:
    asked = "c0ffee" + "a" * 26
    answer = client.get("/bug", headers={"x-request-id": asked})
    assert answer.status_code == 500
    assert answer.json()["trace_id"] == asked
    assert "ZeroDivision" not in answer.text


@pytest.mark.parametrize(
    ("path", "method", "code"),
    [("/nowhere", "GET", "not-found"), ("/forms", "GET", "method-not-allowed")],
)
def test_the_frameworks_own_refusals_are_problems_too(
    client: TestClient, path: str, method: str, code: str
) -> None:
    assert client.request(method, path).json()["code"] == code


def test_the_trace_of_the_caller_goes_on(client: TestClient) -> None:
    parent = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    seen = client.get("/echo", headers={"traceparent": parent}).json()
    assert seen == {"correlation": "a" * 32, "trace": parent}
    forged = client.get("/echo", headers={"traceparent": "x", "x-request-id": "x y\n"}).json()
    assert forged["correlation"] != "x y\n"
    assert forged["trace"].startswith("00-")


def test_a_journey_ends_where_it_began() -> None:
    outer = current()
    with travelling(Journey("inner")):
        assert current().correlation_id == "inner"
    assert current() == outer


def test_accidents_are_what_may_work_later() -> None:
    assert is_accident(AccidentError("away"))
    assert is_accident(AutoReconnect("gone"))
    assert is_accident(TimeoutError())
    assert is_accident(OperationFailure("x", 112, {"errorLabels": ["TransientTransactionError"]}))
    assert not is_accident(DuplicateKeyError("E11000"))
    assert not is_accident(ZeroDivisionError())


def test_errors_are_told_without_the_values_that_they_quote() -> None:
    """No log line names a person: database and validation errors quote what they met."""
    quoted = DuplicateKeyError("E11000 dup key: { phone: '+79990000001' }", 11000)
    assert redacted(quoted) == "DuplicateKeyError: 11000"
    try:
        try:
            raise quoted
        except DuplicateKeyError as error:
            raise ValueError from error
    except ValueError as error:
        trace = redacted_with_frames((type(error), error, error.__traceback__))
    assert "+7999" not in trace
    assert "test_edges.py" in trace
    assert "ValueError" in trace


def test_a_key_is_the_callers_and_the_routes() -> None:
    def key(subject: str, route: str) -> str:
        return Once.of(subject=subject, route=route, key="k", payload=b"").key

    assert len({key("a", "POST /x"), key("b", "POST /x"), key("a", "POST /y")}) == 3


@given(st.text(min_size=1, max_size=40))
def test_every_key_has_a_bucket(key: str) -> None:
    assert 0 <= bucket_of(key) < BUCKETS
