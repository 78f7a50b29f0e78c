"""What a file is, by content: C7, C8, n1–n3, e2, e3, PITFALLS 25."""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.documents.access.domain.content import MediaType
from services.documents.uploads.errors import (
    FileBrokenError,
    FileEmptyError,
    FileRefusedError,
    FileTypeNotAllowedError,
    ImageTooLargeError,
    PdfActiveContentError,
    PdfEncryptedError,
)
from services.documents.uploads.gateways.images import MOST_SCANS
from services.documents.uploads.gateways.inspection.pool import inspect
from services.documents.uploads.gateways.jpeg import scans_of
from tests.support import scans


def test_c7_a_scanned_pdf_has_its_pages_and_its_resolution() -> None:
    sent = scans.pdf(pages=3, dpi=300)
    found = inspect(sent)
    assert (found.media_type, found.pages, found.dpi) == (MediaType.PDF, 3, 300)
    assert inspect(sent).content == found.content  # twice sent is stored once
    assert inspect(found.content) == found


@pytest.mark.parametrize("dpi", [72, 150, 299, 300, 600])
def test_c8_dpi_of_a_pdf_is_measured_from_picture_and_page(dpi: int) -> None:
    assert inspect(scans.pdf(pages=1, dpi=dpi)).dpi == dpi


def test_c8_strips_of_a_page_count_together() -> None:
    assert inspect(scans.pdf_of_strips(dpi=300)).dpi == 300


def test_c8_a_page_without_a_scan_has_no_resolution() -> None:
    assert inspect(scans.pdf_without_scans()).dpi is None


@pytest.mark.parametrize("dpi", [72, 300, 600])
def test_c8_dpi_of_images_is_rounded(dpi: int) -> None:
    jpeg, png = inspect(scans.jpeg(dpi)), inspect(scans.png(dpi))
    assert (jpeg.media_type, jpeg.dpi, jpeg.pages) == (MediaType.JPEG, dpi, 1)
    assert (png.media_type, png.dpi, png.pages) == (MediaType.PNG, dpi, 1)


@pytest.mark.parametrize("make", [scans.jpeg, scans.png])
def test_c8_the_stored_image_keeps_its_dpi(make: object) -> None:
    assert callable(make)
    stored = inspect(make(300)).content
    assert inspect(stored).dpi == 300


def test_a_polyglot_loses_everything_but_the_picture() -> None:
    sent = scans.polyglot_jpeg()
    assert b"<script>" in sent
    stored = inspect(sent).content
    assert b"script" not in stored
    assert b"php" not in stored
    with Image.open(io.BytesIO(stored)) as after, Image.open(io.BytesIO(sent)) as before:
        assert after.size == before.size


def test_metadata_goes_and_the_picture_is_turned_upright() -> None:
    sent = scans.photo_with_place()
    stored = inspect(sent).content
    assert b"Moscow" in sent
    assert b"Moscow" not in stored
    with Image.open(io.BytesIO(stored)) as after, Image.open(io.BytesIO(sent)) as before:
        assert not after.getexif()
        assert after.size == before.size[::-1]


def test_writing_a_jpeg_anew_loses_next_to_nothing() -> None:
    sent = scans.jpeg(300)
    stored = inspect(sent).content
    assert len(stored) <= len(sent)
    with Image.open(io.BytesIO(stored)) as after, Image.open(io.BytesIO(sent)) as before:
        pairs = zip(after.tobytes()[::97], before.tobytes()[::97], strict=True)
        apart = [abs(a - b) for a, b in pairs]
    assert sum(apart) / len(apart) < 0.5
    assert max(apart) <= 16


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_taken(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (64, 48)).save(out, "PNG")
    assert inspect(out.getvalue()).media_type is MediaType.PNG


def test_a_printers_jpeg_is_taken() -> None:
    out = io.BytesIO()
    Image.new("CMYK", (64, 48)).save(out, "JPEG")
    assert inspect(out.getvalue()).media_type is MediaType.JPEG


