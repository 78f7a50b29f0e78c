"""The journal of signing: which act, when, from where, which document; a chain of its own a doctor.

Each entry names the hash of the one before and is signed with the journal's key, so none can be
changed, taken out or put in afterwards. What is cut off at the end is noticed by the documents:
each was sealed with an entry. Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

BEGINNING = "0" * 64
"""What the first entry of a doctor names as the one before."""


@dataclass(frozen=True)
class ActOfSigning:
    """The doctor's own act, as identity signed it."""

    id: str
    kind: str
    method: str
    address: str
    at: datetime
    session_id: str | None = None


@dataclass(frozen=True)
class Signature:
    """What was signed by it."""

    document_id: str
    number: str
    digest: str
    sha256: str
    certificate_serial: str
    clinic_id: str


@dataclass(frozen=True)
class Entry:
    """One line: `hash` is over everything before it, `signature` over `hash`."""

    id: str
    doctor_id: str
    clinic_id: str
    seq: int
    at: datetime
    act: ActOfSigning
    signed: Signature
    previous: str
    hash: str = ""
    signature: bytes = b""

    def content(self) -> bytes:
        """What is hashed: canonical JSON, moments in milliseconds."""
        act, signed = self.act, self.signed
        said = {
            "doctor_id": self.doctor_id,
            "clinic_id": self.clinic_id,
            "seq": self.seq,
            "at": _moment(self.at),
            "act": {**vars(act), "at": _moment(act.at)},
            "signed": vars(signed),
            "previous": self.previous,
        }
        return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def sealed(self, sign: Callable[[bytes], bytes]) -> Entry:
        """With its hash and signature."""
        digest = hashlib.sha256(self.content()).digest()
        return replace(self, hash=digest.hex(), signature=sign(digest))


@dataclass(frozen=True)
class Head:
    """Where the chain of a doctor stands."""

    id: str
    seq: int = 0
    hash: str = BEGINNING

    def next(self, at: datetime, act: ActOfSigning, signed: Signature) -> Entry:
        """The entry that follows, not sealed yet."""
        return Entry(
            id=entry_id(self.id, self.seq + 1),
            doctor_id=self.id,
            clinic_id=signed.clinic_id,
            seq=self.seq + 1,
            at=at,
            act=act,
            signed=signed,
            previous=self.hash,
        )


def entry_id(doctor_id: str, seq: int) -> str:
    """The id of a line: sorted by it, the lines of a doctor stand in their order."""
    return f"{doctor_id}:{seq:09d}"


def _moment(at: datetime) -> int:
    """Milliseconds: what the database keeps of a moment."""
    return round(at.timestamp() * 1000)


def first_break(
    entries: Iterable[Entry], before: Head, genuine: Callable[[bytes, bytes], bool]
) -> int | None:
    """The number of the first entry that does not follow from what is before it; None: all do.

    `genuine` says whether a signature is the journal's over a digest.
    """
    head = before
    for entry in entries:
        digest = hashlib.sha256(entry.content()).digest()
        follows = entry.seq == head.seq + 1 and entry.previous == head.hash
        if not follows or digest.hex() != entry.hash or not genuine(entry.signature, digest):
            return head.seq + 1
        head = Head(head.id, entry.seq, entry.hash)
    return None
