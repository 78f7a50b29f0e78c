"""O8: `make run REPLICAS=2`: who starts, where, and who is told of it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from contracts.topics import SERVICES
from deploy.stacks.embedded import platform as layout
from deploy.stacks.embedded.ports import replica_ports
from deploy.stacks.embedded.servers import ApacheKafka, GivenKafka, Kafka, MemoryKafka
from deploy.stacks.embedded.servers.base import Directories
from deploy.stacks.embedded.settings import GivenServers, Ports, StackSettings
from deploy.watch.ops.volumes import Places, parsed


def test_replicas_have_ports_of_their_own() -> None:
    found = replica_ports(Ports(), 3)
    assert list(found) == list(SERVICES)
    for name in SERVICES:
        assert found[name][0] == getattr(Ports(), name)
    everything = [port for ports in found.values() for port in ports]
    assert len(set(everything)) == 3 * len(SERVICES)
    assert not set(Ports().model_dump().values()) & {
        p for ports in found.values() for p in ports[1:]
    }


def test_one_replica_needs_no_further_port() -> None:
    assert replica_ports(Ports(), 1) == {name: (getattr(Ports(), name),) for name in SERVICES}


def test_gateway_and_ops_know_every_replica(tmp_path: Path) -> None:
    directories = Directories(tmp_path / "data", tmp_path / "logs")
    settings = StackSettings(run_dir=tmp_path, replicas=2)
    platform = layout.build(settings, Ports(), directories, MemoryKafka(directories, port=9192))
    names = [program.name for program in platform.services]
    assert sorted(names) == sorted([*SERVICES, *(f"{name}-2" for name in SERVICES)])
    for program in platform.services:
        name = program.module.removeprefix("services.")
        address = f"127.0.0.1:{program.port}"
        assert program.variables[f"{name.upper()}_PORT"] == str(program.port)
        assert program.variables[f"{name.upper()}_DATABASE"] == name
        assert address in platform.gateway.upstreams.addresses[name]
        assert f"http://{address}" in platform.ops.variables["OPS_TARGETS"]


def _measured(
    directories: Directories, kafka: Kafka, servers: Literal["own", "given"] = "own"
) -> Places:
    settings = StackSettings(run_dir=directories.data_dir.parent, servers=servers)
    return parsed(layout.build(settings, Ports(), directories, kafka).ops.variables["OPS_VOLUMES"])


def test_ops_measures_the_disks_of_the_servers_that_run_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O2: where the data is. What is kept in memory or elsewhere has no disk here."""
    directories = Directories(tmp_path / "data", tmp_path / "logs")
    here = {name: directories.data_dir / name for name in ("mongo", "s3")}
    assert _measured(directories, MemoryKafka(directories)) == here
    assert _measured(directories, ApacheKafka(directories)) == here | {
        "kafka": directories.data_dir / "kafka"
    }
    assert all(path.is_dir() for path in here.values())
    for name in ("MONGO_URL", "KAFKA_BOOTSTRAP", "S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY"):
        monkeypatch.setenv(name, "elsewhere:1")
    given = GivenKafka(directories, given=GivenServers())
    assert _measured(directories, given, "given") == {}
