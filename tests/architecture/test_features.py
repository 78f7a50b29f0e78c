"""What a file of a feature may import, beside the order of layers that import-linter proves.

Between features only what is below use cases; above a store no driver; in a rule no framework.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.topics import SERVICES

PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
SERVICES_ROOT = Path(__file__).resolve().parents[2] / "services"
LAYERS = frozenset({
    "api", "consumers", "usecases", "actions", "store", "gateways", "events", "metrics", "domain",
    "errors", "views",
})  # fmt: skip
SHARED = LAYERS - {"api", "consumers", "usecases"}
FREE = frozenset({"settings", "deps"})
"""Files of the root that every feature may know."""
DRIVERS = frozenset({
    "aiokafka", "aiosmtplib", "bson", "confluent_kafka", "gridfs", "httpx2", "minio", "motor",
    "pymongo", "smtplib", "urllib3",
})  # fmt: skip
FRAMEWORKS = frozenset({"fastapi", "starlette", "faststream", "structlog", "logging"})
PURE = {("arrivals",), ("inbox",)}
"""Of the rest of the chassis: a refusal, and what is newer of two events."""
NOT_IN = {
    "api": DRIVERS,
    "consumers": DRIVERS,
    "usecases": DRIVERS,
    "actions": DRIVERS,
    "domain": DRIVERS | FRAMEWORKS,
}


ROOT = "app"
"""The composition root; one that has grown is a package, and no feature."""


@dataclass(frozen=True)
class Module:
    """A module by its name's parts below its service, and what it imports."""

    service: str
    parts: tuple[str, ...]
    imports: frozenset[tuple[str, ...]]

    @property
    def layer(self) -> str | None:
        """Its place in a feature, whether that is a file or a folder."""
        return next((part for part in self.parts if part in LAYERS), None)

    @property
    def feature(self) -> str | None:
        """The folder that it belongs to; None at the root."""
        inside = len(self.parts) > 1 and self.parts[0] not in {*LAYERS, ROOT}
        return self.parts[0] if inside else None

    def __str__(self) -> str:
        """As Python names it."""
        return ".".join((self.service, *self.parts))


def read(service: str, parts: tuple[str, ...], source: str) -> Module:
    """The module with every name that it imports, wherever in it."""
    found = set[tuple[str, ...]]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {tuple(alias.name.split(".")) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {(*node.module.split("."), alias.name) for alias in node.names}
    return Module(service, parts, frozenset(found))


def modules(service: str) -> Iterator[Module]:
    """Every module of the service."""
    folder = SERVICES_ROOT / service
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        yield read(service, parts, path.read_text())


def foreign(module: Module) -> set[str]:
    """What it imports and may not: drivers, frameworks."""
    banned = NOT_IN.get(module.layer or "", frozenset())
    return {f"{module} imports {name[0]}" for name in module.imports if name[0] in banned}


def reaches(module: Module) -> set[str]:
    """Which rooms of the chassis its rules know beside the foundation, and stores its routes do."""
    found = set[str]()
    for name in module.imports:
        room, file = name[2:3], name[3:4]
        of_chassis = name[:2] == ("services", "chassis")
        if module.layer == "domain" and of_chassis and room != ("foundation",) and file not in PURE:
            found.add(f"{module} imports {'.'.join(name)}")
        if module.layer in {"api", "consumers"} and name[:2] == ("services", module.service):
            found |= {f"{module} imports a store"} if "store" in name[3:] else set()
    return found


def trespasses(module: Module) -> set[str]:
    """What it imports of other features, or of the root, and may not."""
    if module.feature is None:
        return set()
    found = set[str]()
    for name in module.imports:
        if name[:2] != ("services", module.service) or len(name) < 3:
            continue
        place, inside = name[2], name[3:4]
        if place == module.feature or place in FREE:
            continue
        if not inside or inside[0] not in SHARED:
            found.add(f"{module} imports {'.'.join(name[2:])}")
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_no_driver_above_a_store_and_no_framework_in_a_rule(service: str) -> None:
    assert set().union(*map(foreign, modules(service))) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_rules_know_the_foundation_and_doors_no_store(service: str) -> None:
    assert set().union(*map(reaches, modules(service))) == set()


def test_every_feature_is_held_to_the_files_of_a_feature() -> None:
    """import-linter looks at no folder that is not named to it."""
    contracts = tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["contracts"]
    (named,) = [set(c["containers"]) for c in contracts if c["name"].startswith("in a feature")]
    folders = {
        f"services.{service}.{path.parent.name}"
        for service in SERVICES
        for path in (SERVICES_ROOT / service).glob("*/__init__.py")
        if path.parent.name != ROOT
    }
    assert folders == named


@pytest.mark.parametrize("service", SERVICES)
def test_features_share_what_is_below_their_use_cases(service: str) -> None:
    assert set().union(*map(trespasses, modules(service))) == set()


@pytest.mark.parametrize(
    ("parts", "source"),
    [
        (("holds", "domain"), "from services.chassis.work.transactions import Transaction"),
        (("holds", "api"), "from services.scheduling.holds.store import Holds"),
        (("holds", "consumers"), "from services.scheduling.holds import store"),
    ],
)
def test_what_reaches_too_far_is_seen(parts: tuple[str, ...], source: str) -> None:
    assert reaches(read("scheduling", parts, source))
    assert not reaches(read("scheduling", ("holds", "usecases"), source))


@pytest.mark.parametrize(
    ("parts", "source"),
    [
        (("holds", "usecases"), "from pymongo.errors import DuplicateKeyError"),
        (("holds", "usecases", "extend"), "import minio"),
        (("holds", "api"), "def get():\n    from bson import ObjectId"),
        (("holds", "domain", "slots"), "from fastapi import Depends"),
        (("domain",), "import structlog"),
    ],
)
def test_what_is_foreign_is_seen(parts: tuple[str, ...], source: str) -> None:
    assert foreign(read("scheduling", parts, source))
    assert not foreign(read("scheduling", ("holds", "store"), source))


@pytest.mark.parametrize(
    ("source", "allowed"),
    [
        ("from services.scheduling.talons.usecases import Talons", False),
        ("from services.scheduling.talons import api", False),
        ("from services.scheduling.talons import Talon", False),
        ("import services.scheduling.talons.consumers", False),
        ("from services.scheduling.app import build", False),
        ("from services.scheduling.talons.domain import Talon", True),
        ("from services.scheduling.talons import actions, store", True),
        ("from services.scheduling.deps import Deps", True),
        ("from services.scheduling.holds.usecases import Holds", True),
        ("from services.chassis.work.outbox import Outbox", True),
    ],
)
def test_what_trespasses_is_seen(source: str, allowed: bool) -> None:
    assert (trespasses(read("scheduling", ("holds", "consumers"), source)) == set()) == allowed
    assert not trespasses(read("scheduling", ("app",), source))
