"""Signatures that citizens make with certificates of their own (C12). Nothing is fetched."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from services.certificates.applications.errors import (
    SignatureNotSetUpError,
    SignatureRefusedError,
)
from services.chassis.foundation.errors import AccidentError
from services.sealing import SealingError, Signatory, TrustedFiles, TrustStore, signatory_of


class Signatures:
    """Checked against the authorities of a directory, as its files are now."""

    def __init__(self, directory: Path | None) -> None:
        """Without a directory nobody is trusted, and it says so."""
        self._files = TrustedFiles(directory) if directory else None

    async def signatory(self, signature: bytes, content: bytes, now: datetime) -> Signatory:
        """Whose signature over these bytes it is.

        Raises:
            SignatureNotSetUpError: no authority is trusted here.
            SignatureRefusedError: it does not hold; says why.
        """
        if self._files is None:
            raise SignatureNotSetUpError
        try:
            return await asyncio.to_thread(self._checked, self._files, signature, content, now)
        except SealingError as error:
            raise SignatureRefusedError(error.code, error.detail) from error

    def _checked(
        self, files: TrustedFiles, signature: bytes, content: bytes, now: datetime
    ) -> Signatory:
        return signatory_of(signature, content, _current(files), now)


def _current(files: TrustedFiles) -> TrustStore:
    try:
        return files.current()
    except (OSError, ValueError) as error:
        msg = f"trusted certificates: {error}"
        raise AccidentError(msg) from error
