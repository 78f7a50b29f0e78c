"""What every server of the stack can do: start, tell when it is ready, stop, give its address."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy import ROOT
from deploy.stacks.embedded.errors import ServerFailedError
from deploy.stacks.embedded.process import Child
from deploy.stacks.embedded.settings import inherited_environment


@dataclass(frozen=True)
class Directories:
    """Where a server keeps its data and log, and who hears its lines."""

    data_dir: Path
    log_dir: Path
    on_line: Callable[[str, str], None] | None = None

    def of(self, name: str) -> Path:
        """The data directory of one server, made if need be."""
        path = self.data_dir / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def log(self, name: str) -> Path:
        """The log file of one process."""
        self.log_dir.mkdir(parents=True, exist_ok=True)
        return self.log_dir / f"{name}.log"


@dataclass
class Server(ABC):
    """One child process. `start` returns at once, `ready` waits until it really serves."""

    directories: Directories
    name: str = field(init=False)
    title: str = field(init=False)
    grace: float = field(init=False, default=5.0)
    ready_within: float = field(init=False, default=60.0)
    _child: Child | None = field(init=False, default=None, repr=False)
    _helper: Child | None = field(init=False, default=None, repr=False)

    @abstractmethod
    def command(self) -> Sequence[str]:
        """The command line; writes configuration files it needs."""

    @abstractmethod
    def probe(self) -> bool:
        """Whether it serves now; an exception means "not yet"."""

    @abstractmethod
    def env(self) -> dict[str, str]:
        """The settings by which a service finds this server."""

    def environment(self) -> Mapping[str, str]:
        """The environment of the process itself."""
        return inherited_environment()

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._child.pid if self._child else None

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._child is not None and self._child.alive

    @property
    def returncode(self) -> int | None:
        """How it ended; negative: by that signal."""
        return self._child.returncode if self._child else None

    def tail(self) -> list[str]:
        """The last lines it printed."""
        return self._child.tail() if self._child else []

    def prepare(self) -> None:
        """Do what must be done before the process can start; repeatable, may take seconds."""
        return

    def start(self) -> None:
        """Prepare and launch, on the same addresses as before.

        Raises:
            StackError: there is no such program, or it could not be prepared.
        """
        self.prepare()
        self.launch()

    def launch(self) -> None:
        """Start the process; returns at once.

        Raises:
            MissingServerError: there is no such program.
        """
        if self.alive:
            return
        argv = self.command()
        listener = self.directories.on_line
        self._child = Child(
            self.name,
            argv,
            env=self.environment(),
            cwd=ROOT,
            log=self.directories.log(self.name),
            on_line=(lambda line: listener(self.name, line)) if listener else None,
            redacted=self.redacted,
        )
        self._child.start()

    def redacted(self, line: bytes) -> bytes:
        """A line of its output without anybody's data."""
        return line

    def ready(self) -> None:
        """Wait until it serves.

        Raises:
            ServerFailedError: it ended, or did not answer in time.
        """
        deadline = time.monotonic() + self.ready_within
        while time.monotonic() < deadline:
            if not self.alive:
                what = f"ended with status {self.returncode} before it was ready"
                raise self._failed(what)
            if self._serves():
                return
            time.sleep(0.03)
        what = f"did not answer within {self.ready_within:.0f} s"
        raise self._failed(what)

    def _serves(self) -> bool:
        try:
            return self.probe()
        except Exception:  # each client library has its own "not yet"
            return False

    def _failed(self, what: str) -> ServerFailedError:
        log = self._child.log if self._child else None
        return ServerFailedError(self.title, what, self.tail(), log)

    def run_helper(self, argv: Sequence[str], within: float = 60.0) -> None:
        """Run a short command to its end, as a part of `prepare`.

        A child like any other: Ctrl-C in the terminal does not reach it, `stop` ends it.

        Raises:
            ServerFailedError: it failed, or did not end in time.
        """
        log = self.directories.log(self.name)
        helper = Child(self.name, argv, env=self.environment(), cwd=ROOT, log=log)
        self._helper = helper
        helper.start()
        finished = helper.wait(within)
        helper.kill()
        if not finished or helper.returncode != 0:
            what = f"could not be prepared by `{' '.join(argv[-4:])}`"
            raise ServerFailedError(self.title, what, helper.tail(), log)

    def stop(self) -> None:
        """End it gently, then not so gently."""
        if self._helper:
            self._helper.kill()
        if self._child:
            self._child.stop(self.grace)

    def kill(self) -> None:
        """End it as a power failure would."""
        if self._helper:
            self._helper.kill()
        if self._child:
            self._child.kill()


@dataclass
class Kafka(Server):
    """Whatever answers the Kafka protocol."""

    port: int = 0
    durable: bool = field(init=False, default=True)
    fetch_max_wait_ms: int = field(init=False, default=500)

    @property
    def bootstrap(self) -> str:
        """host:port for clients."""
        return f"127.0.0.1:{self.port}"

    def env(self) -> dict[str, str]:
        """See `Server.env`."""
        return {
            "KAFKA_BOOTSTRAP": self.bootstrap,
            "KAFKA_FETCH_MAX_WAIT_MS": str(self.fetch_max_wait_ms),
            "OUTBOX_REPUBLISH": "false" if self.durable else "true",
        }
