"""Applications handed in over HTTP beside a bare route, and every list at 1,000 and at 100,000.

Baseline of the first tables: FastAPI and Motor by themselves with the one conditional update that
makes a draft an application, on our server. Handing in does all that it promises: token, the
person's act over exactly this form, every field checked, number, deadline, bill, receipt, events,
majority commit. Baseline of the last: the same list when a hundredth of the applications is there.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import orjson

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.confirmations import form_of
from services.certificates.applications.domain.drafts import as_filed
from services.certificates.applications.domain.states import State
from services.certificates.applications.store.applications import ApplicationStore
from services.certificates.known.domain.clinics import Home
from services.certificates.known.store import KnownStore
from services.chassis.foundation import clock
from tests.benchmarks.booking import PATIENT, Run, load
from tests.benchmarks.clinic import Service, request_of, service
from tests.benchmarks.row import Row
from tests.benchmarks.world import REPETITIONS
from tests.support.services.certificates.builders import (
    ANNA,
    CATALOGUE,
    CLINIC,
    FORM_086,
    ORLOVA,
    TESTS,
    a_draft,
    a_waiting,
)
from tests.support.stack import ServerStack

CLIENTS: Mapping[int, int] = {1: 100, 16: 400, 64: 600}
"""How many at a time, and how many applications they hand in together."""
FEW, MANY = 1_000, 100_000
_ASKED = 300
_OWN = 40
LISTS: Mapping[str, tuple[str, str]] = {
    "«Мои заявки»": ("citizen", "/v1/applications"),
    "«Мои заявки», active": ("citizen", "/v1/applications?group=active"),
    "«Мои заявки», by number": ("citizen", "/v1/applications?number=4829-1730-5584"),
    "the queue": ("doctor", "/v1/reviews"),
    "the doctor's desk": ("doctor", "/v1/reviews?state=mine"),
    "my certificates": ("citizen", "/v1/certificates"),
}


async def run() -> list[Row]:
    """Measure in turns, so that each meets the same machine."""
    stack = await asyncio.to_thread(ServerStack.start, None, s3=False)
    rows: list[Row] = []
    try:
        async with service(stack, PATIENT, "certificates") as running:
            await _know(running)
            for clients, count in CLIENTS.items():
                found = defaultdict[str, list[Run]](list)
                for _ in range(1 + REPETITIONS):
                    found["bare"].append(await _bare(running, clients, count))
                    found["filed"].append(await _submissions(running, clients, count))
                rows += _rates(clients, {name: runs[1:] for name, runs in found.items()})
        async with service(stack, PATIENT, "certificates") as running:
            await _know(running)
            rows += await _lists(running)
    finally:
        await asyncio.to_thread(stack.stop)
    return rows


def _rates(clients: int, found: Mapping[str, Sequence[Run]]) -> list[Row]:
    group = f"handing in, {clients} at a time" if clients > 1 else "handing in, one alone"
    bare, filed = found["bare"], found["filed"]
    ratios = [f.rate / b.rate for f, b in zip(filed, bare, strict=True)]
    waited = {q: statistics.median(r.milliseconds(q) for r in filed) for q in (50, 99)}
    return [
        Row(
            "bare FastAPI, the conditional update by Motor",
            statistics.median(r.rate for r in bare),
            "1/s",
            1.0,
            group,
        ),
        Row(
            "applications handed in, complete",
            statistics.median(r.rate for r in filed),
            "1/s",
            statistics.median(ratios),
            group,
        ),
        Row("one, median", waited[50], "ms", None, group),
        Row("one, 99 of 100 within", waited[99], "ms", None, group),
    ]


async def _know(running: Service) -> None:
    """The clinic with its doctor."""
    known = KnownStore(running.mongo.db)
    await running.mongo.db["clinics"].insert_one(known.clinics.mapper.document(CLINIC))
    await running.mongo.db["staff"].insert_one(known.staff.mapper.document(ORLOVA))


async def _drafts(running: Service, count: int) -> list[Application]:
    """So many complete drafts, each of another citizen."""
    known, store = KnownStore(running.mongo.db), ApplicationStore(running.mongo.db)
    people = [replace(ANNA, account_id=secrets.token_hex(8)) for _ in range(count)]
    homes = [Home(person.account_id, CLINIC.id) for person in people]
    drafts = [
        replace(a_draft("policy", *TESTS), id=secrets.token_hex(8), citizen_id=p.account_id)
        for p in people
    ]
    await running.mongo.db["people"].insert_many(map(known.people.mapper.document, people))
    await running.mongo.db["homes"].insert_many(map(known.homes.mapper.document, homes))
    await store.collection.insert_many(map(store.mapper.document, drafts))
    return drafts


async def _bare(running: Service, clients: int, count: int) -> Run:
    drafts = await _drafts(running, count)
    requests = [request_of(f"/bare/applications/{draft.id}", b"") for draft in drafts]
    return await load(running.bare, clients, requests, {200: count})


async def _submissions(running: Service, clients: int, count: int) -> Run:
    drafts = await _drafts(running, count)
    requests = [_handing_in(running, draft) for draft in drafts]
    return await load(running.port, clients, requests, {200: count})


def _handing_in(running: Service, draft: Application) -> bytes:
    citizen = draft.citizen_id
    person = replace(ANNA, account_id=citizen)
    form = form_of(as_filed(draft, FORM_086, person), CATALOGUE.consent)
    body = {
        "consent": True,
        "consent_version": CATALOGUE.consent.version,
        "act": running.tokens.act(citizen, form.digest),
    }
    path = f"/v1/applications/{draft.id}/submission"
    asked = request_of(path, orjson.dumps(body), running.tokens.token(citizen))
    return asked.replace(b"\r\nHost: ", f'\r\nIf-Match: "{draft.revision}"\r\nHost: '.encode(), 1)


async def _lists(running: Service) -> list[Row]:
    """Every list over the same person's own, among few and among many of others."""
    await _fill(running, itertools.chain(_own(), _of_others(FEW - _OWN)))
    few = {name: await _asked(running, *at) for name, at in LISTS.items()}
    await _fill(running, _of_others(MANY - FEW))
    many = {name: await _asked(running, *at) for name, at in LISTS.items()}
    rows = []
    for name in LISTS:
        before, after = few[name].milliseconds(50), many[name].milliseconds(50)
        group = "lists, median of one at a time"
        rows.append(Row(f"{name}, {FEW:,}", before, "ms", 1.0, group))
        rows.append(Row(f"{name}, {MANY:,}", after, "ms", after / before, group))
    return rows


