"""From the doctor's approval to «issued» and to the SMS on the citizen's phone, milliseconds.

On the whole platform as `make run` starts it, over HTTP through the gateway, by the demo's own
client. The doctor has opened a signing session. The clock starts when the approval is sent;
«issued» is when the citizen sees it (asked every 10 ms), «SMS» is when the SMS centre has it. In
between lie four hops over Kafka and the sealing. Baseline: the answer to the approval itself.

And how many a second go the whole way, draft to issued, several people at once: scans, a code by
SMS, the receipt, the doctor's claim and approval, both seals. Baseline: one person alone.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence

from deploy.world.demo.doctor import Doctor
from deploy.world.demo.forms import findings
from deploy.world.demo.gateway import Gateway
from deploy.world.demo.scenario import Scenario
from deploy.world.demo.steps import Steps
from tests.benchmarks.row import Row
from tests.benchmarks.world import kafka
from tests.support.stack import PlatformStack

CERTIFICATES = 10
AT_ONCE, ROUNDS = 6, 2
"""People who apply at the same time, and how often each; one doctor holds ten at most."""
UNIT = "ms"
Times = tuple[float, float, float]


async def run() -> list[Row]:
    """Issue certificates one after another; the first warms up and does not count."""
    stack = await asyncio.to_thread(PlatformStack.start, kafka()[0])
    gateway = Gateway(stack.url)
    try:
        journey = Scenario(gateway, Steps(quiet=True))
        await journey.become_confirmed()
        await journey.doctor.log_in()
        act = await journey.doctor.open_session()
        times = [await _issue(journey, act) for _ in range(CERTIFICATES + 1)][1:]
        alone = await _whole_ways([journey], journey.doctor, act)
        others = [Scenario(Gateway(stack.url), Steps(quiet=True)) for _ in range(AT_ONCE)]
        await asyncio.gather(*(other.become_confirmed() for other in others))
        together = await _whole_ways(others, journey.doctor, act)
        await asyncio.gather(*(other.stranger.close() for other in others))
    finally:
        await gateway.close()
        await asyncio.to_thread(stack.stop)
    answered, issued, heard = ([t[n] * 1000 for t in times] for n in range(3))
    baseline = statistics.median(answered)
    named = {
        "approval answered (baseline)": baseline,
        "certificate issued": statistics.median(issued),
        f"certificate issued, worst of {CERTIFICATES}": max(issued),
        "SMS at the SMS centre": statistics.median(heard),
        f"SMS at the SMS centre, worst of {CERTIFICATES}": max(heard),
    }
    ways = {"one alone": alone, f"{AT_ONCE} people at once": together}
    return [
        *(Row(name, value, UNIT, value / baseline) for name, value in named.items()),
        *(Row(f"draft to issued, {n}", v, "1/s", v / alone) for n, v in ways.items()),
    ]


async def _whole_ways(people: Sequence[Scenario], doctor: Doctor, act: str) -> float:
    """Certificates a second, from each person's draft to «issued»."""

    async def one(person: Scenario) -> None:
        await person.apply()
        await _approve_and_see(person, doctor, act)

    started = time.perf_counter()
    for _ in range(ROUNDS):
        await asyncio.gather(*map(one, people))
    return len(people) * ROUNDS / (time.perf_counter() - started)


async def _approve_and_see(person: Scenario, doctor: Doctor, act: str) -> None:
    application_id = person.outcome.application["id"]
    await doctor.claim(application_id)
    await doctor.approve(application_id, findings(), act)
    await _issued(person, application_id)


async def _issued(person: Scenario, application_id: str) -> None:
    async with asyncio.timeout(60):
        while True:
            path = f"/applications/{application_id}"
            if (await person.citizen.gateway.get("certificates", path))["state"] == "issued":
                return
            await asyncio.sleep(0.01)  # a gentle look: what is measured shares the cores


async def _issue(journey: Scenario, act: str) -> Times:
    """One application from the draft to the certificate; seconds since the approval was sent."""
    await journey.apply()
    application_id = journey.outcome.application["id"]
    doctor = journey.doctor
    await doctor.claim(application_id)
    await journey.citizen.phone.skip()
    started = time.perf_counter()

    async def issued() -> float:
        await _issued(journey, application_id)
        return time.perf_counter() - started

    async def heard() -> float:
        await journey.citizen.phone.wait_for("готова", within=60)
        return time.perf_counter() - started

    await doctor.approve(application_id, findings(), act)
    answered = time.perf_counter() - started
    seen, sms = await asyncio.gather(issued(), heard())
    return answered, seen, sms
