"""A Python program of ours: a service, a partner, the sinks, the time-stamp authority."""

from __future__ import annotations

import http.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from deploy.stacks.embedded.process import python
from deploy.stacks.embedded.servers.base import Server
from deploy.stacks.embedded.settings import inherited_environment

_OK = 200


def answers(port: int, path: str, timeout: float = 2.0) -> bool:
    """Whether `GET path` on a loopback port is answered with 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == _OK
    finally:
        connection.close()


@dataclass
class Program(Server):
    """`python -m <module>` that answers an HTTP path when it is ready."""

    label: str = ""
    module: str = ""
    port: int = 0
    health: str = "/readyz"
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    before: Sequence[str] = ()
    provides: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.name = self.label
        self.title = self.label

    def prepare(self) -> None:
        """See `Server.prepare`."""
        if self.before:
            self.run_helper(python(*self.before))

    def command(self) -> Sequence[str]:
        """See `Server.command`."""
        return python(self.module)

    def environment(self) -> Mapping[str, str]:
        """See `Server.environment`."""
        return inherited_environment() | {"PYTHONUNBUFFERED": "1"} | dict(self.variables)

    def env(self) -> dict[str, str]:
        """See `Server.env`."""
        return dict(self.provides)

    def probe(self) -> bool:
        """Its health path answers 200."""
        return answers(self.port, self.health)
