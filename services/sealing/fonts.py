"""PT Sans as PDF font objects, subset to a set of characters and kept for the process.

A character's code in the page content is its UTF-16 code unit, so that text is encoded by one
C call and every character keeps its own Unicode value when it is copied out of the document,
even where two characters share a glyph. No shaping: combining marks and joining scripts are
outside the coverage on purpose (the general engine sets those).
"""

from __future__ import annotations

import io
import unicodedata
import zlib
from enum import Enum
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont

ASSETS = Path(__file__).with_name("assets")

_CORE = frozenset(
    [chr(c) for c in range(0x20, 0x7F)]
    + [chr(c) for c in range(0x410, 0x450)]
    + list("Ёё№«»“”„–—…·•§°±×\u00a0")
)
_DROPPED_TABLES = (
    *("GSUB", "GPOS", "GDEF", "DSIG", "meta", "kern", "gasp", "FFTM"),
    *("cmap", "name", "OS/2", "post"),
)
_PRINTABLE = {"L", "N", "P", "S"}
# readers copy a ligature out as two letters
_LIGATURES = set(map(chr, range(0xFB00, 0xFB07)))
_MAX_CMAP_ENTRIES = 100
_BMP = 0x10000


class Face(Enum):
    """The vendored files of the fixed writer."""

    REGULAR = "PTSans-Regular"
    BOLD = "PTSans-Bold"


_FALLBACKS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
"""What the general engine takes for letters that PT Sans lacks."""
_SCRIPTS = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN"}
_MARKS = [*range(0x300, 0x310), *range(0x323, 0x332)]
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
# icons and pictures of DejaVu Sans begin at U+2800
_SIGNS_END = 0x2800


class Coverage(Enum):
    """How many glyphs ride in every document: Russian and ASCII, or all that the font has."""

    CORE = "CORE"
    WIDE = "WIDE"


def font_file(face: Face) -> Path:
    """The vendored TrueType file of a face."""
    return ASSETS / f"{face.value}.ttf"


@cache
def characters(coverage: Coverage) -> frozenset[str]:
    """The characters that a document of this coverage can show without shaping."""
    if coverage is Coverage.CORE:
        return _CORE
    return frozenset(
        char
        for code in TTFont(font_file(Face.REGULAR)).getBestCmap()
        if code < _BMP and _is_plain(char := chr(code))
    )


@cache
def printable() -> frozenset[str]:
    """All that the general engine shows and that is copied out of its documents unchanged.

    Letters of scripts without joining and reordering, signs, and ASCII digits alone. Services
    know the set as `chassis.printable`.
    """
    fallback = frozenset.intersection(
        *(frozenset(TTFont(ASSETS / name).getBestCmap()) for name in _FALLBACKS)
    )
    own = characters(Coverage.WIDE)
    return own | {char for char in map(chr, fallback) if _is_simple(char)}


def _is_simple(char: str) -> bool:
    category = unicodedata.category(char)
    if unicodedata.normalize("NFC", char) != char or char in _LIGATURES:
        return False
    if category[0] == "L":
        return unicodedata.name(char).split()[0] in _SCRIPTS
    if category == "Mn":
        return ord(char) in _MARKS
    return (
        (category[0] in "PS" or category in {"Nl", "No"})
        and ord(char) < _SIGNS_END
        and unicodedata.bidirectional(char) not in _RIGHT_TO_LEFT
    )


def _is_plain(char: str) -> bool:
    printable = unicodedata.category(char)[0] in _PRINTABLE and char not in _LIGATURES
    return printable or char in _CORE


def stream(data: bytes, entries: bytes = b"", *, compress: bool = True) -> bytes:
    """A PDF stream object's body.

    The line before `endstream` ends with CR LF: after data that itself ends with CR, a lone LF
    would read as part of that pair, and the length would be wrong (PDF/A rule 6.1.7.1).
    """
    if compress:
        data, entries = zlib.compress(data, 9), entries + b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>\nstream\n%s\r\nendstream" % (entries, len(data), data)


