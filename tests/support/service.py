"""Running one service in a test: real MongoDB, tokens of our own, events in and out by hand."""

from __future__ import annotations

import importlib
import secrets
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import EllipsisType
from typing import Any

import httpx2
from aiokafka import ConsumerRecord
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from contracts.envelope import Data, Event, new_event
from contracts.topics import BY_TYPE, TOPIC_OF, topic_of
from services.chassis.foundation.settings import Platform
from services.chassis.http.acts import Act, ActKind, ActMethod
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.work.outbox import Record
from tests.support.stack import ServerStack


def platform_of(stack: ServerStack, **over: Any) -> Platform:
    """The settings of the platform on this stack (Kafka only where the stack has one)."""
    found: dict[str, Any] = {"mongo_url": stack.mongo_url, "mongo_max_pool": 50}
    # a slow machine is no overload: limits are the subject of test_overload, and of no other
    found |= {"http_queue_seconds": 60.0, "http_seconds": 120.0, "http_lag_seconds": 60.0}
    if stack.kafka is not None:
        found |= {
            "kafka_bootstrap": stack.kafka_bootstrap,
            "kafka_fetch_max_wait_ms": stack.kafka_fetch_max_wait_ms,
        }
    if stack.s3 is not None:
        found |= {
            "s3_endpoint": stack.s3_endpoint,
            "s3_access_key": stack.s3_access_key,
            "s3_secret_key": stack.s3_secret_key,
        }
    return Platform(**{**found, **over})


def fresh_database() -> str:
    """A database name that no other test has."""
    return f"t_{secrets.token_hex(6)}"


@dataclass
class Tokens:
    """An identity of our own: signs tokens that the service under test accepts."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "test"}))
    issuer: str = "moe-zdorovie"

    def key_set(self) -> dict[str, Any]:
        """The public keys."""
        found: dict[str, Any] = KeySet([self.key]).as_dict(private=False)  # type: ignore[assignment] # joserfc types it as a TypedDict
        return found

    async def fetch(self) -> dict[str, Any]:
        """What identity's JWKS address would answer (the seam `fetch_keys`)."""
        return self.key_set()

    def token(
        self,
        subject: str,
        *roles: str,
        level: str = "confirmed",
        clinic_id: str | None = None,
        clinic_ids: Sequence[str] = (),
        actor: str | None = None,
        right_id: str | None = None,
        name: str | None = None,
        position: str | None = None,
        expires_in: int = 600,
    ) -> str:
        """A signed access token; staff has each role at each of the clinics, or everywhere."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": "moe-zdorovie",
            "sub": subject,
            "iat": now,
            "exp": now + expires_in,
            "jti": secrets.token_hex(8),
            "roles": list(roles or ("citizen",)),
            "level": level,
        }
        staff = [role for role in roles if role != "citizen"]
        clinics: list[str | None] = [clinic_id, *clinic_ids] if clinic_id else [*clinic_ids]
        claims["posts"] = [
            {"role": role} | ({"clinic_id": clinic} if clinic else {})
            for role in staff
            for clinic in clinics or [None]
        ]
        if actor:
            claims["act"] = {"sub": actor}
        claims |= {"right_id": right_id} if right_id else {}
        claims |= {"name": name, "position": position} if name else {}
        return self._signed(claims)

    def _signed(self, claims: dict[str, Any]) -> str:
        header = {"alg": "ES256", "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=["ES256"])

    def act(
        self,
        subject: str,
        digest: str | None = None,
        *,
        session_id: str | None = None,
        method: ActMethod = ActMethod.SMS,
        at: datetime | None = None,
        expires_in: int = 300,
    ) -> str:
        """A signer's act for the document with this digest, or of a signing session."""
        at = at or datetime.now(UTC)
        act = Act(
            id=secrets.token_hex(8),
            subject=subject,
            kind=ActKind.SESSION if session_id else ActKind.DOCUMENT,
            digest=digest,
            session_id=session_id,
            method=method,
            address="203.0.113.7",
            at=at,
            expires_at=at + timedelta(seconds=expires_in),
        )
        return self._signed(act.claims(self.issuer, "moe-zdorovie"))

    def headers(self, subject: str, *roles: str, **claims: Any) -> dict[str, str]:
        """An Authorization header for this person."""
        return {"Authorization": f"Bearer {self.token(subject, *roles, **claims)}"}


