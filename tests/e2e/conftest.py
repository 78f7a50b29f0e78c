"""The whole platform, once for all tests here: the same program that `make run` starts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from contracts.topics import SERVICES
from deploy.world.demo.gateway import Gateway
from tests.support.stack import PlatformStack
from tests.support.tools.otlp import Receiver, receiver
from tests.support.tools.scans import Scans

WHOLE = (
    # a broker in memory has forgotten everything at its start: the whole outbox is told again
    ".outbox update {'q': {'published'",
    # the key set is read whole: it is two or three keys
    "identity.signing_keys query {'filter': {}",
)


@pytest.fixture(scope="package")
def spans() -> Iterator[Receiver]:
    """Where the platform sends its traces."""
    with receiver() as found:
        yield found


@pytest.fixture(scope="package")
def everything(spans: Receiver) -> Iterator[PlatformStack]:
    """Five services, gateway, partners, servers."""
    stack = PlatformStack.chosen(env={"OTEL_EXPORTER_OTLP_ENDPOINT": spans.endpoint})
    scans = Scans(stack.mongo_url, SERVICES)
    yield stack
    found = [scan for scan in scans.found() if not any(whole in scan for whole in WHOLE)]
    scans.close()
    stack.stop()
    assert found == [], "every query of a journey has its index"


@pytest.fixture
async def gateway(everything: PlatformStack) -> AsyncIterator[Gateway]:
    """A caller without tokens."""
    found = Gateway(everything.url)
    yield found
    await found.close()
