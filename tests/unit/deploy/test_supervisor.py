"""What dies is started again, with a growing pause; what forgets takes its followers along."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deploy.stacks.embedded.console import Console
from deploy.stacks.embedded.errors import ServerFailedError
from deploy.stacks.embedded.servers.base import Directories, Server
from deploy.stacks.embedded.supervisor import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    WELL_AFTER,
    StopRequestedError,
    Supervisor,
    how,
)
from tests.support.eventually import eventually


@dataclass
class Paper(Server):
    """A server without a process: the test decides when it lives and dies."""

    label: str = "paper"
    directories: Directories = field(default_factory=lambda: Directories(Path(), Path()))
    lives: bool = False
    fails: bool = False
    starts: int = 0
    ends: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.name = self.title = self.label

    @property
    def alive(self) -> bool:
        return self.lives

    @property
    def returncode(self) -> int | None:
        return -9

    def command(self) -> Sequence[str]:
        return []

    def probe(self) -> bool:
        return True

    def env(self) -> dict[str, str]:
        return {}

    def launch(self) -> None:
        self.starts += 1
        self.lives = True

    def ready(self) -> None:
        if self.fails:
            raise ServerFailedError(self.title, "did not answer", ["last", "words"], None)

    def stop(self) -> None:
        self.ends.append(self.name)
        self.lives = False

    def kill(self) -> None:
        self.lives = False


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def supervisor(clock: Clock, output: io.StringIO) -> Supervisor:
    return Supervisor(Console(output), clock=clock)


async def test_a_dead_process_is_started_again_after_a_pause(
    supervisor: Supervisor, clock: Clock, output: io.StringIO
) -> None:
    server = Paper()
    supervisor.start([server])
    server.lives = False
    supervisor.tick()
    supervisor.tick()
    assert server.starts == 1
    clock.now += FIRST_PAUSE
    supervisor.tick()
    await eventually(lambda: "paper is back" in output.getvalue())
    assert server.starts == 2
    assert supervisor.restarts() == {"paper": 1}
    assert "killed by SIGKILL" in output.getvalue()


async def test_the_pause_grows_to_a_limit_and_health_forgives(
    supervisor: Supervisor, clock: Clock, output: io.StringIO
) -> None:
    server = Paper()
    supervisor.start([server])
    (watched,) = supervisor._watched
    pauses = []
    for round_ in range(9):
        server.lives = False
        supervisor.tick()
        assert watched.restart_at is not None
        pauses.append(watched.restart_at - clock.now)
        clock.now = watched.restart_at
        supervisor.tick()
        wanted = round_ + 1
        await eventually(lambda: output.getvalue().count("is back") == wanted)  # noqa: B023 - awaited here
        await eventually(lambda: not watched.coming_back)
    assert pauses[:3] == [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4]
    assert pauses[-1] == LONGEST_PAUSE
    clock.now += WELL_AFTER + 1
    server.lives = False
    supervisor.tick()
    assert watched.restart_at == clock.now + FIRST_PAUSE


async def test_followers_start_again_with_a_leader_that_forgot(
    supervisor: Supervisor, clock: Clock
) -> None:
    broker, service = Paper(label="kafka"), Paper(label="service")
    supervisor.start([broker])
    supervisor.start([service])
    supervisor.follow(broker, [service])
    broker.lives = False
    supervisor.tick()
    clock.now += FIRST_PAUSE
    supervisor.tick()
    await eventually(lambda: service.ends == ["service"])
    supervisor.tick()
    clock.now += FIRST_PAUSE
    supervisor.tick()
    await eventually(lambda: service.starts == 2)


def test_the_end_comes_in_the_reverse_order(supervisor: Supervisor) -> None:
    ends: list[str] = []
    for name in ("mongo", "service", "gateway"):
        supervisor.start([Paper(label=name, ends=ends)])
    supervisor.stop()
    assert ends == ["gateway", "service", "mongo"]


def test_one_that_does_not_start_is_an_error_with_its_last_words(supervisor: Supervisor) -> None:
    with pytest.raises(ServerFailedError, match=r"did not answer; its last words:\s+last\s+words"):
        supervisor.start([Paper(fails=True)])


def test_a_request_to_stop_is_heard_while_starting(supervisor: Supervisor) -> None:
    asked = threading.Event()

    def step() -> None:
        supervisor.request_stop()
        asked.wait(10)

    try:
        with pytest.raises(StopRequestedError):
            supervisor.during(step)
    finally:
        asked.set()
    server = Paper()
    with pytest.raises(StopRequestedError):
        supervisor.start([server])
    assert server.starts == 0


def test_how_it_ended_in_words() -> None:
    assert how(1) == "exit status 1"
    assert how(-15) == "killed by SIGTERM"
