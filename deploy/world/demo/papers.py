"""The papers that the citizen scans: a JPEG of 300 dpi and a PDF of several pages."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from services import sealing

_DPI = 300
_A4 = (2480, 3508)  # pixels at 300 dpi
_FONT = Path(sealing.__file__).parent / "assets" / "PTSans-Regular.ttf"


def _page(lines: list[str]) -> Image.Image:
    page = Image.new("RGB", _A4, "white")
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(_FONT), 72)
    for row, line in enumerate(lines):
        draw.text((200, 250 + row * 130), line, fill="#1a1a1a", font=font)
    draw.rectangle((120, 120, _A4[0] - 120, _A4[1] - 120), outline="#8a8a8a", width=4)
    return page


def policy_scan(name: str, number: str) -> bytes:
    """A scan of the insurance policy: JPEG, 300 dpi."""
    page = _page(["Полис обязательного медицинского страхования", name, f"ЕНП {number}"])
    out = BytesIO()
    page.resize((1240, 1754)).save(out, "JPEG", dpi=(_DPI, _DPI), quality=85)
    return out.getvalue()


def test_results(name: str) -> bytes:
    """Results of the required examinations: one PDF of three pages."""
    sheets = {
        "Общий анализ крови": ["Гемоглобин 138 г/л", "Лейкоциты 5,4·10⁹/л", "СОЭ 7 мм/ч"],
        "Биохимический анализ крови": ["Глюкоза 4,9 ммоль/л", "АЛТ 18 Ед/л", "АСТ 21 Ед/л"],
        "Электрокардиограмма": ["Ритм синусовый, ЧСС 68", "Патологических изменений нет"],
    }
    pages = [_page([title, name, "", *rows]).convert("L") for title, rows in sheets.items()]
    out = BytesIO()
    pages[0].save(out, "PDF", resolution=_DPI, save_all=True, append_images=pages[1:], quality=70)
    return out.getvalue()
