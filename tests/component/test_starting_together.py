"""E4, X1: replicas of a service that start at the same moment on an empty database do not conflict.

Collections, indexes, signing keys, the catalogue: each is made once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from services.certificates import app as certificates_app
from services.certificates.settings import Settings as CertificatesSettings
from services.chassis.database.client import Database
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.identity import app as identity_app
from services.identity.settings import Settings as IdentitySettings
from services.notifier import app as notifier_app
from services.notifier.settings import Settings as NotifierSettings
from services.scheduling import app as scheduling_app
from services.scheduling.settings import Settings as SchedulingSettings
from tests.support.eventually import eventually
from tests.support.service import Collector, Tokens, fresh_database

Build = Callable[[Platform, str], FastAPI]
_REPLICAS = 4
# Written all the time by running replicas, once for each bucket they hold.
_MOVING = {"outbox_leases"}


def _identity(platform: Platform, database: str) -> FastAPI:
    settings = IdentitySettings(
        platform=platform,
        database=database,
        demo=True,
        password_memory_kib=8,
        password_time_cost=1,
        secret=SecretStr("a secret for tests only"),
    )
    return identity_app.build(settings, publisher=Collector())


def _certificates(platform: Platform, database: str) -> FastAPI:
    settings = CertificatesSettings(platform=platform, database=database, demo=True)
    return certificates_app.build(settings, fetch_keys=Tokens().fetch, publisher=Collector())


def _scheduling(platform: Platform, database: str) -> FastAPI:
    settings = SchedulingSettings(platform=platform, database=database, demo=True)
    return scheduling_app.build(settings, fetch_keys=Tokens().fetch, publisher=Collector())


def _notifier(platform: Platform, database: str) -> FastAPI:
    settings = NotifierSettings(platform=platform, database=database, demo=True)
    return notifier_app.build(settings, fetch_keys=Tokens().fetch, publisher=Collector())


async def _left_by(build: Build, platform: Platform, replicas: int) -> dict[str, int]:
    """Start so many at once on an empty database; how many documents each collection has then."""
    database = fresh_database()
    apps = [build(platform, database) for _ in range(replicas)]
    runtimes: list[Runtime] = [find(app, Runtime) for app in apps]
    db = runtimes[0].mongo.db
    async with AsyncExitStack() as running:
        await asyncio.gather(
            *(running.enter_async_context(app.router.lifespan_context(app)) for app in apps)
        )
        assert all(runtime.started for runtime in runtimes)
        await eventually(partial(_at_rest, db), within=60)
        names = set(await db.list_collection_names()) - _MOVING
        found = {name: await db[name].count_documents({}) for name in sorted(names)}
        await runtimes[0].mongo.client.drop_database(database)
    return found


async def _at_rest(db: Database) -> bool:
    """Whether no timer is due or run: what begins at the start is finished."""
    busy = {"$or": [{"attempts": {"$gt": 0}}, {"due_at": {"$lte": datetime.now(UTC)}}]}
    return await db["timers"].count_documents({"state": "waiting", **busy}) == 0


@pytest.mark.parametrize(
    "build", [_identity, _certificates, _scheduling, _notifier], ids=lambda build: build.__name__
)
async def test_replicas_that_start_together_leave_what_one_leaves(
    platform: Platform, build: Build
) -> None:
    alone = await _left_by(build, platform, 1)
    assert await _left_by(build, platform, _REPLICAS) == alone


async def test_there_is_one_signing_key(platform: Platform) -> None:
    """I18: two first keys would sign tokens that the other replica does not know for a minute."""
    assert (await _left_by(_identity, platform, _REPLICAS))["signing_keys"] == 1
