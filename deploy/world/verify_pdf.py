"""What a stranger checks in a sealed PDF, with other people's tools and the root alone.

pyHanko for signatures and time-stamps, page-validation for PDF/A, pdfium and zxing for what is
seen and read. Nothing of our own sealing code is used here: an oracle must not share its bugs.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import page
import pypdfium2
import zxingcpp
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    async_validate_pdf_signature,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend

# a false positive on files that were signed twice (SEALING.md, fact 7)
_FALSE_POSITIVES = {"SIGNATURE-BYTERANGE-001"}
_PROFILE = "pdfa-3u"
_SCALE = 300 / 72


@dataclass(frozen=True)
class SignatureReport:
    """One signature as an independent validator sees it."""

    field: str
    signer: str
    intact: bool
    valid: bool
    trusted: bool
    timestamp: datetime | None
    timestamp_valid: bool
    timestamp_trusted: bool
    covers_whole_file: bool
    covers_whole_revision: bool
    changes_allowed: bool

    @property
    def good(self) -> bool:
        """Everything holds."""
        return (
            self.intact
            and self.valid
            and self.trusted
            and self.timestamp is not None
            and self.timestamp_valid
            and self.timestamp_trusted
            and (self.covers_whole_file or self.covers_whole_revision)
            and self.changes_allowed
        )


async def check_signatures(
    pdf: bytes, root_pem: bytes, *, revocation: bool = False
) -> list[SignatureReport]:
    """Validate every signature and time-stamp in order, trusting one root certificate.

    With `revocation` nothing is trusted without a revocation list from where the certificates say
    that it is: then HTTP is used.
    """
    _, _, der = pem.unarmor(root_pem)
    root = x509.Certificate.load(der)
    fetchers = RequestsFetcherBackend().get_fetchers() if revocation else None

    def context() -> ValidationContext:
        return ValidationContext(
            trust_roots=[root],
            allow_fetching=revocation,
            fetchers=fetchers,
            revocation_mode="require" if revocation else "soft-fail",
        )

    reader = PdfFileReader(io.BytesIO(pdf))
    return [await _report(signature, context) for signature in reader.embedded_signatures]


async def _report(
    signature: EmbeddedPdfSignature, context: Callable[[], ValidationContext]
) -> SignatureReport:
    # a context per signature: it remembers, and one must not lean on another
    status: PdfSignatureStatus = await async_validate_pdf_signature(
        signature, signer_validation_context=context(), ts_validation_context=context()
    )
    stamp = status.timestamp_validity
    coverage = status.coverage
    return SignatureReport(
        field=signature.field_name,
        signer=status.signing_cert.subject.native.get("common_name", ""),
        intact=status.intact,
        valid=status.valid,
        trusted=status.trusted,
        timestamp=stamp.timestamp if stamp else None,
        timestamp_valid=bool(stamp and stamp.valid and stamp.intact),
        timestamp_trusted=bool(stamp and stamp.trusted),
        covers_whole_file=coverage is SignatureCoverageLevel.ENTIRE_FILE,
        covers_whole_revision=coverage is SignatureCoverageLevel.ENTIRE_REVISION,
        changes_allowed=status.bottom_line or coverage is SignatureCoverageLevel.ENTIRE_FILE,
    )


def check_pdfa(pdf: bytes) -> list[str]:
    """What breaks PDF/A-3u; empty if the file conforms."""
    report = page.validate_pdf_bytes(pdf, profile=_PROFILE)
    return [
        f"{failure.rule_id}: {failure.message}"
        for failure in report.failures
        if not any(known in failure.rule_id for known in _FALSE_POSITIVES)
    ]


def read_qr(pdf: bytes) -> list[str]:
    """The texts of all QR codes on the rendered pages."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        images = [sheet.render(scale=_SCALE).to_pil() for sheet in document]
    finally:
        document.close()
    return [code.text for image in images for code in zxingcpp.read_barcodes(image)]


def text(pdf: bytes) -> str:
    """The text of all pages as a reader would copy it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(sheet.get_textpage().get_text_range() for sheet in document)
    finally:
        document.close()


def attachments(pdf: bytes) -> dict[str, bytes]:
    """The embedded files by name."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        found = [document.get_attachment(i) for i in range(document.count_attachments())]
        return {attachment.get_name(): bytes(attachment.get_data()) for attachment in found}
    finally:
        document.close()
