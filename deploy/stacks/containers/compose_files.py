"""The files of compose: where they are, which settings they are given, the Caddyfile."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from deploy import ROOT
from deploy.gateway.caddyfile import PARTS, Upstreams, caddyfile
from deploy.stacks.containers.errors import (
    DemoProfileError,
    DemoSecretError,
    SpecialCharactersError,
)
from deploy.stacks.demo_limits import DEMO_LIMITS

COMPOSE = ROOT / "deploy" / "stacks" / "compose"
CADDYFILE = COMPOSE / "Caddyfile"
_EXAMPLE = COMPOSE / ".env.example"
_S3_PORT, _PROGRAM_PORT = 8333, 8000
_GATEWAY_PORT, _METRICS_PORT = 8080, 2020
# What is mounted from this directory and read only at the start of its container.
_MOUNTED = (
    *("stacks/compose/Caddyfile", "stacks/compose/kafka", "stacks/compose/s3"),
    *("watch/prometheus", "watch/alertmanager", "watch/grafana/provisioning"),
)
# The demo's passwords, and the demo's world in place of providers.
_OF_THE_DEMO = re.compile(r"demo-|sinks$|https?://(sinks|tsa|acquirer)\b")
# These become part of an address, a JSON document or a line that a shell or compose reads.
_PLAIN = re.compile(r"[A-Za-z0-9._~-]+")
_WOVEN_IN = re.compile(r"(MONGO|S3)_\w*(USER|PASSWORD|KEY)$|^BUCKET_")
_NOTE = (
    "# Generated: `python -m deploy.stacks.containers caddyfile`; its source is deploy/gateway.\n"
)


def gateway_config() -> str:
    """The gateway's configuration in containers: every part under its own name."""
    ports = dict.fromkeys(PARTS, _PROGRAM_PORT) | {"s3": _S3_PORT}
    text = caddyfile(
        Upstreams({name: (f"{name}:{port}",) for name, port in ports.items()}, by_name=True),
        port=_GATEWAY_PORT,
        bind="0.0.0.0",
        metrics_port=_METRICS_PORT,
        metrics_bind="0.0.0.0",
        storage=Path("/tmp/caddy"),  # noqa: S108 - the container's own, and gone with it
        root=Path("/srv"),
        trust=Path("/srv/trust"),
        buckets=("{$BUCKET_UPLOADS:uploads}", "{$BUCKET_SEALED:sealed}"),
    )
    return _NOTE + text


def write_caddyfile() -> None:
    """Write it where compose mounts it from."""
    CADDYFILE.write_text(gateway_config(), encoding="utf-8")


def env_file() -> Path:
    """The settings of this installation, or those of the demo while it has none."""
    own = COMPOSE / ".env"
    return own if own.exists() else _EXAMPLE


def read_env_file(file: Path) -> dict[str, str]:
    """`NAME=value` lines; comments and empty lines are nothing."""
    pairs = (
        line.partition("=")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    )
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def effective(file: Mapping[str, str], shell: Mapping[str, str]) -> dict[str, str]:
    """What compose will see: the file, and over it the shell.

    A port given in the shell moves the public address with it, unless that is given as well.
    """
    values = {**file, **{name: value for name, value in shell.items() if value}}
    if "PORT_GATEWAY" in shell and not shell.get("PUBLIC_URL"):
        values["PUBLIC_URL"] = f"http://127.0.0.1:{values['PORT_GATEWAY']}"
    return values


def is_demo(values: Mapping[str, str]) -> bool:
    """Whether this is a demo; whatever is not a clear yes is none."""
    return values.get("DEMO", "").lower() in {"true", "1", "yes"}


def refuse(values: Mapping[str, str], profiles: Collection[str]) -> None:
    """Check what compose will see before anything is started.

    Raises:
        SpecialCharactersError: a password that would break the address it becomes part of.
        DemoSecretError: it is no demo, and some settings are the demo's; one that is left out is
            (a limit that is left out is the service's own).
        DemoProfileError: it is no demo, and the demo's inbox would show everybody's codes.
    """
    example = read_env_file(_EXAMPLE)
    given = {name: values.get(name, value) for name, value in example.items()}
    special = [n for n in given if _WOVEN_IN.match(n) and not _PLAIN.fullmatch(given[n])]
    if special:
        raise SpecialCharactersError(special)
    if is_demo(values):
        return
    public = [name for name, value in given.items() if _OF_THE_DEMO.match(value)]
    public += [name for name, value in DEMO_LIMITS.items() if values.get(name) == value]
    if public:
        raise DemoSecretError(public)
    if "demo" in profiles:
        raise DemoProfileError


def mounted() -> str:
    """One word for the files that containers read at their start: another word, another start."""
    found = hashlib.sha256()
    for part in _MOUNTED:
        place = ROOT / "deploy" / part
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.is_file():
                found.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return found.hexdigest()[:16]
