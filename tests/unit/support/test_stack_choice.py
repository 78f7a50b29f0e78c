"""O8: which servers the tests run on, and that a forced choice is never quietly another one."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.support.stack import choice
from tests.support.stack.choice import StackKind
from tests.support.stack.external import ExternalServersError, Servers


@pytest.fixture(autouse=True)
def anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("STACK", raising=False)
    monkeypatch.delenv("KAFKA", raising=False)
    choice.chosen.cache_clear()
    yield
    choice.chosen.cache_clear()


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")


@pytest.mark.usefixtures("no_engine")
def test_o8_without_an_engine_the_servers_are_embedded_and_the_reason_is_said() -> None:
    found = choice.chosen()
    assert found.kind is StackKind.EMBEDDED
    assert "engine" in found.why


@pytest.mark.usefixtures("no_engine")
def test_o8_containers_that_cannot_be_had_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACK", "containers")
    with pytest.raises(RuntimeError, match="STACK=containers, but no container engine"):
        choice.chosen()


@pytest.mark.usefixtures("no_engine")
@pytest.mark.parametrize("kind", ["embedded", "external"])
def test_o8_what_is_asked_for_is_taken(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setenv("STACK", kind)
    assert choice.chosen().kind == kind


def test_o8_who_names_an_embedded_broker_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA", "apache")
    found = choice.chosen()
    assert (found.kind, found.why) == (StackKind.EMBEDDED, "KAFKA=apache is an embedded broker")


def test_o8_external_servers_are_never_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A default address could be that of a running `make run`."""
    for name in list(os.environ):  # noqa: TID251 - what the caller's shell has must not count
        if name.startswith(("MONGO", "KAFKA", "S3_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MONGO_URL", "mongodb://127.0.0.1:1")
    with pytest.raises(ExternalServersError) as refused:
        Servers.find()
    for name in ("KAFKA_BOOTSTRAP", "S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY"):
        assert name in str(refused.value)
    assert "MONGO_URL" not in str(refused.value)
