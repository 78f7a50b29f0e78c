"""The roots that signatures of other people's files are checked against, read from files.

Runs where files are examined: it reads public certificates and lists only, and calls nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import crl, pem, x509

_CERTIFICATES, _LISTS = ("CERTIFICATE", "TRUSTED CERTIFICATE"), ("X509 CRL",)
_ENDINGS = frozenset({".pem", ".crt", ".cer", ".crl"})
_LARGEST = 16 * 1024 * 1024

Stamp = tuple[tuple[str, int, int, int], ...]


class TrustUnreadableError(Exception):
    """A place of roots is not there, or a file in it is not what it should be."""


@dataclass(frozen=True)
class Trust:
    """Roots, certificates between them and a signer, and lists of revoked ones."""

    roots: tuple[x509.Certificate, ...] = ()
    between: tuple[x509.Certificate, ...] = ()
    lists: tuple[crl.CertificateList, ...] = ()


class TrustedFiles:
    """What is in files, and in the PEM files of directories; read again when it changes.

    A certificate by itself is a root, one by another's is on the way to one: whoever puts a file
    there says by its kind what is trusted, and nothing else has to be configured.
    """

    def __init__(self, places: Sequence[Path] = ()) -> None:
        self._places = tuple(places)
        self._known: tuple[Stamp, Trust] = ((), Trust())

    def current(self) -> Trust:
        """What is trusted, as the files are now.

        Raises:
            TrustUnreadableError: it cannot be told.
        """
        try:
            files = sorted(file for place in self._places for file in _files(place))
            stamp = tuple(_stamp(file) for file in files)
            if stamp != self._known[0]:
                self._known = stamp, _read(files)
        except (OSError, ValueError) as error:
            raise TrustUnreadableError(str(error)) from error
        return self._known[1]


def _files(place: Path) -> Iterator[Path]:
    if not place.is_dir():
        return iter((place,))
    return (f for f in place.iterdir() if f.suffix in _ENDINGS and f.is_file())


def _stamp(file: Path) -> tuple[str, int, int, int]:
    stat = file.stat()
    return str(file), stat.st_ino, stat.st_size, stat.st_mtime_ns


def _read(files: Iterable[Path]) -> Trust:
    certificates: list[x509.Certificate] = []
    lists: list[crl.CertificateList] = []
    for file in files:
        content = file.read_bytes()
        if len(content) > _LARGEST or not pem.detect(content):
            message = f"{file}: not PEM"
            raise ValueError(message)
        for name, _, der in pem.unarmor(content, multiple=True):
            if name in _CERTIFICATES:
                certificates.append(x509.Certificate.load(der, strict=True))
            elif name in _LISTS:
                lists.append(crl.CertificateList.load(der, strict=True))
    own = [c.self_issued for c in certificates]
    return Trust(
        tuple(c for c, root in zip(certificates, own, strict=True) if root),
        tuple(c for c, root in zip(certificates, own, strict=True) if not root),
        tuple(lists),
    )
