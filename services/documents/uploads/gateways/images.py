"""JPEG and PNG: decoded, measured, written anew with nothing but the picture and its dpi.

No library sees a JPEG with a script behind it (PITFALLS 25), so what is stored is always our own
writing. It refuses what has more pixels than a scan needs before decoding any of them.
"""

from __future__ import annotations

import io
from typing import Any

from PIL import ExifTags, Image, ImageOps, JpegImagePlugin

from services.documents.access.domain.content import MediaType
from services.documents.uploads.domain.files import Inspected
from services.documents.uploads.errors import FileBrokenError, FileRefusedError, ImageTooLargeError
from services.documents.uploads.gateways.jpeg import scans_of
from services.documents.uploads.gateways.resolution import dpi_on_a4, is_paper

MAX_PIXELS = 40_000_000
"""A4 at 600 dpi is 35 million."""

MOST_SCANS = 100
"""Of a progressive JPEG: usual are ten, and each one costs a pass over the whole picture."""

_FORMATS = {MediaType.JPEG: "JPEG", MediaType.PNG: "PNG"}
_NAMES = {MediaType.JPEG: "JPG", MediaType.PNG: "PNG"}
_KEPT_MODES = {
    MediaType.JPEG: frozenset({"L", "RGB"}),
    MediaType.PNG: frozenset({"1", "L", "LA", "P", "RGB", "RGBA"}),
}
_NO_DENSITY = 1  # what writers put where they know nothing
_CENTIMETRES = 2.54
_DENSITY_UNITS = {1: 1.0, 2: _CENTIMETRES}
_EXIF_UNITS = {2: 1.0, 3: _CENTIMETRES}
_OF_A_CAMERA = (
    ExifTags.Base.ExposureTime,
    ExifTags.Base.FNumber,
    ExifTags.Base.ISOSpeedRatings,
    ExifTags.Base.FocalLength,
)
"""No scanner exposes; makers and models both have."""


def inspect_image(content: bytes, media_type: MediaType) -> Inspected:
    """Decode an image and write it anew.

    Raises:
        ImageTooLargeError: more than `MAX_PIXELS`.
        FileBrokenError: it cannot be decoded, or moves, or has more than `MOST_SCANS`.
    """
    try:
        if media_type is MediaType.JPEG and scans_of(content) > MOST_SCANS:
            raise FileBrokenError(_NAMES[media_type])
        with Image.open(io.BytesIO(content), formats=[_FORMATS[media_type]]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ImageTooLargeError(MAX_PIXELS)
            if media_type is MediaType.PNG and getattr(image, "n_frames", 1) > 1:
                raise FileBrokenError(_NAMES[media_type])  # frames behind the first get lost
            claimed = _scanners_dpi(image)
            dpi = claimed or dpi_on_a4(image.width, image.height)
            image.load()
            written = _written(image, media_type, claimed)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageTooLargeError(MAX_PIXELS) from error
    except FileRefusedError:
        raise
    except Exception as error:  # decoders of hostile bytes raise whatever they like
        raise FileBrokenError(_NAMES[media_type]) from error
    return Inspected(media_type, written, pages=1, dpi=dpi)


def _scanners_dpi(image: Image.Image) -> int | None:
    """The lower dpi of both directions that a scanner wrote into the file (299.9994 is 300).

    What a camera writes there is no measure, nor is a density without a unit, nor one that makes
    a sheet that no scanner holds. Absent is absent.
    """
    exif = image.getexif()
    if any(tag in exif.get_ifd(ExifTags.IFD.Exif) for tag in _OF_A_CAMERA):
        return None
    if "jfif_density" in image.info and image.info["jfif_unit"] in _DENSITY_UNITS:
        found, unit = image.info["jfif_density"], _DENSITY_UNITS[image.info["jfif_unit"]]
    elif image.format == _FORMATS[MediaType.PNG]:
        found, unit = image.info.get("dpi"), 1.0  # only where pHYs names its unit
    else:
        found = (exif.get(ExifTags.Base.XResolution), exif.get(ExifTags.Base.YResolution))
        unit = _EXIF_UNITS.get(exif.get(ExifTags.Base.ResolutionUnit, 0), 0.0)
    try:
        across, down = (float(value) * unit for value in found)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    if not min(across, down) > _NO_DENSITY:  # also what is not a number
        return None
    believed = is_paper(image.width / across, image.height / down)
    return round(min(across, down)) if believed else None


def _written(image: Image.Image, media_type: MediaType, dpi: int | None) -> bytes:
    options: dict[str, Any] = {"dpi": (dpi, dpi)} if dpi else {}
    if media_type is MediaType.JPEG:
        options |= _as_it_was(image)
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16"):
        upright = upright.point(lambda value: value / 256)
    if upright.mode not in _KEPT_MODES[media_type]:
        upright = upright.convert("RGB" if upright.mode != "I" else "L")
    upright.info = {k: v for k, v in upright.info.items() if k == "transparency"}
    kind = _FORMATS[media_type]
    try:
        return _saved(upright, kind, options)
    except OSError:  # Pillow's guess of the room that optimising needs was too small
        return _saved(upright, kind, options | {"optimize": False, "progressive": False})


def _saved(image: Image.Image, kind: str, options: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, exif=b"", icc_profile=None, **options)
    return out.getvalue()


def _as_it_was(image: Image.Image) -> dict[str, Any]:
    """The file's own quantisation and order, so that writing it anew loses and adds nothing much.

    Always with the best Huffman tables: with those of the standard it could outgrow its limit.
    """
    options = {"optimize": True, "progressive": bool(image.info.get("progressive"))}
    tables = getattr(image, "quantization", None)
    if image.mode not in _KEPT_MODES[MediaType.JPEG] or not tables:
        return options | {"quality": 95}
    return options | {"qtables": tables, "subsampling": JpegImagePlugin.get_sampling(image)}
