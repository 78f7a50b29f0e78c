"""The journal of signing: no line is changed, taken out, put in or cut off unnoticed (K5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from services.documents.signers.domain.journal import (
    ActOfSigning,
    Entry,
    Head,
    Signature,
    first_break,
)
from services.documents.signers.gateways.requests import signed_by
from services.sealing import raw_signature

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())
ACT = ActOfSigning("act-1", "document", "totp", "203.0.113.7", NOW)


def genuine(signature: bytes, digest: bytes) -> bool:
    return signed_by(KEY.public_key(), signature, digest)


def a_chain(length: int = 4) -> list[Entry]:
    head, lines = Head("orlova"), []
    for n in range(length):
        signed = Signature(f"d{n}", f"086-{n}", "0" * 64, "1" * 64, "A1", "clinic-1")
        lines.append(head.next(NOW, ACT, signed).sealed(raw_signature(KEY)))
        head = Head("orlova", lines[-1].seq, lines[-1].hash)
    return lines


def test_a_whole_chain_holds_also_from_its_middle() -> None:
    lines = a_chain()
    assert first_break(lines, Head("orlova"), genuine) is None
    middle = Head("orlova", 2, lines[1].hash)
    assert first_break(lines[2:], middle, genuine) is None


@pytest.mark.parametrize(
    ("broken", "at"),
    [
        (lambda c: [c[0], replace(c[1], act=replace(ACT, address="198.51.100.1")), *c[2:]], 2),
        (lambda c: [*c[:2], c[3]], 3),
        (lambda c: [c[1], c[0], *c[2:]], 1),
        (lambda c: [*c[:3], replace(c[3], signature=c[2].signature)], 4),
        (lambda c: [replace(c[0], doctor_id="another"), *c[1:]], 1),
    ],
    ids=["changed", "taken-out", "swapped", "signature-of-another", "another-doctor"],
)
def test_whatever_is_done_to_it_is_noticed(broken: object, at: int) -> None:
    lines = broken(a_chain())  # type: ignore[operator] # a lambda of the table
    assert first_break(lines, Head("orlova"), genuine) == at


def test_who_has_not_the_key_cannot_write_the_chain_anew() -> None:
    forged = ec.generate_private_key(ec.SECP256R1())
    signed = Signature("d", "086", "0" * 64, "1" * 64, "A1", "clinic-1")
    line = Head("orlova").next(NOW, ACT, signed).sealed(raw_signature(forged))
    assert first_break([line], Head("orlova"), genuine) == 1
