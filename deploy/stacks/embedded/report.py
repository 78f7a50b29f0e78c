"""The table at the end of a start, and the machine's version of it (`stack.json`)."""

from __future__ import annotations

import os
from typing import Any

from contracts.topics import SERVICES
from deploy.stacks.embedded.choice import Chosen
from deploy.stacks.embedded.demo import demo_accounts
from deploy.stacks.embedded.platform import Platform
from deploy.stacks.embedded.servers import Program, Server
from deploy.stacks.embedded.settings import Ports, StackSettings

Rows = list[tuple[str, str]]


def table(
    settings: StackSettings, ports: Ports, platform: Platform, chosen: Chosen
) -> list[tuple[str, Rows]]:
    """Everything a newcomer looks for, in groups of two columns."""
    url = settings.url(ports)
    services: Rows = [
        (f"{url}/api/{name}/docs", f"{name}: API pages (direct: {_direct(platform, name)})")
        for name in SERVICES
    ]
    on_call = "the demo account «sre»" if settings.demo else "staff with the role «sre»"
    return [
        (
            "In a browser",
            [
                (f"{url}/", "start page: what this is, links to everything"),
                *services,
                (f"{url}/contracts/", "events: topics, schemas, AsyncAPI document"),
                (f"{url}/inbox", "every SMS, push and e-mail that this stack sends, live"),
                (f"{url}/verify/<number>", "public check of a certificate"),
                (f"{url}/status", "what works and since when, for citizens"),
                (f"{url}/ops", f"live dashboards of every service, for {on_call}"),
            ],
        ),
        _people(demo=settings.demo),
        (
            "Servers (loopback only)",
            [
                (platform.mongo.url, "MongoDB, one-node replica set"),
                (chosen.kafka.bootstrap, f"{chosen.kafka.title} ({chosen.why}): {chosen.survives}"),
                (f"http://{platform.s3.endpoint}", "S3 (SeaweedFS); keys in stack.json"),
                (f"127.0.0.1:{ports.smtp}", "SMTP catcher"),
                (f"http://127.0.0.1:{ports.sinks}", "SMS centre, push service, inbox"),
                (f"http://127.0.0.1:{ports.acquirer}", f"acquirer: bills are paid at {url}/pay/…"),
                (f"http://127.0.0.1:{ports.tsa}", "time-stamp authority (RFC 3161)"),
            ],
        ),
        (
            "Kept",
            [
                (
                    f"{settings.run_dir / 'data'}",
                    "survives a restart; `make run FRESH=1` empties it",
                ),
                (f"{settings.run_dir / 'logs'}", "logs of this run, one file a process"),
                (f"{settings.run_dir / 'stack.json'}", "addresses, process ids, settings"),
            ],
        ),
    ]


def _direct(platform: Platform, name: str) -> str:
    replicas = [s for s in platform.services if s.module == f"services.{name}"]
    return ", ".join(f"http://127.0.0.1:{replica.port}" for replica in replicas)


def _people(*, demo: bool) -> tuple[str, Rows]:
    """Who can log in; nobody can where nobody has been made."""
    if demo:
        title = "Demo accounts (login / password · phone · e-mail), there half a minute from now"
        return title, [account.row() for account in demo_accounts()]
    command = 'make admin ARGS="--full-name … --phone …"'
    return "Nobody can log in yet", [(command, "the first administrator, who makes all others")]


def state(
    settings: StackSettings,
    ports: Ports,
    chosen: Chosen,
    servers: list[Server],
    *,
    seconds: float,
    restarts: dict[str, int],
    opened: bool,
) -> dict[str, Any]:
    """What tests and tools need to find a running stack."""
    env: dict[str, str] = {}
    for server in servers:
        env |= server.env()
    return {
        "ready": True,
        "demo": settings.demo,
        "open": opened,
        "pid": os.getpid(),
        "ready_seconds": round(seconds, 2),
        "public_url": settings.url(ports),
        "ports": ports.model_dump(),
        "programs": {
            s.name: f"http://127.0.0.1:{s.port}" for s in servers if isinstance(s, Program)
        },
        "kafka": {"title": chosen.kafka.title, "durable": chosen.kafka.durable, "why": chosen.why},
        "pids": {server.name: server.pid for server in servers},
        "restarts": restarts,
        "env": env,
    }
