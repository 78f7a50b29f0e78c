"""C41, C55, n3: what a requirement says of a signed file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.certificates.applications.domain.attachments import Given, given_errors
from services.certificates.known.domain.files import FileSignature, OwnDocument, Proof
from services.certificates.known.domain.people import KnownFile
from tests.support.services.certificates.builders import FORM_086

EXTRACT = replace(FORM_086.requirements[0], min_dpi=300, signed=True)
KIND = replace(FORM_086, requirements=(EXTRACT,))
GOOD = FileSignature("Больница", "1f", None, True, True, True, "intact", "Подпись верна.")
BAD = replace(GOOD, trusted=False, code="authority-unknown", reason="Центр неизвестен.")
INTACT = Proof("signed-intact", (GOOD,))


def wrong(proof: Proof, dpi: int | None = None, *, signed: bool = True) -> list[str]:
    purpose = EXTRACT.purpose or "attachment"
    file = KnownFile("f1", "anna", purpose, "application/pdf", 10, dpi, proof)
    kind = replace(KIND, requirements=(replace(EXTRACT, signed=signed),))
    return [e.code for e in given_errors(kind, {"f1": file}, [Given(EXTRACT.code, "f1")])]


def test_c41_a_signed_document_need_not_be_a_scan() -> None:
    assert wrong(INTACT) == []
    assert wrong(INTACT, 299) == ["file-dpi"]
    assert wrong(Proof("signed-untrusted", (BAD,)), signed=False) == ["file-dpi"]


@pytest.mark.parametrize(
    ("proof", "code"),
    [
        (Proof(), "file-unsigned"),
        (Proof("unsigned"), "file-unsigned"),
        (Proof("signed-untrusted", (GOOD, BAD)), "file-signature"),
        (Proof("signed-broken", (BAD,)), "file-signature"),
        (replace(INTACT, own_document=OwnDocument("1", False, "Отозван.")), "file-void"),
    ],
)
def test_n3_where_a_signed_file_is_asked_for_another_is_refused(proof: Proof, code: str) -> None:
    assert wrong(proof, 300) == [code]
    assert wrong(proof, 300, signed=False) == []  # the verdict goes to the doctor
