"""Draws the raised and lowered digits that PT Sans lacks: `python -m deploy.tools.fonts`.

«6,2×10⁹/л» stands in every blood count; PT Sans has ¹ ² ³ and ₁ to ₄ only, and a digit must not
come from another typeface. The rest are its own digits, in the proportions of its own ². The
licence allows it under another name: a small companion family, vendored beside PT Sans.
"""

from __future__ import annotations

import io
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.misc.transform import Transform
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from services.sealing.fonts import ASSETS, Face, font_file

FAMILY = "Dokument Indices"
_RAISED = dict(zip("⁰⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾", "0456789+−=()", strict=True))
_LOWERED = dict(zip("₀₅₆₇₈₉₊₋₌₍₎", "056789+−=()", strict=True))
# as PT Sans's ² and ₂ are to its 2
_NARROWER, _LOWER, _RAISE, _SINK = 0.72, 0.6, 380, -100
_STYLES = {Face.REGULAR: ("Regular", 400), Face.BOLD: ("Bold", 700)}
#: fixed, so that the same glyphs make the same file (seconds since 1904)
_MADE = 3_880_000_000


def companion_file(face: Face) -> Path:
    """Where the companion of a face lies."""
    return ASSETS / f"Indices-{_STYLES[face][0]}.ttf"


def companion(face: Face) -> bytes:
    """The companion font of a face of PT Sans."""
    source = TTFont(font_file(face))
    style, weight = _STYLES[face]
    glyphs, widths, codes = {".notdef": TTGlyphPen(None).glyph()}, {".notdef": 500}, {}
    for drawn, shift in ((_RAISED, _RAISE), (_LOWERED, _SINK)):
        for char, origin in drawn.items():
            name = f"uni{ord(char):04X}"
            codes[ord(char)] = name
            glyphs[name], widths[name] = _scaled(source, origin, shift)
    builder = FontBuilder(source["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap(codes)
    builder.setupGlyf(glyphs)
    table = builder.font["glyf"]
    builder.setupHorizontalMetrics(
        {n: (w, getattr(table[n], "xMin", 0)) for n, w in widths.items()}
    )
    ascent, descent = source["hhea"].ascent, source["hhea"].descent
    builder.setupHorizontalHeader(ascent=ascent, descent=descent)
    builder.setupNameTable(
        {
            "familyName": FAMILY,
            "styleName": style,
            "uniqueFontIdentifier": f"{FAMILY} {style}",
            "fullName": f"{FAMILY} {style}",
            "psName": f"{FAMILY.replace(' ', '')}-{style}",
            "copyright": str(source["name"].getDebugName(0)),
        }
    )
    builder.setupOS2(
        sTypoAscender=ascent,
        sTypoDescender=descent,
        usWinAscent=ascent,
        usWinDescent=-descent,
        sCapHeight=source["OS/2"].sCapHeight,
        sxHeight=source["OS/2"].sxHeight,
        usWeightClass=weight,
        fsSelection=0x20 if face is Face.BOLD else 0x40,
    )
    builder.setupPost()
    builder.updateHead(created=_MADE, modified=_MADE, macStyle=1 if face is Face.BOLD else 0)
    builder.font.recalcTimestamp = False
    out = io.BytesIO()
    builder.font.save(out)
    return out.getvalue()


def _scaled(source: TTFont, char: str, shift: int) -> tuple[object, int]:
    """The outline of a character, smaller and moved, and its advance width."""
    name = source.getBestCmap()[ord(char)]
    outline = DecomposingRecordingPen(source.getGlyphSet())
    source.getGlyphSet()[name].draw(outline)
    pen = TTGlyphPen(None)
    outline.replay(TransformPen(pen, Transform(_NARROWER, 0, 0, _LOWER, 0, shift)))
    return pen.glyph(), round(source["hmtx"][name][0] * _NARROWER)


if __name__ == "__main__":
    for each in Face:
        companion_file(each).write_bytes(companion(each))
