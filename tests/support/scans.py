"""Real scans for tests: PDF, JPEG and PNG as a scanner makes them, and what is wrong on purpose.

Everything is drawn here; nothing is read from a disk but the font.
"""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import pypdfium2 as pdfium
from PIL import ExifTags, Image, ImageDraw, ImageFont

_ROOT = Path(__file__).parents[2]
_FONT = _ROOT / "services/sealing/assets/PTSans-Regular.ttf"
_A5_INCHES = (5.83, 8.27)
MEGABYTE = 1024 * 1024


@lru_cache(maxsize=32)
def page(
    title: str = "Результаты анализов", dpi: int = 300, *, colour: bool = False
) -> Image.Image:
    """A scanned A5 page: paper, a title and some rows of text."""
    width, height = (round(inches * dpi) for inches in _A5_INCHES)
    image = Image.new("RGB" if colour else "L", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.text((dpi // 2, dpi // 2), title, fill="black", font=_font(dpi // 6))
    for row in range(12):
        text = f"{row + 1}. Показатель {row * 7 % 11}: в пределах нормы"
        draw.text((dpi // 2, dpi + row * dpi // 3), text, fill="black", font=_font(dpi // 9))
    return image


def jpeg(dpi: int | None = 300, *, title: str = "Справка", colour: bool = True) -> bytes:
    """A scan as JPEG; None writes no resolution."""
    options = {"dpi": (dpi, dpi)} if dpi else {}
    return _saved(page(title, dpi or 100, colour=colour), "JPEG", quality=80, **options)


def png(dpi: int | None = 300, *, title: str = "Справка") -> bytes:
    """A scan as PNG; its dpi is stored per metre, so it comes back as 299.9994."""
    options = {"dpi": (dpi, dpi)} if dpi else {}
    return _saved(page(title, dpi or 100), "PNG", **options)


def pdf(pages: int = 3, dpi: int = 300) -> bytes:
    """A scan of several pages as PDF."""
    first, *others = [page(f"Выписка, лист {n + 1}", dpi) for n in range(pages)]
    return _saved(first, "PDF", save_all=True, append_images=others, resolution=dpi)


def pdf_without_scans(pages: int = 1) -> bytes:
    """A PDF of empty pages: no picture, so no resolution."""
    with pdfium.PdfDocument.new() as document:
        for _ in range(pages):
            document.new_page(595, 842)
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def pdf_of_strips(dpi: int = 300, strips: int = 20) -> bytes:
    """One page as many scanners write it: strips under each other, none of them large."""
    whole = page("Полосами", dpi)
    width, height = whole.width * 72 / dpi, whole.height * 72 / dpi
    with pdfium.PdfDocument.new() as document:
        sheet = document.new_page(width, height)
        high = whole.height // strips
        for number in range(strips):
            strip = whole.crop((0, number * high, whole.width, (number + 1) * high))
            placed = pdfium.PdfImage.new(document)
            placed.load_jpeg(io.BytesIO(_saved(strip, "JPEG")), inline=True)
            tall = height / strips
            matrix = pdfium.PdfMatrix().scale(width, tall)
            placed.set_matrix(matrix.translate(0, height - (number + 1) * tall))
            sheet.insert_obj(placed)
        sheet.gen_content()
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def pdf_of_raw(objects: str, *, catalog: str = "") -> bytes:
    """A small hand-written PDF of one page, with what the test puts into it."""
    parts = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        objects or "<< >>",
    ]
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, part in enumerate(parts, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{part}\nendobj\n".encode()
    xref = len(out)
    out += f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += f"trailer\n<< /Size {len(parts) + 1} /Root 1 0 R >>\n".encode()
    return bytes(out + f"startxref\n{xref}\n%%EOF\n".encode())


def pdf_with_script() -> bytes:
    """A PDF that runs JavaScript when it is opened; the name is written with an escape."""
    return pdf_of_raw(
        "<< /S /J#61vaScript /JS (app.alert\\('hello'\\)) >>", catalog="/OpenAction 4 0 R"
    )


def pdf_with_launch() -> bytes:
    """A PDF that starts a program when it is opened."""
    return pdf_of_raw("<< /S /Launch /F (cmd.exe) >>", catalog="/OpenAction 4 0 R")


def pdf_with_attachment() -> bytes:
    """A PDF with a file inside."""
    with pdfium.PdfDocument.new() as document:
        document.new_page(595, 842)
        document.new_attachment("virus.exe").set_data(b"MZ not really")
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def pdf_encrypted() -> bytes:
    """A PDF that cannot be read without a password (RC4, 40 bits; made up, so never opens)."""
    objects = f"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{'1f' * 32}> /U <{'2e' * 32}> >>"
    made = pdf_of_raw(objects)
    return made.replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 4 0 R /ID [<00> <00>]")


def polyglot_jpeg() -> bytes:
    """A JPEG that is a script as well: in a comment and behind the picture."""
    plain = jpeg(300)
    script = b"<script>alert('polyglot')</script>"
    comment = b"\xff\xfe" + (len(script) + 2).to_bytes(2, "big") + script
    return plain[:2] + comment + plain[2:] + b"<?php system($_GET['c']); ?>" + script


def photo_with_place() -> bytes:
    """A JPEG that says where it was taken, and that it has to be turned."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (55.0, 45.0, 7.0)
    exif[0x010E] = "Moscow, home"
    return _saved(page("Фото", 300, colour=True), "JPEG", exif=exif, dpi=(300, 300))


def picture(
    kind: str,
    size: tuple[int, int],
    *,
    exif: Mapping[int, object] | None = None,
    camera: bool = False,
    **options: object,
) -> bytes:
    """A white picture of so many pixels, with tags of its own and those of a camera's exposure."""
    tags = Image.Exif()
    for tag, value in (exif or {}).items():
        tags[tag] = value
    if camera:
        tags[ExifTags.Base.Make], tags[ExifTags.Base.Model] = "Apple", "iPhone 15"
        tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.FNumber] = 1.8
    return _saved(Image.new("L", size, "white"), kind, exif=tags, **options)


def jpeg_without_unit(size: tuple[int, int], density: int) -> bytes:
    """A JPEG whose density has no unit, so that it is the shape of its pixels only."""
    made = bytearray(picture("JPEG", size, dpi=(density, density)))
    made[made.index(b"JFIF\x00") + 7] = 0
    return bytes(made)


def png_without_unit(size: tuple[int, int], density: int) -> bytes:
    """A PNG whose pHYs has no unit."""
    made = picture("PNG", size, dpi=(density, density))
    start = made.index(b"pHYs")
    chunk = made[start : start + 12] + b"\x00"
    return made[:start] + chunk + zlib.crc32(chunk).to_bytes(4, "big") + made[start + 17 :]


def jpeg_larger_than(size: int) -> bytes:
    """A JPEG of noise with more bytes than `size` (no compression helps)."""
    side = int((size / 2) ** 0.5) + 200
    noise = Image.frombytes("L", (side, side), os.urandom(side * side)).convert("RGB")
    made = _saved(noise, "JPEG", quality=100, subsampling=0, dpi=(300, 300))
    assert len(made) > size
    return made


def jpeg_of_scans(count: int, *, width: int = 400, height: int = 300) -> bytes:
    """A small progressive JPEG that draws `count` times over its picture."""
    plain = _saved(Image.new("RGB", (width, height), "white"), "JPEG", progressive=True)
    last = plain.rfind(b"\xff\xda")
    scan, end = plain[last:-2], plain[-2:]
    return plain[:-2] + scan * (count - plain.count(b"\xff\xda")) + end


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """A JPEG with one more segment, before all others."""
    return jpeg[:2] + segment(marker, body) + jpeg[2:]


def segment(marker: int, body: bytes) -> bytes:
    """A part of a JPEG, with its marker and its length."""
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def jpeg_2000(size: tuple[int, int], *, canvas: tuple[int, int] | None = None) -> bytes:
    """A JPEG 2000, in the far corner of a canvas where that is larger."""
    made = _saved(Image.new("L", size), "JPEG2000")
    if not canvas:
        return made
    at = made.index(b"\xff\x4f\xff\x51") + 8
    said = (*canvas, canvas[0] - size[0], canvas[1] - size[1])
    return made[:at] + b"".join(n.to_bytes(4, "big") for n in said) + made[at + 16 :]


def object_stream(objects: bytes, *, header: str | None = None) -> bytes:
    """Objects packed into a stream, as any modern writer does."""
    packed = zlib.compress(objects)
    header = header or "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"
    return f"<< {header} /Length {len(packed)} >>\nstream\n".encode() + packed + b"\nendstream"


def pdf_around(part: bytes) -> bytes:
    """A small PDF with these bytes as its fourth object."""
    return pdf_of_raw("@@").replace(b"@@", part)


def pdf_bomb(size: int) -> bytes:
    """A PDF of a few kilobytes whose page unpacks to `size` bytes."""
    chunk = b"q Q " * 1024 * 256
    inner, outer = zlib.compressobj(1), zlib.compressobj(9)
    packed = b"".join(outer.compress(inner.compress(chunk)) for _ in range(size // len(chunk)))
    packed += outer.compress(inner.flush()) + outer.flush()
    filters = "/Filter [/FlateDecode /FlateDecode]"
    part = f"<< {filters} /Length {len(packed)} >>\nstream\n".encode() + packed
    made = pdf_around(part + b"\nendstream")
    return made.replace(b"/MediaBox", b"/Contents 4 0 R /MediaBox")


def too_many_pixels() -> bytes:
    """A PNG of a few kilobytes that would be 90 million pixels."""
    return _saved(Image.new("1", (9500, 9500)), "PNG")


def docx() -> bytes:
    """What a word processor writes: a ZIP."""
    return b"PK\x03\x04\x14\x00\x06\x00" + bytes(200)


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONT), size)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
