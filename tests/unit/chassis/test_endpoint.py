"""Compiled routes answer as FastAPI answers, to the byte; what is not compiled, FastAPI calls."""

from __future__ import annotations

import importlib
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import date, datetime
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import (
    APIRouter,
    Body,
    Cookie,
    Depends,
    FastAPI,
    Form,
    Header,
    Query,
    Request,
    Response,
)
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Scope

from contracts.topics import SERVICES
from services.chassis.foundation.errors import NotFoundError
from services.chassis.http import problems
from services.chassis.http.app import Service
from services.chassis.http.endpoint import Endpoint
from services.chassis.http.facilities import facility, provide
from services.chassis.http.routes import Routes
from services.chassis.telemetry.metrics import Metrics


class Inner(BaseModel):
    at: int = Field(ge=1)


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=2, alias="the-name")
    inner: Inner | None = None


class View(BaseModel):
    name: str = Field(serialization_alias="the-name")
    more: list[Inner] = []


class Wider(View):
    secret: str = "not in the answer"


class Listed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    since: int = 0
    kinds: list[str] = []


class Clock:
    def __init__(self) -> None:
        self.now = 7


async def told(
    response: Response, x_asked: Annotated[str | None, Header(max_length=5)] = None
) -> str:
    response.headers["X-Told"] = x_asked or "nothing"
    return x_asked or "-"


async def twice(said: Annotated[str, Depends(told)], at: Annotated[int, Query(ge=0)] = 1) -> str:
    return said * at


shapes = APIRouter(prefix="/v1", dependencies=[Depends(told)])
"""One route of each shape that is compiled."""
others = APIRouter(prefix="/v1")
"""What is not compiled."""


@shapes.get("/things/latest")
async def latest() -> View:
    return View(name="latest")


@shapes.get("/things/{number}")
async def thing(number: int, said: Annotated[str, Depends(twice)]) -> View:
    return Wider(name=f"{number} {said}", more=[Inner(at=number)])


@shapes.get("/things/{number}/at")
async def at(number: str, clock: Annotated[Clock, Depends(facility(Clock))]) -> dict[str, int]:
    return {number: clock.now}


@shapes.get("/things/never")
async def never() -> str:
    return "a route before it has its address"


@shapes.get("/paths/{path:path}")
async def path(path: str, request: Request) -> list[str]:
    return [path, request.method]


@shapes.post("/things", status_code=201)
async def create(form: Thing, response: Response, flag: bool = False) -> View:
    response.headers["Location"] = "/v1/things/1"
    if flag:
        response.status_code = 202
    return View(name=form.name, more=[form.inner] if form.inner else [])


@shapes.put("/things")
async def put(one: Annotated[int, Body()], two: Annotated[list[int], Body(max_length=2)]) -> int:
    return one + sum(two)


@shapes.delete("/things", status_code=204)
async def delete() -> None:
    return None


@shapes.get("/lists")
async def lists(asked: Annotated[Listed, Query()], request: Request) -> Any:
    return {"asked": asked, "query": str(request.query_params)}


@shapes.get("/scalars/{day}")
async def scalars(
    *,
    day: date,
    flag: bool = False,
    often: Annotated[int | None, Query(ge=1)] = None,
    word: Annotated[str, Query(max_length=3, alias="the-word")],
    text: Annotated[str | None, Header(alias="X-Text", max_length=5)] = None,
    kinds: Annotated[list[str], Query()] = ["a"],  # noqa: B006 - FastAPI copies it
) -> list[Any]:
    return [day, flag, often, word, text, kinds]


@shapes.get("/simple")
async def simple(
    at: datetime, share: float = 0.5, x_name: Annotated[str | None, Header()] = None
) -> list[Any]:
    return [at, share, x_name]


@shapes.get("/plain")
async def plain() -> Response:
    return Response("text", 203, {"X-Own": "1"}, "text/plain")


@shapes.get("/refused")
async def refused() -> View:
    raise NotFoundError


