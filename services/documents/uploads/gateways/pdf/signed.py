"""PDFs that carry signatures: kept byte for byte, therefore held to a stricter reading.

What is written anew has one reading; bytes that are kept may have several. So a signed file has to
be whole without repair, without anything before or behind it, and is looked at as each of its
readers may see it: as it is, as of every signature, and without trust in its table of objects.
Whether a signature is genuine is not judged here.
"""

from __future__ import annotations

import io
import re
from typing import Any

import pikepdf

from services.documents.uploads.errors import PdfActiveContentError, PdfSignedUnclearError
from services.documents.uploads.gateways.pdf.active import refuse_active
from services.documents.uploads.gateways.pdf.pictures import refuse_heavy

MOST_SIGNATURES = 20
_MOST_FIELDS = 10_000
_RANGES = 4
_HEX = re.compile(rb"<[0-9A-Fa-f\s\x00]*>")
_BEHIND_AN_END = re.compile(rb"%%EOF\s*+(?!\Z|\d+\s+\d+\s+obj\b|xref\b)")
"""Every revision ends with this mark, and after it there is another one or nothing."""
_LAST_END = re.compile(rb"startxref\s+\d+\s+%%EOF\s*\Z")
_LAST_BYTES = 1024


def signatures_of(pdf: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    """The signatures in the fields of a file, each with its `/ByteRange`."""
    form = pdf.Root.get("/AcroForm")
    left: list[Any] = [form.get("/Fields")] if isinstance(form, pikepdf.Dictionary) else []
    found, seen = [], 0
    while left and seen < _MOST_FIELDS:
        field, seen = left.pop(), seen + 1
        if isinstance(field, pikepdf.Array):
            left += list(field)
        elif isinstance(field, pikepdf.Dictionary):
            left.append(field.get("/Kids"))
            value = field.get("/V")
            if isinstance(value, pikepdf.Dictionary) and "/ByteRange" in value:
                found.append(value)
    return found


def refuse_unclear(content: bytes) -> None:
    """Hold a signed file against every way to read it.

    Raises:
        PdfSignedUnclearError: it is not whole, or its signatures leave out more than themselves.
        PdfActiveContentError: it does more than show pages, in one of its readings.
        ImageTooLargeError: a picture has too many pixels, in one of them.
        FileTooComplexError: too many objects, or too much work in its pictures.
    """
    ended = _LAST_END.search(content, max(0, len(content) - _LAST_BYTES))
    if ended is None or _BEHIND_AN_END.search(content):
        raise PdfSignedUnclearError
    ends = {len(content)}
    with _opened(content) as pdf:
        signatures = signatures_of(pdf)
        if not 0 < len(signatures) <= MOST_SIGNATURES:
            raise PdfSignedUnclearError
        ends |= {_end_of(signature, content) for signature in signatures}
    try:
        for revision in sorted(ends, reverse=True):
            with _opened(content[:revision]) as pdf:
                _refuse(pdf)
        # as a reader sees it that finds the objects by itself
        with pikepdf.open(io.BytesIO(content.replace(b"startxref", b"startnone"))) as pdf:
            _refuse(pdf)
    except PdfActiveContentError as error:
        raise PdfActiveContentError(error.what, signed=True) from error


def _refuse(pdf: pikepdf.Pdf) -> None:
    refuse_active(pdf)
    refuse_heavy(pdf)


def _opened(content: bytes) -> pikepdf.Pdf:
    try:
        pdf = pikepdf.open(io.BytesIO(content), attempt_recovery=False)
    except pikepdf.PdfError as error:
        raise PdfSignedUnclearError from error
    if pdf.get_warnings():
        pdf.close()
        raise PdfSignedUnclearError
    return pdf


def _end_of(signature: pikepdf.Dictionary, content: bytes) -> int:
    """Where the revision ends that was signed; nothing but the signature itself is left out."""
    found = signature.get("/ByteRange")
    ranges = [int(value) for value in found] if isinstance(found, pikepdf.Array) else []
    if len(ranges) != _RANGES:
        raise PdfSignedUnclearError
    start, before, after, length = ranges
    if start or not 0 < before < after <= after + length <= len(content):
        raise PdfSignedUnclearError
    if not _HEX.fullmatch(content, before, after):
        raise PdfSignedUnclearError
    return after + length
