"""Debian without an image registry: a minimal file system by debootstrap, packages on top.

The mirror is the one this machine's own apt uses (DEBIAN_MIRROR names another). It is handed to
the build in a mounted directory: neither its address nor a certificate stays in an image.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.stacks.containers.engine import Engine, run
from deploy.stacks.containers.errors import (
    ArchiveFailedError,
    CommandFailedError,
    MissingToolError,
    NoMirrorError,
    NotRootError,
)
from deploy.stacks.containers.settings import StackSettings

RECIPE = "ru.moe-zdorovie.recipe"
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")

# What no container reads; the package lists would also name the mirror.
_WASTE = (
    "rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/* /usr/share/doc/* /usr/share/man/* "
    "/usr/share/locale/* /usr/share/info/* /usr/share/lintian /tmp/*"
)
# What debootstrap and apt say when it is the archive that fails, not this machine or a package.
_ABOUT_ARCHIVES = re.compile(
    r"E: .*(fetch|locate|find|download|retriev|release|repository|sign|hash|size|script)",
    re.IGNORECASE,
)
_REASONS = 5

# busybox gives every image the `wget` that health checks of the official images use.
_IN_BASE = ("busybox", "ca-certificates")
_WGET = "ln -sf /bin/busybox /usr/local/bin/wget"


@dataclass(frozen=True)
class Mirrors:
    """Where packages come from."""

    suite: str
    main: str
    security: str

    @classmethod
    def of(cls, settings: StackSettings) -> Mirrors:
        """What is set, else what this machine's apt uses.

        Raises:
            NoMirrorError: neither names one of the two archives.
        """
        own = _of_this_machine()
        main = settings.debian_mirror or own.get("Debian")
        security = settings.debian_security_mirror or own.get("Debian-Security")
        if main is None or security is None:
            raise NoMirrorError
        return cls(settings.debian_suite, main, security)

    def sources(self) -> str:
        """A sources.list."""
        return (
            f"deb {self.main} {self.suite} main\n"
            f"deb {self.main} {self.suite}-updates main\n"
            f"deb {self.security} {self.suite}-security main\n"
        )


def _of_this_machine() -> dict[str, str]:
    """Label → address of Debian's archives, as this machine's apt knows them."""
    if shutil.which("apt-get") is None:
        return {}
    wanted = ["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)"]
    answer = subprocess.run(wanted, capture_output=True, text=True, check=False)
    pairs = (line.rpartition(" ") for line in answer.stdout.splitlines())
    return {label: address.rstrip("/") for label, _, address in pairs if "@" not in address}


@contextmanager
def _apt(mirrors: Mirrors) -> Iterator[Path]:
    """A directory for APT_CONFIG: the mirrors, and how this machine reaches them."""
    with tempfile.TemporaryDirectory(prefix="zdorovie-apt-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        (directory / "sources.list").write_text(mirrors.sources(), encoding="utf-8")
        lines = [
            'Dir::Etc::sourcelist "/apt/sources.list";',
            'Dir::Etc::sourceparts "-";',
            'APT::Install-Recommends "false";',
        ]
        if shutil.which("apt-config") is not None:
            dump = run(["apt-config", "dump"]).splitlines()
            lines += [line for line in dump if line.startswith("Acquire::")]
        if _CERTIFICATES.exists():
            shutil.copy(_CERTIFICATES, directory / "ca.crt")
            lines.append('Acquire::https::CAInfo "/apt/ca.crt";')
        (directory / "apt.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
        yield directory


@contextmanager
def _blamed(mirrors: Mirrors) -> Iterator[None]:
    """Tell a failure of the archives from others.

    Raises:
        ArchiveFailedError: it was one.
        CommandFailedError: it was none.
    """
    try:
        yield
    except CommandFailedError as error:
        reasons = [line for line in error.said.splitlines() if _ABOUT_ARCHIVES.match(line)]
        if not reasons:
            raise
        archives = dict.fromkeys((mirrors.main, mirrors.security))
        raise ArchiveFailedError(list(archives), reasons[:_REASONS]) from None


def key(*parts: str) -> str:
    """What an image is made from, as one short word: the same word, nothing to do."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _is_current(engine: Engine, image: str, recipe: str) -> bool:
    found = engine.inspect("image", image)
    labels = (found or {}).get("Config", {}).get("Labels") or {}
    return labels.get(RECIPE) == recipe


