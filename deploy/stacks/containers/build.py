"""`make images`: every image that the compose file needs, without any image registry.

Debian packages and wheels are all it takes: mongod, SeaweedFS and Caddy come out of the wheels of
requirements/dev.txt, Kafka's jars by Maven, the rest from Debian. What is there and current is
not made again. Grafana is in neither: its profile needs the official image.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy import ROOT
from deploy.stacks.containers import debian
from deploy.stacks.containers.engine import Engine, run
from deploy.stacks.containers.errors import MissingToolError
from deploy.stacks.containers.settings import OWN, PREFIX, StackSettings, local, version
from deploy.stacks.embedded.java import JarsUnavailableError, find_jars
from deploy.stacks.embedded.servers.mongo import find_mongod
from deploy.stacks.embedded.servers.s3 import installed
from deploy.stacks.embedded.settings import StackSettings as EmbeddedSettings

_HERE = Path(__file__).parent
# Wheels for the image's Python, whatever Python this machine has.
_PYTHON = "3.11"
_PLATFORMS = ("2_36", "2_35", "2_34", "2_31", "2_28", "2_27", "2_17", "2_12", "2_5")
WHEELS = ROOT / ".run" / "wheels"
_REQUIREMENTS = ("runtime", "demo")
# A label of the Dockerfile.
_OURS = "org.opencontainers.image.source=moe-zdorovie"
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}

Files = Mapping[str, Path]


def _weed() -> Files:
    return {"weed": _wheel_program("weed")}


def _caddy() -> Files:
    return {"caddy": _wheel_program("caddy")}


def _wheel_program(name: str) -> Path:
    found = installed(name)
    if found is None:
        raise MissingToolError(name, "in requirements/dev.txt: run `make` again")
    return Path(found).resolve()


def _kafka() -> Files:
    cache = EmbeddedSettings().cache_dir.absolute()
    try:
        libs = find_jars(cache, cache, print)
    except JarsUnavailableError as error:
        what = f"Kafka's jars ({error})"
        raise MissingToolError(what, "maven") from None
    return {
        "libs": libs,
        "log4j2.properties": _HERE.parent / "embedded" / "kafka" / "log4j2.properties",
        "start.sh": _HERE.parent / "compose" / "kafka" / "start.sh",
    }


@dataclass(frozen=True)
class Recipe:
    """One server's image: Debian packages, then files, by images/<name>."""

    name: str
    packages: tuple[str, ...] = ()
    files: Callable[[], Files] = field(default=dict)


SERVERS = (
    Recipe(
        "mongo",
        ("libcurl4", "libssl3", "liblzma5"),
        lambda: {"mongod": find_mongod()},
    ),
    Recipe("kafka", ("openjdk-17-jre-headless",), _kafka),
    Recipe("s3", (), _weed),
    Recipe("gateway", (), _caddy),
    Recipe("prometheus", ("prometheus",)),
    Recipe("alertmanager", ("prometheus-alertmanager",)),
)
BUILT_HERE = (*(recipe.name for recipe in SERVERS), *OWN)
_PYTHON_PACKAGES = ("python3", "python3-venv")


@dataclass(frozen=True)
class Builder:
    """Makes the images on one engine."""

    engine: Engine
    settings: StackSettings
    say: Callable[[str], None] = print

    def build(self, names: set[str] | None = None) -> None:
        """Make the images (or those of `names`), the ones that stand on others last.

        With BASE_IMAGE only our own programs are built, on that one; the servers then come
        from a registry as well.
        """
        wanted = names or set(BUILT_HERE)
        parent = self.settings.base_image
        if parent is None:
            mirrors = debian.Mirrors.of(self.settings)
            base = self._intermediate("base")
            debian.base(self.engine, base, mirrors, self.say)
            for recipe in SERVERS:
                if recipe.name in wanted:
                    self._server(recipe, base, mirrors)
            parent = self._intermediate("python")
            if wanted & set(OWN):
                debian.with_packages(
                    self.engine,
                    parent,
                    parent=base,
                    packages=_PYTHON_PACKAGES,
                    mirrors=mirrors,
                    say=self.say,
                )
        if wanted & set(OWN):
            self._own(parent, wanted)

    def _intermediate(self, name: str) -> str:
        return f"{PREFIX}/{name}:{self.settings.debian_suite}"

    def _server(self, recipe: Recipe, base: str, mirrors: debian.Mirrors) -> None:
        parent = base
        if recipe.packages:
            parent = self._intermediate(f"{recipe.name}-packages")
            debian.with_packages(
                self.engine,
                parent,
                parent=base,
                packages=recipe.packages,
                mirrors=mirrors,
                say=self.say,
            )
        # Beside the caches, not in /tmp: hard links instead of copies of what is large.
        scratch = ROOT / ".run" / "images"
        scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=scratch) as name:
            context = Path(name)
            shutil.copy(_HERE / "images" / recipe.name / "Dockerfile", context / "Dockerfile")
            for target, source in recipe.files().items():
                _put(source, context / target)
            self._docker_build(local(recipe.name), context, {"BASE_IMAGE": parent})

    def _own(self, parent: str, wanted: set[str]) -> None:
        fetch_wheels(self.say, self.engine("version", "--format", "{{.Server.Arch}}").strip())
        for name in OWN:
            if name in wanted:
                arguments = {"BASE_IMAGE": parent, "VERSION": version(), "REVISION": revision()}
                self._docker_build(local(name), ROOT, arguments, target=name)
        # What these names meant before has no name any more.
        self.engine("image", "prune", "--force", "--filter", f"label={_OURS}")

    def _docker_build(
        self, image: str, context: Path, arguments: Mapping[str, str], target: str | None = None
    ) -> None:
        self.say(f"{image}…")
        command = ["build", "--tag", image]
        for name, value in arguments.items():
            command += ["--build-arg", f"{name}={value}"]
        if target is not None:
            command += ["--target", target]
        self.engine(*command, str(context))


def _put(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".*"))
        return
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)
    if source.suffix == "" and not os.access(target, os.X_OK):
        target.chmod(0o755)


def revision() -> str:
    """The commit that is checked out; with a mark when files differ from it."""
    answer = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() or "unknown"


def fetch_wheels(say: Callable[[str], None], architecture: str) -> None:
    """Bring what the images' Python needs, by this machine's pip and its settings, hash-checked.

    The build then needs no network, and no address of an index stays in an image.
    `architecture`: the engine's, as it calls it.

    Raises:
        CommandFailedError: pip could not bring something.
    """
    locks = [ROOT / "requirements" / f"{name}.txt" for name in _REQUIREMENTS]
    machine = _MACHINES.get(architecture, architecture)
    wanted = debian.key(machine, *(lock.read_text(encoding="utf-8") for lock in locks))
    stamp = WHEELS / "complete.txt"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    say("fetching wheels for the images…")
    shutil.rmtree(WHEELS, ignore_errors=True)
    WHEELS.mkdir(parents=True)
    for lock in locks:
        run(
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes"),
                *("--only-binary=:all:", "--implementation", "cp", "--python-version", _PYTHON),
                *(
                    arg
                    for tag in _PLATFORMS
                    for arg in ("--platform", f"manylinux_{tag}_{machine}")
                ),
                *("--platform", f"manylinux2014_{machine}", "--dest", str(WHEELS)),
                *("--requirement", str(lock)),
            ]
        )
    stamp.write_text(wanted, encoding="utf-8")
