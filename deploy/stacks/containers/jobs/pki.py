"""Whom to trust: a demo makes its own authority, everybody else brings theirs.

What anybody may have of it, certificates of authorities and revocation lists, is copied to a volume
of its own, which is all that the gateway sees.
"""

from __future__ import annotations

from deploy.stacks.containers.errors import CommandFailedError
from deploy.stacks.containers.jobs.settings import PkiJob
from deploy.world.pki import ensure_pki
from deploy.world.pki.public import PUBLISHED, SOURCES, publish


def run() -> str:
    """Make or check, then publish; says what there is."""
    settings = PkiJob()
    settings.refuse_demo_secrets()
    if settings.demo:
        ensure_pki(settings.pki_dir, (), None, public_url=settings.public_url)
    missing = [name for name in SOURCES if not (settings.pki_dir / name).exists()]
    if missing:
        names = ", ".join(missing)
        said = f"not in the volume pki: {names}; deploy/world/pki/__init__.py names the files"
        raise CommandFailedError(["roots", "and", "lists"], said)
    publish(settings.pki_dir, settings.trust_dir)
    return f"{settings.pki_dir}: complete; {', '.join(PUBLISHED)} published"
