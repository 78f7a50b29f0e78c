"""From a request to its route, by a table that is made once; and from an error to its answer.

FastAPI asks every router for every request, at each of their levels, and twice. The table knows the
same routes in the same order. What it does not know (a page of assets, a wrong method) goes to
FastAPI's own router; what nobody knows is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from services.chassis.foundation.errors import RefusalError
from services.chassis.http.endpoint import Endpoint, Uncompiled, endpoint_of
from services.chassis.http.problems import problem_response


@dataclass(frozen=True)
class _Row:
    """A route of FastAPI's in the table."""

    path: str
    prefix: str
    """What every address of it begins with."""
    pattern: re.Pattern[str]
    convertors: Mapping[str, Any]
    methods: frozenset[str]
    endpoint: Endpoint | Uncompiled

    def parameters(self, path: str) -> dict[str, Any] | None:
        """What stands in the address for the route's parameters; None: it is not its address."""
        if not path.startswith(self.prefix):
            return None
        found = self.pattern.match(path)
        if found is None:
            return None
        return {n: self.convertors[n].convert(v) for n, v in found.groupdict().items()}


class Routes:
    """The ASGI app that calls routes and answers what they raise."""

    def __init__(self, app: FastAPI) -> None:
        """Take the application with all of its routes; later ones are found by FastAPI."""
        self._app = app
        self._fastapi = AsyncExitStackMiddleware(app.router)
        self._known_routes = len(app.routes)
        contexts = list(iter_route_contexts(app.routes))
        rows = [_row(c, app) for c in contexts if isinstance(c.original_route, APIRoute)]
        self._others = [c.matches for c in contexts if not isinstance(c.original_route, APIRoute)]
        self._rows = [row for row in rows if row.convertors]
        self._fixed: dict[tuple[str, str], Endpoint | Uncompiled] = {}
        for place, row in enumerate(rows):
            if not row.convertors:
                before = [r for r in rows[:place] if r.parameters(row.path) is not None]
                taken = frozenset[str]().union(*(r.methods for r in before))
                self._fixed.update({(row.path, m): row.endpoint for m in row.methods - taken})
        self._addresses = frozenset(path for path, _ in self._fixed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the route answer, or answer for what it raised.

        Raises:
            Exception: a bug; there is no answer to it here.
        """
        try:
            endpoint = self.find(scope)
            if endpoint is None:
                await self._fastapi(scope, receive, send)
            else:
                scope["route"] = endpoint.route
                await endpoint(scope, receive, send)
        except RefusalError as refusal:  # the most frequent one wants no handler looked up
            await problem_response(refusal)(scope, receive, send)
        except Exception as error:
            handler = self._handler(error)
            if handler is None:
                raise
            response = await handler(Request(scope, receive, send), error)
            await response(scope, receive, send)

    def find(self, scope: Scope) -> Endpoint | Uncompiled | None:
        """The route that this request is for, its parameters in the scope; None: ask FastAPI.

        Raises:
            HTTPException: nobody knows this address.
        """
        path, method = scope["path"], scope["method"]
        if (path, method) in self._fixed:
            return self._fixed[path, method]
        for row in self._rows:
            if method in row.methods and (parameters := row.parameters(path)) is not None:
                scope["path_params"] = parameters
                return row.endpoint
        if not self._is_known_otherwise(scope):
            raise HTTPException(404)
        return None

    def _is_known_otherwise(self, scope: Scope) -> bool:
        """Whether FastAPI may have an answer: it is another method's, a page, a later route."""
        path, router = scope["path"], self._app.router
        return (
            router.redirect_slashes
            or len(router.routes) != self._known_routes
            or path in self._addresses
            or any(row.parameters(path) is not None for row in self._rows)
            or any(matches(scope)[0] is not Match.NONE for matches in self._others)
        )

    def _handler(self, error: Exception) -> Any:
        known = self._app.exception_handlers
        return next((known[kind] for kind in type(error).__mro__ if kind in known), None)


def _row(context: RouteContext, app: FastAPI) -> _Row:
    path = context.path or ""
    return _Row(
        path=path,
        prefix=path.partition("{")[0],
        pattern=context.path_regex,
        convertors=context.param_convertors,
        methods=frozenset(context.methods or ()),
        endpoint=endpoint_of(context, app),
    )
