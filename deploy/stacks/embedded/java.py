"""The two things Apache Kafka needs from the machine: a Java runtime and its jars.

Jars come by Maven, once, into the cache. A Maven that cannot reach its registry is given up
within seconds: the in-memory broker is there to take over.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from deploy import ROOT
from deploy.stacks.embedded.process import Child
from deploy.stacks.embedded.settings import inherited_environment

POM = Path(__file__).parent / "kafka" / "pom.xml"
MINIMUM_JAVA = 17
# Time-outs of single connections end an unreachable registry; this one only ends a registry
# that answers but drips.
_WHOLE_DOWNLOAD = 240.0
_CONNECT_MS, _ANSWER_MS = 3_000, 6_000

_VERSION = re.compile(r'version "(?P<first>\d+)(?:\.(?P<second>\d+))?')


class JarsUnavailableError(Exception):
    """The jars cannot be had; the message says why in one line."""

    @classmethod
    def no_maven(cls) -> Self:
        """Nothing that could bring them."""
        return cls("Maven (mvn) is not installed")

    @classmethod
    def gave_up(cls, seconds: float, tail: list[str]) -> Self:
        """Maven ended without them."""
        return cls(f"Maven gave up after {seconds:.0f} s: {_why(tail)}")


def parse_java_version(said: str) -> int | None:
    """The feature release out of `java -version`: 17 of "17.0.15", 8 of "1.8.0_402"."""
    match = _VERSION.search(said)
    if match is None:
        return None
    first = int(match["first"])
    return int(match["second"]) if first == 1 and match["second"] else first


def find_java() -> tuple[Path | None, str]:
    """A usable `java` and what it is; or None and why not."""
    environment = inherited_environment()
    home = environment.get("JAVA_HOME")
    candidates = [str(Path(home) / "bin" / "java")] if home else []
    candidates.append(shutil.which("java") or "")
    reason = "no Java runtime is installed"
    for candidate in filter(None, candidates):
        try:
            answer = subprocess.run(
                [candidate, "-version"], capture_output=True, text=True, timeout=20, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            reason = f"{candidate} cannot be run ({error})"
            continue
        version = parse_java_version(answer.stderr + answer.stdout)
        if version is not None and version >= MINIMUM_JAVA:
            return Path(candidate), f"Java {version}"
        reason = (
            f"{candidate} is Java {version or 'of an unknown version'}, ≥ {MINIMUM_JAVA} is needed"
        )
    return None, reason


def find_jars(
    cache_dir: Path,
    log_dir: Path,
    say: Callable[[str], None],
    cancelled: Callable[[], bool] = lambda: False,
) -> Path:
    """The directory with Kafka's jars, filled by Maven when it is not complete yet.

    Raises:
        JarsUnavailableError: no Maven, or Maven could not bring them.
    """
    libs = cache_dir / "kafka-libs"
    stamp = libs / ".complete"
    wanted = hashlib.sha256(POM.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text().strip() == wanted:
        return libs
    maven = shutil.which("mvn")
    if maven is None:
        raise JarsUnavailableError.no_maven()
    say("fetching Apache Kafka by Maven, once: some 60 MB…")
    shutil.rmtree(libs, ignore_errors=True)
    libs.mkdir(parents=True)
    log_dir.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    child = Child(
        "maven",
        _maven_command(maven, libs),
        env=inherited_environment(),
        cwd=ROOT,
        log=log_dir / "maven.log",
    )
    child.start()
    try:
        finished = False
        while not finished and not cancelled() and time.monotonic() - started < _WHOLE_DOWNLOAD:
            finished = child.wait(0.2)
    finally:
        child.kill()
    if not finished or child.returncode != 0 or not any(libs.glob("kafka_*.jar")):
        raise JarsUnavailableError.gave_up(time.monotonic() - started, child.tail())
    stamp.write_text(wanted)
    say(f"Apache Kafka fetched in {time.monotonic() - started:.0f} s")
    return libs


def _maven_command(maven: str, libs: Path) -> list[str]:
    return [
        maven,
        *("-B", "-q", "-f", str(POM)),
        # In full: a short name would be looked up, and waited for, in several places.
        "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies",
        f"-DoutputDirectory={os.fspath(libs)}",
        "-DincludeScope=runtime",
        f"-Daether.connector.connectTimeout={_CONNECT_MS}",
        f"-Daether.connector.requestTimeout={_ANSWER_MS}",
        "-Daether.connector.http.retryHandler.count=0",
        "-Dmaven.wagon.http.retryHandler.count=0",
        f"-Dmaven.wagon.rto={_ANSWER_MS}",
    ]


def _why(tail: list[str]) -> str:
    complaints = [line for line in tail if "ERROR" in line] or tail or ["it said nothing"]
    line = re.sub(r"\x1b\[[0-9;]*m", "", complaints[0])
    # Neither the machine's mirror nor credentials in its address belong in a console.
    line = re.sub(r"https?://\S+", "its registry", line)
    return line.replace("[ERROR]", "").strip()[:200]
