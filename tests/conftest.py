"""Fixtures of every level: one stack of real servers a worker, a fresh database a test.

Folder = level = marker. A whole run has several workers, each with servers of its own, each taking
one file after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from services.chassis.foundation.settings import Platform
from tests.support.service import Collector, Tokens, fresh_database, platform_of
from tests.support.stack import ServerStack
from tests.support.stack.choice import StackKind, chosen
from tests.support.tools.alone import Alone
from tests.support.tools.last_resort import LastResort
from tests.support.tools.needs import left_out

_HERE = Path(__file__).parent
_LEVELS = ("unit", "contracts", "architecture", "component", "integration", "e2e")
_WORKERS = 2


def pytest_configure(config: pytest.Config) -> None:
    """A test that hangs on after its time was up must not hang the run.

    That time is pytest's: hypothesis' own 200 ms an example are over on a busy machine.
    """
    settings.register_profile("on any machine", deadline=None)
    settings.load_profile("on any machine")
    config.pluginmanager.register(LastResort())
    if _is_worker(config):
        config.pluginmanager.register(Alone(config.workerinput["testrunuid"]))  # type: ignore[attr-defined] # xdist's
    _load_anyio()


def pytest_xdist_auto_num_workers() -> int:
    """How many workers `-n auto` is: servers that somebody else runs are for one."""
    return 0 if chosen().kind is StackKind.EXTERNAL else _WORKERS


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """One file after the other, in our order; the tests of the platform all go to one worker."""
    config.option.loadscopereorder = False
    return _OneFileAWorker(config, log)


class _OneFileAWorker(LoadFileScheduling):  # type: ignore[misc] # xdist is untyped
    def _split_scope(self, nodeid: str) -> str:
        return "e2e" if nodeid.startswith("tests/e2e/") else str(super()._split_scope(nodeid))


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _load_anyio() -> None:
    """Load what anyio loads at first use, in the middle of some test.

    It is a plugin of pytest, which rewrites its modules; CPython 3.11 now and then fails at that
    while other threads run («AST constructor recursion depth mismatch», python/cpython#106905).
    """
    for name in dir(anyio):
        getattr(anyio, name)
    anyio.run(anyio.sleep, 0)  # its part for asyncio


def pytest_report_header() -> str:
    """Which servers the tests will run on."""
    try:
        choice = chosen()
    except RuntimeError as error:
        raise pytest.UsageError(str(error)) from error
    return f"servers: {choice.kind} ({choice.why})"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test by its folder. Cheap levels run first; among workers last, to end together."""
    for item in items:
        level = item.path.relative_to(_HERE).parts[0]
        if level in _LEVELS:
            item.add_marker(level)
    items.sort(
        key=lambda i: _LEVELS.index(i.path.relative_to(_HERE).parts[0]), reverse=_is_worker(config)
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tested, because a tool is not on this machine."""
    missing = left_out(terminalreporter.stats.get("skipped", []))
    if not missing:
        return
    count = sum(len(tests) for tests in missing.values())
    terminalreporter.section(f"NOT TESTED HERE: {count} tests", sep="!", red=True, bold=True)
    for reason, tests in missing.items():
        terminalreporter.line(f"needs {reason}", yellow=True, bold=True)
        for test in tests:
            terminalreporter.line(f"    {test}")
    terminalreporter.line("NEEDS=all makes each of them a failure.", yellow=True)


@pytest.fixture(scope="session")
def servers() -> Iterator[ServerStack]:
    """MongoDB, S3 and Kafka, once a session.

    STACK says of which kind (see tests/support/stack/choice.py); an embedded Kafka is the one in
    memory unless KAFKA=apache says otherwise.
    """
    stack = ServerStack.chosen()
    yield stack
    stack.stop()


@pytest.fixture
def platform(servers: ServerStack) -> Platform:
    """The platform's settings on these servers, without Kafka: events go in and out by hand."""
    return platform_of(servers, kafka_bootstrap="127.0.0.1:1")


@pytest.fixture
def kafka_platform(servers: ServerStack) -> Platform:
    """The platform's settings on these servers, with Kafka."""
    return platform_of(servers)


@pytest.fixture
def database() -> str:
    """A database name of this test's own."""
    return fresh_database()


@pytest.fixture
def tokens() -> Tokens:
    """Signs tokens that the service under test accepts."""
    return Tokens()


@pytest.fixture
def collector() -> Collector:
    """Takes what the relay publishes."""
    return Collector()
