"""PDF: read by two readers, written anew, held against an allow-list, its scans measured.

A hostile file has as many meanings as there are readers, so nothing that was sent is kept: qpdf
writes what it has understood, without what stands before, behind and between the objects, and what
is examined is that very writing. Only a file with signatures stays as it is (`signed`), or is
refused. Neither library is thread-safe: one thread at a time.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable

import pikepdf
import pypdfium2 as pdfium
from pikepdf import settings as qpdf
from pypdfium2 import raw

from services.documents.access.domain.content import MediaType
from services.documents.uploads.domain.files import Inspected
from services.documents.uploads.errors import (
    FileBrokenError,
    FileRefusedError,
    FileTooComplexError,
    PdfEncryptedError,
    TooManyPagesError,
)
from services.documents.uploads.gateways.pdf.active import refuse_active
from services.documents.uploads.gateways.pdf.checking import checked
from services.documents.uploads.gateways.pdf.pages import dpi_of_pages
from services.documents.uploads.gateways.pdf.pictures import refuse_heavy
from services.documents.uploads.gateways.pdf.signed import refuse_unclear, signatures_of
from services.documents.uploads.gateways.trust import Trust, TrustUnreadableError

MOST_PAGES = 200
"""More is not looked at, whatever the purpose allows."""

MOST_UNPACKED = 64 * 1024 * 1024
"""Bytes that one stream may unpack to where it has to be read: objects and drawing operators."""

_KIND = "PDF"
_HEADER = b"%PDF-"
_TAIL = 1024
_OVER = "memory limit exceeded"  # not among the counted limits

qpdf.set_qpdf_limits(flate_max_memory=MOST_UNPACKED, doc_max_warnings=10_000)


def inspect_pdf(content: bytes, trust: Callable[[], Trust] = Trust) -> Inspected:
    """Examine a PDF, what it is kept as, and its signatures; only these ask what is trusted.

    Raises:
        FileBrokenError: it cannot be read to its end, or two readers see different pages.
        PdfEncryptedError: it has a password or restrictions.
        PdfActiveContentError: scripts, programs, media, files or paths inside.
        PdfSignedUnclearError: it is signed, and cannot be kept as it is.
        ImageTooLargeError: a picture in it has more pixels than we decode of any.
        TooManyPagesError: more than `MOST_PAGES`.
        FileTooComplexError: more work than a document makes.
        TrustUnreadableError: it is signed, and nobody knows what is trusted.
    """
    plain = content[content.find(_HEADER) :]  # a mark or spaces before it
    if b"%%EOF" not in plain[-_TAIL:]:  # cut off, or something large is behind it
        raise FileBrokenError(_KIND)
    pages = count_pages(plain)
    exceeded = qpdf.qpdf_limit_errors()
    try:
        found = _examined(plain, pages, trust)
    except (FileRefusedError, TrustUnreadableError):
        raise
    except pikepdf.PasswordError as error:
        raise PdfEncryptedError from error
    except MemoryError as error:
        raise FileTooComplexError from error
    except Exception as error:  # readers of hostile bytes raise whatever they like
        over = qpdf.qpdf_limit_errors() > exceeded or _OVER in str(error)
        raise FileTooComplexError if over else FileBrokenError(_KIND) from error
    if qpdf.qpdf_limit_errors() > exceeded:  # the rest was passed over
        raise FileTooComplexError
    return found


def _examined(content: bytes, pages: int, trust: Callable[[], Trust]) -> Inspected:
    kept, signatures = _kept(content)
    with pikepdf.open(io.BytesIO(kept)) as pdf:
        if len(pdf.pages) != pages:
            raise FileBrokenError(_KIND)
        dpi = dpi_of_pages(pdf)
    checks = checked(kept, expected=signatures, trust=trust()) if signatures else ()
    return Inspected(MediaType.PDF, kept, pages=pages, dpi=dpi, signatures=checks)


def count_pages(content: bytes) -> int:
    """How many pages PDFium shows.

    Raises:
        FileBrokenError: it shows none.
        PdfEncryptedError: it asks for a password, or has restrictions.
        TooManyPagesError: more than `MOST_PAGES`.
    """
    try:
        with pdfium.PdfDocument(content) as document:
            if raw.FPDF_GetSecurityHandlerRevision(document) != -1:
                raise PdfEncryptedError
            pages = len(document)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            raise PdfEncryptedError from error
        raise FileBrokenError(_KIND) from error
    if pages == 0:
        raise FileBrokenError(_KIND)
    if pages > MOST_PAGES:
        raise TooManyPagesError(pages, MOST_PAGES)
    return pages


def _kept(content: bytes) -> tuple[bytes, int]:
    """What is stored: our own writing, or the file itself where it has signatures, and how many."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        if pdf.is_encrypted:
            raise PdfEncryptedError
        if signatures := signatures_of(pdf):
            refuse_unclear(content)
            return content, len(signatures)
        out = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pikepdf.PageCopyWarning)  # fields without a form
            # streams as they are; the same file gives the same bytes
            pdf.save(
                out,
                compress_streams=False,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                fix_metadata_version=False,
                deterministic_id=True,
            )
    written = out.getvalue()
    with pikepdf.open(io.BytesIO(written)) as pdf:
        refuse_active(pdf)
        refuse_heavy(pdf)
    return written, 0