def base(engine: Engine, image: str, mirrors: Mirrors, say: Callable[[str], None]) -> None:
    """Make the base image unless it is there and current.

    Raises:
        NotRootError: debootstrap needs root.
        MissingToolError: debootstrap is not installed.
        ArchiveFailedError: Debian's packages cannot be had.
        CommandFailedError: anything else, such as no room.
    """
    recipe = key("base", mirrors.suite, *_IN_BASE, _WGET, _WASTE)
    if _is_current(engine, image, recipe):
        return
    program = "debootstrap"
    tool = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if tool is None:
        raise MissingToolError(program, program)
    if os.geteuid() != 0:
        raise NotRootError
    say(f"a minimal Debian {mirrors.suite} by debootstrap…")
    with tempfile.TemporaryDirectory(prefix="zdorovie-base-") as name:
        root = Path(name)
        include = f"--include={','.join(_IN_BASE)}"
        with _blamed(mirrors):
            run([tool, "--variant=minbase", include, mirrors.suite, str(root), mirrors.main])
        run(["chroot", str(root), "sh", "-c", f"{_WGET}; {_WASTE}"])
        (root / "etc/apt/sources.list").write_text("", encoding="utf-8")
        # This machine's own: the engine gives a container its own.
        for leftover in ("etc/hostname", "etc/resolv.conf"):
            (root / leftover).unlink(missing_ok=True)
        tar = subprocess.Popen(
            ["tar", "--sort=name", "--numeric-owner", "-C", name, "-c", "."],
            stdout=subprocess.PIPE,
        )
        assert tar.stdout is not None  # noqa: S101 - it is a pipe, see above
        with tar:
            command = [engine.client, "import", "--change", f"LABEL {RECIPE}={recipe}", "-", image]
            imported = subprocess.run(
                command, stdin=tar.stdout, env=dict(engine.env), capture_output=True, check=False
            )
        if imported.returncode != 0:
            raise CommandFailedError(command, imported.stderr.decode(errors="replace"))
        if tar.returncode != 0:  # half a file system must not pass for the image
            engine("image", "rm", image)
            raise CommandFailedError(["tar", name], f"it ended with {tar.returncode}")


def with_packages(
    engine: Engine,
    image: str,
    *,
    parent: str,
    packages: Sequence[str],
    mirrors: Mirrors,
    say: Callable[[str], None],
) -> None:
    """Make `image`: `parent` and Debian packages, with the security updates of today.

    Raises:
        ArchiveFailedError: packages or updates cannot be had.
        CommandFailedError: anything else, such as no room.
    """
    found = engine.inspect("image", parent) or {}
    recipe = key(str(found.get("Id")), _WASTE, *packages)
    if _is_current(engine, image, recipe):
        return
    say(f"{image}: {' '.join(packages)}…")
    script = (
        "set -e; export DEBIAN_FRONTEND=noninteractive APT_CONFIG=/apt/apt.conf; "
        # By itself apt goes on without an archive that does not answer: without its updates.
        "apt-get -q -o APT::Update::Error-Mode=any update; apt-get -qy upgrade; "
        # Debian's Java writes alternatives for manual pages that are not there.
        "mkdir -p /usr/share/man/man1 /var/log/apt /var/cache/apt/archives/partial; "
        f"apt-get -qy install {' '.join(packages)}; {_WASTE}"
    )
    with _apt(mirrors) as directory:
        container = engine(
            *("create", "--network", "host", "--user", "0"),
            *("--volume", f"{directory}:/apt:ro"),
            *(parent, "sh", "-c", script),
        ).strip()
        try:
            with _blamed(mirrors):
                engine("start", "--attach", container)
            engine(
                *("commit", "--change", f"LABEL {RECIPE}={recipe}", "--change", "CMD []"),
                *(container, image),
            )
        finally:
            engine("rm", "--force", "--volumes", container)
