"""A process that kills itself at a commit, as a power cut would."""

from __future__ import annotations

import os
import signal

from pymongo import monitoring


class KilledAt(monitoring.CommandListener):
    """Kills the process at its so-manieth commit that puts something into a collection."""

    def __init__(self, moment: str, commit: int, collection: str = "appointments") -> None:
        self._moment = moment
        self._left = commit
        self._collection = collection
        self._inside = False

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command.get("insert") == self._collection:
            self._inside = True
        if event.command_name == "commitTransaction" and self._inside:
            self._inside = False
            self._left -= 1
            self._now("before")

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        if event.command_name == "commitTransaction":
            self._now("after")

    def failed(self, _: monitoring.CommandFailedEvent) -> None:
        pass

    def _now(self, moment: str) -> None:
        if moment == self._moment and self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
