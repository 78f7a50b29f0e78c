"""Headers of every request and answer: ids, HEAD, Allow, caching, prefix, API documents."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest
import structlog
from fastapi import Depends, FastAPI, Request, Response
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from contracts.topics import SERVICES
from services.chassis.http.app import Service
from services.chassis.http.headers import cacheable, declared_length, journey_of
from services.chassis.telemetry.journey import Journey, current, travelling
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.tracing import outgoing_headers, span
from tests.support.tools.spans import keeping, listening

UUID = "9f1b6c0a-3d5e-4f8a-b1c2-d3e4f5a6b7c8"
TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"


def of(headers: dict[str, str]) -> Journey:
    """The journey of a request with these headers."""
    return journey_of({name.encode(): value.encode() for name, value in headers.items()})


def built(name: str) -> FastAPI:
    settings = importlib.import_module(f"services.{name}.settings").Settings(demo=True)
    app: FastAPI = importlib.import_module(f"services.{name}.app").build(settings)
    return app


@pytest.fixture
def client() -> TestClient:
    app = Service(metrics=Metrics(), max_body=1000)

    @app.get("/v1/things/{name}")
    async def read(name: str) -> dict[str, str]:
        return {"name": name, "correlation": current().correlation_id}

    @app.patch("/v1/things/{name}")
    async def edit(name: str) -> str:
        return name

    @app.post("/v1/things", status_code=201)
    async def create(response: Response) -> str:
        response.headers["Location"] = "/v1/things/a"
        return "a"

    @app.get("/v1/words", dependencies=[Depends(cacheable(60))])
    async def words(request: Request) -> list[str]:
        return [request.method]

    return TestClient(app, follow_redirects=False)


@pytest.mark.parametrize("asked", [UUID, TRACE])
def test_an_id_of_the_callers_goes_on(client: TestClient, asked: str) -> None:
    answer = client.get("/v1/things/a", headers={"X-Request-Id": asked})
    assert answer.headers["X-Request-Id"] == answer.json()["correlation"] == asked


@pytest.mark.parametrize(
    "asked",
    [
        "+79161234567",
        "79161234567",
        "sokolova-anna-1990",
        "4521-123456-sokolova",
        "7758890000000128",  # a policy: sixteen hex digits as well
        "79161234567".zfill(32),
        "abcdef79161234567abcdefabcdefabc",
        "79161234-5670-4000-8000-000000000000",
        UUID.upper(),
        UUID + "\n",
        "a" * 33,
        "",
    ],
)
def test_whatever_can_carry_a_person_is_replaced(client: TestClient, asked: str) -> None:
    """O3: it would stand in logs and events for years; the answer says which id is used instead."""
    answer = client.get("/v1/things/a", headers={"X-Request-Id": asked})
    used = answer.headers["X-Request-Id"]
    assert used == answer.json()["correlation"] != asked
    assert re.fullmatch("[0-9a-f]{32}", used)


@pytest.mark.parametrize(
    ("trace", "span"),
    [("79161234567".zfill(32), SPAN), (TRACE, "00000" + "79161234567"), ("1" * 32, SPAN)],
)
def test_a_trace_can_carry_none_either(trace: str, span: str) -> None:
    journey = of({"traceparent": f"00-{trace}-{span}-01"})
    assert journey.fresh
    assert "9161234567" not in f"{journey.correlation_id} {journey.traceparent}"


def test_a_trace_of_the_callers_goes_on() -> None:
    journey = of({"traceparent": f"00-{TRACE}-{SPAN}-01"})
    assert (journey.trace_id, journey.correlation_id) == (TRACE, TRACE)


def test_what_tracing_systems_before_us_said_goes_on_to_the_next() -> None:
    """W3C Trace Context 3.3: with its trace, and to nobody who keeps it."""
    given, state = {"traceparent": f"00-{TRACE}-{SPAN}-01"}, "congo=t61rcWkgMzE , t@r=00f067;p:8"
    journey = of(given | {"tracestate": state})
    with keeping(), travelling(journey), listening() as said:
        assert outgoing_headers()["tracestate"] == state
        structlog.get_logger().info("x")
        with span("inside"):
            assert outgoing_headers()["tracestate"] == state
    assert "congo" not in said.text
    assert of({"traceparent": "garbage", "tracestate": state}).tracestate is None
    assert "tracestate" not in outgoing_headers()


@pytest.mark.parametrize(
    "state", ["", "congo", "a=1\r\nx: y", "a=й", "A=1", "a=1=2", f"a={'1' * 257}", "a=1," * 128]
)
def test_a_state_that_is_none_is_dropped_and_its_trace_goes_on(state: str) -> None:
    journey = of({"traceparent": f"00-{TRACE}-{SPAN}-01", "tracestate": state})
    assert (journey.trace_id, journey.tracestate) == (TRACE, None)


@given(st.uuids(version=4))
def test_ids_drawn_by_lot_are_ids(drawn: Any) -> None:
    """All but one in hundreds: those that look like a telephone are replaced, too."""
    kept = of({"x-request-id": str(drawn)}).correlation_id == str(drawn)
    letters = sum(d.isalpha() for d in drawn.hex)
    assert kept or letters < 5 or re.search("[78]9[0-9]{9}", drawn.hex)


@pytest.mark.parametrize(
    ("headers", "length"),
    [
        ({}, 0),
        ({b"content-length": b"17"}, 17),
        ({b"content-length": b"9" * 18}, 10**18 - 1),
        ({b"content-length": b"0" * 5_000}, None),
        ({b"content-length": b"0" * 30 + b"17"}, None),
        ({b"content-length": b"+17"}, None),
        ({b"content-length": "１７".encode()}, None),
        ({b"content-length": b"17", b"transfer-encoding": b"chunked"}, None),
    ],
)
def test_a_length_is_one_that_a_body_can_have(
    headers: dict[bytes, bytes], length: int | None
) -> None:
    """A server takes any number of zeros before it; Python reads no number of 5,000 digits."""
    assert declared_length(headers) == length


@pytest.mark.parametrize("zeros", [30, 5_000])
@pytest.mark.parametrize(("size", "status"), [(1_000, 200), (1_001, 413)])
def test_a_body_whose_length_is_none_is_counted(zeros: int, size: int, status: int) -> None:
    app = Service(metrics=Metrics(), max_body=1_000)

    @app.post("/v1/sizes")
    async def measure(request: Request) -> int:
        return len(await request.body())

    length = "0" * zeros + str(size)
    answer = TestClient(app).post(
        "/v1/sizes", content=b"x" * size, headers={"Content-Length": length}
    )
    assert answer.status_code == status


def test_head_is_get_without_a_body(client: TestClient) -> None:
    read, asked = client.get("/v1/words"), client.head("/v1/words")
    assert (asked.status_code, asked.content) == (200, b"")
    assert (
        asked.headers["Content-Length"] == read.headers["Content-Length"] == str(len(read.content))
    )
    assert client.head("/v1/nowhere").status_code == 404


def test_a_wrong_method_is_told_the_right_ones(client: TestClient) -> None:
    """RFC 9110 15.5.6: of all routes of the address, not of the first one."""
    wrong = client.delete("/v1/things/a")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, HEAD, PATCH")
    assert client.head("/v1/things").headers["Allow"] == "POST"


def test_a_slash_too_many_is_not_found_and_leads_nowhere(client: TestClient) -> None:
    for path in ("/v1/words/", "/v1/things/"):
        answer = client.get(path, headers={"Host": "evil.example"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
        assert "location" not in answer.headers


def test_nothing_is_kept_unless_it_says_so(client: TestClient) -> None:
    assert client.get("/v1/things/a").headers["Cache-Control"] == "no-store"
    assert client.get("/v1/words").headers["Cache-Control"] == "public, max-age=60"
    assert client.get("/v1/nowhere").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("prefix", "location"),
    [
        ({"X-Forwarded-Prefix": "/api/certificates"}, "/api/certificates/v1/things/a"),
        ({"X-Forwarded-Prefix": "//evil.example"}, "/v1/things/a"),
        ({"X-Forwarded-Prefix": "https://evil.example/api/x"}, "/v1/things/a"),
        ({}, "/v1/things/a"),
    ],
)
def test_a_location_is_the_callers(
    client: TestClient, prefix: dict[str, str], location: str
) -> None:
    assert client.post("/v1/things", headers=prefix).headers["Location"] == location


def test_a_refused_page_is_a_page_for_who_looks_at_pages(client: TestClient) -> None:
    page = client.get("/nowhere", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.status_code == 404
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Не найдено" in page.text


@pytest.mark.parametrize("name", SERVICES)
def test_the_document_says_how_it_refuses_and_what_it_insists_on(name: str) -> None:
    """What a generated client believes."""
    document = built(name).openapi()
    assert document == built(name).openapi()
    operations = [o for path in document["paths"].values() for o in path.values()]
    insisted = 0
    for operation in operations:
        for status in ("4XX", "5XX"):
            assert set(operation["responses"][status]["content"]) == {"application/problem+json"}
        for parameter in operation.get("parameters", ()):
            if parameter["name"] in {"If-Match", "Idempotency-Key"}:
                insisted += 1
                assert parameter["required"]
                assert parameter["schema"]["type"] == "string"
    assert insisted
