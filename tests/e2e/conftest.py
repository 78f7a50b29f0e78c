"""The whole platform, once a session: the same program that `make run` starts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.demo.gateway import Gateway
from tests.support.stack import PlatformStack


@pytest.fixture(scope="session")
def everything() -> Iterator[PlatformStack]:
    """Five services, gateway, partners, servers."""
    stack = PlatformStack.start(kafka="memory")
    yield stack
    stack.stop()


@pytest.fixture
async def gateway(everything: PlatformStack) -> AsyncIterator[Gateway]:
    """A caller without tokens."""
    found = Gateway(everything.url)
    yield found
    await found.close()
