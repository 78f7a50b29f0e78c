"""A signing identity: whose it is, which key and certificate it has, how it ends. Pure.

A holder keeps one signer for ever: certificates follow each other in it. A key is never shown,
never kept in clear, and gone when its certificate is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.documents.signers.errors import NothingToRevokeError

WARNED_BEFORE = (30, 14, 3)
"""Days before the end at which people are told (e38, I15)."""
_FORMER_KEPT = 50


class Holder(StrEnum):
    """Whose a signer is."""

    DOCTOR = "doctor"
    ORGANISATION = "organisation"


class Keeping(StrEnum):
    """Where a private key is."""

    SOFTWARE = "software"
    TOKEN = "token"  # noqa: S105 - a kind of device


@dataclass(frozen=True)
class Key:
    """A private key: `wrapped` is the software key under the installation's secret (JWE)."""

    id: str
    keeping: Keeping
    public: bytes
    wrapped: str | None = None


@dataclass(frozen=True)
class Request:
    """A key that waits for its certificate, and the PKCS#10 request for it (DER)."""

    key: Key
    encoded: bytes
    made_at: datetime


@dataclass(frozen=True)
class Credential:
    """A key with its certificate and the authorities above it (DER), the nearest first."""

    key: Key
    certificate: bytes
    chain: tuple[bytes, ...]
    serial: str
    name: str
    valid_from: datetime
    valid_until: datetime
    since: datetime


@dataclass(frozen=True)
class Former:
    """A certificate that signs no more, and why."""

    serial: str
    valid_until: datetime
    ended_at: datetime
    by: str
    reason: str


@dataclass(frozen=True)
class Signer:
    """Whoever signs. `admitted`: works as a doctor, or is open as a clinic."""

    id: str
    holder: Holder
    holder_id: str
    request: Request | None = None
    credential: Credential | None = None
    former: tuple[Former, ...] = ()
    admitted: bool = True
    warned: int | None = None
    """The last of `WARNED_BEFORE` that was told of the certificate."""
    revision: int = 0
    version: int = 0

    @classmethod
    def new(cls, holder: Holder, holder_id: str) -> Signer:
        """One who has nothing yet."""
        return cls(signer_id(holder, holder_id), holder, holder_id)

    @property
    def active(self) -> bool:
        """Whether there is something to sign with, and someone who may."""
        return self.credential is not None and self.admitted

    def requested(self, request: Request) -> Signer:
        """With a request; one that waited before is void, and its key is gone."""
        return replace(self, request=request)

    def certified(self, credential: Credential, by: str) -> Signer:
        """With a new certificate. The one before ends."""
        request = self.request
        if request is not None and request.key.id == credential.key.id:
            request = None
        return replace(
            self,
            request=request,
            credential=credential,
            former=self._ended(credential.since, by, "Заменён новым сертификатом."),
            admitted=True,
            warned=None,
        )

    def revoked(self, now: datetime, by: str, reason: str) -> Signer:
        """Without key, certificate and request.

        Raises:
            NothingToRevokeError: there is none of them.
        """
        if self.credential is None and self.request is None:
            raise NothingToRevokeError
        return replace(
            self,
            request=None,
            credential=None,
            former=self._ended(now, by, reason),
            warned=None,
        )

    def _ended(self, at: datetime, by: str, reason: str) -> tuple[Former, ...]:
        old = self.credential
        if old is None:
            return self.former
        ended = Former(old.serial, old.valid_until, at, by, reason)
        return (*self.former, ended)[-_FORMER_KEPT:]


def signer_id(holder: Holder, holder_id: str) -> str:
    """The one signer of a holder."""
    return f"{holder.value}:{holder_id}"


@dataclass(frozen=True)
class EndWarning:
    """What is to be told now of a certificate's end (None: nothing), and when to look again."""

    before: int | None
    next_at: datetime | None


def warning(valid_until: datetime, warned: int | None, now: datetime) -> EndWarning:
    """Which warning is due: each once, and who comes late hears only the last that is due."""
    due = [days for days in WARNED_BEFORE if valid_until - timedelta(days=days) <= now]
    coming = [days for days in WARNED_BEFORE if valid_until - timedelta(days=days) > now]
    last = min(due, default=None)
    told = last is None or (warned is not None and warned <= last)
    next_at = valid_until - timedelta(days=max(coming)) if coming else None
    return EndWarning(None if told else last, next_at)


def days_left(valid_until: datetime, now: datetime) -> int:
    """Whole days until the end; 0 on the last and afterwards."""
    return max(0, (valid_until - now).days)


HOLDERS: Mapping[Holder, str] = {Holder.DOCTOR: "врач", Holder.ORGANISATION: "организация"}
