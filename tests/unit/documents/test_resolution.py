"""C8, e3: how fine a scan is, measured. A camera's tag is no measure, pixels are."""

from __future__ import annotations

import pytest
from PIL import ExifTags

from services.documents.domain import remarks_on
from services.documents.gateways.inspection import inspect
from services.documents.settings import PURPOSES, PurposeLimits
from tests.support import scans

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


def test_c8_what_is_stored_claims_nothing_that_we_do_not_believe() -> None:
    photo = PICTURES["a phone's photo"][0]
    assert inspect(inspect(photo).content).dpi == 345


def test_e3_what_lengthens_the_term_is_a_remark() -> None:
    attachment = PURPOSES["attachment"]
    assert [remark.code for remark in remarks_on(attachment, 149)] == ["resolution-low"]
    assert "149 dpi" in remarks_on(attachment, 149)[0].text
    assert remarks_on(attachment, 150) == remarks_on(attachment, None) == ()
    assert remarks_on(PurposeLimits(title="Фото", clear_dpi=None), 1) == ()
