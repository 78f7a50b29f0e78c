"""Tools that a test needs and a machine may not have: Prometheus, a browser, an engine, Java.

`needs("chromium")` gives the tool's path. Where it is not installed the test is skipped with a
reason that says what to install, and the end of the run names every test that was left out: a
green run never hides what it did not look at. With `NEEDS=all` in the environment a missing tool
is a failure. It refuses to install anything.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

import pytest
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy import ROOT
from deploy.stacks.embedded.java import JarsUnavailableError, find_jars, find_java

_PREFIX = "NEEDS "
_ENGINE_ANSWERS_WITHIN = 10.0
_SOFTHSM = "lib/softhsm/libsofthsm2.so"


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    needs: Literal["all", "some"] = "some"


@dataclass(frozen=True)
class Missing:
    """A tool that is not here, and what would bring it."""

    why: str


def _program(*names: str, package: str) -> Path | Missing:
    for name in names:
        found = shutil.which(name)
        if found:
            return Path(found)
    return Missing(f"`{names[0]}` is not installed (Debian: apt-get install {package})")


def _engine() -> Path | Missing:
    client = _program("docker", package="docker.io")
    if isinstance(client, Missing):
        return client
    asked = [str(client), "version", "--format", "{{.Server.Version}}"]
    try:
        answer = subprocess.run(
            asked, capture_output=True, text=True, timeout=_ENGINE_ANSWERS_WITHIN, check=False
        )
    except subprocess.TimeoutExpired:
        return Missing("the container engine does not answer")
    if answer.returncode != 0:
        return Missing("no container engine answers (start dockerd, or set DOCKER_HOST)")
    return client


def _java() -> Path | Missing:
    java, reason = find_java()
    if java is None:
        return Missing(f"{reason} (Debian: apt-get install openjdk-17-jre-headless maven)")
    cache = ROOT / ".run" / "cache"
    try:
        find_jars(cache, cache, print)
    except JarsUnavailableError as error:
        return Missing(f"Apache Kafka's jars cannot be had: {error}")
    return java


def _clamd() -> Path | Missing:
    """ClamAV's daemon, which stands where daemons do."""
    found = shutil.which("clamd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    return Path(found) if found else Missing("no `clamd` (Debian: apt-get install clamav-daemon)")


def _softhsm() -> Path | Missing:
    """The folder with SoftHSM's library and tool: installed, or Debian's packages unpacked."""
    installed = Path("/usr")
    unpacked = ROOT / ".run" / "cache" / "softhsm"
    if not (installed / _SOFTHSM).exists() and not (unpacked / "usr" / _SOFTHSM).exists():
        unpacked.mkdir(parents=True, exist_ok=True)
        for command in (
            ["apt-get", "-qq", "download", "libsofthsm2", "softhsm2"],
            ["sh", "-c", 'for package in *.deb; do dpkg-deb -x "$package" .; done'],
        ):
            try:
                subprocess.run(command, cwd=unpacked, capture_output=True, timeout=60, check=True)
            except (OSError, subprocess.SubprocessError):
                return Missing("SoftHSM is not to be had (Debian: apt-get install softhsm2)")
    return installed if (installed / _SOFTHSM).exists() else unpacked / "usr"


_FINDERS: Mapping[str, Callable[[], Path | Missing]] = {
    "prometheus": lambda: _program("prometheus", package="prometheus"),
    "promtool": lambda: _program("promtool", package="prometheus"),
    "chromium": lambda: _program(
        "chromium", "chromium-browser", "google-chrome", package="chromium"
    ),
    "engine": _engine,
    "java": _java,
    "softhsm": _softhsm,
    "clamd": _clamd,
}


@functools.cache
def find(tool: str) -> Path | Missing:
    """The tool's path, or why there is none; looked for once a run."""
    return _FINDERS[tool]()


def needs(tool: str) -> Path:
    """The path of `tool`: prometheus, promtool, chromium, engine, java, softhsm, clamd.

    Without it the test is skipped, loudly; with NEEDS=all it fails.
    """
    found = find(tool)
    if isinstance(found, Missing):
        leave_out(tool, found.why)
    return found


def leave_out(tool: str, why: str) -> NoReturn:
    """Skip this test, or fail it with NEEDS=all, because `tool` is not to be had here."""
    reason = f"{_PREFIX}{tool}: {why}"
    if _Settings().needs == "all":
        pytest.fail(f"{reason} (and NEEDS=all)", pytrace=False)
    pytest.skip(reason)


def left_out(reports: Iterable[pytest.TestReport]) -> dict[str, list[str]]:
    """Reason → the tests that were skipped for it, out of the reports of skipped tests."""
    found: dict[str, list[str]] = {}
    for report in reports:
        longrepr = report.longrepr
        reason = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
        reason = reason.removeprefix("Skipped: ")
        if reason.startswith(_PREFIX):
            found.setdefault(reason.removeprefix(_PREFIX), []).append(report.nodeid)
    return found