@shapes.get("/teapot")
async def teapot() -> View:
    raise HTTPException(418)


async def opened() -> AsyncIterator[str]:
    yield "opened"


@others.get("/thread")
def thread() -> bool:
    return threading.current_thread() is threading.main_thread()


@others.get("/generator")
async def generator(found: Annotated[str, Depends(opened)]) -> str:
    return found


@others.post("/form")
async def form(name: Annotated[str, Form()]) -> str:
    return name


class Shouted(APIRoute):
    """A route class with a handler of its own."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        plain = super().get_route_handler()

        async def handler(request: Request) -> Response:
            answer = await plain(request)
            return Response(bytes(answer.body).upper(), answer.status_code)

        return handler


loud = APIRouter(route_class=Shouted)


@loud.get("/loud/{name}")
async def shouted(name: str, clock: Annotated[Clock, Depends(facility(Clock))]) -> list[str]:
    return [name, str(clock.now)]


others.include_router(loud)


@others.get("/cookie")
async def cookie(name: Annotated[str, Cookie()]) -> str:
    return name


@others.get("/short", response_model_exclude_none=True)
async def short() -> Thing:
    return Thing.model_validate({"the-name": "ab"})


def clients() -> tuple[TestClient, TestClient]:
    """FastAPI's own way, and ours."""
    theirs, ours = FastAPI(redirect_slashes=False), Service(metrics=Metrics(), max_body=10_000)
    problems.install(theirs)
    for app in (theirs, ours):
        provide(app, Clock())
        nested = APIRouter()
        nested.include_router(shapes)
        app.include_router(nested)
        app.include_router(others)
    return TestClient(theirs), TestClient(ours)


THEIRS, OURS = clients()
JSON = {"content-type": "application/json"}
ASKED: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/v1/things/latest", {}),
    ("GET", "/v1/things/3?at=2", {"headers": {"X-Asked": "ab"}}),
    ("GET", "/v1/things/x?at=-1", {"headers": {"X-Asked": "too long"}}),
    ("GET", "/v1/things/never", {}),
    ("GET", "/v1/things/7/at", {}),
    ("GET", "/v1/things/a%2Fb/at", {}),
    ("GET", "/v1/paths/a/b%20c/d", {}),
    ("GET", "/v1/paths/", {}),
    ("POST", "/v1/things", {"json": {"the-name": "ab", "inner": {"at": 1}}}),
    ("POST", "/v1/things?flag=yes", {"json": {"the-name": "ab"}}),
    ("POST", "/v1/things?flag=maybe", {"json": {"the-name": "a", "inner": {"at": 0}, "x": 1}}),
    ("POST", "/v1/things", {"content": b'{"the-name": ', "headers": JSON}),
    ("POST", "/v1/things", {"content": b"\xff", "headers": JSON}),
    ("POST", "/v1/things", {"content": b"[" * 5_000, "headers": JSON}),
    ("POST", "/v1/things", {"content": b"9" * 5_000, "headers": JSON}),
    ("POST", "/v1/things", {"content": b"null", "headers": JSON}),
    ("POST", "/v1/things", {"content": b"", "headers": JSON}),
    ("POST", "/v1/things", {"content": b'{"the-name": "ab"}'}),
    ("POST", "/v1/things", {"content": b"{}", "headers": {"content-type": "text/plain"}}),
    (
        "POST",
        "/v1/things",
        {
            "content": b'{"the-name": "\\ud83d NaN"}',
            "headers": {"content-type": "Application/Vnd.x+JSON; charset=utf-8"},
        },
    ),
    ("POST", "/v1/things", {}),
    ("PUT", "/v1/things", {"json": {"one": 1, "two": [1, 2]}}),
    ("PUT", "/v1/things", {"json": {"two": [1, 2, 3]}}),
    ("PUT", "/v1/things", {"json": [1]}),
    ("DELETE", "/v1/things", {}),
    ("GET", "/v1/lists?since=4&kinds=a&kinds=b", {}),
    ("GET", "/v1/lists?since=x&other=1", {}),
    ("GET", "/v1/scalars/2026-02-28?flag=1&often=3&the-word=abc&kinds=b&kinds=c", {}),
    (
        "GET",
        "/v1/scalars/2026-02-30?flag=&often=0&the-word=abcd",
        {"headers": {"X-Text": "abcdef"}},
    ),
    ("GET", "/v1/scalars/today?often=1&often=x&word=abc", {"headers": {"x-text": ""}}),
    ("GET", "/v1/simple?at=2026-02-28T10:00:00Z&share=1e3", {"headers": {"X-Name": "a"}}),
    ("GET", "/v1/simple?share=&at=", {}),
    ("GET", "/v1/simple?share=1&share=2&at=0", {"headers": [("X-Name", "a"), ("X-Name", "b")]}),
    ("GET", "/v1/plain", {}),
    ("GET", "/v1/refused", {}),
    ("GET", "/v1/teapot", {}),
    ("PATCH", "/v1/things", {}),
    ("PATCH", "/v1/things/3", {}),
    ("GET", "/v1/nowhere", {}),
    ("GET", "/v1/things/", {}),
    ("GET", "/v1/thread", {}),
    ("GET", "/v1/generator", {}),
    ("POST", "/v1/form", {"data": {"name": "ab"}}),
    ("GET", "/v1/cookie", {"headers": {"Cookie": "name=ab"}}),
    ("GET", "/v1/short", {}),
    ("GET", "/v1/loud/anna", {}),
    ("GET", "/openapi.json", {}),
]
_OURS_ALONE = {"cache-control", "x-request-id"}