def keyed() -> dict[str, str]:
    """A fresh Idempotency-Key header."""
    return {"Idempotency-Key": secrets.token_hex(12)}


@dataclass
class Collector:
    """A publisher that keeps what the relay sends (the seam `publisher`)."""

    records: list[Record] = field(default_factory=list)

    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        """Take all."""
        self.records.extend(records)
        return [None for _ in records]

    def events(self, data: type[Data]) -> list[Event[Any]]:
        """What was published of this type, in order."""
        found = [Event[data].from_json(r.value) for r in self.records if _kind(r) == data.TYPE]  # type: ignore[valid-type] # the class is chosen at run time
        return list(found)


def _kind(record: Record) -> str:
    return dict(record.headers)["ce_type"].decode()


@asynccontextmanager
async def running(app: FastAPI, *, raise_bugs: bool = True) -> AsyncIterator[httpx2.AsyncClient]:
    """The app with its lifespan, and a client for it; its database is dropped at the end."""
    runtime = find(app, Runtime)
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=raise_bugs)
        async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client:
            try:
                yield client
            finally:
                await runtime.mongo.client.drop_database(runtime.mongo.db.name)


@asynccontextmanager
async def asked(
    name: str, platform: Platform, database: str, tokens: Tokens
) -> AsyncIterator[tuple[FastAPI, httpx2.AsyncClient]]:
    """The service as it is built for production, on the test's servers."""
    settings = importlib.import_module(f"services.{name}.settings").Settings(
        platform=platform, database=database, demo=True
    )
    app: FastAPI = importlib.import_module(f"services.{name}.app").build(
        settings, fetch_keys=tokens.fetch
    )
    async with running(app, raise_bugs=False) as client:
        await find(app, Runtime).tokens.refresh()
        yield app, client


async def outbox_events(app: FastAPI, data: type[Data]) -> list[Event[Any]]:
    """What the service committed to its outbox of this type, oldest first."""
    runtime = find(app, Runtime)
    cursor = runtime.outbox.collection.find({"type": data.TYPE}).sort("recorded_at", 1)
    return [Event[data].from_json(bytes(d["value"])) async for d in cursor]  # type: ignore[valid-type] # the class is chosen at run time


def an_event(
    data: Data, *, aggregate_id: str, seq: int = 1, event_id: str | None = None
) -> Event[Any]:
    """An event as its producer would publish it."""
    return new_event(
        data,
        event_id=event_id or secrets.token_hex(8),
        source=topic_of(data).producer,
        aggregate_id=aggregate_id,
        seq=seq,
        now=datetime.now(UTC),
        correlation_id=secrets.token_hex(8),
    )


def as_record(
    event: Event[Any] | None = None,
    *,
    value: bytes | None = None,
    headers: Iterable[tuple[str, bytes | None]] | None = None,
    topic: str | None = None,
    key: bytes | EllipsisType | None = ...,
    offset: int = 0,
) -> ConsumerRecord[Any, Any]:
    """A Kafka record as the consumer would see it; the event's own key unless another is given."""
    own = event.aggregateid.encode() if event else None
    raw = value if value is not None else event.to_json() if event else b""
    return ConsumerRecord(
        topic=topic or (TOPIC_OF[event.type].name if event else "identity.events"),
        partition=0,
        offset=offset,
        timestamp=int(time.time() * 1000),
        timestamp_type=0,
        key=own if key is ... else key,
        value=raw,
        checksum=None,
        serialized_key_size=0,
        serialized_value_size=len(raw),
        headers=tuple(headers if headers is not None else event.headers() if event else ()),
    )


async def deliver(app: FastAPI, event: Event[Any]) -> str:
    """Hand one event to the service's handlers; returns the outcome (handled, duplicate, …)."""
    assert event.type in BY_TYPE
    runtime = find(app, Runtime)
    return await runtime.dispatcher.settle(as_record(event), last_try=True)