class PdfFont:
    """One face with one coverage: measures and encodes text, gives its PDF objects."""

    OBJECTS = 6

    def __init__(self, face: Face, coverage: Coverage) -> None:
        """Subset the file (about 20 ms; use `pdf_font`, which keeps the result)."""
        self.characters = characters(coverage)
        self._name = b"PT%sAA+%s" % (coverage.value.encode(), face.value.encode())
        source = TTFont(font_file(face))
        glyph_of = source.getBestCmap()
        self._metrics = _metrics(source)
        self._program, order, advance = _subset(face, self.characters)
        self._gid = {char: order[glyph_of[ord(char)]] for char in self.characters}
        #: advance widths in thousandths of the font size
        self.widths = {char: advance[glyph_of[ord(char)]] for char in self.characters}
        self.widest = max(self.widths.values())

    def covers(self, text: str) -> bool:
        """Whether every character has its own glyph here."""
        return self.characters.issuperset(text)

    def width(self, text: str, size: float) -> float:
        """The width of a line of text in points."""
        return sum(map(self.widths.__getitem__, text)) * size / 1000

    @staticmethod
    def encode(text: str) -> bytes:
        """The operand of a text-showing operator. The text must be covered."""
        return b"<" + text.encode("utf-16-be").hex().encode() + b">"

    def objects(self, first: int) -> dict[int, bytes]:
        """The six objects of the font, numbered from `first`."""
        codes = sorted(map(ord, self.characters))
        widths = b"".join(
            b"%d[%s]" % (run[0], b" ".join(b"%d" % self.widths[chr(c)] for c in run))
            for run in _runs(codes)
        )
        to_gid = bytearray(2 * (codes[-1] + 1))
        for char, gid in self._gid.items():
            to_gid[2 * ord(char) : 2 * ord(char) + 2] = gid.to_bytes(2, "big")
        return {
            first: b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H"
            b"/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>" % (self._name, first + 1, first + 4),
            first + 1: b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%s"
            b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            b"/FontDescriptor %d 0 R/CIDToGIDMap %d 0 R/DW 0/W[%s]>>"
            % (self._name, first + 2, first + 5, widths),
            first + 2: b"<</Type/FontDescriptor/FontName/%s/Flags 4%s/FontFile2 %d 0 R>>"
            % (self._name, self._metrics, first + 3),
            first + 3: stream(self._program, b"/Length1 %d" % len(self._program)),
            first + 4: stream(_to_unicode(codes)),
            first + 5: stream(bytes(to_gid)),
        }


@cache
def pdf_font(face: Face, coverage: Coverage) -> PdfFont:
    """The font, made once per process."""
    return PdfFont(face, coverage)


def _subset(face: Face, chars: frozenset[str]) -> tuple[bytes, dict[str, int], dict[str, int]]:
    """The font program, the glyph numbers and the advance widths by glyph name."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.notdef_outline = True
    options.recalc_bounds = True
    # a subset remembers when it was made otherwise, and equal documents should have equal prefixes
    options.recalc_timestamp = False
    font = subset.load_font(str(font_file(face)), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(chars))
    subsetter.subset(font)
    em = font["head"].unitsPerEm
    order = dict(font.getReverseGlyphMap())
    advance = {name: round(pair[0] * 1000 / em) for name, pair in font["hmtx"].metrics.items()}
    for table in _DROPPED_TABLES:
        if table in font:
            del font[table]
    program = io.BytesIO()
    font.save(program)
    return program.getvalue(), order, advance


def _metrics(font: Any) -> bytes:  # fontTools describes its tables at run time only
    em = font["head"].unitsPerEm
    head, hhea = font["head"], font["hhea"]
    box = (head.xMin, head.yMin, head.xMax, head.yMax)
    scaled = [round(v * 1000 / em) for v in (*box, hhea.ascent, hhea.descent)]
    cap_height = round(font["OS/2"].sCapHeight * 1000 / em)
    return b"/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d/StemV 90" % (
        *scaled,
        cap_height,
    )


def _runs(codes: list[int], block: int = _BMP) -> list[list[int]]:
    """Consecutive codes together, split where a block of `block` codes ends."""
    grouped = groupby(enumerate(codes), key=lambda pair: (pair[1] - pair[0], pair[1] // block))
    return [[code for _, code in run] for _, run in grouped]


def _to_unicode(codes: list[int]) -> bytes:
    # a bfrange may not cross a change of the high byte
    lines = [b"<%04X> <%04X> <%04X>" % (run[0], run[-1], run[0]) for run in _runs(codes, 256)]
    sections = [
        lines[at : at + _MAX_CMAP_ENTRIES] for at in range(0, len(lines), _MAX_CMAP_ENTRIES)
    ]
    body = b"\n".join(
        b"%d beginbfrange\n%s\nendbfrange" % (len(section), b"\n".join(section))
        for section in sections
    )
    return (
        b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        b"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        b"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n" + body + b"\nendcmap\n"
        b"CMapName currentdict /CMap defineresource pop\nend\nend"
    )
