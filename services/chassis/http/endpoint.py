"""A route as it is called: what FastAPI finds out anew for every request is found out once.

FastAPI remains what declares: parameters, bodies, models, documents; its own functions check the
values. What stands here is the order of the steps: the body, the dependencies and their arguments,
the route, its answer. Refuses to be FastAPI: a route that needs more of it (a form, a generator, a
thread, a stream of items) is not compiled, and FastAPI calls it as ever.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from inspect import iscoroutinefunction
from typing import Any, TypeAlias

from fastapi import FastAPI, Request, Response
from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_body_to_args, request_params_to_args
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.params import Body, Form
from fastapi.routing import APIRoute, RouteContext
from fastapi.utils import is_body_allowed_for_status_code
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from services.chassis.http.facilities import Facility, find, is_provided

Call: TypeAlias = Callable[..., Awaitable[Any]]
_NOTHING: Any = object()
_DUMPING = ("include", "exclude", "exclude_unset", "exclude_defaults", "exclude_none")


@dataclass(slots=True)
class Asked:
    """One request on its way through the steps."""

    request: Request
    body: Any = PydanticUndefined
    known: dict[Call, Any] = field(default_factory=dict)
    errors: list[Any] = field(default_factory=list)
    response: Response | None = None

    def told(self) -> Response:
        """What dependencies and the route say about the answer beside its content."""
        if self.response is None:
            self.response = Response()
            del self.response.headers["content-length"]
            self.response.status_code = 0
        return self.response


@dataclass(frozen=True, slots=True)
class Step:
    """A dependency, or the route itself, and where its arguments come from."""

    call: Call
    name: str | None
    needs: tuple[Step, ...]
    given: Mapping[str, Any]
    """Arguments that are the same for every request: facilities."""
    dependant: Dependant
    embed: bool

    async def arguments(self, asked: Asked) -> dict[str, Any]:
        """The arguments; those that are wrong are among `asked.errors` instead."""
        values = dict(self.given)
        for need in self.needs:
            found = asked.known.get(need.call, _NOTHING)
            if found is _NOTHING:
                wrong = len(asked.errors)
                arguments = await need.arguments(asked)
                if len(asked.errors) > wrong:
                    continue
                found = asked.known[need.call] = await need.call(**arguments)
            if need.name is not None:
                values[need.name] = found
        await self._add_parameters(values, asked)
        return values

    async def _add_parameters(self, values: dict[str, Any], asked: Asked) -> None:
        dependant, request = self.dependant, asked.request
        if dependant.path_params:
            _add(request_params_to_args(dependant.path_params, request.path_params), values, asked)
        if dependant.query_params:
            _add(
                request_params_to_args(dependant.query_params, request.query_params), values, asked
            )
        if dependant.header_params:
            _add(request_params_to_args(dependant.header_params, request.headers), values, asked)
        if dependant.body_params:
            fields = dependant.body_params
            _add(await request_body_to_args(fields, asked.body, self.embed), values, asked)
        if dependant.request_param_name:
            values[dependant.request_param_name] = request
        if dependant.response_param_name:
            values[dependant.response_param_name] = asked.told()


def _add(found: tuple[dict[str, Any], list[Any]], values: dict[str, Any], asked: Asked) -> None:
    values.update(found[0])
    asked.errors += found[1]


class Endpoint:
    """A compiled route: calling it answers the request."""

    def __init__(self, context: RouteContext, step: Step) -> None:
        self.route = context.original_route
        self._step = step
        self._reads_body = context.body_field is not None
        self._status: int = context.status_code or 200
        self._field = context.response_field
        annotation = None if self._field is None else self._field.field_info.annotation
        self._model = annotation if _is_model(annotation) else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer.

        Raises:
            RequestValidationError: parameters or body are not what was declared; all that is wrong.
            HTTPException: the body did not come whole, or is no text.
        """
        asked = Asked(Request(scope, receive, send))
        if self._reads_body:
            asked.body = await _body_of(asked.request)
        arguments = await self._step.arguments(asked)
        if asked.errors:
            raise RequestValidationError(asked.errors)
        result = await self._step.call(**arguments)
        if isinstance(result, Response):
            await result(scope, receive, send)
        else:
            await self._answer(result, asked.response, send)

    async def _answer(self, result: Any, told: Response | None, send: Send) -> None:
        status, headers = self._status, [(b"content-type", b"application/json")]
        if told is not None:
            status = told.status_code or status
            headers += told.raw_headers
        content = b""
        if is_body_allowed_for_status_code(status):
            content = self._content(result)
            headers.append((b"content-length", b"%d" % len(content)))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _content(self, result: Any) -> bytes:
        """The result as JSON. Our own models were validated when they were made."""
        if self._field is None:
            return bytes(JSONResponse(jsonable_encoder(result)).body)
        if self._model is not None and type(result) is self._model:
            found: bytes = self._model.__pydantic_serializer__.to_json(result, by_alias=True)
            return found
        value, errors = self._field.validate(result, {}, loc=("response",))
        if errors:
            raise ResponseValidationError(errors=errors, body=result)
        return bytes(self._field.serialize_json(value))


