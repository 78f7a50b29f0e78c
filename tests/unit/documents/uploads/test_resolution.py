"""C8, e3: how fine a scan is, measured. A camera's tag is no measure, pixels are."""

from __future__ import annotations

import zlib

import pytest
from pikepdf import Array, Name, Pdf
from PIL import ExifTags

from services.documents.uploads.errors import FileTooComplexError
from services.documents.uploads.gateways.inspection.pool import inspect
from services.documents.uploads.gateways.pdf import pages
from tests.support import pdfs, scans

A4_AT_300 = (2480, 3508)
IPHONE = (3024, 4032)
RESOLUTION, UNIT = ExifTags.Base.XResolution, ExifTags.Base.ResolutionUnit


def exif_of(dpi: float, unit: int | None = 2) -> dict[int, object]:
    tags: dict[int, object] = {RESOLUTION: dpi, ExifTags.Base.YResolution: dpi}
    return tags | ({UNIT: unit} if unit is not None else {})


PICTURES: dict[str, tuple[bytes, int]] = {
    "a phone's photo": (scans.picture("JPEG", IPHONE, exif=exif_of(72), camera=True), 345),
    "a photo in a PNG": (scans.picture("PNG", IPHONE, dpi=(72, 72)), 345),
    "a photo lying down": (scans.picture("JPEG", IPHONE[::-1], dpi=(72, 72)), 345),
    "a small photo that claims 300": (
        scans.picture("JPEG", (1200, 900), camera=True, dpi=(300, 300)),
        103,
    ),
    "a photo out of a messenger": (scans.picture("JPEG", (1280, 1707), dpi=(96, 96)), 146),
    "nothing said": (scans.picture("JPEG", A4_AT_300), 300),
    "nothing said of a small one": (scans.picture("PNG", (600, 800)), 68),
    "a scanner's JFIF": (scans.picture("JPEG", (1748, 2480), dpi=(300, 300)), 300),
    "a scanner's EXIF": (scans.picture("JPEG", (1748, 2480), exif=exif_of(300)), 300),
    "EXIF in centimetres": (scans.picture("JPEG", (1748, 2480), exif=exif_of(118.11, 3)), 300),
    "a card on a scanner": (scans.picture("JPEG", (1011, 638), dpi=(300, 300)), 300),
    "coarse, and honest about it": (scans.picture("JPEG", (827, 1169), dpi=(100, 100)), 100),
    "EXIF without a unit": (scans.picture("JPEG", (600, 800), exif=exif_of(300, None)), 68),
    "EXIF of no unit": (scans.picture("JPEG", (600, 800), exif=exif_of(300, 1)), 68),
    "JFIF without a unit": (scans.jpeg_without_unit((1200, 1600), 300), 137),
    "PNG without a unit": (scans.png_without_unit((1200, 1600), 300), 137),
    "a stamp that claims 300": (scans.picture("JPEG", (100, 140), dpi=(300, 300)), 12),
    "one pixel": (scans.picture("PNG", (1, 1), dpi=(300, 300)), 1),
}


@pytest.mark.parametrize("case", PICTURES)
def test_c8_the_resolution_of_a_picture(case: str) -> None:
    content, expected = PICTURES[case]
    assert inspect(content).dpi == expected


A4, A5 = pdfs.A4, pdfs.A5
WHOLE, SMALL = (scans.picture("JPEG", size) for size in (A4_AT_300, (83, 117)))
TENTH = (A4[0] / 10, A4[1] / 10)
LETTER = b"BT /F1 12 Tf (Letter) Tj ET "
OCR = b"BT 3 Tr /F1 12 Tf (Letter) Tj ET "


def empty_page(pdf: Pdf) -> None:
    pdf.add_blank_page(page_size=A4)


