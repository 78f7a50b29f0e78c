"""Celery with Redis, the baseline of `fanout`: from PyPI and Debian, in a place of its own.

Neither is a dependency of the project. What is not on the machine is fetched once into `.run/cache`
by pip and apt; where that is not to be had, the baseline says so.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from deploy import ROOT
from deploy.stacks.embedded.ports import free_ports
from deploy.stacks.embedded.settings import StackSettings, inherited_environment
from tests.support.eventually import eventually
from tests.support.stack import scratch_dir
from tests.support.tools.programs import program

REQUIREMENT = "celery[redis]==5.7.0"
PROCESSES = 2
STOP_SECONDS = 15
_PACKAGES = ("redis-server", "redis-tools", "libjemalloc2", "liblzf1")
Enqueue = Callable[[Sequence[dict[str, Any]]], Awaitable[None]]


class Unavailable(Exception):  # noqa: N818 - a reason, not a fault
    """The baseline cannot run on this machine, and why."""


@asynccontextmanager
async def worker() -> AsyncIterator[Enqueue]:
    """A worker with its Redis; gives what puts jobs into its queue.

    Raises:
        Unavailable: there is no Redis or no Celery.
    """
    redis, env = await asyncio.to_thread(_redis)
    celery = await asyncio.to_thread(_celery)
    (port,) = free_ports(1)
    directory = scratch_dir("zdorovie-bench-")
    env = {**env, "CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0"}
    options = ["--port", str(port), "--dir", str(directory), "--appendonly", "yes"]
    module = "tests.benchmarks.fanout_tasks"
    tasks = [str(celery), "-m", "celery", "-A", module, "worker", "-c", str(PROCESSES)]
    try:
        async with (
            _process([str(redis), *options], env),
            _answering(port),
            _process([*tasks, "-O", "fair", "--without-gossip", "--without-mingle"], env),
            _process([str(celery), "-m", module], env) as producer,
        ):

            async def enqueue(jobs: Sequence[dict[str, Any]]) -> None:
                assert producer.stdin is not None
                producer.stdin.write(json.dumps(jobs).encode() + b"\n")
                await producer.stdin.drain()

            yield enqueue
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _process(
    argv: Sequence[str], env: dict[str, str]
) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
    return program(
        *argv,
        grace=STOP_SECONDS,
        env=env,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@asynccontextmanager
async def _answering(port: int) -> AsyncIterator[None]:
    async def answers() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        return True

    await eventually(answers, within=20)
    yield


def _cache() -> Path:
    return StackSettings().cache_dir


def _redis() -> tuple[Path, dict[str, str]]:
    """Where the server is, and the environment that it runs in."""
    env = inherited_environment()
    if installed := shutil.which("redis-server"):
        return Path(installed), env
    home = _cache() / "redis"
    found = home / "usr/bin/redis-server"
    if not found.exists():
        home.mkdir(parents=True, exist_ok=True)
        _do(["apt-get", "download", *_PACKAGES], home)
        for package in home.glob("*.deb"):
            _do(["dpkg", "-x", str(package), str(home)], home)
    libraries = sysconfig.get_config_var("MULTIARCH") or ""
    return found, {**env, "LD_LIBRARY_PATH": str(home / "usr/lib" / libraries)}


def _celery() -> Path:
    """The Python of an environment that has Celery, and sees the project and its libraries."""
    home = _cache() / "celery"
    python = home / "bin/python"
    stamp = home / REQUIREMENT.replace("/", "-")
    if not stamp.exists():
        _do([sys.executable, "-m", "venv", "--clear", str(home)], ROOT)
        _do([str(python), "-m", "pip", "install", "-q", REQUIREMENT], ROOT)
        ours = sysconfig.get_path("purelib")
        theirs = home / Path(ours).relative_to(sys.prefix)
        (theirs / "project.pth").write_text(f"{ours}\n{ROOT}\n", encoding="utf-8")
        stamp.touch()
    return python


def _do(argv: Sequence[str], where: Path) -> None:
    try:
        subprocess.run(argv, cwd=where, check=True, capture_output=True, timeout=180)
    except (OSError, subprocess.SubprocessError) as error:
        message = f"{' '.join(argv[:3])} failed ({type(error).__name__})"
        raise Unavailable(message) from error