REFUSED = {
    "empty": (b"", FileEmptyError),
    "text": ("Просто текст".encode(), FileTypeNotAllowedError),
    "docx": (scans.docx(), FileTypeNotAllowedError),
    "html": (b"<html><script>1</script></html>", FileTypeNotAllowedError),
    "gif": (b"GIF89a" + bytes(100), FileTypeNotAllowedError),
    "pdf not at the start": (b"x" + scans.pdf(pages=1, dpi=72), FileTypeNotAllowedError),
    "cut jpeg": (scans.jpeg()[:9000], FileBrokenError),
    "cut png": (scans.png()[:4000], FileBrokenError),
    "jpeg header only": (b"\xff\xd8\xff\xe0" + bytes(100), FileBrokenError),
    "cut pdf": (scans.pdf(pages=1, dpi=72)[:5000], FileBrokenError),
    "pdf header only": (b"%PDF-1.7\n%%EOF\n", FileBrokenError),
    "something behind a pdf": (
        scans.pdf(pages=1, dpi=72) + b"PK\x03\x04" + bytes(5000),
        FileBrokenError,
    ),
    "too many pixels": (scans.too_many_pixels(), ImageTooLargeError),
    "encrypted pdf": (scans.pdf_encrypted(), PdfEncryptedError),
    "script in a pdf": (scans.pdf_with_script(), PdfActiveContentError),
    "program in a pdf": (scans.pdf_with_launch(), PdfActiveContentError),
    "file in a pdf": (scans.pdf_with_attachment(), PdfActiveContentError),
}


@pytest.mark.parametrize("case", REFUSED)
def test_e2_refusals_have_a_code_and_say_what_is_accepted(case: str) -> None:
    content, expected = REFUSED[case]
    with pytest.raises(expected) as caught:
        inspect(content)
    refusal = caught.value
    assert isinstance(refusal, FileRefusedError)
    assert "PDF, JPG и PNG" in refusal.detail
    assert refusal.errors[0].pointer == "/file"
    assert refusal.errors[0].code == refusal.code


def test_a_jpeg_that_draws_again_and_again_is_refused_before_it_is_decoded() -> None:
    assert inspect(scans.jpeg_of_scans(MOST_SCANS)).media_type is MediaType.JPEG
    with pytest.raises(FileBrokenError):
        inspect(scans.jpeg_of_scans(MOST_SCANS + 1))


def test_scans_are_counted_in_the_picture_only() -> None:
    plain = scans.jpeg(72)
    thumbnail = plain[:2] + b"\xff\xe1\x01\x2c" + b"\xff\xda" * 149 + plain[2:]
    assert scans_of(plain) == scans_of(thumbnail) == 1
    assert scans_of(plain + b"\xff\xda" * 500) == 1
    assert scans_of(b"\xff\xd8" + b"\xff" * 100_000) == 0


@pytest.mark.parametrize("options", [{"progressive": True}, {"optimize": True}, {}])
@pytest.mark.parametrize("quality", [60, 80, 95, 100])
def test_c7_writing_a_jpeg_anew_makes_it_hardly_larger(
    options: dict[str, bool], quality: int
) -> None:
    """Else a file within its limit would be stored beyond it."""
    out = io.BytesIO()
    scans.page(colour=True).save(out, "JPEG", quality=quality, dpi=(300, 300), **options)
    stored = inspect(out.getvalue()).content
    assert len(stored) <= len(out.getvalue()) * 1.005
    with Image.open(io.BytesIO(stored)) as image:
        assert bool(image.info.get("progressive")) is bool(options.get("progressive"))


def test_a_jpeg_of_noise_is_written_anew_all_the_same() -> None:
    """Optimising needs room for the whole file at once; where it lacks, it is done without."""
    noise = Image.frombytes("RGB", (700, 500), os.urandom(700 * 500 * 3))
    out = io.BytesIO()
    noise.save(out, "JPEG", qtables=[[1] * 64, [1] * 64], subsampling=0)
    assert inspect(out.getvalue()).media_type is MediaType.JPEG


@settings(max_examples=80)
@given(
    seed=st.sampled_from([scans.pdf(1, 72), scans.pdf_of_raw(""), scans.jpeg(72), scans.png(72)]),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=8)), max_size=6
    ),
)
def test_whatever_is_broken_is_refused_by_name(
    seed: bytes, changes: list[tuple[float, bytes]]
) -> None:
    content = bytearray(seed)
    for where, what in changes:
        at = int(where * len(content))
        content[at : at + 4] = what
    try:
        found = inspect(bytes(content))
    except FileRefusedError as refusal:
        outcome = refusal.code
    else:
        outcome = found.media_type.value
    assert outcome != FileRefusedError.code  # every reason has a name of its own
