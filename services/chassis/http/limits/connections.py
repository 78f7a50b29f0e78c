"""Connections that never became a request: `Limited` cannot see them, the server counts them."""

from __future__ import annotations

import resource
import socket
from typing import Any

import structlog
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.chassis.foundation.settings import Platform
from services.chassis.http.limits.permits import OverloadedError
from services.chassis.http.problems import problem_response

log = structlog.get_logger(__name__)

_OTHER_FILES = 1024  # pools of MongoDB, S3 and Kafka, temporary files
_LISTENERS = 16
# longer than the gateway keeps its own side open (two minutes): otherwise it would now and then
# send a request into a connection that is just being closed here
_IDLE_SECONDS = 130


async def _full(scope: Scope, receive: Receive, send: Send) -> None:
    """Say no in the words of every other refusal, and free the connection."""
    log.warning("the connections are used up")
    response = problem_response(OverloadedError("busy"))
    response.headers["Connection"] = "close"
    await response(scope, receive, send)


class Counted(HttpToolsProtocol):
    """uvicorn's connection; where that would answer a bare 503, it says when to come back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._most, self.limit_concurrency = self.limit_concurrency, None

    def on_headers_complete(self) -> None:
        """Hand the request to the app, or refuse it."""
        app = self.app
        most = self._most
        if most is not None and max(len(self.connections), len(self.tasks)) >= most:
            self.app = _full
        try:
            super().on_headers_complete()
        finally:
            self.app = app


def server_options(platform: Platform) -> dict[str, Any]:
    """Options of uvicorn, chosen with what `Limited` does in mind.

    It has no limit on the time or size of request headers: only the gateway talks to a service,
    and the gateway has both.
    """
    return {
        "http": Counted,
        # accepting is quick, so a burst waits in the kernel rather than being turned away unseen
        "backlog": 2048,
        # the last line, before the process runs out of files: 503 for all, health included
        "limit_concurrency": platform.http_connections,
        "timeout_keep_alive": _IDLE_SECONDS,
        "timeout_graceful_shutdown": 3,
        # a connection's requests do not inherit each other's journey and deadline (cpython#140947)
        "reset_contextvars": True,
        "proxy_headers": True,
        "forwarded_allow_ips": platform.trusted_proxies,
        "server_header": False,
        "log_config": None,
        "access_log": False,
    }


def listening(config: uvicorn.Config) -> list[socket.socket]:
    """The service's address, listened to by several descriptors of one socket.

    libuv accepts one connection in a turn of the loop for each of them. With one descriptor a crowd
    of new connections waits in the kernel for seconds, unseen, though the loop has hardly any lag.
    """
    first = config.bind_socket()
    return [first, *(first.dup() for _ in range(_LISTENERS - 1))]


def allow_files(connections: int) -> int:
    """Raise this process's limit on open files to what so many connections need; the new limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft
