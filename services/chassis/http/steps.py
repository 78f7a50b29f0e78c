"""A route's dependencies and arguments in the order in which FastAPI would solve them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from inspect import iscoroutinefunction
from typing import Any, TypeAlias

from fastapi import FastAPI, Request, Response
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_body_to_args
from pydantic_core import PydanticUndefined

from services.chassis.http.facilities import Facility, find, is_provided
from services.chassis.http.parameters import Parameters

Call: TypeAlias = Callable[..., Awaitable[Any]]
_NOTHING: Any = object()


@dataclass(slots=True)
class Solving:
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
    path: Parameters | None
    query: Parameters | None
    headers: Parameters | None
    body: list[ModelField]
    embed: bool
    request_name: str | None
    response_name: str | None

    async def arguments(self, solving: Solving) -> dict[str, Any]:
        """The arguments; those that are wrong are among `solving.errors` instead."""
        values = dict(self.given)
        for need in self.needs:
            found = solving.known.get(need.call, _NOTHING)
            if found is _NOTHING:
                wrong = len(solving.errors)
                arguments = await need.arguments(solving)
                if len(solving.errors) > wrong:
                    continue
                found = solving.known[need.call] = await need.call(**arguments)
            if need.name is not None:
                values[need.name] = found
        await self._read(solving, values)
        if self.request_name:
            values[self.request_name] = solving.request
        if self.response_name:
            values[self.response_name] = solving.told()
        return values

    async def _read(self, solving: Solving, values: dict[str, Any]) -> None:
        """What the request says."""
        request, errors = solving.request, solving.errors
        if self.path is not None:
            self.path.read(request.path_params, values, errors)
        if self.query is not None:
            self.query.read(request.query_params, values, errors)
        if self.headers is not None:
            self.headers.read(request.headers, values, errors)
        if self.body:
            given, missing = await request_body_to_args(self.body, solving.body, self.embed)
            values.update(given)
            errors += missing


def step_of(dependant: Dependant, app: FastAPI, embed: bool) -> Step | None:
    """The step of a dependency, or of a route; None where only FastAPI can solve it.

    `embed`: each of several bodies is a field of one.
    """
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
        step = step_of(sub, app, embed)
        if step is None:
            return None
        needs.append(step)
    return Step(
        call=call,
        name=dependant.name,
        needs=tuple(needs),
        given=given,
        path=_parameters(dependant.path_params),
        query=_parameters(dependant.query_params),
        headers=_parameters(dependant.header_params),
        body=dependant.body_params,
        embed=embed,
        request_name=dependant.request_param_name,
        response_name=dependant.response_param_name,
    )


def _parameters(fields: list[ModelField]) -> Parameters | None:
    return Parameters(fields) if fields else None


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
