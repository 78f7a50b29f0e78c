"""Starts everything in order, keeps it running, stops it. Owns every child process of the stack.

It restarts what dies, with a growing pause. It refuses to decide what the processes are: that is
`platform.py`.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from types import FrameType

from deploy.stacks.embedded.console import Console
from deploy.stacks.embedded.errors import StackError
from deploy.stacks.embedded.servers.base import Server

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# A process that lived this long is well again: its next death starts from the first pause.
WELL_AFTER = 60.0
_TICK = 0.1
STOP_WITHIN = 14.0


class StopRequestedError(Exception):
    """Somebody asked the stack to end while it was still starting."""


@dataclass
class _Watched:
    server: Server
    pause: float = FIRST_PAUSE
    since: float = field(default_factory=time.monotonic)
    restart_at: float | None = None
    restarts: int = 0
    coming_back: bool = False
    stage: int = 0
    # Starting one of these again makes the others start again, too.
    followers: Sequence[Server] = ()


@dataclass
class Supervisor:
    """The parent of all processes."""

    console: Console
    clock: Callable[[], float] = time.monotonic
    on_change: Callable[[], None] = lambda: None
    _watched: list[_Watched] = field(default_factory=list, repr=False)
    _stopping: threading.Event = field(default_factory=threading.Event, repr=False)
    _impatient: threading.Event = field(default_factory=threading.Event, repr=False)
    # Held around every start of a process and around the beginning of the end, so that nothing
    # is started behind the back of `stop`.
    _starting: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def servers(self) -> list[Server]:
        """All that were started, in their order."""
        return [watched.server for watched in self._watched]

    def restarts(self) -> dict[str, int]:
        """How often each process was started again."""
        return {watched.server.name: watched.restarts for watched in self._watched}

    def on_signals(self) -> None:
        """End on SIGINT and SIGTERM; a second one ends without waiting. Main thread only."""

        def handle(_number: int, _frame: FrameType | None) -> None:
            (self._impatient if self._stopping.is_set() else self._stopping).set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, handle)

    def request_stop(self) -> None:
        """As a signal would."""
        self._stopping.set()

    @property
    def stopping(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stopping.is_set()

    def start(self, servers: Iterable[Server]) -> None:
        """Start these side by side and wait until each is ready.

        Raises:
            StackError: one of them did not start.
            StopRequestedError: somebody asked to stop meanwhile.
        """
        group = list(servers)
        stage = max((watched.stage for watched in self._watched), default=-1) + 1
        self._watched += [_Watched(server, stage=stage) for server in group]
        self.during(*(lambda server=server: self._bring_up(server) for server in group))

    def during(self, *steps: Callable[[], None]) -> None:
        """Run blocking steps side by side in threads, while a request to stop is still heard.

        Raises:
            StackError: the first that a step raised.
            StopRequestedError: somebody asked to stop meanwhile.
        """
        if self._stopping.is_set():
            raise StopRequestedError
        pool = ThreadPoolExecutor(max_workers=max(1, len(steps)))
        try:
            pending = {pool.submit(step) for step in steps}
            while pending:
                done, pending = wait(pending, timeout=_TICK, return_when="FIRST_COMPLETED")
                if self._stopping.is_set():
                    raise StopRequestedError
                for step in done:
                    step.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _bring_up(self, server: Server) -> None:
        started = self.clock()
        self._start(server)
        server.ready()
        self.console.say(f"{server.title} is ready ({self.clock() - started:.1f} s)")

    def _start(self, server: Server) -> None:
        server.prepare()
        with self._starting:
            if self._stopping.is_set():
                raise StopRequestedError
            server.launch()

    def follow(self, leader: Server, followers: Iterable[Server]) -> None:
        """When `leader` had to be started again, start `followers` again, too."""
        for watched in self._watched:
            if watched.server is leader:
                watched.followers = tuple(followers)

    def watch(self) -> None:
        """Restart whatever dies, until somebody asks to stop."""
        while not self._stopping.wait(_TICK):
            self.tick()

    def tick(self) -> None:
        """One look at every process."""
        for watched in self._watched:
            if watched.coming_back:
                continue
            if watched.restart_at is not None:
                if self.clock() >= watched.restart_at:
                    self._restart(watched)
            elif not watched.server.alive:
                self._mourn(watched)

    def _mourn(self, watched: _Watched) -> None:
        server = watched.server
        if self.clock() - watched.since > WELL_AFTER:
            watched.pause = FIRST_PAUSE
        self.console.complain(
            f"{server.name} ended ({how(server.returncode)}); starting it again in "
            f"{watched.pause:.1f} s"
        )
        for line in server.tail()[-5:]:
            self.console.line(server.name, line)
        watched.restart_at = self.clock() + watched.pause
        watched.pause = min(watched.pause * 2, LONGEST_PAUSE)

    def _restart(self, watched: _Watched) -> None:
        watched.restart_at = None
        watched.coming_back = True
        watched.since = self.clock()
        watched.restarts += 1
        server = watched.server
        threading.Thread(
            target=self._come_back, args=(watched,), name=f"restart-{server.name}", daemon=True
        ).start()

    def _come_back(self, watched: _Watched) -> None:
        server = watched.server
        started = self.clock()
        try:
            self._start(server)
            server.ready()
        except StopRequestedError:
            return
        except StackError as error:
            if not self._stopping.is_set():
                self.console.complain(str(error).splitlines()[0])
                server.kill()  # alive but deaf counts as dead
            return
        finally:
            watched.coming_back = False
        self.console.say(f"{server.name} is back ({self.clock() - started:.1f} s)")
        self.on_change()
        for follower in watched.followers:
            if not self._stopping.is_set():
                self.console.say(f"{follower.name} starts again with it")
                follower.stop()

    def stop(self) -> float:
        """End everything in the reverse order, within `STOP_WITHIN` seconds; how long it took."""
        with self._starting:
            self._stopping.set()
        started = self.clock()
        stages = sorted({watched.stage for watched in self._watched}, reverse=True)
        for index, stage in enumerate(stages):
            left = STOP_WITHIN - (self.clock() - started)
            budget = max(0.5, left / (len(stages) - index))
            self._stop_stage([w.server for w in self._watched if w.stage == stage], budget)
        return self.clock() - started

    def _stop_stage(self, stage: list[Server], budget: float) -> None:
        pool = ThreadPoolExecutor(max_workers=max(1, len(stage)))
        pending = {pool.submit(server.stop) for server in stage}
        deadline = self.clock() + budget
        while pending and self.clock() < deadline and not self._impatient.is_set():
            _, pending = wait(pending, timeout=_TICK)
        if pending:
            for server in stage:
                server.kill()
        pool.shutdown(wait=True)


def how(returncode: int | None) -> str:
    """In words, how a process ended."""
    if returncode is None:
        return "nobody knows how"
    if returncode < 0:
        return f"killed by {signal.Signals(-returncode).name}"
    return f"exit status {returncode}"
