"""Ports: which are free, and who sits on the one that is not."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterable, Mapping

import psutil

from contracts.topics import SERVICES
from deploy.stacks.embedded.errors import PortTakenError
from deploy.stacks.embedded.settings import Ports

LOOPBACK = "127.0.0.1"
# Below Linux's usual ephemeral range; where it begins lower, `_kept` keeps what is chosen.
_RANGE = range(15_000, 32_000)
_kept: list[socket.socket] = []


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def holder_of(port: int) -> str | None:
    """The program that listens on `port`, as far as this user may see it."""
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr
            if listens and listens.port == port:
                if connection.pid is None:
                    return None
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        return None
    return None


def require_free(wanted: Mapping[str, int]) -> None:
    """Refuse unless every port of `wanted` (setting → port) is free and named only once.

    Raises:
        PortTakenError: names each taken port, its setting and its holder.
    """
    taken: list[tuple[str, int, str | None]] = []
    seen: dict[int, str] = {}
    for setting, port in wanted.items():
        if port in seen:
            taken.append((setting, port, seen[port]))
        elif not is_free(port):
            taken.append((setting, port, holder_of(port)))
        seen[port] = setting
    if taken:
        raise PortTakenError(taken)


def _keep(port: int) -> bool:
    # Bound and never listened on, for as long as this process lives: no outgoing connection and no
    # second chooser gets the port, a server (they all set SO_REUSEADDR) does. Set before `bind`,
    # the option would let the second chooser in.
    kept = socket.socket()
    try:
        kept.bind((LOOPBACK, port))
    except OSError:
        kept.close()
        return False
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _kept.append(kept)
    return True


def free_ports(count: int, *, avoid: Iterable[int] = ()) -> list[int]:
    """`count` different ports that are free, kept for the servers that this process starts."""
    avoided = set(avoid)
    found: list[int] = []
    for port in random.sample(_RANGE, k=len(_RANGE)):
        if len(found) == count:
            return found
        if port not in avoided and _keep(port):
            found.append(port)
    raise PortTakenError([("PORT_…", _RANGE.start, "everything")])


def replica_ports(ports: Ports, replicas: int) -> dict[str, tuple[int, ...]]:
    """The ports of each service's replicas: the first has its own setting, others any free one."""
    more = free_ports((replicas - 1) * len(SERVICES), avoid=ports.model_dump().values())
    return {
        name: (getattr(ports, name), *more[number :: len(SERVICES)])
        for number, name in enumerate(SERVICES)
    }


def free_port_set() -> Ports:
    """A whole set of free ports, for a stack that runs beside others."""
    names = list(Ports.model_fields)
    chosen = dict(zip(names, free_ports(len(names)), strict=True))
    return Ports.model_validate(chosen)
