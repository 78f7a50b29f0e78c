"""O8: which image is taken, what is said when something is missing, what an image is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy import ROOT
from deploy.stacks.containers import debian
from deploy.stacks.containers.engine import Engine
from deploy.stacks.containers.errors import CommandFailedError, NoEngineError, NoMirrorError
from deploy.stacks.containers.settings import OFFICIAL, ImageSettings, StackSettings, image, local


def test_a_local_image_goes_before_the_official_one_and_a_named_one_before_both() -> None:
    nothing = ImageSettings()
    assert image("mongo", lambda _: True, nothing) == local("mongo")
    assert image("mongo", lambda _: False, nothing) == OFFICIAL["mongo"]
    assert image("mongo", lambda _: True, ImageSettings(mongo="own/mongo:7")) == "own/mongo:7"


def test_what_is_ours_has_no_official_image() -> None:
    assert image("platform", lambda _: False, ImageSettings()) == local("platform")


def test_without_an_engine_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NoEngineError) as refused:
        Engine.find()
    assert "`docker` is not on PATH" in str(refused.value)
    assert "make run" in str(refused.value)


def test_an_engine_that_does_not_answer_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    client = tmp_path / "docker"
    client.write_text("#!/bin/sh\necho 'Cannot connect to the daemon' >&2\nexit 1\n")
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(NoEngineError, match="Cannot connect to the daemon"):
        Engine.find()


def test_a_command_that_fails_shows_its_last_words(tmp_path: Path) -> None:
    client = tmp_path / "docker"
    client.write_text("#!/bin/sh\necho no such image\nexit 1\n")
    client.chmod(0o755)
    with pytest.raises(CommandFailedError, match="no such image"):
        Engine(str(client))("image", "inspect", "x")


def test_a_mirror_is_never_written_into_an_image() -> None:
    """E4: sources come in a mounted directory; the lists that name them are removed."""
    mirrors = debian.Mirrors("bookworm", "http://mirror.example/debian", "http://mirror.example/s")
    assert mirrors.sources().count("http://mirror.example") == 3
    for dockerfile in [
        ROOT / "Dockerfile",
        *(ROOT / "deploy/stacks/containers/images").glob("*/*"),
    ]:
        text = dockerfile.read_text(encoding="utf-8")
        assert "http" not in text, dockerfile
        assert "--mount" not in text, "the classic builder builds it too"
        assert "<<" not in text, "as above"


def test_another_recipe_is_another_key() -> None:
    assert debian.key("a", "bc") != debian.key("ab", "c")
    assert debian.key("a", "b") == debian.key("a", "b")


def test_the_image_takes_nothing_that_is_not_named() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert "**/.env*" in rules


def test_without_an_archive_the_message_says_how_to_name_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no apt-get
    with pytest.raises(NoMirrorError, match="DEBIAN_MIRROR"):
        debian.Mirrors.of(StackSettings())
    given = StackSettings(debian_mirror="m", debian_security_mirror="s")
    assert debian.Mirrors.of(given) == debian.Mirrors("bookworm", "m", "s")
