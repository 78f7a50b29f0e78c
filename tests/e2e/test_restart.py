"""Everything dies at once, and the broker forgets: nothing is lost (E6, E7, N9, X6)."""

from __future__ import annotations

import collections
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.stacks.embedded.state import stop_running
from deploy.world.demo.citizen import Citizen, download
from deploy.world.demo.gateway import Gateway
from deploy.world.demo.scenario import Scenario
from deploy.world.demo.steps import Steps
from tests.support.eventually import eventually
from tests.support.stack import PlatformStack, scratch_dir


@pytest.fixture
def directory() -> Iterator[Path]:
    """Data that outlive the platform, and not the test."""
    found = scratch_dir("zdorovie-restart-")
    yield found
    shutil.rmtree(found, ignore_errors=True)


@pytest.mark.timeout(300)
async def test_power_failure_right_after_the_approval(directory: Path) -> None:
    """The broker loses every event; outboxes publish again, inboxes deduplicate.

    A killed supervisor leaves no orphan, and `make stop` none either.
    """
    with PlatformStack.start(kafka="memory", data_dir=directory) as before:
        journey = Scenario(Gateway(before.url), Steps(quiet=True), seed=21)
        await journey.become_confirmed()
        await journey.apply()
        await journey.review()
        assert before.process.pid
        pids = before.state["pids"]
        os.kill(before.process.pid, signal.SIGKILL)
        await eventually(lambda: not _running(pids))
    with PlatformStack.start(kafka="memory", data_dir=directory) as after:
        gateway = Gateway(after.url)
        citizen = Citizen(gateway, journey.citizen.person)
        await citizen.phone.wait_for("готова", within=60)
        await citizen.log_in()
        (certificate,) = (await gateway.get("certificates", "/certificates"))["items"]
        assert (await download(gateway, certificate["document_id"])).startswith(b"%PDF-")
        journal = await gateway.get("notifier", "/messages", limit=100)
        told = collections.Counter((m["template"], m["channel"]) for m in journal["items"])
        once = {
            (template, channel): told[template, channel]
            for template in ("application-submitted.v2", "certificate-issued.v2")
            for channel in ("sms", "email", "push")
        }
        assert set(once.values()) == {1}, told
        await gateway.close()
        pids = after.state["pids"]
        assert "has stopped" in stop_running(directory)
        assert after.process.wait(5)
        assert after.process.returncode == 0
        assert not _running(pids)
        assert not (directory / "stack.json").exists()


def _running(pids: dict[str, int]) -> list[str]:
    return [name for name, pid in pids.items() if psutil.pid_exists(pid)]
