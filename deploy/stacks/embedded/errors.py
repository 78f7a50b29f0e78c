"""Why the stack does not start, each with the sentence its user needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class StackError(Exception):
    """Something that the person who typed the command can mend; shown without a traceback."""


class PortTakenError(StackError):
    """Somebody else listens where a server of ours should."""

    def __init__(self, taken: Sequence[tuple[str, int, str | None]]) -> None:
        """`taken`: setting, port and, where known, who holds it."""
        self.taken = tuple(taken)
        lines = [
            f"  port {port} is taken{f' by {holder}' if holder else ''}: "
            f"free it, or choose another with {setting}=…"
            for setting, port, holder in taken
        ]
        super().__init__("ports are not free\n" + "\n".join(lines))


class AlreadyRunningError(StackError):
    """A second start over the same data."""

    def __init__(self, run_dir: Path, pid: int | None) -> None:
        """`pid`: the supervisor that holds the lock, when it could be read."""
        who = f" (process {pid})" if pid else ""
        super().__init__(
            f"the stack is already running{who} with its data in {run_dir}\n"
            "  stop it with `make stop`, or start a second one with RUN_DIR=… and other ports"
        )


class MissingServerError(StackError):
    """A server's program is not there or cannot be loaded."""

    def __init__(self, server: str, reason: str, remedy: str) -> None:
        """`reason`: the loader's or shell's own words."""
        super().__init__(f"{server} cannot be started: {reason}\n  {remedy}")


class ServerFailedError(StackError):
    """A server ended, or did not answer, before it was ready."""

    def __init__(self, server: str, what: str, tail: Sequence[str], log: Path | None) -> None:
        """`tail`: the last lines it printed."""
        said = "".join(f"\n    {line}" for line in tail) or "\n    (it printed nothing)"
        where = f"\n  whole log: {log}" if log else ""
        super().__init__(f"{server} {what}; its last words:{said}{where}")


class ReplicasNeedApacheError(StackError):
    """Two replicas of a service are two members of one consumer group."""

    def __init__(self, replicas: int, why: str) -> None:
        """`why`: the reason that the in-memory broker was chosen."""
        super().__init__(
            f"REPLICAS={replicas} needs Apache Kafka, and this would be the in-memory broker "
            f"({why}), which lets one member into a consumer group\n"
            "  install Java ≥ 17 and Maven and leave KAFKA unset, or leave REPLICAS unset"
        )


class KafkaUnavailableError(StackError):
    """Apache Kafka was asked for by name and cannot be had."""

    def __init__(self, reason: str) -> None:
        """`reason`: what is missing."""
        super().__init__(
            f"KAFKA=apache, but {reason}\n  leave KAFKA unset to fall back to the in-memory broker"
        )
