"""What Caddy counts of the gateway: the names that panels and alerts read, with their labels.

They are Caddy's, declared here so that the table and the tests know them. Caddy counts a request
once for every route that it passes, under the name of the route's first handler; only `EVERY` is
passed by each request, and by each once.
"""

from __future__ import annotations

from services.chassis.telemetry.metrics import METHODS, Bound, Declared

NAME = "gateway"
"""The value of `service` at whoever scrapes it."""
EVERY = "headers"
"""The first handler of the only route that has no condition: it comes before all others."""

_LABELS = (
    ("server", Bound("Caddy's own numbers of its two listeners")),
    ("handler", Bound(f"the kinds of handlers in the Caddyfile; `{EVERY}` is every request once")),
)
_BY_ANSWER = (
    *_LABELS,
    ("method", (*METHODS, "CONNECT", "TRACE")),
    ("code", Bound("the HTTP status codes that the gateway and the services answer")),
)

DECLARED = (
    Declared(
        "caddy_http_request_duration_seconds",
        "histogram",
        "Time from the first byte of a request to the last of its answer; `_count` counts answers. "
        "502 and 504: a part was not reached; 503: its own or that of a service.",
        _BY_ANSWER,
    ),
    Declared(
        "caddy_http_requests_in_flight",
        "gauge",
        "Requests that have come and are not answered.",
        _LABELS,
    ),
)
