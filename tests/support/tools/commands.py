"""What a service asks MongoDB for, command by command: equal work is compared, not clocks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pymongo import monitoring

_STORED = ("insert", "update", "delete", "find", "findAndModify", "aggregate", "count")


@dataclass
class Commands(monitoring.CommandListener):
    """The commands on some collections of one database, in order, while it listens.

    Clients that are made after it hear it: the driver takes global listeners only when it starts.
    """

    database: str
    seen: list[str] = field(default_factory=list)
    _listens: bool = False
    _left_out: frozenset[str] = frozenset()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Note one."""
        name = event.command_name
        if not self._listens or event.database_name != self.database or name not in _STORED:
            return
        said = f"{name} {event.command[name]}"
        if said not in self._left_out:
            self.seen.append(said)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to do."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to do."""

    @contextmanager
    def listening(self, *, left_out: tuple[str, ...] = ()) -> Iterator[list[str]]:
        """The commands of a block, without those of the loops that run beside it."""
        self.seen, self._left_out, self._listens = [], frozenset(left_out), True
        try:
            yield self.seen
        finally:
            self._listens = False


def listen(database: str) -> Commands:
    """A listener of every client made from now on, for one database."""
    commands = Commands(database)
    monitoring.register(commands)
    return commands
