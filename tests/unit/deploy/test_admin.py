"""`make admin` runs identity's own command with what the platform runs with (K1)."""

from __future__ import annotations

from pathlib import Path

from deploy.stacks.embedded.secrets import own_secrets
from deploy.stacks.embedded.settings import StackSettings
from deploy.tools.admin import environment, in_container

STATE = {"env": {"MONGO_URL": "mongodb://here"}, "demo": False}


def test_the_command_has_the_settings_of_the_running_identity(tmp_path: Path) -> None:
    kept = tmp_path / "data" / "secrets"
    kept.mkdir(parents=True)
    secrets = own_secrets(kept / "secrets.json")
    found = environment(STATE, StackSettings(run_dir=tmp_path))
    assert (found["MONGO_URL"], found["IDENTITY_DEMO"]) == ("mongodb://here", "false")
    assert found["IDENTITY_AUTHENTICATORS_SECRET"] == secrets["IDENTITY_AUTHENTICATORS_SECRET"]
    assert not {name for name in found if name.startswith(("NOTIFIER_", "DOCUMENTS_"))}


def test_in_a_demo_it_has_the_demos(tmp_path: Path) -> None:
    found = environment(STATE | {"demo": True}, StackSettings(run_dir=tmp_path))
    assert found["IDENTITY_DEMO"] == "true"
    assert "IDENTITY_SECRET" not in found


def test_in_containers_it_is_a_container_of_identity() -> None:
    asked = ["--full-name", "Ким Елена", "--phone", "+79161234567"]
    command = in_container(asked)
    assert command[:4] == ["run", "--rm", "--no-deps", "identity"]
    assert command[-len(asked) - 3 :] == ["-m", "services.identity", "admin", *asked]
