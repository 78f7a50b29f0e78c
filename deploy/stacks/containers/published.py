"""Ports that the compose file publishes: one that is taken is told before anything is started.

It looks at this machine, so it says nothing about an engine that is elsewhere.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Collection, Mapping

from deploy.stacks.containers.engine import Engine
from deploy.stacks.containers.errors import CommandFailedError
from deploy.stacks.embedded.errors import PortTakenError
from deploy.stacks.embedded.ports import holder_of

# Setting → the service that publishes it, its profile, and what the compose file takes by itself.
_PUBLISHED = {
    "PORT_GATEWAY": ("gateway", "core", "8080"),
    "PORT_GRAFANA": ("grafana", "grafana", "3000"),
}
_PROJECT, _SERVICE = "com.docker.compose.project", "com.docker.compose.service"


def require_free(
    engine: Engine, values: Mapping[str, str], profiles: Collection[str], project: str
) -> None:
    """Refuse unless each published port is free, or held by this project itself.

    Raises:
        PortTakenError: names each taken port, its setting and, where known, its holder.
    """
    if not _is_here(engine):
        return
    host = (values.get("GATEWAY_BIND") or "127.0.0.1").strip("[]")
    taken: list[tuple[str, int, str | None]] = []
    for setting, (service, profile, usual) in _PUBLISHED.items():
        port = values.get(setting) or usual
        if profile in profiles and port.isdecimal() and _in_use(host, int(port)):
            by = _containers(engine, port)
            if f"{project}/{service}" not in by:
                names = ", ".join(f"the container {name}" for name in by.values())
                taken.append((setting, int(port), names or holder_of(int(port))))
    if taken:
        raise PortTakenError(taken)


def _is_here(engine: Engine) -> bool:
    try:
        host = engine("context", "inspect", "--format", "{{.Endpoints.docker.Host}}").strip()
    except CommandFailedError:  # an old client without contexts
        host = engine.env.get("DOCKER_HOST", "")
    return not host or host.startswith(("unix://", "npipe://"))


def _in_use(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:  # the engine may bind what this user may not
            return error.errno == errno.EADDRINUSE
    return False


def _containers(engine: Engine, port: str) -> dict[str, str]:
    """`project/service` of each running container that publishes it → its name."""
    told = '{{.Label "%s"}}/{{.Label "%s"}} {{.Names}}' % (_PROJECT, _SERVICE)  # noqa: UP031 - braces are Go's here
    lines = engine("ps", "--filter", f"publish={port}", "--format", told).splitlines()
    return dict(line.split(" ", 1) for line in lines)
