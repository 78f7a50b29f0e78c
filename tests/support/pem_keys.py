"""Keys as PEM files of a PKI: `doctors/<id>.pem` and `.key`, `organisation.*` for every clinic.

For tests of what is sealed, not of who enrolled: they change a file as somebody at an authority
would, and need no doors. What is enrolled comes first.
"""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from functools import cached_property
from itertools import islice
from pathlib import Path

from cryptography import x509

from services.documents.sealed.errors import SealingAwayError
from services.documents.signers.actions.signing import Signing
from services.documents.signers.domain.signer import Holder
from services.documents.signers.gateways.trust import Stamp, stamp_of
from services.sealing import Signer, load_signer
from services.sealing.errors import KeyFileError

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Directory:
    """Nothing is kept longer than its files stay as they are."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._known: dict[str, tuple[Stamp, Signer]] = {}

    async def organisation(self) -> Signer:
        """The one organisation.

        Raises:
            SealingAwayError: its key is not there (yet).
        """
        return await self._signer(self._directory / "organisation.key")

    async def doctor(self, doctor_id: str) -> Signer | None:
        """The doctor's key, as its files are now; None: there is none.

        Raises:
            SealingAwayError: there is one whose certificate is not there yet or does not fit it:
                it may be just being issued or replaced.
        """
        key = self._directory / "doctors" / f"{doctor_id}.key"
        if not _ID.fullmatch(doctor_id) or not await asyncio.to_thread(key.exists):
            return None
        return await self._signer(key)

    async def ends(self) -> dict[str, datetime]:
        """The first end of each kind of holder, of a hundred files at most."""
        return await asyncio.to_thread(self._ends)

    def _ends(self) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        doctors = islice((self._directory / "doctors").glob("*.pem"), 100)
        files = [(file, "doctor") for file in doctors]
        for file, holder in (*files, (self._directory / "organisation.pem", "organisation")):
            try:
                end = x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
            except (OSError, ValueError):
                continue
            found[holder] = min(found.get(holder, end), end)
        return found

    async def _signer(self, key: Path) -> Signer:
        try:
            found = await asyncio.to_thread(self._current, key, self._known.get(key.name))
        except FileNotFoundError as error:
            msg = f"{key.stem}: the key or its certificate is not there yet"
            raise SealingAwayError(msg) from error
        except (OSError, KeyFileError) as error:
            msg = f"{key.stem}: {error}"
            raise SealingAwayError(msg) from error
        self._known[key.name] = found
        return found[1]

    def _current(self, key: Path, known: tuple[Stamp, Signer] | None) -> tuple[Stamp, Signer]:
        certificate = key.with_suffix(".pem")
        # taken before reading: what changes in between is read again the next time
        stamp = stamp_of(key, certificate)
        if known is not None and known[0] == stamp:
            return known
        return stamp, load_signer(key, certificate)


class PemSigning(Signing):
    """Enrolled signers, and those of the files for whom has none (the seam `signing`)."""

    @cached_property
    def files(self) -> Directory:
        """The keys beside the roots."""
        return Directory(self.judge.trust.directory)

    async def doctor(self, doctor_id: str, clinic_id: str | None) -> Signer | None:
        """The enrolled key, or the file's."""
        enrolled = await super().doctor(doctor_id, clinic_id)
        return enrolled or await self.files.doctor(doctor_id)

    async def organisation(self, clinic_id: str) -> Signer | None:
        """The enrolled key, or the file's."""
        enrolled = await super().organisation(clinic_id)
        return enrolled or await self.files.organisation()

    async def first_end(self, holder: Holder) -> datetime | None:
        """The first of both."""
        found = await self.files.ends()
        ends = [await super().first_end(holder), found.get(holder.value)]
        return min((end for end in ends if end is not None), default=None)
