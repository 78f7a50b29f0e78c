"""A service as an ASGI application: its routes, and around them what every service has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import cached_property, partial
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.database.client import Mongo
from services.chassis.http import openapi, problems
from services.chassis.http.auth import TokenVerifier
from services.chassis.http.facilities import provide
from services.chassis.http.health import VERSION, Health, install_docs
from services.chassis.http.health import router as health_router
from services.chassis.http.limits import Limited, Limits, Permits
from services.chassis.http.middleware import RequestMiddleware
from services.chassis.http.rates import Rates
from services.chassis.http.routes import Routes
from services.chassis.telemetry.metrics import Metrics


class Service(FastAPI):
    """FastAPI with one way in: what every request passes is made here, and nothing beside it.

    The layers that FastAPI and Starlette put around every application (a page for errors, their own
    traces, limit and exit stack) would do once more, or for nobody, what these three do.
    """

    def __init__(
        self,
        *,
        metrics: Metrics,
        max_body: int,
        max_bodies: Mapping[str, int] | None = None,
        limited: Callable[[ASGIApp], ASGIApp] = lambda app: app,
        **more: Any,
    ) -> None:
        """`max_body` is the largest request body in bytes; `limited` puts limits around an app.

        `max_bodies` has that of addresses which take more.
        """
        # redirected, one would leave the gateway's prefix, to whatever `Host` says
        super().__init__(docs_url=None, redoc_url=None, redirect_slashes=False, **more)
        self._metrics = metrics
        self._max_body = max_body
        self._max_bodies = max_bodies
        self._limited = limited
        problems.install(self)

    @cached_property
    def _entrance(self) -> ASGIApp:
        """Made at the first request, when all routes are there."""
        return RequestMiddleware(
            self._limited(Routes(self)),
            metrics=self._metrics,
            max_body=self._max_body,
            max_bodies=self._max_bodies,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; start and stop with the server."""
        if scope["type"] == "http":
            scope["app"] = self
            await self._entrance(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def assemble(
    *,
    name: str,
    title: str,
    description: str,
    router: APIRouter,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
    health: Health,
    metrics: Metrics,
    mongo: Mongo,
    tokens: TokenVerifier,
    rates: Rates,
    limits: Limits,
    permits: Permits,
    max_body: int,
    max_bodies: Mapping[str, int],
) -> FastAPI:
    """The application; `max_body` is the largest request body in bytes, see `ServiceSpec`."""
    app = Service(
        metrics=metrics,
        max_body=max_body,
        max_bodies=max_bodies,
        limited=partial(
            Limited, limits=limits, permits=permits, metrics=metrics, identify=tokens.subject
        ),
        title=title,
        description=description,
        version=VERSION,
        lifespan=lifespan,
        servers=[{"url": f"/api/{name}", "description": "Through the gateway."}],
        responses=openapi.RESPONSES,
    )
    provide(app, mongo, tokens, rates)
    openapi.install(app)
    app.include_router(health_router(health))
    app.include_router(router)
    install_docs(app, title)
    return app
