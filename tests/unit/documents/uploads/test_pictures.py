"""C7: a picture may be no larger, and no more work, inside a PDF than it may be by itself."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from functools import partial

import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image

from services.documents.uploads.errors import FileTooComplexError, ImageTooLargeError
from services.documents.uploads.gateways.images import MAX_PIXELS, MOST_SCANS
from services.documents.uploads.gateways.inspection.pool import inspect
from tests.support import pdfs, scans

Put = Callable[[Pdf, Stream], None]
HUGE = (45_000, 45_000)


def known(pdf: Pdf, picture: Stream) -> None:
    """Named by the page, and never drawn."""
    pdf.pages[0].obj.Resources.XObject.X = pdf.make_indirect(picture)


def masking(pdf: Pdf, picture: Stream) -> None:
    pdf.pages[0].obj.Resources.XObject.Im.SMask = pdf.make_indirect(picture)


def thumbnail(pdf: Pdf, picture: Stream) -> None:
    del picture["/Subtype"], picture["/Type"]
    pdf.pages[0].obj.Thumb = pdf.make_indirect(picture)


def forgotten(pdf: Pdf, picture: Stream) -> None:
    pdf.Root.Kept = Array([pdf.make_indirect(picture)])


PLACES: dict[str, Put] = {
    "known to a page": known,
    "a soft mask": masking,
    "a thumbnail": thumbnail,
    "only in the file": forgotten,
}


def picture(
    pdf: Pdf, data: bytes, size: tuple[int, int], filters: object, **keys: object
) -> Stream:
    made = pdf.make_stream(b"")
    made.write(data, filter=filters, **keys)  # type: ignore[arg-type] # names, as pikepdf takes them
    made.Type, made.Subtype, made.ColorSpace = Name.XObject, Name.Image, Name.DeviceGray
    made.Width, made.Height, made.BitsPerComponent = *size, 8
    return made


def known_as(pdf: Pdf, *, data: bytes, filters: object, size: tuple[int, int] = (8, 8)) -> None:
    known(pdf, picture(pdf, data, size, filters))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("signed", [False, True])
def test_a_picture_is_looked_at_wherever_it_is(place: str, *, signed: bool) -> None:
    def change(pdf: Pdf) -> None:
        PLACES[place](pdf, picture(pdf, zlib.compress(b"\xff" * 99), HUGE, Name.FlateDecode))

    content = pdfs.changed(change)
    with pytest.raises(ImageTooLargeError):
        inspect(pdfs.signed(content) if signed else content)


INLINE = b"q BI /W 45000 /H 45000 /BPC 1 /CS /G /F /Fl ID %s EI Q" % zlib.compress(b"x")


def as_form(pdf: Pdf, content: Stream) -> None:
    content.Type, content.Subtype = Name.XObject, Name.Form
    content.BBox = Array([0, 0, 9, 9])


def of_the_page(pdf: Pdf, content: Stream) -> None:
    pdf.pages[0].obj.Contents = Array([pdf.make_stream(b"q"), content, pdf.make_stream(b"Q")])


def in_a_form(pdf: Pdf, content: Stream) -> None:
    as_form(pdf, content)
    known(pdf, content)


def in_an_appearance(pdf: Pdf, content: Stream) -> None:
    as_form(pdf, content)
    pdfs.annotated(Subtype="/Stamp")(pdf)
    pdf.pages[0].obj.Annots[0].AP = Dictionary(N=content)


def in_a_pattern(pdf: Pdf, content: Stream) -> None:
    content.PatternType, content.PaintType, content.TilingType = 1, 1, 1
    content.BBox, content.XStep, content.YStep = Array([0, 0, 9, 9]), 9, 9
    pdf.pages[0].obj.Resources.Pattern = Dictionary(P=content)


def in_a_glyph(pdf: Pdf, content: Stream) -> None:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type3, CharProcs=Dictionary(a=content))
    pdf.pages[0].obj.Resources.Font = Dictionary(F=font)


@pytest.mark.parametrize(
    "put", [of_the_page, in_a_form, in_an_appearance, in_a_pattern, in_a_glyph]
)
def test_pictures_between_operators_count_too(put: Put) -> None:
    with pytest.raises(ImageTooLargeError):
        inspect(pdfs.changed(lambda pdf: put(pdf, pdf.make_stream(INLINE))))


def jpeg_2000() -> bytes:
    out = io.BytesIO()
    Image.new("L", (16, 16)).save(out, "JPEG2000")
    return out.getvalue()


def bilevel(size: tuple[int, int], *, kind: int = 48) -> bytes:
    """A JBIG2 segment for a page (48) or a region."""
    return struct.pack(">IBBBIII", 0, kind, 0, 1, 19, *size) + bytes(11)


def taller(data: bytes, mark: bytes, at: int, size: bytes) -> bytes:
    """The data with another size behind a mark."""
    start = data.index(mark) + at
    return data[:start] + size + data[start + len(size) :]


WIDE_JPEG = taller(scans.jpeg(72), b"\xff\xc0", 5, struct.pack(">HH", 60_000, 60_000))
WIDE_2000 = taller(jpeg_2000(), b"\xff\x4f\xff\x51", 8, struct.pack(">II", 60_000, 60_000))
OVERSIZED = {
    "a JPEG": (WIDE_JPEG, Name.DCTDecode),
    "a JPEG without a height": (
        taller(scans.jpeg(72), b"\xff\xc0", 5, struct.pack(">HH", 0, 1000)),
        Name.DCTDecode,
    ),
    "a JPEG in an array": (WIDE_JPEG, Array([Name.DCTDecode])),
    "a JPEG, packed": (zlib.compress(WIDE_JPEG), Array([Name.FlateDecode, Name.DCTDecode])),
    "a JPEG in letters": (
        WIDE_JPEG.hex().encode() + b">",
        Array([Name.ASCIIHexDecode, Name.DCTDecode]),
    ),
    "a JPEG 2000": (WIDE_2000, Name.JPXDecode),
    "a page of JBIG2": (bilevel(HUGE), Name.JBIG2Decode),
    "a region of JBIG2": (
        bilevel((8, 8)) + bilevel(HUGE, kind=38),
        Name.JBIG2Decode,
    ),
}


@pytest.mark.parametrize("case", OVERSIZED)
def test_what_the_data_say_counts_where_it_is_more(case: str) -> None:
    data, filters = OVERSIZED[case]
    with pytest.raises(ImageTooLargeError):
        inspect(pdfs.changed(partial(known_as, data=data, filters=filters)))


def test_the_columns_of_a_fax_count() -> None:
    def change(pdf: Pdf) -> None:
        wide = {"filter": Name.CCITTFaxDecode, "decode_parms": Dictionary(K=-1, Columns=60_000)}
        made = picture(pdf, b"\x00\x10\x01", (8, 2000), wide.pop("filter"), **wide)
        known(pdf, made)

    with pytest.raises(ImageTooLargeError):
        inspect(pdfs.changed(change))


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda data: (data, Name.DCTDecode),
        lambda data: (zlib.compress(data), Array([Name.FlateDecode, Name.DCTDecode])),
    ],
)
@pytest.mark.parametrize("place", PLACES)
def test_a_jpeg_that_draws_again_and_again_is_refused(
    wrapped: Callable[[bytes], tuple[bytes, object]], place: str
) -> None:
    def of(count: int) -> bytes:
        data, filters = wrapped(scans.jpeg_of_scans(count))
        return pdfs.changed(lambda pdf: PLACES[place](pdf, picture(pdf, data, (400, 300), filters)))

    assert inspect(of(MOST_SCANS)).pages == 1
    with pytest.raises(FileTooComplexError):
        inspect(of(MOST_SCANS + 1))


def test_scans_of_a_picture_between_operators_count() -> None:
    head = b"q BI /W 400 /H 300 /BPC 8 /CS /RGB /F /DCT ID "
    with pytest.raises(FileTooComplexError):
        inspect(pdfs.drawn(head + scans.jpeg_of_scans(MOST_SCANS + 1) + b"\nEI Q"))


def test_a_codec_within_another_packing_is_refused() -> None:
    data, filters = zlib.compress(WIDE_JPEG), Array([Name.DCTDecode, Name.FlateDecode])
    with pytest.raises(FileTooComplexError):
        inspect(pdfs.changed(partial(known_as, data=data, filters=filters)))


def test_honest_scans_pass() -> None:
    """A4 at 600 dpi is below the limit, in whatever packing."""
    fine = pdfs.pixels(pdfs.A4, 600)
    assert fine[0] * fine[1] < MAX_PIXELS
    assert inspect(pdfs.scanned(600)).dpi == 600
    for content in (pdfs.in_strips(300, 400), pdfs.in_layers(100, 300), pdfs.inline(200)):
        assert inspect(content).pages == 1
    for data, filters, size in (
        (scans.jpeg(300), Name.DCTDecode, fine),
        (zlib.compress(scans.jpeg(300)), Array([Name.FlateDecode, Name.DCTDecode]), fine),
        (jpeg_2000(), Name.JPXDecode, (16, 16)),
        (bilevel(fine), Name.JBIG2Decode, fine),
        (bilevel((fine[0], 0xFFFFFFFF)), Name.JBIG2Decode, fine),
    ):
        made = pdfs.changed(partial(known_as, data=data, filters=filters, size=size))
        assert inspect(made).pages == 1
