"""Alerts on what carries the work: replicas, servers, events, outbox, dead letters, timers."""

from __future__ import annotations

from contracts.topics import SERVICES
from deploy.watch.observability.alerts.flow import events, servers, timers
from deploy.watch.observability.alerts.model import Group

FLOW = Group(
    "flow",
    (
        *(servers.down(service) for service in SERVICES),
        servers.TARGET_DOWN,
        servers.MONGO,
        servers.KAFKA,
        *(events.lag(service) for service in SERVICES),
        events.OUTBOX_AGE,
        events.STUCK,
        events.DEAD,
        events.FLOOD,
        events.MISPLACED,
        timers.LATE,
        timers.FAILED,
    ),
)
