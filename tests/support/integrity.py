"""The cheap public check: does the file hash to what is stored, do its signatures cover it.

Recomputes digests and compares them with the signed ones; verifies each signature's value with
the certificate inside. It builds no chains and asks no authority: full validation is a job of
its own, this answers a page view.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

from services.sealing import cms
from services.sealing.der import read
from services.sealing.errors import (
    CertificateNotTrustedError,
    MalformedDerError,
    MalformedPdfError,
)
from services.sealing.keys import certificate_info
from services.sealing.signatures import (
    check_signature,
    parse_certificate,
    signing_certificate,
)

_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


@dataclass(frozen=True)
class CheckedSignature:
    """One signature: who made it, whether it is right, and up to which byte it covers the file."""

    signer: str
    certificate_serial: str
    intact: bool
    covers: int


@dataclass(frozen=True)
class Integrity:
    """What the cheap check found. `intact` is the answer; the rest says why."""

    same_file: bool
    whole_file_covered: bool
    signatures: tuple[CheckedSignature, ...]

    @property
    def intact(self) -> bool:
        """The very file that was stored, every signature right, the last one over all of it."""
        return (
            self.same_file
            and self.whole_file_covered
            and bool(self.signatures)
            and all(signature.intact for signature in self.signatures)
        )


def verify_bytes(pdf: bytes, sha256: str) -> Integrity:
    """Check a file against its stored hash (hexadecimal) and its own signatures (D3)."""
    same = hmac.compare_digest(hashlib.sha256(pdf).hexdigest(), sha256.lower())
    signatures = tuple(_check(pdf, found) for found in _RANGE.finditer(pdf))
    covered = bool(signatures) and signatures[-1].covers == len(pdf)
    return Integrity(same, covered, signatures)


def signature_contents(pdf: bytes) -> list[bytes]:
    """The CMS of every signature, in order, without padding.

    Raises:
        MalformedPdfError: if one cannot be read.
    """
    return [_contents(pdf, found) for found in _RANGE.finditer(pdf)]


def _contents(pdf: bytes, found: re.Match[bytes]) -> bytes:
    start, end, _ = (int(number) for number in found.groups())
    try:
        # padded with zeros: the length inside says where the CMS ends
        return read(bytes.fromhex(pdf[start + 1 : end - 1].decode("ascii"))).raw
    except (ValueError, MalformedDerError) as error:
        msg = "Подпись в файле не читается."
        raise MalformedPdfError(msg) from error


def _check(pdf: bytes, found: re.Match[bytes]) -> CheckedSignature:
    start, end, rest = (int(number) for number in found.groups())
    signer, serial, intact = "", "", False
    try:
        parsed = cms.parse_signed_data(_contents(pdf, found))
        certificate = parse_certificate(signing_certificate(parsed))
        info = certificate_info(certificate)
        signer, serial = info.name, info.serial
        check_signature(parsed, certificate)
        intact = _same_digest(pdf, start, end, rest, parsed.message_digest)
    except (MalformedPdfError, MalformedDerError, CertificateNotTrustedError):
        intact = False
    return CheckedSignature(signer, serial, intact, end + rest)


def _same_digest(pdf: bytes, start: int, end: int, rest: int, digest: bytes) -> bool:
    hashed = hashlib.sha256(memoryview(pdf)[:start])
    hashed.update(memoryview(pdf)[end : end + rest])
    return end + rest <= len(pdf) and hashed.digest() == digest
