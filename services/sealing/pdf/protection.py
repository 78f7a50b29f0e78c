"""What may still change after a signature, as the signature itself says it (ISO 32000, 12.8.2).

The first signature certifies the document. Where another one follows, filling in fields stays
allowed, and the field of the last one carries a lock: whoever adds anything afterwards, be it a
white box over a name, is reported by every reader and validator. All of it is constant bytes.
"""

from __future__ import annotations

from enum import IntEnum


class Allowed(IntEnum):
    """The access permissions of a DocMDP transform."""

    NOTHING = 1
    FILLING_IN = 2


#: the lock of a field: once it is signed, nothing may change; an object of its own
LOCK = b"<</Type/SigFieldLock/Action/All/P 1>>"


def certifying(allowed: Allowed) -> bytes:
    """The entry that makes a signature the certification of its document."""
    return (
        b"/Reference[<</Type/SigRef/TransformMethod/DocMDP"
        b"/TransformParams<</Type/TransformParams/V/1.2/P %d>>>>]" % allowed
    )


def locking(catalogue: int) -> bytes:
    """The entry of a signature in a field with `LOCK`; `catalogue` is what it speaks about."""
    return (
        b"/Reference[<</Type/SigRef/TransformMethod/FieldMDP/Data %d 0 R"
        b"/TransformParams<</Type/TransformParams/V/1.2/Action/All>>>>]" % catalogue
    )


def permissions(certification: int) -> bytes:
    """The entry of the catalogue that names the certification."""
    return b"/Perms<</DocMDP %d 0 R>>" % certification