def seen(answer: httpx2.Response) -> tuple[int, dict[str, str], Any]:
    """What matters of an answer: not the trace id and the moment of a problem."""
    headers = {n: v for n, v in answer.headers.items() if n not in _OURS_ALONE}
    content: Any = answer.content
    if headers.get("content-type") == problems.MEDIA_TYPE:
        content = answer.json() | {"trace_id": "", "time": ""}
        del headers["content-length"]
    return answer.status_code, headers, content


@pytest.mark.parametrize(("method", "path", "more"), ASKED)
def test_an_answer_is_the_same_as_fastapis(method: str, path: str, more: dict[str, Any]) -> None:
    theirs, ours = (client.request(method, path, **more) for client in (THEIRS, OURS))
    assert seen(ours) == seen(theirs)
    assert ours.headers.keys() >= _OURS_ALONE


def built(name: str) -> FastAPI:
    settings = importlib.import_module(f"services.{name}.settings").Settings(demo=True)
    app: FastAPI = importlib.import_module(f"services.{name}.app").build(settings)
    return app


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_of_a_service_is_compiled_and_found_where_fastapi_finds_it(name: str) -> None:
    app = built(name)
    contexts = list(iter_route_contexts(app.routes))
    table, found = Routes(app), 0
    for context in contexts:
        if not isinstance(context.original_route, APIRoute):
            continue
        for method in context.methods or ():
            for filled in ("x", "latest", "7"):
                path = str(context.path_format).format_map(
                    dict.fromkeys(context.param_convertors, filled)
                )
                scope: Scope = {"type": "http", "method": method, "path": path, "headers": []}
                first = next(c for c in contexts if c.matches(dict(scope))[0] is Match.FULL)
                endpoint = table.find(scope)
                assert endpoint is not None
                own_class = type(first.original_route) is not APIRoute
                assert own_class or isinstance(endpoint, Endpoint), f"{method} {path}"
                assert endpoint.route is first.original_route
                found += 1
    assert found


def test_a_route_that_came_later_is_found_all_the_same() -> None:
    app = Service(metrics=Metrics(), max_body=1000)
    client = TestClient(app)
    assert client.get("/late").status_code == 404

    @app.get("/late")
    async def late() -> bool:
        return True

    assert client.get("/late").json() is True
