"""e3, C9, C41, C55: what is said of an accepted file while another one can still be sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.documents.access.domain.content import MediaType
from services.documents.uploads.domain.files import FileState, StoredFile
from services.documents.uploads.domain.limits import PURPOSES, PurposeLimits
from services.documents.uploads.domain.remarks import remarks_on
from services.documents.uploads.domain.signatures import (
    FINDING_SENTENCES,
    STANDING_SENTENCES,
    CheckedSignature,
    Finding,
    OwnDocument,
    Signed,
    Standing,
    verdict_of,
)

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
FILE = StoredFile(
    id="f1",
    owner_id="anna",
    purpose="attachment",
    name="скан.pdf",
    media_type=MediaType.PDF,
    size=10,
    sha256="a" * 64,
    source_sha256="a" * 64,
    pages=1,
    dpi=150,
    accepted_at=NOW,
    signatures=(),
)
ATTACHMENT, EXTRACT = PURPOSES["attachment"], PURPOSES["card-extract"]


def signature(finding: Finding) -> CheckedSignature:
    return CheckedSignature("ГБУЗ «Больница»", "1f", NOW, True, True, finding)


def codes(limits: PurposeLimits | None, file: StoredFile) -> list[str]:
    return [remark.code for remark in remarks_on(limits, file)]


def test_e3_a_coarse_scan_lengthens_the_term() -> None:
    (remark,) = remarks_on(ATTACHMENT, replace(FILE, dpi=149))
    assert (remark.code, remark.lengthens) == ("resolution-low", True)
    assert "149 dpi" in remark.text
    assert codes(ATTACHMENT, FILE) == codes(ATTACHMENT, replace(FILE, dpi=None)) == []
    assert codes(PurposeLimits(title="Фото", clear_dpi=None), replace(FILE, dpi=1)) == []


def test_n3_an_extract_without_a_signature_says_so_and_a_scan_is_not_judged_by_its_stamp() -> None:
    (remark,) = remarks_on(EXTRACT, FILE)
    assert (remark.code, remark.lengthens) == ("signature-missing", True)
    assert "увидит только врач" in remark.text
    assert codes(EXTRACT, replace(FILE, signatures=(signature(Finding.INTACT),))) == []
    assert codes(EXTRACT, replace(FILE, signatures=None)) == []  # nobody has looked


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ((), Signed.UNSIGNED),
        ((Finding.INTACT, Finding.REVOCATION_UNKNOWN), Signed.INTACT),
        ((Finding.INTACT, Finding.UNKNOWN_AUTHORITY), Signed.UNTRUSTED),
        ((Finding.UNKNOWN_ALGORITHM,), Signed.UNTRUSTED),
        ((Finding.REVOKED, Finding.CHANGED_LATER, Finding.INTACT), Signed.BROKEN),
    ],
)
def test_c55_the_worst_signature_counts(findings: tuple[Finding, ...], verdict: Signed) -> None:
    signatures = tuple(signature(finding) for finding in findings)
    assert verdict_of(signatures) is verdict
    said = remarks_on(ATTACHMENT, replace(FILE, signatures=signatures))
    doubtful = verdict in (Signed.BROKEN, Signed.UNTRUSTED)
    assert [(r.code, r.lengthens) for r in said] == ([(verdict, True)] if doubtful else [])


def test_c55_of_several_signatures_the_broken_one_is_named() -> None:
    signatures = (signature(Finding.REVOKED), signature(Finding.CONTENT_CHANGED))
    (remark,) = remarks_on(ATTACHMENT, replace(FILE, signatures=signatures))
    assert "документ изменён" in remark.text
    assert "отозван" not in remark.text


@pytest.mark.parametrize("standing", Standing)
def test_c41_an_own_document_that_does_not_count_is_said_so(standing: Standing) -> None:
    own = OwnDocument("d1", "СП-2026-1", standing)
    file = replace(FILE, signatures=(signature(Finding.INTACT),), own_document=own)
    expected = [] if standing is Standing.CURRENT else [standing.value]
    assert codes(EXTRACT, file) == expected


def test_c9_what_is_in_quarantine_or_gone_says_so_whatever_it_is_for() -> None:
    assert codes(None, replace(FILE, state=FileState.QUARANTINED)) == ["file-quarantined"]
    assert codes(None, replace(FILE, state=FileState.INFECTED)) == ["file-infected"]


def test_every_finding_and_standing_has_its_words() -> None:
    assert set(FINDING_SENTENCES) == set(Finding)
    assert set(STANDING_SENTENCES) == set(Standing)
