"""A parent acts for a child through all services, until the right is withdrawn (I12, d12)."""

from __future__ import annotations

import asyncio
import random

from deploy.world.demo.citizen import download
from deploy.world.demo.gateway import Gateway, RefusedError
from deploy.world.demo.person import new_child
from deploy.world.demo.scenario import Scenario
from deploy.world.demo.steps import Steps
from tests.support.eventually import eventually

REFUSED = "right-ended"


async def test_a_certificate_and_a_visit_for_a_child(gateway: Gateway) -> None:
    """Asked for, answered by the registry, applied, approved, sealed, booked, told, withdrawn."""
    journey = Scenario(gateway, Steps(quiet=True), seed=12)
    await journey.become_confirmed()
    parent, child = journey.citizen, new_child(random.Random(12))
    right = await parent.represent(child)
    assert right["state"] == "active"
    own, parent.gateway = parent.gateway, await parent.act_for(right["subject_id"])

    await journey.apply()  # with its messages, which reach the parent
    application = journey.outcome.application
    assert application["fields"]["last_name"] == child["last_name"]
    assert application["history"][0]["actor_id"] == parent.account_id
    await journey.review()
    await asyncio.gather(*(box.wait_for("готова") for box in (parent.phone, parent.mailbox)))
    (certificate,) = (await parent.gateway.get("certificates", "/certificates"))["items"]
    sealed = await download(parent.gateway, certificate["document_id"])
    assert sealed.startswith(b"%PDF-")
    await journey.book()
    letter = await own.get("notifier", "/messages", limit=100)
    assert any(child["first_name"] in m["text"] for m in letter["items"])

    # nothing of it is the parent's own
    for service, path in (
        ("certificates", "/applications"),
        ("certificates", "/certificates"),
        ("documents", "/documents"),
        ("scheduling", "/appointments"),
    ):
        assert (await own.get(service, path))["items"] == [], (service, path)

    await own.post("identity", f"/representations/{right['right_id']}/withdrawal")
    for service, path in (
        ("certificates", "/applications"),
        ("documents", "/documents"),
        ("scheduling", "/appointments"),
    ):

        async def refused(service: str = service, path: str = path) -> bool:
            try:
                await parent.gateway.get(service, path)
            except RefusedError as error:
                return error.code == REFUSED
            return False

        assert await eventually(refused), (service, path)
