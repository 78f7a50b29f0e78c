"""Roots, authorities and revocation lists: the files of a directory, read again when they change.

Several certificates or lists may stand in one file, for several authorities.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from services.documents.signers.errors import TrustAwayError
from services.sealing import TrustStore, load_trust

_AUTHORITIES = ("root.pem", "issuing.pem")
_LISTS = ("root-crl.pem", "crl.pem")

Stamp = tuple[tuple[int, int, int], ...]
"""What changes when a file does: of each its number, its size and when it was written."""


def trusted_files(directory: Path) -> tuple[Path, ...]:
    """The files of a directory that say what is trusted: nothing else in it does."""
    return tuple(directory / name for name in (*_AUTHORITIES, *_LISTS))


class TrustFiles:
    """Nothing is kept longer than the files stay as they are."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._known: tuple[Stamp, TrustStore] | None = None

    async def current(self) -> TrustStore:
        """What is trusted, as the files are now.

        Raises:
            TrustAwayError: they are not there (yet), or cannot be read.
        """
        try:
            self._known = await asyncio.to_thread(self._current, self._known)
        except (OSError, ValueError) as error:
            msg = f"trusted certificates: {error}"
            raise TrustAwayError(msg) from error
        return self._known[1]

    def _current(self, known: tuple[Stamp, TrustStore] | None) -> tuple[Stamp, TrustStore]:
        # taken before reading: what changes in between is read again the next time
        stamp = stamp_of(*trusted_files(self.directory))
        if known is not None and known[0] == stamp:
            return known
        root, issuing = ((self.directory / name).read_bytes() for name in _AUTHORITIES)
        lists = [(self.directory / name).read_bytes() for name in _LISTS]
        return stamp, load_trust([root], [issuing], lists)


def stamp_of(*paths: Path) -> Stamp:
    """The stamp of files.

    Raises:
        OSError: one is not there.
    """
    found = (path.stat() for path in paths)
    return tuple((stat.st_ino, stat.st_size, stat.st_mtime_ns) for stat in found)
