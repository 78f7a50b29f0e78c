"""How large the pictures of a PDF are, and how much work they make for whoever shows them.

What is small to store may be huge to show, so every picture of the file is looked at, drawn or not:
objects of their own, masks, thumbnails, and those between drawing operators. Nothing is decoded; of
what a picture says of itself and what its data say, the larger counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pikepdf

from services.documents.uploads.errors import FileTooComplexError, ImageTooLargeError
from services.documents.uploads.gateways.images import MAX_PIXELS
from services.documents.uploads.gateways.jpeg import Size
from services.documents.uploads.gateways.pdf.headers import (
    sizes_of_bilevel,
    sizes_of_jpeg,
    sizes_of_jpeg_2000,
)

MOST_DRAWING = 32 * 1024 * 1024
"""Bytes of unpacked drawing operators in one file, wherever they are."""

_JPEG = frozenset({"/DCTDecode", "/DCT"})
_JPEG_2000 = "/JPXDecode"
_BILEVEL = "/JBIG2Decode"
_WITH_HEADERS = frozenset({*_JPEG, _JPEG_2000})
_CODECS = _WITH_HEADERS | {_BILEVEL}
_FAX = frozenset({"/CCITTFaxDecode", "/CCF"})
_FAX_COLUMNS = 1728

_SIZES: dict[str, Callable[[bytes], list[Size]]] = {
    **dict.fromkeys(_JPEG, sizes_of_jpeg),
    _JPEG_2000: sizes_of_jpeg_2000,
    _BILEVEL: sizes_of_bilevel,
}


def refuse_heavy(pdf: pikepdf.Pdf) -> None:
    """Look at every picture of a file.

    Raises:
        ImageTooLargeError: one has more than `MAX_PIXELS`.
        FileTooComplexError: one is drawn over more than `MOST_SCANS` times, or is packed as no
            program packs, or there are more than `MOST_DRAWING` operators to look through.
    """
    _look_at_objects(pdf)
    _look_at_drawing(pdf)


def _look_at_objects(pdf: pikepdf.Pdf) -> None:
    shared: dict[tuple[int, int], pikepdf.Stream] = {}
    for found in pdf.objects:
        if isinstance(found, pikepdf.Stream):
            _look_at(pdf, found, found.read_raw_bytes)
            shared |= {one.objgen: one for one in _shared_by(found)}
    for segments in shared.values():
        _refuse_large(sizes_of_bilevel(segments.read_bytes()))


def _look_at_drawing(pdf: pikepdf.Pdf) -> None:
    left = MOST_DRAWING
    for scope in pdf.content_scopes():
        drawing = b"".join(stream.read_bytes() for stream in _streams(scope.content))
        left -= len(drawing)
        if left < 0:
            raise FileTooComplexError
        if not all(operator in drawing for operator in (b"BI", b"ID", b"EI")):
            continue
        for step in pikepdf.parse_content_stream(scope.content, "BI ID EI"):
            if isinstance(step, pikepdf.ContentStreamInlineImage):
                _look_at(pdf, step.iimage.obj, step.iimage.read_raw_bytes)


def size_in_header(
    pdf: pikepdf.Pdf, picture: pikepdf.Object, data: Callable[[], bytes]
) -> Size | None:
    """What a JPEG or JPEG 2000 says of itself; None of other pictures.

    Raises:
        FileTooComplexError: it is broken.
    """
    filters = _filters(picture)
    codec = filters[-1] if filters else ""
    if codec not in _WITH_HEADERS:
        return None
    return _SIZES[codec](_without_wrapping(pdf, picture, filters, data()))[0]


def _streams(content: pikepdf.Object) -> list[pikepdf.Object]:
    """The streams of a page's content, or the one that it is."""
    inside = content if isinstance(content, pikepdf.Stream) else content.get("/Contents")
    parts = list(inside) if isinstance(inside, pikepdf.Array) else [inside]
    return [part for part in parts if isinstance(part, pikepdf.Stream)]


def _look_at(pdf: pikepdf.Pdf, picture: pikepdf.Object, data: Callable[[], bytes]) -> None:
    """Measure a picture by its dictionary and its data; other streams have neither size."""
    across, down = _whole(picture, "/Width"), _whole(picture, "/Height")
    filters = _filters(picture)
    if any(name in _CODECS for name in filters[:-1]):
        raise FileTooComplexError
    codec = filters[-1] if filters else ""
    sizes = [(across, down)]
    if codec in _FAX:
        sizes += _sizes_of_fax(picture, down)
    if codec in _CODECS:
        sizes += _SIZES[codec](_without_wrapping(pdf, picture, filters, data()))
    _refuse_large(sizes)


def _refuse_large(sizes: list[Size]) -> None:
    if any(abs(wide * high) > MAX_PIXELS for wide, high in sizes):
        raise ImageTooLargeError(MAX_PIXELS)


def _shared_by(picture: pikepdf.Stream) -> list[pikepdf.Stream]:
    """Segments of JBIG2 that pictures have in common, in a stream of their own."""
    known = [one.get("/JBIG2Globals") for one in _parameters(picture)]
    return [one for one in known if isinstance(one, pikepdf.Stream)]


def _sizes_of_fax(picture: pikepdf.Object, down: int) -> list[Size]:
    """By whatever parameters it has: which ones count is for the reader to say."""
    given = _parameters(picture) or [pikepdf.Dictionary()]
    return [
        (_whole(one, "/Columns") or _FAX_COLUMNS, max(_whole(one, "/Rows"), down)) for one in given
    ]


def _parameters(picture: pikepdf.Object) -> list[pikepdf.Dictionary]:
    given = _several(picture.get("/DecodeParms"))
    return [one for one in given if isinstance(one, pikepdf.Dictionary)]


def _without_wrapping(
    pdf: pikepdf.Pdf, picture: pikepdf.Object, filters: list[str], data: bytes
) -> bytes:
    """What a codec gets: the data, unpacked by the filters before it."""
    if len(filters) == 1:
        return data
    parameters = _several(picture.get("/DecodeParms"))
    wrapped = pikepdf.Stream(pdf, data)
    wrapped.Filter = pikepdf.Array(pikepdf.Name(name) for name in filters[:-1])
    if parameters:
        wrapped.DecodeParms = pikepdf.Array(parameters[: len(filters) - 1])
    return bytes(wrapped.read_bytes())


def _filters(picture: pikepdf.Object) -> list[str]:
    return [str(name) for name in _several(picture.get("/Filter"))]


def _several(value: Any) -> list[Any]:
    if isinstance(value, pikepdf.Array):
        return list(value)
    return [] if value is None else [value]


def _whole(container: pikepdf.Object, key: str) -> int:
    try:
        return int(container.get(key, 0))
    except (TypeError, ValueError, OverflowError):
        return 0
