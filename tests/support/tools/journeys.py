"""The steps of a journey, each so that it can be taken again when the way to a service broke off.

The demo's `Gateway` repeats by itself what may be repeated. A write without an Idempotency-Key that
broke off may or may not have taken effect: here its sender looks before trying again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from deploy.world.demo.citizen import Citizen
from deploy.world.demo.forms import filled_form, findings
from deploy.world.demo.gateway import RefusedError
from deploy.world.demo.papers import policy_scan, test_results
from deploy.world.demo.scenario import Scenario

_PATIENCE = 90.0
_BROKE_OFF = frozenset({502, 503, 504})
_NOT_MINE_YET = frozenset({403, 404})


async def brought_about(
    look: Callable[[], Awaitable[Any]],
    there: Callable[[Any], bool],
    act: Callable[[Any], Awaitable[Any]],
) -> Any:
    """Look, act if it is not there yet, look again: until it is there. What was seen then."""
    async with asyncio.timeout(_PATIENCE):
        while True:
            seen = await look()
            if there(seen):
                return seen
            try:
                await act(seen)
            except RefusedError as refused:
                if refused.status not in _BROKE_OFF:
                    raise


async def apply(citizen: Citizen) -> dict[str, Any]:
    """A draft, its scans, its fields, its submission; the submitted application."""
    gateway, name = citizen.gateway, citizen.person.full_name
    types = await gateway.get("certificates", "/types", query="086")
    kind = {"type": types["items"][0]["code"]}
    draft = await gateway.post("certificates", "/applications", kind, once=True)
    scan = policy_scan(name, citizen.person.profile["oms"])
    policy = await citizen.upload("полис.jpg", scan, "image/jpeg")
    results = await citizen.upload("анализы.pdf", test_results(name), "application/pdf")
    filled = filled_form(policy["file_id"], results["file_id"])

    async def look() -> Any:
        return await gateway.get("certificates", f"/applications/{draft['id']}")

    await brought_about(look, lambda a: bool(a["attachments"]), lambda a: citizen.edit(a, filled))
    submitted: dict[str, Any] = await brought_about(
        look, lambda a: a["state"] != "draft", citizen.submit
    )
    return submitted


async def doctor_logs_in(journeys: Sequence[Scenario]) -> str:
    """The one demo doctor at every journey, a code by SMS each; the act of a signing session."""
    for journey in journeys:
        await journey.doctor.log_in()
    return await journeys[0].doctor.open_session()


async def review(journey: Scenario, act: str) -> None:
    """The doctor takes the application and approves it, in the signing session of that act."""
    application_id = journey.outcome.application["id"]
    doctor, path = journey.doctor, f"/reviews/{application_id}"

    async def look() -> Any:
        try:
            return await doctor.gateway.get("certificates", path)
        except RefusedError as refused:
            if refused.status not in _NOT_MINE_YET:
                raise
            return {"state": "waiting"}

    async def claim(_seen: Any) -> None:
        await doctor.claim(application_id)

    async def approve(_seen: Any) -> None:
        await doctor.approve(application_id, findings(), act)

    await brought_about(look, lambda a: a["state"] != "waiting", claim)
    await brought_about(look, lambda a: a["state"] in {"approved", "issued"}, approve)


def every_visit_is_told_once(
    visits: Sequence[Mapping[str, Any]], journal: Sequence[Mapping[str, Any]]
) -> None:
    """Each in every channel; of one cancelled before its talon came, only the cancelling is told.

    Raises:
        AssertionError: one was not told, or twice.
    """
    told = Counter(
        (message["link"].partition("#")[2], message["channel"])
        for message in journal
        if message["template"].startswith("appointment-booked.")
    )
    for visit in visits:
        for channel in ("sms", "email", "push"):
            count = told[visit["talon"]["number"], channel]
            assert count <= 1, visit["talon"]
            assert count == 1 or visit["status"] == "cancelled", visit["talon"]


async def cancel(journey: Scenario, appointment_id: str) -> None:
    """The citizen cancels a visit."""
    gateway, path = journey.citizen.gateway, f"/appointments/{appointment_id}"

    async def act(_seen: Any) -> None:
        await gateway.post("scheduling", f"{path}/cancellation", {"reason": "планы"})

    await brought_about(
        lambda: gateway.get("scheduling", path), lambda a: a["status"] == "cancelled", act
    )
