"""`python -m deploy.stacks.embedded`: start the embedded stack; `… stop`: stop a running one."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from deploy.stacks.embedded import platform as layout
from deploy.stacks.embedded.choice import Chosen, choose_kafka
from deploy.stacks.embedded.console import Console
from deploy.stacks.embedded.errors import ReplicasNeedApacheError, StackError
from deploy.stacks.embedded.ports import require_free
from deploy.stacks.embedded.process import Child
from deploy.stacks.embedded.report import state, table
from deploy.stacks.embedded.servers import GivenKafka
from deploy.stacks.embedded.servers.base import Directories
from deploy.stacks.embedded.settings import GivenServers, Ports, StackSettings
from deploy.stacks.embedded.state import Lock, remove_state, stop_running, write_state
from deploy.stacks.embedded.supervisor import StopRequestedError, Supervisor
from deploy.stacks.topics import from_registry, provision

# Their own logs are long and for their own authors; shown only when one of them dies.
_QUIET = frozenset({"mongo", "s3", "kafka"})
_OPENS_WITHIN = 180.0


@dataclass
class Stack:
    """One run, from the first check to the last goodbye."""

    settings: StackSettings
    ports: Ports
    console: Console
    started: float = field(default_factory=time.monotonic)
    _opened: bool = False

    def __post_init__(self) -> None:
        """Only a demo has people of its own who are to come."""
        self._opened = not self.settings.demo

    def run(self) -> int:
        """Start, watch, stop; the exit status.

        Raises:
            StackError: it cannot start; everything that had started is stopped again.
        """
        lock = Lock(self.settings.run_dir).take()
        supervisor = Supervisor(self.console)
        supervisor.on_signals()
        try:
            self._start(supervisor)
            supervisor.watch()
        except StopRequestedError:
            self.console.say("asked to stop while starting")
        finally:
            self.console.say("stopping…")
            seconds = supervisor.stop()
            remove_state(self.settings.run_dir)
            lock.release()
            self.console.say(f"stopped in {seconds:.1f} s")
        return 0

    def _start(self, supervisor: Supervisor) -> None:
        directories = self._directories()
        self._check_ports()
        chosen = self._choose(supervisor, directories)
        if self.settings.replicas > 1 and not chosen.kafka.durable:
            raise ReplicasNeedApacheError(self.settings.replicas, chosen.why)
        platform = layout.build(self.settings, self.ports, directories, chosen.kafka)
        supervisor.start([*platform.servers, platform.sinks, platform.acquirer, platform.tsa])
        if chosen.kafka.durable:
            supervisor.during(lambda: self._provision(chosen))
        supervisor.start(platform.services)
        supervisor.start([platform.partners, platform.ops])
        supervisor.start([platform.gateway])
        if not chosen.kafka.durable:
            # What it held is gone: a service that starts publishes its outbox again.
            supervisor.follow(chosen.kafka, [*platform.services, platform.partners])
        seconds = time.monotonic() - self.started

        def save() -> None:
            content = state(
                self.settings,
                self.ports,
                chosen,
                supervisor.servers,
                seconds=seconds,
                restarts=supervisor.restarts(),
                opened=self._opened,
            )
            write_state(self.settings.run_dir, content)

        supervisor.on_change = save
        save()
        title = f"«Моё здоровье» is up: ready in {seconds:.1f} s. Ctrl-C stops it."
        self.console.table(title, table(self.settings, self.ports, platform, chosen))
        if self.settings.demo:
            self._open(layout.opening(self.settings, self.ports, directories, platform), save)

    def _open(self, opening: Child, save: Callable[[], None]) -> None:
        """Have the demo's people and clinics come, while the platform is there already."""

        def run() -> None:
            opening.start()
            opening.wait(_OPENS_WITHIN)
            if opening.returncode == 0:
                self._opened = True
                save()
                self.console.say("the demo's clinics, staff and citizens are there")
            else:
                self.console.complain("the demo is not open; its log says why: logs/demo.log")
                opening.kill()

        threading.Thread(target=run, name="opening", daemon=True).start()

    def _directories(self) -> Directories:
        run_dir = self.settings.run_dir.absolute()
        data, logs = run_dir / "data", run_dir / "logs"
        if self.settings.fresh and data.exists():
            self.console.say(f"FRESH: emptying {data}")
            _remove(data)
        _remove(logs)
        data.mkdir(parents=True, exist_ok=True)
        logs.mkdir(parents=True)

        def on_line(name: str, line: str) -> None:
            if name not in _QUIET:
                self.console.line(name, line)

        return Directories(data, logs, on_line)

    def _check_ports(self) -> None:
        wanted = {Ports.setting(name): port for name, port in self.ports.model_dump().items()}
        require_free(wanted)

    def _choose(self, supervisor: Supervisor, directories: Directories) -> Chosen:
        if self.settings.servers == "given":
            self.console.say("SERVERS=given: MongoDB, S3 and Kafka are somebody else's")
            return Chosen(GivenKafka(directories, given=GivenServers()), "SERVERS=given")
        found: list[Chosen] = []
        supervisor.during(
            lambda: found.append(
                choose_kafka(
                    self.settings.kafka,
                    directories=directories,
                    port=self.ports.kafka,
                    controller_port=self.ports.kafka_controller,
                    cache_dir=self.settings.cache_dir,
                    say=self.console.say,
                    cancelled=lambda: supervisor.stopping,
                )
            )
        )
        (chosen,) = found
        self.console.say("MongoDB, S3 (SeaweedFS): data survives a restart")
        self.console.say(f"{chosen.kafka.title} ({chosen.why}): {chosen.survives}")
        return chosen

    def _provision(self, chosen: Chosen) -> None:
        made = provision(chosen.kafka.bootstrap, from_registry())
        if made:
            self.console.say(f"topics made: {', '.join(made)}")


def _remove(directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)


def main(arguments: list[str]) -> int:
    """The command line."""
    if arguments not in ([], ["stop"]):
        print("usage: python -m deploy.stacks.embedded [stop]", file=sys.stderr)
        return 2
    try:
        settings, ports = StackSettings(), Ports()
        if arguments == ["stop"]:
            print(stop_running(settings.run_dir))
            return 0
        console = Console(
            colours=False if settings.no_color else None, raw=settings.log_format == "json"
        )
        return Stack(settings, ports, console).run()
    except ValidationError as error:
        for problem in error.errors():
            name = ".".join(str(part) for part in problem["loc"]).upper()
            print(f"setting {name}: {problem['msg']}, not {problem['input']!r}", file=sys.stderr)
    except (StackError, TimeoutError) as error:
        print(f"error: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
