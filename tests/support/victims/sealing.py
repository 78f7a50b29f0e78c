"""The documents service in a process of its own that stops between sealing and recording.

    python -m tests.support.victims.sealing DATABASE PKI TSA_URL

Settings of the servers come from the environment. Prints REACHED when a sealed PDF is in S3 and
nothing says so yet, to be killed there (X6); READY when it runs.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from services.chassis.foundation.settings import Platform
from services.chassis.telemetry.metrics import Metrics
from services.documents.access.domain.content import MediaType
from services.documents.access.gateways.storage import Storage
from services.documents.app import build
from tests.support.pem_keys import PemSigning
from tests.support.service import Tokens
from tests.support.services.documents import keys_with_signers, settings_of


class StoppingStorage(Storage):
    """Stores, says so, and never comes back."""

    async def put(self, bucket: str, sha256: str, content: bytes, media_type: MediaType) -> None:
        """Store and stop."""
        await super().put(bucket, sha256, content, media_type)
        print("REACHED", flush=True)
        await asyncio.Event().wait()


async def main(database: str, pki: str, tsa_url: str) -> None:
    """Run until killed."""
    settings = settings_of(Platform(), database, Path(pki), tsa_url)
    buckets = (settings.bucket_uploads, settings.bucket_sealed)
    storage = StoppingStorage(settings.platform, buckets, Metrics())
    keys = keys_with_signers(Tokens())
    app = build(settings, fetch_keys=keys, storage=storage, signing=PemSigning)
    async with app.router.lifespan_context(app):
        print("READY", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
