"""Ports: a taken one is named with its setting, so that the user can move it."""

from __future__ import annotations

import socket

import pytest

from deploy.stacks.embedded.errors import PortTakenError
from deploy.stacks.embedded.ports import free_port_set, free_ports, is_free, require_free
from deploy.stacks.embedded.settings import Ports


def test_a_taken_port_is_named_with_its_setting_and_its_holder() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError) as refused:
            require_free({"PORT_GATEWAY": port})
    assert "PORT_GATEWAY=" in str(refused.value)
    assert str(port) in str(refused.value)


def test_all_taken_ports_are_named_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("", 0)) as other:
        wanted = {"PORT_S3": one.getsockname()[1], "PORT_MONGO": other.getsockname()[1]}
        with pytest.raises(PortTakenError) as refused:
            require_free(wanted)
    assert {setting for setting, _, _ in refused.value.taken} == {"PORT_S3", "PORT_MONGO"}


def test_one_port_given_to_two_servers_is_refused() -> None:
    (port,) = free_ports(1)
    with pytest.raises(PortTakenError, match="taken by PORT_TSA"):
        require_free({"PORT_TSA": port, "PORT_SINKS": port})


def test_free_ports_are_different_and_free() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert all(is_free(port) for port in ports)


def test_a_free_port_is_kept_for_a_server_and_from_everybody_else() -> None:
    """Neither an outgoing connection nor a second choice takes it before its server listens."""
    (port,) = free_ports(1)
    with socket.socket() as outgoing, pytest.raises(OSError, match="in use"):
        outgoing.bind(("127.0.0.1", port))
    with socket.create_server(("127.0.0.1", port)) as server:
        assert server.getsockname()[1] == port
    with socket.create_server(("", port)):  # and again, on every address
        assert not is_free(port)


def test_every_port_has_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for number, name in enumerate(Ports.model_fields, start=20_000):
        monkeypatch.setenv(Ports.setting(name), str(number))
    wanted = range(20_000, 20_000 + len(Ports.model_fields))
    assert list(Ports().model_dump().values()) == list(wanted)


def test_a_free_port_set_collides_with_nothing() -> None:
    ports = free_port_set().model_dump()
    require_free({Ports.setting(name): port for name, port in ports.items()})
