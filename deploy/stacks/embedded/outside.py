"""The programs that play the outside world beside the services, and the secrets of both ends.

Only data, like `platform`: which process, with which settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deploy.stacks.embedded.demo import ACCOUNTS_FILE
from deploy.stacks.embedded.ports import LOOPBACK
from deploy.stacks.embedded.secrets import of_program
from deploy.stacks.embedded.servers import Program
from deploy.stacks.embedded.servers.base import Directories
from deploy.stacks.embedded.settings import Ports

# Shared by the notifier and the sinks that play its providers. Not a secret of anybody's: the
# sinks keep demo messages on this machine.
SMS_SECRET = "demo-sms-centre-secret"  # noqa: S105 - both ends of a demo line
PUSH_SECRET = "demo-push-service-secret"  # noqa: S105 - both ends of a demo line
VIDEO_SECRET = "demo-secret-of-the-video-rooms"  # noqa: S105 - both ends of a demo line
ACQUIRER_SECRET = "demo-acquirer-secret"  # noqa: S105 - both ends of a demo line


def pki_dir(directories: Directories) -> Path:
    """Where the demo PKI lives."""
    return directories.data_dir / "pki"


def video(name: str, public_url: str, *, demo: bool) -> dict[str, str]:
    """The demo's rooms of video visits; an installation connects its own, or has none."""
    if name != "scheduling" or not demo:
        return {}
    return {
        "SCHEDULING_VIDEO_URL": f"{public_url}/inbox/video",
        "SCHEDULING_VIDEO_SECRET": VIDEO_SECRET,
        "SCHEDULING_VIDEO_NOTICE": "PT0S",  # who plays a demo is there at once
    }


def sinks(ports: Ports, directories: Directories, *, demo: bool) -> Program:
    """The SMS centre, push service and inbox."""
    return Program(
        directories,
        label="sinks",
        module="deploy.world.sinks",
        port=ports.sinks,
        health="/healthz",
        variables={
            "SINKS_HOST": LOOPBACK,
            "SINKS_PORT": str(ports.sinks),
            "SINKS_SMTP_PORT": str(ports.smtp),
            "SINKS_DATA_DIR": str(directories.of("sinks")),
            "SINKS_SMS_SECRET": SMS_SECRET,
            "SINKS_PUSH_SECRET": PUSH_SECRET,
            "SINKS_VIDEO_SECRET": VIDEO_SECRET,
        }
        | ({"SINKS_DEMO_FILE": str(ACCOUNTS_FILE)} if demo else {}),
    )


def acquirer(
    ports: Ports, directories: Directories, public_url: str, secrets: Mapping[str, str]
) -> Program:
    """The bank's page where bills are paid; it shares a secret with certificates."""
    return Program(
        directories,
        label="acquirer",
        module="deploy.world.acquirer",
        port=ports.acquirer,
        health="/healthz",
        variables={
            "ACQUIRER_HOST": LOOPBACK,
            "ACQUIRER_PORT": str(ports.acquirer),
            "ACQUIRER_DATA_DIR": str(directories.of("acquirer")),
            "ACQUIRER_SECRET": ACQUIRER_SECRET,
            "ACQUIRER_PUBLIC_URL": public_url,
            "ACQUIRER_CALLBACK_URL": (
                f"http://{LOOPBACK}:{ports.gateway}/api/certificates/v1/payments/callbacks"
            ),
        }
        | of_program("ACQUIRER", secrets),
    )


def tsa(ports: Ports, directories: Directories, public_url: str) -> Program:
    """The time-stamp authority of the demo PKI."""
    return Program(
        directories,
        label="tsa",
        module="deploy.world.tsa",
        port=ports.tsa,
        health="/healthz",
        before=("deploy.world.pki", str(pki_dir(directories)), "--public-url", public_url),
        variables={
            "TSA_HOST": LOOPBACK,
            "TSA_PORT": str(ports.tsa),
            "TSA_PKI_DIR": str(pki_dir(directories)),
        },
    )


def partners(ports: Ports, directories: Directories, common: Mapping[str, str]) -> Program:
    """Registry, treasury, hospital and post."""
    return Program(
        directories,
        label="partners",
        module="deploy.world.partners",
        port=ports.partners,
        health="/healthz",
        variables=dict(common) | {"PARTNERS_HOST": LOOPBACK, "PARTNERS_PORT": str(ports.partners)},
    )
