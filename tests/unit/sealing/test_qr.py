"""C33: QR codes by table against segno, and read back by zxing."""

from __future__ import annotations

import pytest
import segno
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from services.sealing.errors import QrTooLongError
from services.sealing.qr import LONGEST, MASK, QrTable, qr_table

#: the shortest, the longest and one in between for every version
SIZES = [1, 14, 15, 26, 27, 42, 43, 48, 62, 63, 84, 85, 106, 107, 122, 123, 152, 153, 180]


def modules(table: QrTable, bitmap: bytes) -> list[list[int]]:
    width = (table.side + 7) // 8
    return [
        [bitmap[y * width + x // 8] >> (7 - x % 8) & 1 for x in range(table.side)]
        for y in range(table.side)
    ]


@pytest.mark.parametrize("size", SIZES)
def test_the_table_draws_what_segno_draws(size: int) -> None:
    message = bytes((7 * size + 31 * i) % 256 for i in range(size))
    table = qr_table(size)
    drawn = segno.make_qr(
        message, error="m", version=table.version, mode="byte", mask=MASK, boost_error=False
    )
    assert modules(table, table.bitmap(message)) == [list(map(int, row)) for row in drawn.matrix]


@given(
    st.text(
        alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=48, max_size=48
    )
)
def test_any_address_of_one_length_is_read_back(address: str) -> None:
    table = qr_table(48)
    image = Image.new("L", (table.side + 8, table.side + 8), 255)
    for y, row in enumerate(modules(table, table.bitmap(address.encode()))):
        for x, dark in enumerate(row):
            image.putpixel((x + 4, y + 4), 0 if dark else 255)
    scaled = image.resize((image.width * 4, image.height * 4), Image.Resampling.NEAREST)
    assert [code.text for code in zxingcpp.read_barcodes(scaled)] == [address]


@pytest.mark.parametrize("size", [0, LONGEST + 1])
def test_an_empty_or_too_long_address_is_refused(size: int) -> None:
    with pytest.raises(QrTooLongError, match=f"от 1 до {LONGEST}"):
        QrTable(size)