PAGES: dict[str, tuple[bytes, int | None]] = {
    "straightened by two degrees": (pdfs.scanned(300, place=pdfs.turned(2)), 300),
    "straightened the other way": (pdfs.scanned(300, place=pdfs.turned(-7, (-50, 60))), 300),
    "drawn lying": (pdfs.scanned(300, place=pdfs.turned(90, (595, 0))), 300),
    "shown lying": (pdfs.scanned(300, Rotate=90), 300),
    "A5 on a page of A4": (pdfs.scanned(300, paper=A5), 300),
    "a card on a page of A4": (pdfs.scanned(300, paper=(243, 153)), 300),
    "a scan that is cropped": (pdfs.scanned(300, CropBox=Array([90, 90, 400, 500])), 300),
    "strips of eight rows": (pdfs.in_strips(300, 438), 300),
    "in a form": (pdfs.in_forms(300, 2), 300),
    "in forms of forms": (pdfs.in_forms(150, 4), 150),
    "text in the mask": (pdfs.in_layers(100, 300), 300),
    "text in a stencil": (pdfs.in_layers(100, 300, mask="Mask"), 300),
    "layers that are coarse, both": (pdfs.in_layers(75, 100), 100),
    "between the operators": (pdfs.inline(300), 300),
    "a text that was recognised": (pdfs.scanned(300, paper=A5, before=OCR), 300),
    "a photo as large as a door": (pdfs.scanned(72, size=IPHONE, paper=IPHONE), 345),
    "thirty dpi in large units": (pdfs.scanned(300, size=TENTH, paper=TENTH, UserUnit=10), 30),
    "half as fine in double units": (
        pdfs.scanned(300, size=(A4[0] / 2, A4[1] / 2), paper=(A4[0] / 2, A4[1] / 2), UserUnit=2),
        150,
    ),
    "thirty dpi on a stamp": (pdfs.scanned(300, size=TENTH, paper=TENTH), 30),
    "honest in large units": (
        pdfs.scanned(3000, size=TENTH, paper=TENTH, UserUnit=10),
        300,
    ),
    "a unit that is none": (pdfs.scanned(300, UserUnit=0), None),
    "half as fine downwards": (
        pdfs.drawn(b"595 0 0 842 0 0 cm /Im Do", images={"Im": {"size": (2480, 1754)}}),
        150,
    ),
    "a small JPEG that is called large": (
        pdfs.with_jpeg(scans.picture("JPEG", (248, 351)), says=A4_AT_300),
        30,
    ),
    "a small JPEG that is called large, in an array": (
        pdfs.with_jpeg(
            scans.picture("JPEG", (248, 351)), says=A4_AT_300, filters=Array([Name.DCTDecode])
        ),
        30,
    ),
    "a small JPEG that is called large, packed": (
        pdfs.with_jpeg(
            zlib.compress(scans.picture("JPEG", (248, 351))),
            says=A4_AT_300,
            filters=Array([Name.FlateDecode, Name.DCTDecode]),
        ),
        30,
    ),
    "a JPEG": (pdfs.with_jpeg(scans.picture("JPEG", A4_AT_300), says=A4_AT_300), 300),
    **{
        f"a JPEG with {what}": (pdfs.with_jpeg(made, says=A4_AT_300), 300)
        for what, made in {
            "a thumbnail in EXIF": scans.with_segment(WHOLE, 0xE1, b"Exif\0\0" + SMALL),
            "a thumbnail in its own segment": scans.with_segment(WHOLE, 0xE2, b"MPF\0" + SMALL),
            "a size in a comment": scans.with_segment(WHOLE, 0xFE, b"\xff\xc0\0\x11\x08\0\1\0\1"),
            "another one behind its end": WHOLE + SMALL,
        }.items()
    },
    "a small JPEG with a large size in a comment": (
        pdfs.with_jpeg(
            scans.with_segment(SMALL, 0xFE, b"\xff\xc0\x00\x11\x08\x0d\xb4\x09\xb0"),
            says=A4_AT_300,
        ),
        10,
    ),
    "a small JPEG 2000 on a large canvas": (
        pdfs.with_jpeg(
            scans.jpeg_2000((248, 351), canvas=A4_AT_300), says=A4_AT_300, filters=Name.JPXDecode
        ),
        30,
    ),
    "a small JPEG between the operators that is called large": (
        pdfs.drawn(
            b"595 0 0 842 0 0 cm BI /W 2480 /H 3508 /BPC 8 /CS /G /F /DCT ID " + SMALL + b"\nEI"
        ),
        10,
    ),
    "a logo in a letter": (pdfs.scanned(300, paper=(200, 200), before=LETTER), None),
    "a dot": (pdfs.scanned(300, paper=(10, 10)), None),
    "beside the page": (pdfs.scanned(300, place=pdfs.turned(0, (900, 0))), None),
    "one page of two": (
        pdfs.changed(empty_page, pdfs.scanned(300)),
        None,
    ),
}


@pytest.mark.parametrize("case", PAGES)
def test_c8_the_resolution_of_a_page(case: str) -> None:
    content, expected = PAGES[case]
    assert inspect(content).dpi == expected


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n \t", b"\x00\n", b"\n" * 900])
def test_c7_what_editors_and_mail_put_before_a_pdf_is_no_fault(before: bytes) -> None:
    content = pdfs.scanned(300)
    assert inspect(before + content) == inspect(content)


@pytest.mark.parametrize(
    "content",
    [
        pdfs.of_forms(depth=3, each=9),
        pdfs.in_strips(300, 1000),
        pdfs.drawn(b"q Q " * 300_000),
    ],
)
def test_c8_a_page_that_draws_without_end_is_refused(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_WORK", 1_000_000)
    with pytest.raises(FileTooComplexError):
        inspect(content)


def test_c8_what_is_stored_claims_nothing_that_we_do_not_believe() -> None:
    photo = PICTURES["a phone's photo"][0]
    assert inspect(inspect(photo).content).dpi == 345
