"""A small real OTLP/HTTP receiver: keeps the spans that it is sent, and the bytes they came in."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1 import trace_pb2


@dataclass(frozen=True)
class Seen:
    """One span as it arrived."""

    service: str
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    links: tuple[str, ...]
    failed: bool
    attributes: dict[str, str | int | float | bool]


@dataclass
class Receiver:
    """What arrived so far. `refuse` makes it answer 503."""

    port: int = 0
    spans: list[Seen] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    paths: set[str] = field(default_factory=set)
    refuse: bool = False
    requests: int = 0

    @property
    def endpoint(self) -> str:
        """What `OTEL_EXPORTER_OTLP_ENDPOINT` is set to."""
        return f"http://127.0.0.1:{self.port}"

    def of(self, trace_id: str) -> list[Seen]:
        """The spans of one trace."""
        return [span for span in tuple(self.spans) if span.trace_id == trace_id]

    def take(self, body: bytes) -> None:
        """Keep one request."""
        asked = ExportTraceServiceRequest.FromString(body)
        self.raw += body
        for of_resource in asked.resource_spans:
            names = {a.key: a.value.string_value for a in of_resource.resource.attributes}
            for scope in of_resource.scope_spans:
                self.spans += [_seen(names["service.name"], span) for span in scope.spans]


def _seen(service: str, span: trace_pb2.Span) -> Seen:
    return Seen(
        service,
        span.name,
        trace_pb2.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        tuple(link.trace_id.hex() for link in span.links),
        span.status.code == trace_pb2.Status.STATUS_CODE_ERROR,
        {a.key: getattr(a.value, a.value.WhichOneof("value") or "") for a in span.attributes},
    )


@contextmanager
def receiver() -> Iterator[Receiver]:
    """One that listens on a free port."""
    kept = Receiver()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            with lock:
                kept.requests += 1
                kept.paths.add(self.path)
                if not kept.refuse:
                    kept.take(body)
            self.send_response(503 if kept.refuse else 200)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
