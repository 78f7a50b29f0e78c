"""O8: `make run REPLICAS=2`: who starts, where, and who is told of it."""

from __future__ import annotations

from pathlib import Path

from contracts.topics import SERVICES
from deploy.embedded import platform as layout
from deploy.embedded.ports import replica_ports
from deploy.embedded.servers import MemoryKafka
from deploy.embedded.servers.base import Place
from deploy.embedded.settings import Ports, StackSettings


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
    place = Place(tmp_path / "data", tmp_path / "logs")
    settings = StackSettings(run_dir=tmp_path, replicas=2)
    platform = layout.build(settings, Ports(), place, MemoryKafka(place, port=9192))
    names = [program.name for program in platform.services]
    assert sorted(names) == sorted([*SERVICES, *(f"{name}-2" for name in SERVICES)])
    for program in platform.services:
        name = program.module.removeprefix("services.")
        address = f"127.0.0.1:{program.port}"
        assert program.variables[f"{name.upper()}_PORT"] == str(program.port)
        assert program.variables[f"{name.upper()}_DATABASE"] == name
        assert address in platform.gateway.upstreams.addresses[name]
        assert f"http://{address}" in platform.ops.variables["OPS_TARGETS"]
