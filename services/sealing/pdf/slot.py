"""A PDF revision that lacks one thing only: the CMS in its signature dictionary.

This is the two-phase heart of signing: `digest` says what to sign, `filled` writes the result.
It never writes a CMS that does not fit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.sealing.errors import SignatureTooLargeError
from services.sealing.keys import Hash

_SIGNATURE = (
    b"%d 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(%s)"
    b"%s/ByteRange[0 %010d %010d %010d]/Contents "
)
_AFTER_CONTENTS = b">>\nendobj\n"


@dataclass(frozen=True, slots=True)
class Slot:
    """`base` + `before` + the CMS in hexadecimal + `after` are the file.

    `known` leading bytes of `base` are the ones whose hash state the caller keeps.
    """

    base: bytes
    before: bytes
    after: bytes
    known: int
    reserve: int

    def digest(self, state: Hash) -> bytes:
        """The digest of all bytes but the CMS; `state` has taken in `base[:known]`."""
        hashed = state.copy()
        hashed.update(memoryview(self.base)[self.known :])
        hashed.update(self.before)
        hashed.update(self.after)
        return hashed.digest()

    def filled(self, cms: bytes) -> bytes:
        """The complete file.

        Raises:
            SignatureTooLargeError: if the CMS is larger than the reserve.
        """
        if len(cms) > self.reserve:
            raise SignatureTooLargeError(len(cms), self.reserve)
        padding = b"0" * (2 * (self.reserve - len(cms)))
        return b"".join(
            (self.base, self.before, b"<", cms.hex().encode(), padding, b">", self.after)
        )


def pdf_date(when: datetime) -> bytes:
    """A PDF date in UTC. The datetime must be aware and in UTC."""
    return when.strftime("D:%Y%m%d%H%M%SZ").encode()


def open_slot(
    base: bytes,
    body: bytes,
    *,
    known: int,
    number: int,
    when: datetime,
    protection: bytes,
    finish: Callable[[int, int], bytes],
    reserve: int,
) -> Slot:
    """Put the signature dictionary behind `body` and lay out the rest of the revision.

    Args:
        base: the file so far.
        body: the other objects of this revision.
        known: see `Slot`.
        number: the object number of the signature dictionary.
        when: the claimed time of signing (UTC).
        protection: the entry that says what may change afterwards (see `protection`).
        finish: given the offsets of the dictionary and of the cross-reference table, the table
            and trailer.
        reserve: bytes kept for the CMS.
    """
    date = pdf_date(when)
    at = len(base) + len(body)
    contents = at + len(_SIGNATURE % (number, date, protection, 0, 0, 0))
    contents_end = contents + 2 * reserve + 2
    xref_at = contents_end + len(_AFTER_CONTENTS)
    after = _AFTER_CONTENTS + finish(at, xref_at)
    signature = _SIGNATURE % (number, date, protection, contents, contents_end, len(after))
    return Slot(base, body + signature, after, known, reserve)


def xref_rows(offsets: list[int]) -> bytes:
    """Rows of a cross-reference table for objects in use."""
    return b"".join(b"%010d 00000 n \n" % offset for offset in offsets)


def trailer(size: int, root: int, identity: bytes, xref_at: int, extra: bytes = b"") -> bytes:
    """The trailer with `startxref`; `identity` is the whole /ID entry."""
    return b"trailer\n<</Size %d/Root %d 0 R%s%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        root,
        extra,
        identity,
        xref_at,
    )
