"""A real Apache Kafka and a MongoDB of these tests' own: they stop and kill the broker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.chassis.foundation.settings import Platform
from tests.support.service import platform_of
from tests.support.stack import ServerStack
from tests.support.stack.choice import StackKind, chosen
from tests.support.tools.needs import needs


@pytest.fixture(scope="session")
def apache() -> Iterator[ServerStack]:
    """Started once: a broker is restarted by one test after the other, never side by side."""
    if chosen().kind is StackKind.CONTAINERS:
        stack = ServerStack.contained(s3=False)
    else:  # also with STACK=external: nobody may kill a broker that is not ours
        needs("java")
        stack = ServerStack.start(kafka="apache", s3=False)
    with stack:
        yield stack


@pytest.fixture
def apache_platform(apache: ServerStack) -> Platform:
    """The platform's settings on them."""
    return platform_of(apache)
