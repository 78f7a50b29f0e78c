"""O1, O8: what `make up`, `make images` and `compose/dc` say before an engine acts."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy import ROOT
from deploy.stacks.containers import debian
from deploy.stacks.containers.engine import Engine
from deploy.stacks.containers.errors import ArchiveFailedError, CommandFailedError
from deploy.stacks.containers.published import require_free
from deploy.stacks.containers.settings import StackSettings, environment
from deploy.stacks.containers.stack import Stack
from deploy.stacks.embedded.errors import PortTakenError
from deploy.stacks.embedded.ports import free_ports

Client = Callable[[str], Engine]
_HERE = "echo unix:///var/run/docker.sock"
MIRRORS = debian.Mirrors("bookworm", "http://mirror.example/debian", "http://u:pw@mirror.example/s")


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """An engine whose client is a few lines of shell; `asked` beside it keeps what it was told."""

    def made(script: str) -> Engine:
        program = tmp_path / "docker"
        program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n{script}\n')
        program.chmod(0o755)
        return Engine(str(program))

    return made


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def engine_with(client: Client, containers: str = "", host: str = _HERE) -> Engine:
    """An engine that is here, and what publishes any port on it."""
    return client(f'case "$1" in context) {host};; ps) printf "{containers}";; esac')


def test_a_port_that_is_taken_is_named_with_its_setting_and_holder(
    client: Client, taken: int
) -> None:
    values = {"PORT_GATEWAY": str(taken)}
    with pytest.raises(PortTakenError, match=rf"{taken} is taken by .*PORT_GATEWAY=…"):
        require_free(engine_with(client), values, ["core"], "ours")
    other = engine_with(client, "theirs/web their-web\\n")
    with pytest.raises(PortTakenError, match="by the container their-web: free it"):
        require_free(other, values, ["core"], "ours")
    require_free(other, values, ["observability"], "ours")  # publishes nothing


def test_grafana_s_port_counts_where_grafana_is_started(client: Client, taken: int) -> None:
    (free,) = free_ports(1)
    values = {"PORT_GATEWAY": str(free), "PORT_GRAFANA": str(taken)}
    require_free(engine_with(client), values, ["core"], "ours")
    with pytest.raises(PortTakenError, match="PORT_GRAFANA"):
        require_free(engine_with(client), values, ["core", "grafana"], "ours")


def test_our_own_gateway_may_hold_its_port(client: Client, taken: int) -> None:
    """`make up` again changes what runs; it must not be refused for its own sake."""
    ours = engine_with(client, "ours/gateway ours_gateway_1\\n")
    require_free(ours, {"PORT_GATEWAY": str(taken)}, ["core"], "ours")


def test_an_engine_elsewhere_has_ports_of_its_own(client: Client, taken: int) -> None:
    far = engine_with(client, host="echo ssh://far.example")
    require_free(far, {"PORT_GATEWAY": str(taken)}, ["core"], "ours")


def test_nothing_is_started_when_the_port_is_taken(
    client: Client, taken: int, tmp_path: Path
) -> None:
    shell = {"PATH": os.defpath, "PORT_GATEWAY": str(taken)}
    script = f'case "$1" in context) {_HERE};; image) echo "[{{}}]";; esac'
    stack = Stack(client(script), StackSettings(compose_project_name="ours"), shell=shell)
    with pytest.raises(PortTakenError):
        stack.up()
    asked = (tmp_path / "asked").read_text(encoding="utf-8")
    assert not [line for line in asked.splitlines() if line.startswith("compose")]


def _packages(engine: Engine) -> None:
    debian.with_packages(
        engine, "x/new:1", parent="x/base:1", packages=("jq",), mirrors=MIRRORS, say=lambda _: None
    )


def _apt_says(client: Client, words: str) -> Engine:
    return client(
        'case "$1" in image) exit 1;; create) echo c1;; '
        f'start) echo "Reading package lists..."; echo "{words}"; exit 100;; esac'
    )


@pytest.mark.parametrize(
    "words",
    [
        "E: Failed to fetch http://u:pw@mirror.example/s/x.deb  Hash Sum mismatch",
        "E: The repository 'http://mirror.example/debian bookworm Release' is not signed.",
        "E: Unable to locate package jq",
    ],
)
def test_an_archive_that_is_broken_is_named_and_how_to_take_another(
    client: Client, words: str, tmp_path: Path
) -> None:
    with pytest.raises(ArchiveFailedError) as refused:
        _packages(_apt_says(client, words))
    said = str(refused.value)
    assert said.startswith("Debian's packages cannot be had from http://mirror.example/debian and ")
    assert words.replace("u:pw@", "") in said
    assert "DEBIAN_SECURITY_MIRROR=…" in said
    assert "pw" not in said
    assert "Reading package lists" not in said
    asked = (tmp_path / "asked").read_text(encoding="utf-8")
    assert "commit" not in asked, "half an image must not pass for the image"
    assert "rm --force --volumes c1" in asked
    assert "Error-Mode=any" in asked, "without it apt goes on without the security updates"


def test_what_is_not_the_archive_s_fault_is_told_as_it_was_said(client: Client) -> None:
    for words in (
        "E: You don't have enough free space in /var/cache/apt/archives/.",
        "E: Sub-process /usr/bin/dpkg returned an error code (1)",
    ):
        with pytest.raises(CommandFailedError, match=r"docker start"):
            _packages(_apt_says(client, words))


def test_dc_is_compose_on_the_project_of_make_up(client: Client, tmp_path: Path) -> None:
    """The runbooks' commands: same project, settings and images, from any directory."""
    program = client('case "$1" in image) exit 1;; esac').client
    env = environment() | {
        "PATH": f"{tmp_path}:{os.defpath}",
        "COMPOSE_PROJECT_NAME": "zdorovie-x",
        "S3": "minio",
    }
    dc = ROOT / "deploy" / "stacks" / "compose" / "dc"
    for args in (["logs", "--tail", "5", "identity"], ["up", "-d", "mongo"]):
        answer = subprocess.run(
            [dc, *args], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        assert answer.returncode == 0, answer.stderr
    asked = Path(program).with_name("asked").read_text(encoding="utf-8").splitlines()
    logs, up = (line for line in asked if "--project-name" in line)
    for line in (logs, up):
        assert line.startswith("compose --project-name zdorovie-x --env-file ")
        assert "compose.yml --file" in line
        assert "compose.minio.yml" in line
    assert logs.endswith("--profile grafana logs --tail 5 identity")
    assert up.endswith("compose.minio.yml up -d mongo"), "what is not named is not started"
