"""The page as content operators: what is constant in a layout, and the values of one document.

It refuses what does not fit; it never shrinks, cuts or overlaps text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.documents.sealing.errors import DoesNotFitError, UnprintableTextError
from services.documents.sealing.fonts import Coverage, Face, PdfFont, pdf_font
from services.documents.sealing.keys import CertificateInfo
from services.documents.sealing.layout import Layout
from services.documents.sealing.pdf.facts import Facts
from services.documents.sealing.pdf.lines import wrap

WIDTH, HEIGHT = 595.28, 841.89
_LEFT, _RIGHT, _TOP, _BOTTOM = 57.0, 538.0, 795.0, 36.0
_LABEL_WIDTH = 165.0
_PADDING = 5.0
_ROW_PADDING = 7.0
_VALUE_SIZE, _LABEL_SIZE = 10.5, 9.5
_LEADING = 13.0
_SMALL, _SMALL_LEADING = 8.0, 10.0
_CHECK_LINES = 2
_QR_SIDE = 100.0
_STAMP_LEFT = 172.0
_STAMP_COLOUR = b"0.11 0.27 0.53"
STAMP_TITLE = "Документ подписан электронной подписью"


def signer_lines(role: str, signer: CertificateInfo) -> tuple[str, str, str]:
    """What the portal's mark says about one signature (C25)."""
    return (
        f"{role}: {signer.name}",
        f"Сертификат: {signer.serial}",
        f"Действителен: с {signer.valid_from:%d.%m.%Y} по {signer.valid_to:%d.%m.%Y}",
    )


@dataclass(frozen=True)
class _Place:
    """Where lines of text go; `head` ends with the text matrix."""

    label: str
    head: bytes
    width: float
    lines: int


def _place(label: str, x: float, y: float, width: float, lines: int) -> _Place:
    return _Place(label, b"1 0 0 1 %.2f %.2f Tm" % (x, y), width, lines)


