"""PDF: opened page by page, its scans measured, active content refused. Kept byte for byte.

A PDF may carry signatures, so it is never written anew: what does more than show pages is refused
instead. Names of active things are looked for in every byte, streams and comments included: where
a stream really begins, readers disagree. PDFium is not thread-safe: one thread at a time.
"""

from __future__ import annotations

import re

import pypdfium2 as pdfium
from pypdfium2 import raw

from services.documents.domain import Inspected, MediaType
from services.documents.errors import (
    FileBrokenError,
    PdfActiveContentError,
    PdfEncryptedError,
    TooManyPagesError,
)
from services.documents.gateways.packed import unpacked_objects

MOST_PAGES = 200
"""More is not looked at, whatever the purpose allows."""

_KIND = "PDF"
_SCRIPTS = "сценарии (JavaScript)"
_FILES = "вложенные файлы"
_TAIL = 1024
_SMALLEST_PART = 0.01  # of the page: logos and lines are not the scan
_MOSTLY = 0.5  # of the page is covered by the scan
_POINTS_PER_INCH = 72

_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_UNESCAPED = {f"{n:02x}".encode(): bytes([n]) for n in range(256)}
# Not /JS: three bytes are in every fifth scan of 5 MB by chance, and a script that runs is
# /JavaScript or /Rendition. The shorter a name, the more of what stands behind it is asked for.
_ACTIVE = {
    re.compile(rb"/(?:JavaScript|Rendition)(?![A-Za-z0-9])"): _SCRIPTS,
    re.compile(rb"/Launch(?![A-Za-z0-9])"): "запуск программ",
    re.compile(rb"/(?:RichMedia|Movie|Sound)(?![A-Za-z0-9])"): "мультимедиа",
    re.compile(rb"/(?:EmbeddedFile|EmbeddedFiles)(?![A-Za-z0-9])"): _FILES,
    re.compile(rb"/XFA(?=[\x00\t\n\f\r \[<(%/])"): "динамическая форма (XFA)",
}


def inspect_pdf(content: bytes) -> Inspected:
    """Open a PDF and measure it.

    Raises:
        FileBrokenError: it cannot be read to its end.
        PdfEncryptedError: it has a password or restrictions.
        PdfActiveContentError: scripts, programs, media or files inside.
        TooManyPagesError: more than `MOST_PAGES`.
    """
    if b"%%EOF" not in content[-_TAIL:]:  # cut off, or something else is behind it
        raise FileBrokenError(_KIND)
    try:
        with pdfium.PdfDocument(content) as document:
            return _inspect(document, content)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            raise PdfEncryptedError from error
        raise FileBrokenError(_KIND) from error


def _inspect(document: pdfium.PdfDocument, content: bytes) -> Inspected:
    if raw.FPDF_GetSecurityHandlerRevision(document) != -1:
        raise PdfEncryptedError
    pages = len(document)
    if pages == 0:
        raise FileBrokenError(_KIND)
    if pages > MOST_PAGES:
        raise TooManyPagesError(pages, MOST_PAGES)
    _refuse_active(document, content)
    measured = [_dpi_of_page(document[number]) for number in range(pages)]
    scans = [dpi for dpi in measured if dpi is not None]
    return Inspected(
        MediaType.PDF,
        content,
        pages=pages,
        # a page without a scan has no resolution, so the file has none
        dpi=min(scans) if len(scans) == pages else None,
    )


def _dpi_of_page(page: pdfium.PdfPage) -> int | None:
    """The resolution that at least half of the page has; None where no picture covers it.

    Strips of a page count together, and of layers over each other the finest counts.
    """
    width, height = page.get_size()
    area = width * height
    parts: list[tuple[int, float]] = []
    for image in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        left, bottom, right, top = image.get_bounds()
        wide, high = right - left, top - bottom
        if area <= 0 or wide * high < area * _SMALLEST_PART:
            continue
        across, down = image.get_px_size()
        if (across > down) != (wide > high):  # turned on the page
            across, down = down, across
        dpi = round(min(across / wide, down / high) * _POINTS_PER_INCH)
        parts.append((dpi, wide * high / area))
    covered = 0.0
    for dpi, share in sorted(parts, reverse=True):
        covered += share
        if covered >= _MOSTLY:
            return dpi
    return None


def _refuse_active(document: pdfium.PdfDocument, content: bytes) -> None:
    if raw.FPDFDoc_GetJavaScriptActionCount(document) > 0:
        raise PdfActiveContentError(_SCRIPTS)
    if raw.FPDFDoc_GetAttachmentCount(document) > 0:
        raise PdfActiveContentError(_FILES)
    for part in (content, *unpacked_objects(content)):
        plain = _ESCAPED.sub(lambda found: _UNESCAPED[found[1].lower()], part)
        for pattern, what in _ACTIVE.items():
            if pattern.search(plain):
                raise PdfActiveContentError(what)
