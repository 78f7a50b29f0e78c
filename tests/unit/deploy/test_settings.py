"""Settings reach the children only through the stack; the demo accounts are sound."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import phonenumbers
import pytest
from email_validator import validate_email
from stdnum import luhn
from stdnum.ru import inn

from contracts.topics import SERVICES
from deploy.stacks.embedded import platform as layout
from deploy.stacks.embedded.demo import ACCOUNTS_FILE, demo_accounts
from deploy.stacks.embedded.outside import pki_dir
from deploy.stacks.embedded.servers import S3, MemoryKafka
from deploy.stacks.embedded.servers.base import Directories
from deploy.stacks.embedded.settings import Ports, StackSettings, inherited_environment


def _platform(tmp_path: Path) -> layout.Platform:
    directories = Directories(tmp_path / "data", tmp_path / "logs")
    settings = StackSettings(run_dir=tmp_path)
    return layout.build(settings, Ports(), directories, MemoryKafka(directories, port=9192))


def test_a_setting_left_in_the_shell_does_not_reach_a_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MONGO_URL", "mongodb://production")
    monkeypatch.setenv("IDENTITY_PORT", "1")
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    inherited = inherited_environment()
    assert not {"MONGO_URL", "IDENTITY_PORT"} & set(inherited)
    assert inherited["LANG"] == "ru_RU.UTF-8"


def test_every_service_finds_every_server(tmp_path: Path) -> None:
    wanted = {
        *("MONGO_URL", "KAFKA_BOOTSTRAP", "KAFKA_FETCH_MAX_WAIT_MS", "S3_ENDPOINT"),
        *("S3_ACCESS_KEY", "S3_SECRET_KEY", "AUTH_JWKS_URL", "PUBLIC_URL", "OUTBOX_REPUBLISH"),
    }
    for service in _platform(tmp_path).services:
        prefix = service.name.upper()
        own = {f"{prefix}_{part}" for part in ("HOST", "PORT", "DATABASE", "DEMO")}
        assert wanted | own <= set(service.environment())


def test_k5_outsiders_find_the_lists_of_the_time_stamps_whoever_signs(tmp_path: Path) -> None:
    """Their certificates point to /trust/; an outside authority publishes its own lists itself."""
    directories = Directories(tmp_path / "data", tmp_path / "logs")
    outside = tmp_path / "outside"
    settings = StackSettings(run_dir=tmp_path, pki_dir=outside)
    platform = layout.build(settings, Ports(), directories, MemoryKafka(directories, port=9192))
    assert platform.gateway.trust == pki_dir(directories) / "public"
    (documents,) = [service for service in platform.services if service.name == "documents"]
    assert documents.environment()["DOCUMENTS_PKI_DIR"] == str(outside)


def test_the_memory_broker_asks_for_republishing_and_short_fetches(tmp_path: Path) -> None:
    env = MemoryKafka(Directories(tmp_path, tmp_path), port=9192).env()
    assert env["OUTBOX_REPUBLISH"] == "true"
    assert env["KAFKA_FETCH_MAX_WAIT_MS"] == "20"


def test_the_notifier_and_the_sinks_share_their_secrets(tmp_path: Path) -> None:
    platform = _platform(tmp_path)
    (notifier,) = [service for service in platform.services if service.name == "notifier"]
    for channel in ("SMS", "PUSH"):
        theirs = platform.sinks.environment()[f"SINKS_{channel}_SECRET"]
        assert notifier.environment()[f"NOTIFIER_{channel}_SECRET"] == theirs


def test_the_secret_of_s3_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    first, second = _platform(tmp_path).s3, _platform(tmp_path).s3
    assert isinstance(first, S3)
    assert isinstance(second, S3)
    assert first.secret_key == second.secret_key
    kept = tmp_path / "data" / "s3-config" / "credentials.json"
    assert kept.stat().st_mode & 0o077 == 0


def test_there_is_a_demo_account_of_each_role() -> None:
    roles = [account.role for account in demo_accounts()]
    assert sorted(set(roles)) == ["administrator", "citizen", "doctor", "registrar", "sre"]


def test_the_numbers_of_the_demo_accounts_are_valid() -> None:
    entries = json.loads(ACCOUNTS_FILE.read_text(encoding="utf-8"))
    for account in entries["accounts"]:
        assert phonenumbers.is_valid_number(phonenumbers.parse(account["phone"]))
        assert validate_email(account["email"], check_deliverability=False).normalized
        assert _snils_is_valid(account["snils"])
        assert "inn" not in account or inn.is_valid(account["inn"])
        assert "oms" not in account or luhn.is_valid(account["oms"])


def _snils_is_valid(text: str) -> bool:
    digits = "".join(filter(str.isdigit, text))
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(9, 0, -1), strict=False))
    return len(digits) == 11 and total % 101 % 100 == int(digits[9:])


def test_outside_a_demo_secrets_are_made_once_and_shared_by_those_who_need_them(
    tmp_path: Path,
) -> None:
    """K1: nothing of a demo is left in such an installation: no people, no limits, no secrets."""
    directories = Directories(tmp_path / "data", tmp_path / "logs")
    settings = StackSettings(run_dir=tmp_path, demo=False)
    kafka = MemoryKafka(directories, port=9192)
    first, second = (layout.build(settings, Ports(), directories, kafka) for _ in range(2))
    found = {s.name: s.environment() for s in (*first.services, first.partners)}
    assert found == {s.name: s.environment() for s in (*second.services, second.partners)}
    assert found["identity"]["IDENTITY_CODES_SECRET"] == found["notifier"]["NOTIFIER_CODES_SECRET"]
    paid_with = found["certificates"]["CERTIFICATES_ACQUIRER_SECRET"]  # signs what it calls back
    assert paid_with == first.acquirer.environment()["ACQUIRER_SECRET"]
    assert found["identity"]["IDENTITY_DEMO"] == "false"
    for name in SERVICES:
        own = import_module(f"services.{name}.settings").Settings.OWN_SECRETS
        assert {f"{name}_{secret}".upper() for secret in own} <= found[name].keys()
    known = {value for env in found.values() for value in env.values() if value.startswith("demo-")}
    assert known <= {"demo-sms-centre-secret", "demo-push-service-secret"}
    assert "SINKS_DEMO_FILE" not in first.sinks.environment()
    assert "IDENTITY_CODES_PER_HOUR" not in found["identity"]
    kept = tmp_path / "data" / "secrets" / "secrets.json"
    assert kept.stat().st_mode & 0o077 == 0
