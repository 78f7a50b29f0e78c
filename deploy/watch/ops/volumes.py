"""How full the file systems with data are: MongoDB's, Kafka's, S3's; the watcher's own metrics.

It looks at places on this machine by `statvfs` and reads nothing in them. A place that cannot be
measured has no size, and `volume_measured` says so: a number that is not known is not kept.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog
from prometheus_client import generate_latest

from services.chassis.foundation.faults import redacted
from services.chassis.telemetry.metrics import Bound, MetricSet

log = structlog.get_logger(__name__)

Places = Mapping[str, Path]

_LOOK_SECONDS = 2.0
_NAMES = Bound("the names in `OPS_VOLUMES`: `mongo`, `kafka`, `s3`")


@dataclass(frozen=True)
class Room:
    """A file system as who is not root finds it, in bytes."""

    size: int
    free: int


def room(path: Path) -> Room:
    """Ask the operating system.

    Raises:
        OSError: there is no such place, or it may not be reached.
    """
    said = os.statvfs(path)
    return Room(size=said.f_blocks * said.f_frsize, free=said.f_bavail * said.f_frsize)


def parsed(text: str) -> Places:
    """`mongo=/data/mongo,s3=/data/s3` by name.

    Raises:
        ValueError: it is not written so; names the part.
    """
    found: dict[str, Path] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, path = (word.strip() for word in part.partition("="))
        if not name or not path.startswith("/") or name in found:
            message = f"not `volume=/path`, each volume once: {part!r}"
            raise ValueError(message)
        found[name] = Path(path)
    return found


class WatcherMetrics(MetricSet):
    """What the watcher says of itself. Its requests are its own pages': nobody counts them."""

    def __init__(self) -> None:
        super().__init__()
        self.free = self.gauge(
            "volume_free_bytes",
            "Room that is left to programs (not root) on the file system of a volume.",
            volume=_NAMES,
        )
        self.size = self.gauge(
            "volume_size_bytes", "The file system of a volume, full and free.", volume=_NAMES
        )
        self.measured = self.gauge(
            "volume_measured",
            "1 while the volume can be looked at; at 0 its other series are absent.",
            volume=_NAMES,
        )

    def render(self) -> bytes:
        """The Prometheus text format."""
        return generate_latest(self.registry)


class Volumes:
    """Measures every place, side by side and in bounded time."""

    def __init__(
        self,
        places: Places,
        metrics: WatcherMetrics,
        *,
        ask: Callable[[Path], Room] = room,
        seconds: float = _LOOK_SECONDS,
    ) -> None:
        self._places, self._metrics = places, metrics
        self._ask, self._seconds = ask, seconds
        self._asked: dict[str, asyncio.Task[Room]] = {}
        self._unknown: set[str] = set()

    async def measure(self) -> None:
        """Look once. A dead network disk holds up one thread of its own, not the watcher."""
        for name, path in self._places.items():
            if name not in self._asked:
                self._asked[name] = asyncio.create_task(asyncio.to_thread(self._ask, path))
        if self._asked:
            await asyncio.wait(self._asked.values(), timeout=self._seconds)
        for name in self._places:
            try:
                self._known(name, self._answer(name))
            except OSError as error:
                self._not_known(name, error)

    def _answer(self, name: str) -> Room:
        if not self._asked[name].done():  # asked again only when this one is answered
            message = "no answer"
            raise TimeoutError(message)
        return self._asked.pop(name).result()

    def _known(self, name: str, found: Room) -> None:
        self._metrics.measured.labels(name).set(1)
        self._metrics.size.labels(name).set(found.size)
        self._metrics.free.labels(name).set(found.free)
        if name in self._unknown:
            self._unknown.remove(name)
            log.info("a volume can be measured again", volume=name)

    def _not_known(self, name: str, error: OSError) -> None:
        self._metrics.measured.labels(name).set(0)
        if name in self._unknown:
            return  # said once, not at every round
        self._unknown.add(name)
        for gauge in (self._metrics.size, self._metrics.free):
            gauge.remove(name)
        log.warning("a volume cannot be measured", volume=name, error=redacted(error))
