"""Identity, put together."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI

from services.chassis.foundation.encryption import Encryption
from services.chassis.http.auth import FetchKeys
from services.chassis.runtime.resources import Resources
from services.chassis.runtime.service import Runtime, ServiceSpec
from services.chassis.work.outbox import Publisher
from services.identity import api
from services.identity.deps import Encryptions
from services.identity.domain import CodeRules, KeyRules
from services.identity.gateways import Passwords, Signer, read_demo_accounts
from services.identity.metrics import IdentityMetrics
from services.identity.profiles import consumers
from services.identity.settings import Settings
from services.identity.store import INDEXES, Store
from services.identity.tokens.usecases import ROTATE
from services.identity.usecases import Rules, UseCases, World, seed

_DESCRIPTION = """Registration, login with a second factor, profiles and their confirmation, staff,
and the tokens that every other service accepts. Errors are RFC 9457 with Russian words."""


def _new_code(digits: int) -> str:
    return f"{secrets.randbelow(10**digits):0{digits}d}"


def build(
    settings: Settings,
    *,
    fetch_keys: FetchKeys | None = None,
    publisher: Publisher | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    new_id: Callable[[], str] = lambda: secrets.token_hex(12),
    new_code: Callable[[int], str] = _new_code,
) -> FastAPI:
    """The service as an ASGI app. It verifies tokens with its own keys unless told otherwise."""

    async def own_keys() -> dict[str, Any]:
        return await use.signing.key_set()

    resources = Resources(
        "identity", settings, fetch_keys=fetch_keys or own_keys, publisher=publisher
    )
    passwords = Passwords(
        memory_kib=settings.password_memory_kib,
        time_cost=settings.password_time_cost,
        parallelism=settings.password_parallelism,
        workers=settings.password_workers,
        queue=settings.password_queue,
    )
    world = World(
        transactions=resources.transactions,
        store=Store.of(resources.mongo.db),
        passwords=passwords,
        signer=Signer(
            issuer=settings.platform.auth_issuer,
            audience=settings.platform.auth_audience,
            lifetime_seconds=settings.access_token_seconds,
        ),
        rules=_rules(settings),
        metrics=IdentityMetrics(resources.metrics),
        encryptions=Encryptions(
            codes=Encryption("identity.codes", settings.codes_secret),
            profiles=Encryption("identity.profiles", settings.profiles_secret),
            papers=Encryption("identity.papers", settings.papers_secret),
        ),
        secret=settings.secret.get_secret_value().encode(),
        now=now,
        new_id=new_id,
        new_code=new_code,
        new_token=lambda: secrets.token_urlsafe(32),
    )
    use = UseCases.of(world)

    async def seed_demo() -> None:
        if settings.demo and settings.demo_file is not None:
            await seed(world, read_demo_accounts(settings.demo_file))

    async def measure() -> None:
        for level, count in (await world.store.accounts.by_level()).items():
            world.metrics.accounts.labels(level).set(count)

    app = Runtime(
        resources,
        ServiceSpec(
            title="identity – кто есть кто",
            description=_DESCRIPTION,
            max_body=1 << 16,
            router=api.router,
            handlers=consumers.handlers(use),
            timer_handlers={ROTATE: use.signing.rotate},
            indexes=INDEXES,
            prepare=[use.signing.prepare, seed_demo],
            measures=[measure],
            close=[passwords.close],
        ),
    ).app
    app.state.use = use
    return app


def _rules(settings: Settings) -> Rules:
    return Rules(
        codes=CodeRules(
            lifetime=timedelta(seconds=settings.code_lifetime_seconds),
            tries=settings.code_tries,
            resend_after=timedelta(seconds=settings.resend_seconds),
        ),
        keys=KeyRules(signs_for=timedelta(days=settings.key_rotation_days)),
        codes_per_hour=settings.codes_per_hour,
        codes_per_site=settings.codes_per_site,
        codes_per_day=settings.codes_per_day,
        codes_from_network=settings.codes_from_network,
        codes_from_site=settings.codes_from_site,
        guesses_per_day=settings.guesses_per_day,
        passwords_per_network=settings.passwords_per_network,
        passwords_per_day=settings.passwords_per_day,
        phone_countries=settings.phone_countries,
        profiles_per_day=settings.profiles_per_day,
        requests_per_minute=settings.requests_per_minute,
        lock_after=settings.lock_after,
        lock_for=timedelta(seconds=settings.lock_seconds),
        refresh_lifetime=timedelta(days=settings.refresh_token_days),
        refresh_grace=timedelta(seconds=settings.refresh_grace_seconds),
    )
