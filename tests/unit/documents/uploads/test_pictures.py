"""C7: a picture may be no larger, and no more work, inside a PDF than it may be by itself."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial

import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from services.documents.uploads.errors import FileTooComplexError, ImageTooLargeError
from services.documents.uploads.gateways.images import MAX_PIXELS, MOST_SCANS
from services.documents.uploads.gateways.inspection.pool import inspect
from services.documents.uploads.gateways.jpeg import MOST_SEGMENTS
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


def bilevel(
    size: tuple[int, int], *, kind: int = 48, at: tuple[int, int] = (0, 0), length: int = 19
) -> bytes:
    """A JBIG2 segment for a page (48) or a region."""
    return struct.pack(">IBBBIIIII", 0, kind, 0, 1, length, *size, *at) + bytes(3)


def taller(data: bytes, mark: bytes, at: int, size: bytes) -> bytes:
    """The data with another size behind a mark."""
    start = data.index(mark) + at
    return data[:start] + size + data[start + len(size) :]


SMALL_2000 = scans.jpeg_2000((16, 16))
WIDE_JPEG = taller(scans.jpeg(72), b"\xff\xc0", 5, struct.pack(">HH", 60_000, 60_000))
WIDE_2000 = taller(SMALL_2000, b"\xff\x4f\xff\x51", 8, struct.pack(">II", 60_000, 60_000))
FRAME = b"\xff\xc0\x00\x11\x08"
"""How the segment begins that says the size; the size follows."""
RAW_2000 = len(WIDE_2000) - WIDE_2000.index(b"\xff\x4f\xff\x51")
JPEG, JPEG_2000, JBIG2 = Name.DCTDecode, Name.JPXDecode, Name.JBIG2Decode


def before_the_frame(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """The JPEG with one more segment directly before the one that says its size."""
    start = jpeg.index(b"\xff\xc0")
    return jpeg[:start] + scans.segment(marker, body) + jpeg[start:]


OVERSIZED = {
    "a JPEG with a comment that overlaps its size": (
        before_the_frame(WIDE_JPEG, 0xFE, FRAME),
        JPEG,
    ),
    "a JPEG with sizes in comments around its own": (
        scans.with_segment(before_the_frame(WIDE_JPEG, 0xFE, FRAME), 0xFE, FRAME + b"\0\1\0\1"),
        JPEG,
    ),
    "a JPEG with a small thumbnail": (
        scans.with_segment(WIDE_JPEG, 0xE2, b"MPF\0" + scans.picture("JPEG", (160, 120))),
        JPEG,
    ),
    "a JPEG with a second size": (
        before_the_frame(WIDE_JPEG, 0xC0, struct.pack(">BHHB", 8, 9, 9, 0)),
        JPEG,
    ),
    "a JPEG whose height follows": (
        before_the_frame(WIDE_JPEG, 0xC0, struct.pack(">BHHB", 8, 9, 9, 0)).replace(
            struct.pack(">HH", 60_000, 60_000), struct.pack(">HH", 9, 1000)
        )[:-2]
        + b"\xff\xdc\x00\x04\xff\xff\xff\xd9",
        JPEG,
    ),
    "a raw JPEG 2000": (WIDE_2000[-RAW_2000:], JPEG_2000),
    "a JPEG 2000 behind a small one": (SMALL_2000 + WIDE_2000, JPEG_2000),
    "a region of JBIG2 that is far away": (
        bilevel((8, 8)) + bilevel((8, 8), kind=38, at=HUGE),
        JBIG2,
    ),
    "patterns of JBIG2": (
        struct.pack(">IBBBIBBBI", 0, 16, 0, 1, 7, 0, 255, 255, 1_000_000),
        JBIG2,
    ),
    "a grid of JBIG2": (
        struct.pack(">IBBBI17xBII8x", 0, 22, 0, 1, 34, 0, *HUGE),
        JBIG2,
    ),
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


PLAIN = scans.jpeg(72)
UNREADABLE = {
    "a JPEG that is none": (b"\xff\xd8 no picture", JPEG),
    "a JPEG without a beginning": (PLAIN[2:], JPEG),
    "a JPEG whose segment never ends": (PLAIN[:2] + b"\xff\xfe\xff\xff" + PLAIN[2:900], JPEG),
    "a JPEG with a segment of no length": (PLAIN[:2] + b"\xff\xfe\0\0" + PLAIN[2:], JPEG),
    "a JPEG with a segment of no meaning": (scans.with_segment(PLAIN, 0x02, b""), JPEG),
    "a JPEG with something between its segments": (PLAIN[:2] + b"x" + PLAIN[2:], JPEG),
    "a JPEG that draws before it has a size": (scans.with_segment(PLAIN, 0xDA, b""), JPEG),
    "a JPEG with a size cut short": (scans.with_segment(PLAIN, 0xC0, b"\x08"), JPEG),
    "a JPEG of segments without end": (
        PLAIN[:2] + b"\xff\xfe\0\2" * (MOST_SEGMENTS + 1) + PLAIN[2:],
        JPEG,
    ),
    "a JPEG 2000 behind another beginning": (
        b"\xff\x4f\xff\x51AAAA" + bytes(4) + SMALL_2000[-RAW_2000:],
        JPEG_2000,
    ),
    "a JPEG 2000 that does not begin": (b"x" + SMALL_2000, JPEG_2000),
    "a JPEG 2000 of no size": (
        taller(SMALL_2000, b"\xff\x4f\xff\x51", 8, bytes(8)),
        JPEG_2000,
    ),
    "a JPEG 2000 cut short": (SMALL_2000[: 20 - RAW_2000], JPEG_2000),
    "a JPEG 2000 of boxes only": (SMALL_2000[:-RAW_2000][:-8], JPEG_2000),
    "JBIG2 before a page that is out of sight": (
        bilevel((8, 8), length=0xFFFFFFFF) + bilevel(HUGE),
        JBIG2,
    ),
    "JBIG2 of no known height": (bilevel((2480, 0xFFFFFFFF)), JBIG2),
    "JBIG2 cut short": (bilevel((8, 8))[:-1], JBIG2),
    "JBIG2 too short for a size": (bilevel((8, 8), length=4), JBIG2),
    "JBIG2 of segments without end": (
        struct.pack(">IBBBI", 0, 49, 0, 1, 0) * (MOST_SEGMENTS + 1),
        JBIG2,
    ),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_two_readers_could_read_differently_is_refused(case: str) -> None:
    data, filters = UNREADABLE[case]
    with pytest.raises(FileTooComplexError):
        inspect(pdfs.changed(partial(known_as, data=data, filters=filters)))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("segments", "refused"),
    [
        (bilevel((8, 8), kind=38), None),
        (bilevel(HUGE, kind=38), ImageTooLargeError),
        (bilevel((8, 8), length=0xFFFFFFFF), FileTooComplexError),
    ],
)
def test_what_pictures_of_jbig2_share_counts(
    segments: bytes, refused: type[Exception] | None, *, packed: bool
) -> None:
    def change(pdf: Pdf) -> None:
        shared = pdf.make_stream(b"")
        if packed:
            shared.write(zlib.compress(segments), filter=Name.FlateDecode)
        else:
            shared.write(segments)
        parameters = Dictionary(JBIG2Globals=shared)
        known(pdf, picture(pdf, bilevel((8, 8)), (8, 8), JBIG2, decode_parms=parameters))

    with pytest.raises(refused) if refused else nullcontext():
        inspect(pdfs.changed(change))


@pytest.mark.parametrize(
    "parameters",
    [
        Dictionary(K=-1, Columns=60_000),
        Dictionary(K=-1, Columns=1000, Rows=60_000),
        Array([Dictionary(K=-1, Columns=60_000), Dictionary(K=-1, Columns=8)]),
    ],
)
def test_columns_and_rows_of_a_fax_count(parameters: object) -> None:
    def change(pdf: Pdf) -> None:
        data, fax = b"\x00\x10\x01", Name.CCITTFaxDecode
        made = picture(pdf, data, (8, 2000), fax)
        made.DecodeParms = parameters
        known(pdf, made)

    with pytest.raises(ImageTooLargeError):
        inspect(pdfs.changed(change))


def test_scans_in_a_thumbnail_do_not_count() -> None:
    made = scans.with_segment(scans.jpeg(72), 0xE1, b"\xff\xda" * (MOST_SCANS + 1))
    assert inspect(pdfs.changed(partial(known_as, data=made, filters=JPEG))).pages == 1


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
        (SMALL_2000, Name.JPXDecode, (16, 16)),
        (bilevel(fine), Name.JBIG2Decode, fine),
        (SMALL_2000[-RAW_2000:], Name.JPXDecode, (16, 16)),
        (b"\n" + scans.with_segment(scans.jpeg(72), 0xE1, WIDE_JPEG), Name.DCTDecode, fine),
    ):
        made = pdfs.changed(partial(known_as, data=data, filters=filters, size=size))
        assert inspect(made).pages == 1