class Uncompiled:
    """A route that FastAPI calls as ever, with all that it may need."""

    def __init__(self, context: RouteContext) -> None:
        self.route = context.original_route
        self._app = AsyncExitStackMiddleware(context.app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        await self._app(scope, receive, send)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


async def _body_of(request: Request) -> Any:
    """The parsed JSON where the caller says that it is, the bytes otherwise."""
    try:
        body = await request.body()
        if not body:
            return PydanticUndefined
        return json.loads(body) if _is_json(request.headers.get("content-type", "")) else body
    except json.JSONDecodeError as error:
        wrong = {"type": "json_invalid", "loc": ("body", error.pos), "msg": error.msg, "input": {}}
        raise RequestValidationError([wrong]) from error
    except HTTPException:
        raise
    except Exception as error:
        raise HTTPException(400) from error


def _is_json(content_type: str) -> bool:
    kind, _, subtype = content_type.partition(";")[0].strip().lower().partition("/")
    return kind == "application" and (subtype == "json" or subtype.endswith("+json"))


def endpoint_of(context: RouteContext, app: FastAPI) -> Endpoint | Uncompiled:
    """The route as it is called, compiled where that can be done."""
    step = None
    if _is_plain_route(context):
        step = _step(context.dependant, app, context._embed_body_fields)  # noqa: SLF001 - how FastAPI asks for several bodies
    return Uncompiled(context) if step is None else Endpoint(context, step)


def _is_plain_route(context: RouteContext) -> bool:
    """Whether it reads nothing but JSON, answers with JSON, and is called as all routes are."""
    route = context.original_route
    return (
        isinstance(route, APIRoute)
        and type(route).get_route_handler is APIRoute.get_route_handler
        and isinstance(context.response_class, DefaultPlaceholder)
        and not any(getattr(context, f"response_model_{name}") for name in _DUMPING)
        and context.response_model_by_alias
        and context.max_body_size is None
        and context.stream_item_field is None
        and (context.body_field is None or _is_json_body(context.body_field.field_info))
    )


def _is_json_body(info: Any) -> bool:
    return isinstance(info, Body) and not isinstance(info, Form)


def _step(dependant: Dependant, app: FastAPI, embed: bool) -> Step | None:
    call = dependant.call
    if call is None or not _is_plain_step(dependant):
        return None
    given: dict[str, Any] = {}
    needs: list[Step] = []
    for sub in dependant.dependencies:
        if isinstance(sub.call, Facility) and is_provided(app, sub.call.kind):
            if sub.name is not None:
                given[sub.name] = find(app, sub.call.kind)
            continue
        step = _step(sub, app, embed)
        if step is None:
            return None
        needs.append(step)
    return Step(call, dependant.name, tuple(needs), given, dependant, embed)


def _is_plain_step(dependant: Dependant) -> bool:
    """Whether it is an `async def`, and wants nothing but parameters, request and response."""
    call = dependant.call
    return (
        (iscoroutinefunction(call) or iscoroutinefunction(getattr(call, "__call__", None)))  # noqa: B004 - whether it can be called is known
        and dependant.use_cache
        and not dependant.cookie_params
        and dependant.concurrency is None
        and not dependant.own_oauth_scopes
        and not dependant.parent_oauth_scopes
        and not any(
            (
                dependant.websocket_param_name,
                dependant.http_connection_param_name,
                dependant.background_tasks_param_name,
                dependant.security_scopes_param_name,
            )
        )
    )