class Page:
    """The geometry of a layout with one coverage of glyphs.

    `constant` are the operators shared by all documents; `values` gives those of one.
    """

    def __init__(self, layout: Layout, organisation: CertificateInfo, coverage: Coverage) -> None:
        """Draw what is constant.

        Raises:
            DoesNotFitError: if the form itself is higher than a page.
            UnprintableTextError: if the organisation's name is outside the coverage.
        """
        self.layout = layout
        self.regular = pdf_font(Face.REGULAR, coverage)
        self.bold = pdf_font(Face.BOLD, coverage)
        self._organisation = organisation
        self._places: dict[str, _Place] = {}
        out: list[bytes] = []
        y = self._draw_header(out)
        self._number_y = y
        y = self._draw_table(out, y - (14 if layout.number_line else 0))
        bottom = y - 14 - _QR_SIDE
        self._check_place = _place(
            "Адрес проверки", _LEFT, bottom - 16, _RIGHT - _LEFT, _CHECK_LINES
        )
        self._stamp_y = bottom + _QR_SIDE - 31
        self._draw_bottom(out, bottom)
        self.constant = b"\n".join(out)

    def values(self, values: Mapping[str, str], facts: Facts) -> bytes:
        """The operators for one document.

        Raises:
            DoesNotFitError: if a value needs more lines than its row has.
            UnprintableTextError: if a character is outside the coverage.
        """
        out = [b"BT /F %.1f Tf %.1f TL" % (_VALUE_SIZE, _LEADING)]
        for key, place in self._places.items():
            out.append(self._lines(place, values[key], _VALUE_SIZE))
        if number_line := facts.number_line:
            self._check_covered(number_line)
            x = _LEFT + (_RIGHT - _LEFT - self.regular.width(number_line, _VALUE_SIZE)) / 2
            place = _place("Номер", x, self._number_y, _RIGHT - _LEFT, 1)
            out.append(self._lines(place, number_line, _VALUE_SIZE))
        out.append(b"/F %.1f Tf %.1f TL" % (_SMALL, _SMALL_LEADING))
        if self.layout.check_line:
            line = self.layout.check_line.format(url=facts.url)
            out.append(self._lines(self._check_place, line, _SMALL))
        if facts.doctor is not None and self.layout.stamp:
            out += self._signer(self._stamp_y, signer_lines("Врач", facts.doctor))
        out.append(b"ET")
        return b"\n".join(out)

    def _check_covered(self, text: str) -> None:
        if not self.regular.covers(text):
            raise UnprintableTextError("".join(set(text) - self.regular.characters))

    def _lines(self, place: _Place, text: str, size: float) -> bytes:
        if not self.regular.characters.issuperset(text):
            self._check_covered(text.replace("\n", ""))
        lines = wrap(self.regular, text, size, place.width)
        if len(lines) > place.lines:
            raise DoesNotFitError(place.label)
        shown = [PdfFont.encode(line) for line in lines]
        return b"%s %sTj%s" % (place.head, shown[0], b"".join(b" %s'" % s for s in shown[1:]))

    def _signer(self, y: float, lines: tuple[str, str, str]) -> list[bytes]:
        width = _RIGHT - _STAMP_LEFT - 2 * _PADDING
        return [
            self._lines(
                _place(STAMP_TITLE, _STAMP_LEFT + _PADDING, y - index * _SMALL_LEADING, width, 1),
                line,
                _SMALL,
            )
            for index, line in enumerate(lines)
        ]

    def _centred(self, out: list[bytes], font: PdfFont, text: str, size: float, y: float) -> float:
        """Draw constant text in the middle; give the y of the next line."""
        name = b"B" if font is self.bold else b"F"
        for line in wrap(font, text, size, _RIGHT - _LEFT):
            x = _LEFT + (_RIGHT - _LEFT - font.width(line, size)) / 2
            out.append(
                b"BT /%s %.1f Tf 1 0 0 1 %.2f %.2f Tm %sTj ET"
                % (name, size, x, y, font.encode(line))
            )
            y -= size * 1.25
        return y

    def _draw_header(self, out: list[bytes]) -> float:
        y = self._centred(out, self.bold, self.layout.organisation, 11, _TOP)
        if self.layout.details:
            y = self._centred(out, self.regular, self.layout.details, _SMALL, y)
        return self._centred(out, self.bold, self.layout.title, 15, y - 16)

    def _draw_table(self, out: list[bytes], y: float) -> float:
        value_left = _LEFT + _LABEL_WIDTH
        value_width = _RIGHT - value_left - 2 * _PADDING
        out.append(b"0.5 w")
        for row in self.layout.rows:
            label = wrap(self.bold, row.label, _LABEL_SIZE, _LABEL_WIDTH - 2 * _PADDING)
            height = max(row.lines, len(label)) * _LEADING + _ROW_PADDING
            out.append(
                b"%.2f %.2f %.2f %.2f re %.2f %.2f %.2f %.2f re S"
                % (
                    *(_LEFT, y - height, _LABEL_WIDTH, height),
                    *(value_left, y - height, _RIGHT - value_left, height),
                )
            )
            baseline = y - _LEADING
            for index, line in enumerate(label):
                out.append(
                    b"BT /B %.1f Tf 1 0 0 1 %.2f %.2f Tm %sTj ET"
                    % (
                        _LABEL_SIZE,
                        _LEFT + _PADDING,
                        baseline - index * _LEADING,
                        self.bold.encode(line),
                    )
                )
            self._places[row.key] = _place(
                row.label, value_left + _PADDING, baseline, value_width, row.lines
            )
            y -= height
        return y

    def _draw_bottom(self, out: list[bytes], bottom: float) -> None:
        out.append(b"q %.2f 0 0 %.2f %.2f %.2f cm /Q Do Q" % (_QR_SIDE, _QR_SIDE, _LEFT, bottom))
        if self.layout.stamp:
            self._draw_stamp(out, bottom)
        footer_at = bottom - 18 - _CHECK_LINES * _SMALL_LEADING
        footer = wrap(self.regular, self.layout.footer, _SMALL, _RIGHT - _LEFT)
        if footer_at - len(footer) * _SMALL_LEADING < _BOTTOM:
            raise DoesNotFitError(self.layout.title)
        for index, line in enumerate(footer):
            out.append(
                b"BT /F %.1f Tf 1 0 0 1 %.2f %.2f Tm %sTj ET"
                % (_SMALL, _LEFT, footer_at - index * _SMALL_LEADING, self.regular.encode(line))
            )

    def _draw_stamp(self, out: list[bytes], bottom: float) -> None:
        width = _RIGHT - _STAMP_LEFT
        x = _STAMP_LEFT + (width - self.bold.width(STAMP_TITLE, _LABEL_SIZE)) / 2
        out.append(
            b"q %s RG %s rg 1.2 w %.2f %.2f %.2f %.2f re S"
            % (_STAMP_COLOUR, _STAMP_COLOUR, _STAMP_LEFT, bottom, width, _QR_SIDE)
        )
        out.append(
            b"BT /B %.1f Tf 1 0 0 1 %.2f %.2f Tm %sTj ET Q"
            % (_LABEL_SIZE, x, bottom + _QR_SIDE - 15, self.bold.encode(STAMP_TITLE))
        )
        below = 3 * _SMALL_LEADING + 5 if self.layout.doctor_signs else 0.0
        out.append(b"BT /F %.1f Tf %.1f TL" % (_SMALL, _SMALL_LEADING))
        out += self._signer(self._stamp_y - below, signer_lines("Организация", self._organisation))
        out.append(b"ET")
