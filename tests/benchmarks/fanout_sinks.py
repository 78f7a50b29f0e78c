"""Light providers in a process of their own: an SMS centre, a push service and a mail server.

    python -m tests.benchmarks.fanout_sinks HTTP_PORT SMTP_PORT

They keep what they take, once per idempotency key, and when it came. No framework: what is measured
is who sends. `GET /state` and `GET /kept` say what there is, `GET /forget` forgets it.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
import uvloop

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_KEY = re.compile(rb"\r\nidempotency-key: *([^\r]+)", re.IGNORECASE)
_MESSAGE_ID = re.compile(rb"(?:^|\r\n)message-id: *([^\r]+)", re.IGNORECASE)
_END = b"\r\n\r\n"


@dataclass
class Sinks:
    """What came: channel, key → what was sent, and when (`time.monotonic`, one for all here)."""

    kept: dict[tuple[str, str], tuple[bytes, float]] = field(default_factory=dict)
    again: int = 0

    def keep(self, channel: str, key: bytes, said: bytes) -> None:
        """Once per key."""
        found = (channel, key.decode())
        if found in self.kept:
            self.again += 1
        else:
            self.kept[found] = (said, time.monotonic())

    def asked(self, path: bytes) -> Any:
        """The answer to who measures."""
        if path == b"/forget":
            self.kept, self.again = {}, 0
        if path == b"/kept":
            return [(*key, b64encode(said).decode(), at) for key, (said, at) in self.kept.items()]
        return {"kept": len(self.kept), "again": self.again}


class Http(asyncio.Protocol):
    """As much of HTTP/1.1 as a client with `Content-Length` needs."""

    def __init__(self, sinks: Sinks) -> None:
        self._sinks = sinks
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is there."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete."""
        self._came += data
        while (end := self._came.find(_END)) >= 0:
            head = self._came[: end + 2]
            length = _LENGTH.search(head)
            whole = end + len(_END) + (int(length[1]) if length else 0)
            if len(self._came) < whole:
                return
            body, self._came = self._came[end + len(_END) : whole], self._came[whole:]
            self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        method, path, _ = head.split(b" ", 2)
        if method == b"GET":
            self._send(b"200 OK", orjson.dumps(self._sinks.asked(path)))
            return
        key = _KEY.search(head)
        if key is None:
            self._send(b"400 Bad Request", b"{}")
            return
        self._sinks.keep(path.split(b"/")[1].decode(), key[1], body)
        self._send(b"202 Accepted", b'{"provider_id":"p-%b"}' % key[1])

    def _send(self, status: bytes, body: bytes) -> None:
        self._transport.write(
            b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (status, len(body), body)
        )


class Smtp(asyncio.Protocol):
    """As much of SMTP as a well-behaved client needs, with pipelining (RFC 2920)."""

    def __init__(self, sinks: Sinks) -> None:
        self._sinks = sinks
        self._came = b""
        self._in_letter = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer each line that is complete, and each letter."""
        self._came += data
        answers = []
        while True:
            end = b"\r\n.\r\n" if self._in_letter else b"\r\n"
            line, found, rest = self._came.partition(end)
            if not found:
                break
            self._came = rest
            answers.append(self._letter(line) if self._in_letter else self._command(line))
        if answers:
            self._transport.write(b"".join(answers))

    def _command(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"EHLO":
            return b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
        if verb == b"DATA":
            self._in_letter = True
            return b"354 go on\r\n"
        if verb == b"QUIT":
            self._transport.write(b"221 bye\r\n")
            self._transport.close()
            return b""
        return b"250 fine\r\n"

    def _letter(self, letter: bytes) -> bytes:
        self._in_letter = False
        key = _MESSAGE_ID.search(letter)
        if key is None:
            return b"554 no Message-ID\r\n"
        self._sinks.keep("email", key[1], letter.replace(b"\r\n..", b"\r\n."))
        return b"250 kept\r\n"


async def main(http_port: int, smtp_port: int) -> None:
    """Serve until killed."""
    sinks, loop = Sinks(), asyncio.get_running_loop()
    await loop.create_server(lambda: Http(sinks), "127.0.0.1", http_port, backlog=1024)
    await loop.create_server(lambda: Smtp(sinks), "127.0.0.1", smtp_port, backlog=1024)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), int(sys.argv[2])))
