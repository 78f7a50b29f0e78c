"""SeaweedFS as the S3 server: one process, credentials of our own, loopback only."""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import urllib3
from minio import Minio

from deploy.stacks.embedded.errors import MissingServerError
from deploy.stacks.embedded.ports import free_ports, is_free
from deploy.stacks.embedded.servers.base import Server

REGION = "us-east-1"
_INNER = (
    "s3.port.grpc",
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "admin.port",
    "admin.port.grpc",
)


def installed(program: str) -> str | None:
    """A program of this Python environment, or of PATH."""
    own = Path(sys.executable).parent / program
    return str(own) if own.exists() else shutil.which(program)


@dataclass
class S3(Server):
    """`weed mini` with every inner port chosen by us and remembered with the data."""

    port: int = 8433
    access_key: str = field(init=False)
    secret_key: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Names and credentials; the secret is made once and kept with the data."""
        self.name = "s3"
        self.title = "S3 (SeaweedFS)"
        kept = self.directories.of("s3-config") / "credentials.json"
        if not kept.exists():
            pair = {"accessKey": "zdorovie", "secretKey": secrets.token_urlsafe(24)}
            kept.touch(mode=0o600)
            kept.write_text(json.dumps(pair))
        pair = json.loads(kept.read_text())
        self.access_key, self.secret_key = pair["accessKey"], pair["secretKey"]

    @property
    def endpoint(self) -> str:
        """host:port as the minio SDK wants it."""
        return f"127.0.0.1:{self.port}"

    def env(self) -> dict[str, str]:
        """See `Server.env`."""
        return {
            "S3_ENDPOINT": self.endpoint,
            "S3_ACCESS_KEY": self.access_key,
            "S3_SECRET_KEY": self.secret_key,
            "S3_REGION": REGION,
            "S3_SECURE": "false",
        }

    def client(self, timeout: float = 2.0) -> Minio:
        """A signed client, for readiness and tests."""
        pool = urllib3.PoolManager(timeout=timeout, retries=False)
        return Minio(
            self.endpoint,
            access_key=self.access_key,
            secret_key=self.secret_key,
            secure=False,
            region=REGION,
            http_client=pool,
        )

    def command(self) -> Sequence[str]:
        """See `Server.command`."""
        weed = installed("weed")
        if weed is None:
            raise MissingServerError(self.title, "`weed` is not installed", "run `make` again")
        config = self.directories.of("s3-config")
        identities = config / "identities.json"
        identities.touch(mode=0o600)
        pair = {"accessKey": self.access_key, "secretKey": self.secret_key}
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        app = {"name": "app", "credentials": [pair], "actions": actions}
        identities.write_text(json.dumps({"identities": [app]}))
        inner = self._inner_ports(config / "ports.json")
        self._remove_sockets(inner)
        sockets = Path(tempfile.gettempdir())  # a socket's path may have 107 bytes at most
        return [
            weed,
            "-logtostderr",
            "mini",
            f"-dir={self.directories.of(self.name)}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            f"-s3.config={identities}",
            f"-s3.port={self.port}",
            *(f"-{name}={port}" for name, port in inner.items()),
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-s3.iam=false",
            "-admin.ui=false",
            "-webdav=false",
            "-master.telemetry=false",
            f"-s3.localSocket={sockets / f'weed-s3-{self.port}.sock'}",
            f"-filer.localSocket={sockets / f'weed-filer-{self.port}.sock'}",
        ]

    def _inner_ports(self, kept: Path) -> dict[str, int]:
        # The volume server registers under its port: the same ones again while they are free.
        if kept.exists():
            ports: dict[str, int] = json.loads(kept.read_text())
            if set(ports) == set(_INNER) and all(is_free(port) for port in ports.values()):
                return ports
        ports = dict(zip(_INNER, free_ports(len(_INNER), avoid=[self.port]), strict=True))
        kept.write_text(json.dumps(ports))
        return ports

    def _remove_sockets(self, inner: dict[str, int]) -> None:
        # The program leaves its sockets behind; it names some of them in /tmp whatever we say.
        leftovers = [
            *(f"weed-{part}-{self.port}.sock" for part in ("s3", "filer")),
            *(f"seaweedfs-{n.split('.')[0]}-grpc-{p}.sock" for n, p in inner.items()),
        ]
        for name in leftovers:
            for directory in {Path("/tmp"), Path(tempfile.gettempdir())}:  # noqa: S108 - its choice
                with contextlib.suppress(OSError):
                    (directory / name).unlink()

    def probe(self) -> bool:
        """A signed request is answered and an unsigned one is not."""
        self.client().list_buckets()
        return True

    def stop(self) -> None:
        """See `Server.stop`."""
        super().stop()
        kept = self.directories.of("s3-config") / "ports.json"
        if kept.exists():
            self._remove_sockets(json.loads(kept.read_text()))
