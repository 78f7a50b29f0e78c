"""A region's worth: 500 clinics, 5,000 doctors, two weeks of slots, through the doors (K10).

    python -m tests.benchmarks.importing [CLINICS DOCTORS]
    python -m tests.benchmarks.importing file PATH [CLINICS DOCTORS]   only writes the file

Prints how long each door takes, how fast slots follow, how much memory the services have at most,
and what a page of free slots costs meanwhile and afterwards.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from pymongo import MongoClient

from deploy.stacks.embedded.settings import StackSettings
from deploy.tools.admin import environment
from deploy.world.demo.gateway import Gateway
from deploy.world.demo.imports import import_file
from deploy.world.demo.opening import Opening, first_administrator
from tests.benchmarks.world import kafka, machine
from tests.support.services.identity import CLINIC
from tests.support.stack import PlatformStack

CLINICS, DOCTORS = 500, 5_000
_ZONES = ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Vladivostok")
_HEAD = {
    "role": "administrator",
    "login": "head",
    "password": "Регион-открывается-1",
    "phone": "+79995550001",
    "email": "head@zdorovie.example",
    "name": {"last": "Ясная", "first": "Вера", "middle": "Ильинична"},
}


def region(clinics: int, doctors: int) -> bytes:
    """The file: twenty visits a working day of each doctor."""
    found: Mapping[str, list[dict[str, Any]]] = {
        "clinics": [
            CLINIC | {"id": f"clinic-{n}", "number": str(n), "timezone": _ZONES[n % len(_ZONES)]}
            for n in range(clinics)
        ],
        "staff": [
            {
                "id": f"doctor-{n}",
                "full_name": "Орлова Мария Викторовна",
                "position": "врач-терапевт",
                "email": f"doctor-{n}@zdorovie.example",
                "posts": [{"role": "doctor", "clinic_id": f"clinic-{n % clinics}"}],
                "practice": {"specialties": ["therapist"], "practising_since": 2009},
            }
            for n in range(doctors)
        ],
        "timetables": [
            {
                "doctor_id": f"doctor-{n}",
                "clinic_id": f"clinic-{n % clinics}",
                "hours": "пн–пт 08:00–13:00",
                "room": "214",
                "minutes": 15,
            }
            for n in range(doctors)
        ],
    }
    return json.dumps(found, ensure_ascii=False).encode()


class _Watch:
    """Looks once a second: the most memory of each service, and what a page of slots costs."""

    def __init__(self, stack: PlatformStack, gateway: Gateway) -> None:
        self._stack, self._gateway = stack, gateway
        self.most: dict[str, int] = {}
        self.pages: list[float] = []

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            for name in ("identity", "scheduling"):
                used = psutil.Process(self._stack.pid(name)).memory_info().rss >> 20
                self.most[name] = max(used, self.most.get(name, 0))
            started = time.perf_counter()
            await self._gateway.get("scheduling", "/slots", limit=50)
            self.pages.append(time.perf_counter() - started)
            await asyncio.sleep(1.0)  # between two looks


async def measure(stack: PlatformStack, clinics: int, doctors: int) -> None:
    """Import it twice, and wait for the slots."""
    gateway, file = Gateway(stack.url), region(clinics, doctors)
    env = environment(stack.state, StackSettings(run_dir=stack.directory))
    admin = partial(first_administrator, env=env)
    opening = Opening(gateway, Path(), [_HEAD], file, admin, print)
    head = await opening.administrator(_HEAD)
    watch = _Watch(stack, gateway.caller())
    watching = asyncio.create_task(watch.run())
    print(f"{clinics} clinics, {doctors} doctors: {len(file) >> 10} KiB")
    started = time.perf_counter()
    for door in ("identity", "scheduling"):
        begun = time.perf_counter()
        (report,) = await import_file(head, file, doors=(door,))
        print(f"{door}: {time.perf_counter() - begun:.0f} s; {'; '.join(report.lines()[:4])}")
    slots = await _settled(stack)
    print(f"{slots:,} slots, {time.perf_counter() - started:.0f} s after the file was sent")
    print(f"a page of 50 free slots meanwhile: {_of(watch.pages)}")
    watch.pages.clear()
    await asyncio.sleep(10)  # nothing else goes on
    print(f"… afterwards: {_of(watch.pages)}")
    await head.renew()
    begun = time.perf_counter()
    again = await import_file(head, file)
    print(f"the same again: {time.perf_counter() - begun:.0f} s; {'; '.join(again[-1].lines())}")
    print(f"most memory, MiB: {watch.most}")
    watching.cancel()
    await gateway.close()


async def _settled(stack: PlatformStack) -> int:
    """The number of slots, when no more are made."""
    client: MongoClient[Any] = MongoClient(stack.env()["MONGO_URL"])
    slots, before = client["scheduling"]["slots"], -1
    while True:
        now = await asyncio.to_thread(slots.estimated_document_count)
        if now and now == before:
            client.close()
            return int(now)
        before = now
        await asyncio.sleep(5.0)  # between two looks


def _of(seconds: Sequence[float]) -> str:
    return f"median {statistics.median(seconds) * 1000:.0f} ms, most {max(seconds) * 1000:.0f} ms"


def main(arguments: Sequence[str]) -> None:
    """The command line."""
    if arguments[:1] == ["file"]:
        clinics, doctors = map(int, arguments[2:4] or (CLINICS, DOCTORS))
        Path(arguments[1]).write_bytes(region(clinics, doctors))
        return
    clinics, doctors = map(int, arguments[:2] or (CLINICS, DOCTORS))
    print(machine())
    with PlatformStack.start(kafka()[0], env={"DEMO": "false"}) as stack:
        asyncio.run(measure(stack, clinics, doctors))


if __name__ == "__main__":
    main(sys.argv[1:])
