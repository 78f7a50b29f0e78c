"""A directory of authorities that are trusted: PEM files, read again when one of them changes.

Any file may hold certificates and revocation lists, of several authorities. What signed itself is a
root; all other certificates only count as far as a root vouches for them.
"""

from __future__ import annotations

import re
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from services.sealing.trust import TrustStore

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_LIST = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)

Stamp = tuple[tuple[str, int, int, int], ...]
"""What changes when a file does: of each its name, number, size and when it was written."""


class TrustedFiles:
    """Nothing is kept longer than the files stay as they are. Reading blocks."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._known: tuple[Stamp, TrustStore] | None = None

    def current(self) -> TrustStore:
        """What is trusted, as the files are now.

        Raises:
            OSError, ValueError: they are not there (yet), or cannot be read.
        """
        files = sorted(self.directory.glob("*.pem"))
        # taken before reading: what changes in between is read again the next time
        stamp = tuple(
            (f.name, s.st_ino, s.st_size, s.st_mtime_ns) for f in files if (s := f.stat())
        )
        if self._known is None or self._known[0] != stamp:
            self._known = stamp, _store([file.read_bytes() for file in files])
        return self._known[1]


def _store(contents: list[bytes]) -> TrustStore:
    found = [
        x509.load_pem_x509_certificate(pem) for c in contents for pem in _CERTIFICATE.findall(c)
    ]
    roots = [certificate for certificate in found if _own(certificate)]
    if not roots:
        msg = "no root among the trusted certificates"
        raise ValueError(msg)
    return TrustStore(
        roots,
        [certificate for certificate in found if certificate not in roots],
        [x509.load_pem_x509_crl(pem) for c in contents for pem in _LIST.findall(c)],
    )


def _own(certificate: x509.Certificate) -> bool:
    if certificate.issuer != certificate.subject:
        return False
    try:
        certificate.verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
