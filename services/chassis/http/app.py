"""A service as an ASGI application: its routes, and around them what every service has."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import APIRouter, FastAPI

from services.chassis.database.client import Mongo
from services.chassis.http import openapi, problems
from services.chassis.http.auth import TokenVerifier
from services.chassis.http.facilities import provide
from services.chassis.http.health import VERSION, Health, install_docs
from services.chassis.http.health import router as health_router
from services.chassis.http.limits import Limited, Limits, Permits
from services.chassis.http.middleware import RequestMiddleware
from services.chassis.http.rates import Rates
from services.chassis.telemetry.metrics import Metrics


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
) -> FastAPI:
    """The application; `max_body` is the largest request body in bytes."""
    app = FastAPI(
        title=title,
        description=description,
        version=VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        servers=[{"url": f"/api/{name}", "description": "Through the gateway."}],
        responses=openapi.RESPONSES,
        # it would lead out of the gateway's prefix, to whatever `Host` says
        redirect_slashes=False,
    )
    provide(app, mongo, tokens, rates)
    problems.install(app)
    openapi.install(app)
    app.include_router(health_router(health))
    app.include_router(router)
    install_docs(app, title)
    app.add_middleware(
        Limited, limits=limits, permits=permits, metrics=metrics, identify=tokens.subject
    )
    app.add_middleware(RequestMiddleware, metrics=metrics, max_body=max_body)
    return app
