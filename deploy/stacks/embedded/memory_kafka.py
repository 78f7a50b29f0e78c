"""librdkafka's in-memory broker as a process: `python -m deploy.stacks.embedded.memory_kafka PORT`.

The broker picks a port of its own and tells it to every client, so a restarted one would never
be found again. This process listens on `PORT`, forwards to the broker, and puts `PORT` in place
of the broker's own in the two answers that carry an address (Metadata, FindCoordinator).

What is written here is gone when the process ends. It refuses to be a Kafka: one member per
consumer group, no CreateTopics, four partitions a topic.
"""

from __future__ import annotations

import asyncio
import signal
import struct
import sys
from collections.abc import Callable

import uvloop
from confluent_kafka import Producer

HOST = "127.0.0.1"
_METADATA, _FIND_COORDINATOR = 3, 10
_LENGTH = struct.Struct(">i")
_REQUEST_HEAD = struct.Struct(">hhi")  # API key, API version, correlation id
_MAX_FRAME = 128 * 1024 * 1024


def address(port: int) -> bytes:
    """Host and port as every version of the protocol writes them: side by side."""
    return HOST.encode() + _LENGTH.pack(port)


class Connection:
    """The state of one client's connection: which answers will carry an address."""

    def __init__(self, real: bytes, public: bytes) -> None:
        """`real` and `public`: see `address`."""
        self._real = real
        self._public = public
        self._watched: set[int] = set()

    def request(self, frame: bytes) -> bytes:
        """A request on its way to the broker, unchanged."""
        if len(frame) >= _REQUEST_HEAD.size:
            key, _, correlation = _REQUEST_HEAD.unpack_from(frame)
            if key in {_METADATA, _FIND_COORDINATOR}:
                self._watched.add(correlation)
        return frame

    def response(self, frame: bytes) -> bytes:
        """An answer on its way to the client, of the same length."""
        if self._watched and len(frame) >= _LENGTH.size:
            (correlation,) = _LENGTH.unpack_from(frame)
            if correlation in self._watched:
                self._watched.discard(correlation)
                return frame.replace(self._real, self._public)
        return frame


async def _copy_frames(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, change: Callable[[bytes], bytes]
) -> None:
    try:
        while True:
            head = await reader.readexactly(_LENGTH.size)
            (length,) = _LENGTH.unpack(head)
            if not 0 <= length <= _MAX_FRAME:
                return
            writer.write(head + change(await reader.readexactly(length)))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        writer.close()


async def serve(port: int, broker_port: int) -> asyncio.Server:
    """Listen on `port` in front of the broker at `broker_port`."""

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream_reader, upstream_writer = await asyncio.open_connection(HOST, broker_port)
        except OSError:
            writer.close()
            return
        connection = Connection(address(broker_port), address(port))
        await asyncio.gather(
            _copy_frames(reader, upstream_writer, connection.request),
            _copy_frames(upstream_reader, writer, connection.response),
        )

    return await asyncio.start_server(client, HOST, port)


async def run(port: int) -> None:
    """Hold the broker until SIGTERM."""
    # The mock cluster lives exactly as long as the client that was configured with it.
    holder = Producer({"test.mock.num.brokers": 1, "log_level": 3})
    (broker,) = holder.list_topics(timeout=10).brokers.values()
    server = await serve(port, broker.port)
    print(f"in-memory broker on {HOST}:{port}", flush=True)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
    server.close()
    holder.flush(0)


def main(arguments: list[str]) -> int:
    """The command line."""
    if len(arguments) != 1 or not arguments[0].isdecimal():
        print("usage: python -m deploy.stacks.embedded.memory_kafka PORT", file=sys.stderr)
        return 2
    uvloop.run(run(int(arguments[0])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
