"""A million slots, made by timers, and what they cost whoever comes (K4, K10).

500 clinics, 5,000 doctors, two weeks. Baseline of the lists and of bookings: the same service with
some thousand slots. Then a second process starts on the full store.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

import httpx2
import orjson

from deploy import ROOT
from deploy.stacks.embedded.ports import free_ports
from deploy.stacks.embedded.process import Child, python
from deploy.stacks.embedded.settings import inherited_environment
from services.chassis.database.client import Mongo
from services.chassis.database.mapping import Mapper
from services.chassis.foundation import clock
from services.chassis.work.timers import timer_document
from services.scheduling.hours.actions import MAKE
from services.scheduling.hours.domain.forms import PlanForm, StretchForm, plans_of
from services.scheduling.hours.domain.timetable import Timetable, timetable_id
from services.scheduling.known.domain import Clinic, Doctor, Permit, Place, Room
from services.scheduling.known.store import _ClinicMapper, _DoctorMapper
from tests.benchmarks.booking import Run, _bookings
from tests.benchmarks.clinic import Service, _ready, service
from tests.benchmarks.row import Row
from tests.support.eventually import eventually
from tests.support.stack import ServerStack

CLINICS, DOCTORS = 500, 5_000
_FEW = 50
"""Timetables that are there before the others: some ten thousand slots."""
_ZONES = ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Vladivostok")
_SPECIALTIES = ("therapist", "surgeon", "cardiologist", "neurologist", "ent")
_QUESTIONS = {
    "free time of a specialty": "specialty=therapist",
    "free time of a clinic": "clinic_id=clinic-007",
    "free time of a doctor": "doctor_id=doctor-0007",
    "all free time": "",
}
_PATIENT = {"HTTP_LAG_SECONDS": "60", "HTTP_SECONDS": "60"}
_CLIENTS, _BOOKINGS, _ASKED = 16, 1_000, 30


async def run() -> list[Row]:
    """Few, then all; then another process."""
    stack = await asyncio.to_thread(ServerStack.start, None, s3=False)
    try:
        async with service(stack, _PATIENT) as running:
            await _put(running.mongo, range(_FEW))
            before = await _measured(running, "some ten thousand slots")
            started = time.perf_counter()
            await _put(running.mongo, range(_FEW, DOCTORS))
            seconds = time.perf_counter() - started
            there = await running.mongo.db["slots"].estimated_document_count()
            after = await _measured(running, "a million slots", before)
            ready = await _start(stack, running)
            return [
                Row("slots", float(there), "slots", None, "made by timers"),
                Row("a second", there / seconds, "1/s", None, "made by timers"),
                *before,
                *after,
                Row("a process that starts is ready within", ready, "s", None, "a million slots"),
            ]
    finally:
        await asyncio.to_thread(stack.stop)


async def _put(mongo: Mongo, which: range) -> None:
    """Clinics, doctors and timetables, as the import leaves them; wait for their slots."""
    clinics = [_ClinicMapper(Clinic).document(_clinic(n)) for n in range(CLINICS)]
    if which.start == 0:
        await mongo.db["known_clinics"].insert_many(clinics)
    doctors = [_DoctorMapper(Doctor).document(_doctor(n)) for n in which]
    await mongo.db["known_doctors"].insert_many(doctors)
    timetables = [_timetable(n) for n in which]
    documents = [Mapper(Timetable).document(timetable) for timetable in timetables]
    await mongo.db["timetables"].insert_many(documents)
    now = clock.now()
    await mongo.db["timers"].insert_many(
        [timer_document(MAKE, timetable.id, now) for timetable in timetables]
    )
    await eventually(partial(_at_rest, mongo), within=1_800, every=1)


async def _at_rest(mongo: Mongo) -> bool:
    soon = {"kind": MAKE, "state": "waiting", "due_at": {"$lt": clock.now() + timedelta(minutes=2)}}
    return await mongo.db["timers"].count_documents(soon, limit=1) == 0


async def _measured(running: Service, group: str, base: Sequence[Row] = ()) -> list[Row]:
    baseline = {row.name: row.value for row in base}
    found = {name: await _asked(running.port, query) for name, query in _QUESTIONS.items()}
    rows = [Row(name, value, "ms", None, group) for name, value in found.items()]
    turns: list[Run] = [await _bookings(running, _CLIENTS, _BOOKINGS) for _ in range(4)]
    rate = statistics.median(turn.rate for turn in turns[1:])
    rows.append(Row("bookings, 16 at a time", rate, "1/s", None, group))
    return [
        Row(r.name, r.value, r.unit, r.value / baseline[r.name] if baseline else None, group)
        for r in rows
    ]


async def _asked(port: int, query: str) -> float:
    """The median of first pages in milliseconds, none of them of a moment ago."""
    times = list[float]()
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for n in range(_ASKED):
            started = time.perf_counter()
            answer = await client.get(f"/v1/slots?{query}&limit={100 - n}")
            times.append(time.perf_counter() - started)
            answer.raise_for_status()
    return 1000 * statistics.median(times)


async def _start(stack: ServerStack, running: Service) -> float:
    """How long another process takes until it is ready."""
    (port,) = free_ports(1)
    keys = orjson.dumps(running.tokens.key_set()).decode()
    arguments = ("scheduling", str(port), running.mongo.db.name, keys)
    child = Child(
        "second",
        [*python("tests.benchmarks.clinic"), *arguments],
        env={**inherited_environment(), **stack.env(), "KAFKA_BOOTSTRAP": "127.0.0.1:1"},
        cwd=ROOT,
    )
    started = time.perf_counter()
    child.start()
    try:
        async with httpx2.AsyncClient() as client:
            await eventually(partial(_ready, client, port, "keys"), within=120)
        return time.perf_counter() - started
    finally:
        await asyncio.to_thread(child.stop, grace=5.0)


def _clinic(n: int) -> Clinic:
    return Clinic(
        id=f"clinic-{n:03d}",
        number=str(n),
        name=f"Поликлиника № {n}",
        organisation=f"ГБУЗ «Поликлиника № {n}»",
        address=f"ул. Садовая, д. {n}",
        phone="+74950000000",
        timezone=_ZONES[n % len(_ZONES)],
        licence=Permit(f"Л041-{n}", date(2020, 1, 1)),
        place=Place(55 + n / 100, 37 + n / 50),
        rooms=tuple(Room(str(room)) for room in range(10)),
    )


def _doctor(n: int) -> Doctor:
    return Doctor(
        id=f"doctor-{n:04d}",
        full_name="Орлова Мария Викторовна",
        position="врач",
        clinics=(f"clinic-{n % CLINICS:03d}",),
        specialties=(_SPECIALTIES[n % len(_SPECIALTIES)],),
        practising_since=2009,
    )


def _timetable(n: int) -> Timetable:
    clinic, room = f"clinic-{n % CLINICS:03d}", str(n // CLINICS)
    weekly = [StretchForm("08:00", "13:00", room, "first", 15, day) for day in range(1, 6)]
    plans = plans_of([PlanForm("2020-01-01", None, weekly)], {room})
    doctor = f"doctor-{n:04d}"
    return Timetable(timetable_id(doctor, clinic), doctor, clinic, plans, revision=1)
