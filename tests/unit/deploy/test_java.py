"""Apache Kafka is taken only where its Java and jars are; otherwise one line says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.stacks.embedded.choice import choose_kafka
from deploy.stacks.embedded.errors import KafkaUnavailableError
from deploy.stacks.embedded.java import (
    JarsUnavailableError,
    find_jars,
    find_java,
    parse_java_version,
)
from deploy.stacks.embedded.servers import MemoryKafka
from deploy.stacks.embedded.servers.base import Directories
from deploy.stacks.embedded.settings import KafkaKind


@pytest.mark.parametrize(
    ("said", "release"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_402"', 8),
        ('openjdk version "21" 2023-09-19 LTS', 21),
        ('openjdk version "25-ea" 2025-09-16', 25),
        ('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "11.0.2" 2019', 11),
        ("command not found", None),
    ],
)
def test_java_version(said: str, release: int | None) -> None:
    assert parse_java_version(said) == release


def _program(directory: Path, name: str, script: str) -> Path:
    directory.mkdir(exist_ok=True, parents=True)
    program = directory / name
    program.write_text("#!/bin/sh\n" + script)
    program.chmod(0o755)
    return program


def _only(monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(directory))


def test_an_old_java_is_refused_with_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path, "java", "echo 'openjdk version \"11.0.2\"' >&2")
    _only(monkeypatch, tmp_path)
    java, reason = find_java()
    assert java is None
    assert "Java 11" in reason
    assert "17" in reason


def test_java_home_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _only(monkeypatch, tmp_path)
    wanted = _program(tmp_path / "home" / "bin", "java", "echo 'openjdk version \"21.0.1\"' >&2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    assert find_java() == (wanted, "Java 21")


def test_without_java_the_memory_broker_is_taken_and_the_reason_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _only(monkeypatch, tmp_path)
    chosen = choose_kafka(
        None,
        directories=Directories(tmp_path / "data", tmp_path / "logs"),
        port=1,
        controller_port=2,
        cache_dir=tmp_path,
        say=print,
    )
    assert isinstance(chosen.kafka, MemoryKafka)
    assert chosen.why == "no Java runtime is installed"
    assert "NOT survive" in chosen.survives


def test_apache_forced_without_java_is_an_error_that_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _only(monkeypatch, tmp_path)
    with pytest.raises(KafkaUnavailableError, match="no Java runtime"):
        choose_kafka(
            KafkaKind.APACHE,
            directories=Directories(tmp_path / "data", tmp_path / "logs"),
            port=1,
            controller_port=2,
            cache_dir=tmp_path,
            say=print,
        )


def test_a_maven_that_fails_is_given_up_without_telling_its_mirror(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaint = "[ERROR] Could not transfer artifact from central (https://user:secret@mirror/m2)"
    _program(tmp_path / "bin", "mvn", f"echo '{complaint}'; exit 1")
    _only(monkeypatch, tmp_path / "bin")
    with pytest.raises(JarsUnavailableError) as gave_up:
        find_jars(tmp_path / "cache", tmp_path / "logs", print)
    assert "Could not transfer" in str(gave_up.value)
    assert "secret" not in str(gave_up.value)
    assert not (tmp_path / "cache" / "kafka-libs" / ".complete").exists()


def test_a_maven_that_hangs_ends_with_the_request_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path / "bin", "mvn", "exec /bin/sleep 600")
    _only(monkeypatch, tmp_path / "bin")
    with pytest.raises(JarsUnavailableError):
        find_jars(tmp_path / "cache", tmp_path / "logs", print, cancelled=lambda: True)