async def _asked(running: Service, role: str, path: str) -> Run:
    who = ORLOVA.account_id if role == "doctor" else ANNA.account_id
    token = running.tokens.token(who, role)
    head = [f"GET {path} HTTP/1.1", "Host: bench", f"Authorization: Bearer {token}"]
    request = "\r\n".join([*head, "", ""]).encode()
    await load(running.port, 1, [request] * 20, {200: 20})  # warm
    return await load(running.port, 1, [request] * _ASKED, {200: _ASKED})


def _own() -> Iterator[Application]:
    return (_waiting(number, ANNA.account_id) for number in range(_OWN))


def _of_others(count: int) -> Iterator[Application]:
    return (_waiting(number, secrets.token_hex(8)) for number in range(count))


def _waiting(number: int, citizen_id: str) -> Application:
    """In the queue, on the desk or issued: as a clinic has them."""
    state = (State.SUBMITTED, State.ISSUED, State.ISSUED, State.REFUSED)[number % 4]
    filed = replace(_ONE.registered, tracking_number=secrets.token_hex(7))
    deadline = clock.now() + timedelta(minutes=number % 10_000)
    filed = replace(filed, clock=replace(filed.clock, deadline_at=deadline))
    return replace(
        _ONE,
        id=secrets.token_hex(12),
        citizen_id=citizen_id,
        created_at=clock.now() - timedelta(minutes=number),
        state=state,
        filed=filed,
        waits_for=FORM_086.deciders if state is State.SUBMITTED else (),
    )


_ONE = a_waiting()


async def _fill(running: Service, applications: Iterator[Application]) -> None:
    store = ApplicationStore(running.mongo.db)
    while piece := list(itertools.islice(applications, 5_000)):
        await store.collection.insert_many(map(store.mapper.document, piece), ordered=False)
