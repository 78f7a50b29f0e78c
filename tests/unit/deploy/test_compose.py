"""O1, O8: the compose file keeps its promises, and every name in it means something."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from contracts.topics import SERVICES
from deploy.stacks.containers.compose_files import (
    CADDYFILE,
    COMPOSE,
    effective,
    gateway_config,
    mounted,
    read_env_file,
    refuse,
)
from deploy.stacks.containers.engine import Engine
from deploy.stacks.containers.errors import (
    DemoProfileError,
    DemoSecretError,
    SpecialCharactersError,
)
from deploy.stacks.containers.jobs.settings import BucketsJob, MongoJob, PkiJob
from deploy.stacks.containers.settings import MINIO, OFFICIAL, local
from deploy.stacks.containers.stack import JOBS
from deploy.stacks.demo_limits import DEMO_LIMITS
from deploy.watch.ops import volumes
from deploy.watch.ops.settings import OpsSettings
from deploy.world.acquirer.settings import AcquirerSettings
from deploy.world.partners.settings import PartnersSettings
from deploy.world.sinks.settings import SinksSettings
from deploy.world.tsa.__main__ import Settings as TsaSettings
from services.certificates.settings import Settings as Certificates
from services.chassis.foundation.settings import Platform
from services.documents.settings import Settings as Documents
from services.identity.settings import Settings as Identity
from services.notifier.settings import Settings as Notifier
from services.scheduling.settings import Settings as Scheduling
from tests.support.tools.needs import needs

_TEXT = (COMPOSE / "compose.yml").read_text(encoding="utf-8")
_FILE: dict[str, Any] = yaml.safe_load(_TEXT)
_ALL: dict[str, dict[str, Any]] = _FILE["services"]
_EXAMPLE = COMPOSE / ".env.example"
_PROGRAMS: dict[str, tuple[type[BaseSettings], ...]] = {
    "identity": (Identity, Platform),
    "certificates": (Certificates, Platform),
    "scheduling": (Scheduling, Platform),
    "notifier": (Notifier, Platform),
    "documents": (Documents, Platform),
    "partners": (PartnersSettings, Platform),
    "ops": (OpsSettings, Platform),
    "sinks": (SinksSettings,),
    "acquirer": (AcquirerSettings,),
    "tsa": (TsaSettings,),
    "opening": (Identity, Platform),
    "mongo-init": (MongoJob,),
    "buckets": (BucketsJob,),
    "pki": (PkiJob,),
}


def _names(settings: type[BaseSettings]) -> Iterator[str]:
    """The environment variables that a settings class reads."""
    prefix = str(settings.model_config.get("env_prefix") or "")
    for name, field in settings.model_fields.items():
        alias = field.validation_alias
        yield alias if isinstance(alias, str) else f"{prefix}{name}".upper()


@pytest.mark.parametrize("name", _ALL)
def test_every_container_is_hardened_and_limited(name: str) -> None:
    service = _ALL[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["init"] is True
    assert service["mem_limit"]
    assert service["pids_limit"] > 0
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}
    assert service["profiles"]
    assert "container_name" not in service  # replicas could not share it
    own = "moe-zdorovie/" in service["image"]
    assert own or service["user"].split(":")[0] not in {"0", "root"}, "our own say it themselves"


@pytest.mark.parametrize("name", _ALL)
def test_every_server_says_whether_it_is_well_and_every_job_ends(name: str) -> None:
    service = _ALL[name]
    if name in JOBS:
        assert service["healthcheck"] == {"disable": True}
        assert service["restart"] == "on-failure:3", "who waits for it must be told"
    else:
        assert service["healthcheck"]["test"][0] == "CMD"
        assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", _PROGRAMS)
def test_environment_names_are_settings_of_the_program(name: str) -> None:
    known = {variable for settings in _PROGRAMS[name] for variable in _names(settings)}
    given = set(_ALL[name]["environment"])
    if name == "buckets":
        given.discard("S3_ACCESS_KEY")  # shared with the server, which knows it
    assert given <= known
    if name in SERVICES or name == "partners":
        needed = {f"{name.upper()}_{part}" for part in ("HOST", "PORT", "DATABASE")}
        assert needed | {"MONGO_URL", "KAFKA_BOOTSTRAP", "AUTH_JWKS_URL", "PUBLIC_URL"} <= given


def test_every_program_of_ours_is_looked_at_here() -> None:
    ours = {name for name, service in _ALL.items() if "moe-zdorovie/" in service["image"]}
    assert ours - {"topics"} == set(_PROGRAMS)


def test_the_five_services_are_scaled_and_nothing_else() -> None:
    """X6: two of everything is a setting."""
    scaled = {name for name, service in _ALL.items() if "scale" in service}
    assert scaled == set(SERVICES)


def test_images_are_those_of_the_settings() -> None:
    found = dict(re.findall(r"\$\{IMAGE_(\w+):-([^}]+)\}", _TEXT))
    own = {"PLATFORM": local("platform"), "DEMO": local("demo")}
    assert found == {name.upper(): image for name, image in OFFICIAL.items()} | own
    minio = (COMPOSE / "compose.minio.yml").read_text(encoding="utf-8")
    assert f"${{IMAGE_S3:-{MINIO}}}" in minio


def test_every_setting_is_in_the_example() -> None:
    passed = {
        name
        for service in _ALL.values()
        for name, value in (service.get("environment") or {}).items()
        if value is None
    }
    used = set(re.findall(r"\$\{(\w+)", _TEXT)) | passed
    example = set(re.findall(r"^(?:# )?([A-Z0-9_]+)=", _EXAMPLE.read_text("utf-8"), re.MULTILINE))
    assert {n for n in used if not n.startswith("IMAGE_")} - {"MOUNTED"} == example


def test_only_the_gateway_is_published_and_only_here() -> None:
    published = {name for name, service in _ALL.items() if "ports" in service}
    assert published == {"gateway", "grafana"}
    assert _ALL["grafana"]["profiles"] == ["grafana"]
    for name in published:
        assert _ALL[name]["ports"][0].startswith("${GATEWAY_BIND:-127.0.0.1}:")
    assert _FILE["networks"]["default"] == {"internal": True}


def test_ops_may_see_how_full_the_servers_volumes_are_and_nothing_else() -> None:
    """O2: read-only; `nocopy`, so an empty volume begins as its server has it."""
    measured = volumes.parsed(_ALL["ops"]["environment"]["OPS_VOLUMES"])
    assert set(measured) == {"mongo", "kafka", "s3"}
    mounts = {v.partition(":")[0]: v.partition(":")[2] for v in _ALL["ops"]["volumes"]}
    assert set(mounts) == {*measured, "ops"}
    for name, path in measured.items():
        assert mounts[name] == f"{path}:ro,nocopy"
        assert any(v.startswith(f"{name}:") for v in _ALL[name]["volumes"]), "its server's own"


def test_the_caddyfile_is_current() -> None:
    """`python -m deploy.stacks.containers caddyfile` writes it."""
    assert CADDYFILE.read_text(encoding="utf-8") == gateway_config()


def test_every_file_that_is_mounted_is_there() -> None:
    for service in _ALL.values():
        for volume in service.get("volumes", ()):
            source = re.sub(r"\$\{\w+:-([^}]+)\}", r"\1", volume).split(":")[0]
            if source.startswith("."):
                assert (COMPOSE / source).exists(), source


def test_outside_a_demo_the_passwords_of_the_demo_are_refused() -> None:
    example = read_env_file(_EXAMPLE)
    refuse(example, ["core", "demo"])
    with pytest.raises(DemoSecretError) as refused:
        refuse(example | {"DEMO": "false", "MONGO_PASSWORD": "own"}, ["core"])
    assert "S3_SECRET_KEY" in str(refused.value)
    assert "MONGO_PASSWORD" not in str(refused.value)
    for name in ("NOTIFIER_SMTP_HOST", "NOTIFIER_SMS_URL", "NOTIFIER_PUSH_URL"):
        assert name in str(refused.value), "the codes of citizens would go to the demo's inbox"
    with pytest.raises(DemoSecretError, match="NOTIFIER_SMS_URL"):
        refuse({"DEMO": "false"}, ["core"])  # what is left out has compose's default
    secrets = {
        n for n in example if n.endswith(("PASSWORD", "SECRET", "SECRET_KEY", "REPLICA_KEY"))
    }
    assert all(example[name].startswith("demo-") for name in secrets)


def test_outside_a_demo_its_limits_are_refused_too() -> None:
    example = read_env_file(_EXAMPLE)
    assert {name: example[name] for name in DEMO_LIMITS} == DEMO_LIMITS
    with pytest.raises(DemoSecretError, match="IDENTITY_CODES_FROM_NETWORK"):
        refuse(example | {"DEMO": "false"}, ["core"])
    with pytest.raises(DemoSecretError) as refused:
        refuse({"DEMO": "false", "IDENTITY_CODES_PER_HOUR": "20"}, ["core"])
    assert "IDENTITY_CODES" not in str(refused.value), "left out, or the operator's own"
    settings = {f"IDENTITY_{name.upper()}" for name in Identity.model_fields}
    assert set(DEMO_LIMITS) <= settings


def test_outside_a_demo_there_is_no_inbox_for_everybody() -> None:
    example = read_env_file(_EXAMPLE)
    own = {
        n: re.sub("demo-|sinks|tsa|acquirer", "own", value)
        for n, value in example.items()
        if n not in DEMO_LIMITS
    }
    refuse(own | {"DEMO": "false"}, ["core", "observability"])
    with pytest.raises(DemoProfileError, match="PROFILES=core,observability"):
        refuse(own | {"DEMO": "false"}, ["core", "demo"])


@pytest.mark.parametrize("name", ["MONGO_PASSWORD", "MONGO_USER", "S3_SECRET_KEY", "BUCKET_SEALED"])
def test_what_becomes_part_of_an_address_has_no_special_characters(name: str) -> None:
    for value in ("p@ss", "a/b", 'quo"te', "$dollar"):
        with pytest.raises(SpecialCharactersError, match=name):
            refuse(read_env_file(_EXAMPLE) | {name: value}, ["core"])


def test_quotes_around_a_value_are_not_part_of_it(tmp_path: Path) -> None:
    """As both composes read it."""
    file = tmp_path / ".env"
    file.write_text("# a comment\n\nA=\"one\"\nB='two'\nC=three\n", encoding="utf-8")
    assert read_env_file(file) == {"A": "one", "B": "two", "C": "three"}


def test_a_file_that_is_read_at_the_start_is_noticed() -> None:
    """Compose itself compares settings only; a new Caddyfile would wait for the next stop."""
    for name, service in _ALL.items():
        files = [v for v in service.get("volumes", ()) if v.startswith((".", "${"))]
        if files:
            assert service["labels"] == {"moe-zdorovie.mounted": "${MOUNTED:-}"}, name
    assert re.fullmatch("[0-9a-f]{16}", mounted())
    assert mounted() == mounted()


def test_who_calls_people_can_reach_them() -> None:
    """A default network that leads nowhere would keep alerts in."""
    for name in ("alertmanager", "notifier", "documents"):
        assert "egress" in _ALL[name]["networks"]


def test_a_job_refuses_them_too() -> None:
    """Who calls compose directly goes past `make up`, not past the jobs."""
    job = BucketsJob(
        demo=False,
        s3_endpoint="s3:8333",
        s3_admin_access_key="admin",
        s3_admin_secret_key=SecretStr("demo-s3-administrator"),
        s3_secret_key=SecretStr("own"),
    )
    with pytest.raises(DemoSecretError, match="S3_ADMIN_SECRET_KEY"):
        job.refuse_demo_secrets()


def test_the_shell_goes_before_the_file_and_a_port_moves_the_address() -> None:
    file = {"PORT_GATEWAY": "8080", "PUBLIC_URL": "http://127.0.0.1:8080", "REPLICAS": "1"}
    moved = effective(file, {"PORT_GATEWAY": "9090", "REPLICAS": "2"})
    assert moved["PUBLIC_URL"] == "http://127.0.0.1:9090"
    assert moved["REPLICAS"] == "2"
    named = effective(file, {"PORT_GATEWAY": "9090", "PUBLIC_URL": "https://zdorovie.example"})
    assert named["PUBLIC_URL"] == "https://zdorovie.example"


def test_compose_itself_reads_it() -> None:
    """Whichever compose is installed here."""
    needs("engine")
    engine = Engine.find()
    command = [
        *engine.compose(),
        *("--env-file", str(_EXAMPLE), "--file", str(COMPOSE / "compose.yml")),
        *("--file", str(COMPOSE / "compose.minio.yml")),
        *("--profile", "core", "--profile", "demo", "--profile", "observability"),
        *("config", "--services"),
    ]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert set(answer.stdout.split()) >= set(_ALL) - {"grafana"}
