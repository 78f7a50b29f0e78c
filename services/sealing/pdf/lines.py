"""Breaking text into lines by the widths of a font."""

from __future__ import annotations

from services.sealing.fonts import PdfFont


def wrap(font: PdfFont, text: str, size: float, width: float) -> list[str]:
    """Break text into lines not wider than `width` points; a longer word is broken inside."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += _wrap_paragraph(font, paragraph, size, width)
    return lines


def _wrap_paragraph(font: PdfFont, text: str, size: float, width: float) -> list[str]:
    # most values are short: no measuring where even the widest letters would fit
    if len(text) * font.widest * size <= width * 1000 or font.width(text, size) <= width:
        return [text]
    lines, line = [], ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if font.width(joined, size) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        line = word
        while font.width(line, size) > width:
            cut = _longest_prefix(font, line, size, width)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line]


def _longest_prefix(font: PdfFont, word: str, size: float, width: float) -> int:
    cut = 1
    while font.width(word[: cut + 1], size) <= width:
        cut += 1
    return cut
