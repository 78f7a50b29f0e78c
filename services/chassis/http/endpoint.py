"""A route as it is called: what FastAPI finds out anew for every request is found out once.

FastAPI remains what declares: parameters, bodies, models, documents; its own functions check the
values. What stands here is the order of the steps: the body, the dependencies and their arguments,
the route, its answer. Refuses to be FastAPI: a route that needs more of it (a form, a generator, a
thread, a stream of items) is not compiled, and FastAPI calls it as ever.
"""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.datastructures import DefaultPlaceholder
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

from services.chassis.http.headers import asked_of
from services.chassis.http.steps import Solving, Step, step_of

_DUMPING = ("include", "exclude", "exclude_unset", "exclude_defaults", "exclude_none")


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
            HTTPException: the body did not come whole, or cannot be read at all.
        """
        solving = Solving(Request(scope, receive, send))
        if self._reads_body:
            solving.body = await _body_of(solving.request)
        arguments = await self._step.arguments(solving)
        if solving.errors:
            raise RequestValidationError(solving.errors)
        result = await self._step.call(**arguments)
        if isinstance(result, Response):
            await result(scope, receive, send)
        else:
            await self._answer(result, solving.response, send)

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
        kind = asked_of(request.scope).get(b"content-type", b"")
        return json.loads(body) if _is_json(kind) else body
    except json.JSONDecodeError as error:
        wrong = {"type": "json_invalid", "loc": ("body", error.pos), "msg": error.msg, "input": {}}
        raise RequestValidationError([wrong]) from error
    except HTTPException:
        raise
    except Exception as error:
        raise HTTPException(400) from error


def _is_json(content_type: bytes) -> bool:
    kind, _, subtype = content_type.partition(b";")[0].strip().lower().partition(b"/")
    return kind == b"application" and (subtype == b"json" or subtype.endswith(b"+json"))


def endpoint_of(context: RouteContext, app: FastAPI) -> Endpoint | Uncompiled:
    """The route as it is called, compiled where that can be done."""
    step = None
    if _is_plain_route(context):
        step = step_of(context.dependant, app, context._embed_body_fields)  # noqa: SLF001 - how FastAPI asks for several bodies
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
