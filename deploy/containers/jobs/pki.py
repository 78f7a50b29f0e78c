"""Keys to seal with: a demo makes its own authority, everybody else brings theirs.

What anybody may have of it, the root certificate and the revocation list, is copied to a volume
of its own, which is all that the gateway sees.
"""

from __future__ import annotations

from pathlib import Path

from deploy.containers.errors import CommandFailedError
from deploy.containers.jobs.settings import PkiJob
from deploy.pki import ensure_pki, read_doctors
from deploy.pki.parts import write_atomically

_ACCOUNTS = Path(__file__).parents[2] / "demo" / "accounts.json"
_PUBLIC = ("root.pem", "crl.pem")
_READABLE = 0o644
_NEEDED = (*_PUBLIC, "organisation.pem", "organisation.key")


def run() -> str:
    """Make or check, then publish; says what there is."""
    settings = PkiJob()
    settings.refuse_demo_secrets()
    if settings.demo:
        ensure_pki(settings.pki_dir, read_doctors(_ACCOUNTS))
    missing = [name for name in _NEEDED if not (settings.pki_dir / name).exists()]
    if missing:
        said = (
            f"not in the volume pki: {', '.join(missing)}; deploy/pki/__init__.py names the files"
        )
        raise CommandFailedError(["keys", "to", "seal", "with"], said)
    for name in _PUBLIC:
        write_atomically(
            settings.trust_dir / name, (settings.pki_dir / name).read_bytes(), _READABLE
        )
    return f"{settings.pki_dir}: complete; {', '.join(_PUBLIC)} published"
