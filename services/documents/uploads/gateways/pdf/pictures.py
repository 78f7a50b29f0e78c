"""How large the pictures of a PDF are, and how much work they make for whoever shows them.

What is small to store may be huge to show, so every picture of the file is looked at, drawn or not:
objects of their own, masks, thumbnails, and those between drawing operators. Nothing is decoded; of
what a picture says of itself and what its data say, the larger counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf

from services.documents.uploads.errors import FileTooComplexError, ImageTooLargeError
from services.documents.uploads.gateways.images import MAX_PIXELS, MOST_SCANS

MOST_DRAWING = 32 * 1024 * 1024
"""Bytes of unpacked drawing operators in one file, wherever they are."""

_JPEG = frozenset({"/DCTDecode", "/DCT"})
_JPEG_2000 = "/JPXDecode"
_BILEVEL = "/JBIG2Decode"
_WITH_HEADERS = frozenset({*_JPEG, _JPEG_2000})
_CODECS = _WITH_HEADERS | {_BILEVEL}
_FAX = frozenset({"/CCITTFaxDecode", "/CCF"})
_FAX_COLUMNS = 1728

Size = tuple[int, int]
_SCAN = b"\xff\xda"
_FRAME = re.compile(rb"\xff[\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf]..[\x08\x0c](..)(..)", re.DOTALL)
_CODESTREAM = re.compile(rb"\xff\x4f\xff\x51.{4}(.{4})(.{4})", re.DOTALL)
_LATER_IN_JPEG, _LATER_IN_BILEVEL = 0xFFFF, 0xFFFFFFFF
_WITH_A_SIZE = frozenset({4, 6, 7, 20, 22, 23, 36, 38, 39, 40, 42, 43, 48})
"""Segments of JBIG2 that begin with width and height: regions, and 48, the page."""


def refuse_heavy(pdf: pikepdf.Pdf) -> None:
    """Look at every picture of a file.

    Raises:
        ImageTooLargeError: one has more than `MAX_PIXELS`.
        FileTooComplexError: one is drawn over more than `MOST_SCANS` times, or is packed as no
            program packs, or there are more than `MOST_DRAWING` operators to look through.
    """
    for found in pdf.objects:
        if isinstance(found, pikepdf.Stream):
            _look_at(pdf, found, found.read_raw_bytes)
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


def size_in_header(pdf: pikepdf.Pdf, picture: pikepdf.Stream) -> Size | None:
    """What a JPEG or JPEG 2000 says of itself, zero where it is none; None of other pictures."""
    filters = _filters(picture)
    codec = filters[-1] if filters else ""
    if codec not in _WITH_HEADERS:
        return None
    inner = _without_wrapping(pdf, picture, filters, picture.read_raw_bytes())
    return next(_SIZES[codec](inner), (0, 0))


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
        parameters = _several(picture.get("/DecodeParms"))
        last = parameters[-1] if parameters else None
        columns = _whole(last, "/Columns") if isinstance(last, pikepdf.Dictionary) else 0
        sizes.append((columns or _FAX_COLUMNS, down))
    if codec in _CODECS:
        inner = _without_wrapping(pdf, picture, filters, data())
        if codec in _JPEG and inner.count(_SCAN) > MOST_SCANS:
            raise FileTooComplexError
        sizes += _SIZES[codec](inner)
    if any(abs(wide * high) > MAX_PIXELS for wide, high in sizes):
        raise ImageTooLargeError(MAX_PIXELS)


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


def _sizes_of_jpeg(data: bytes) -> Iterator[Size]:
    for found in _FRAME.finditer(data):
        yield _number(found[2]), _number(found[1]) or _LATER_IN_JPEG


def _sizes_of_jpeg_2000(data: bytes) -> Iterator[Size]:
    for found in _CODESTREAM.finditer(data):
        yield _number(found[1]), _number(found[2])


def _sizes_of_bilevel(data: bytes) -> Iterator[Size]:
    """ITU-T T.88, 7.2: segment after segment, each with a header that says how long it is."""
    at = 0
    while at + 11 <= len(data):
        number, kind, referred = _number(data[at : at + 4]), data[at + 4], data[at + 5] >> 5
        at += 6
        if referred == 7:  # noqa: PLR2004 - three bits, all set: the count follows
            referred = _number(data[at - 1 : at + 3]) & 0x1FFFFFFF
            at += 3 + (referred + 8) // 8
        at += referred * _bytes_of_reference(number)
        at += 4 if kind & 0x40 else 1
        length, at = _number(data[at : at + 4]), at + 4
        if kind & 0x3F in _WITH_A_SIZE:
            high = _number(data[at + 4 : at + 8])
            yield _number(data[at : at + 4]), high if high != _LATER_IN_BILEVEL else 0
        at += length


def _bytes_of_reference(number: int) -> int:
    """A segment names only earlier ones, so its own number says how long their names are."""
    return next((size for size, last in ((1, 0x100), (2, 0x10000)) if number <= last), 4)


_SIZES: dict[str, Callable[[bytes], Iterator[Size]]] = {
    **dict.fromkeys(_JPEG, _sizes_of_jpeg),
    _JPEG_2000: _sizes_of_jpeg_2000,
    _BILEVEL: _sizes_of_bilevel,
}


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


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")
