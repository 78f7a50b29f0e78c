"""The page as content operators, in the order in which it is read: row by row.

Frames and the place of the QR code are constant and stand in a stream of their own; the text is
written anew for each document, labels between the values, so that whoever copies it or listens to
it meets each label with its value. It refuses what does not fit; it never shrinks, cuts or
overlaps text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.sealing.errors import DoesNotFitError, UnprintableTextError
from services.sealing.fonts import Coverage, Face, PdfFont, pdf_font
from services.sealing.keys import CertificateInfo
from services.sealing.layout import Layout
from services.sealing.pdf.facts import Facts
from services.sealing.pdf.lines import wrap

WIDTH, HEIGHT = 595.28, 841.89
_LEFT, _RIGHT, _TOP, _BOTTOM = 57.0, 538.0, 806.0, 36.0
_FULL = _RIGHT - _LEFT
_LABEL_WIDTH = 165.0
_PADDING = 5.0
_ROW_PADDING = 7.0
_VALUE_SIZE, _LABEL_SIZE = 10.5, 9.5
_LEADING = 13.0
_SMALL, _SMALL_LEADING = 8.0, 10.0
_CHECK_LINES, _HEAD_LINES = 2, 2
_QR_SIDE = 100.0
_STAMP_LEFT = 172.0
_STAMP_COLOUR = b"0.11 0.27 0.53"
#: a doctor's name may take two lines; serial number and validity one each
_SIGNER_LINES = 4
#: what is constant takes the lines that it needs
_ANY = 1000
STAMP_TITLE = "Документ подписан электронной подписью"


def signer_lines(role: str, signer: CertificateInfo) -> str:
    """What the portal's mark says about one signature, in three lines (C25)."""
    return (
        f"{role}: {signer.name}\n"
        f"Сертификат: {signer.serial}\n"
        f"Действителен: с {signer.valid_from:%d.%m.%Y} по {signer.valid_to:%d.%m.%Y}"
    )


@dataclass(frozen=True)
class _Style:
    """A font with its name in the page's resources, its size and the distance of lines."""

    font: PdfFont
    operator: bytes
    size: float
    leading: float


class _Place:
    """Where lines of text go: `y` is the first baseline; `label` names it in a refusal."""

    def __init__(  # noqa: PLR0917 - a rectangle and what stands in it
        self, label: str, style: _Style, x: float, y: float, width: float, lines: int = _ANY
    ) -> None:
        self.label, self.style, self.lines = label, style, lines
        self.x, self.y, self.width = x, y, width
        self.head = b"%s 1 0 0 1 %.2f %.2f Tm " % (style.operator, x, y)


class Page:
    """The geometry of a layout with one coverage of glyphs.

    `constant` are the operators shared by all documents; `values` gives those of one.
    """

    def __init__(self, layout: Layout, organisation: CertificateInfo, coverage: Coverage) -> None:
        """Lay out what is constant.

        Raises:
            DoesNotFitError: if the form itself is higher than a page.
            UnprintableTextError: if its own text is outside the coverage.
        """
        self.layout = layout
        self.regular = pdf_font(Face.REGULAR, coverage)
        self.bold = pdf_font(Face.BOLD, coverage)
        self._value = self._style(self.regular, _VALUE_SIZE, _LEADING)
        self._label = self._style(self.bold, _LABEL_SIZE, _LEADING)
        self._small = self._style(self.regular, _SMALL, _SMALL_LEADING)
        # constant operators before each value, and the place of the value
        self._rows: list[tuple[bytes, str, _Place]] = []
        self._stamp_title = self._organisation = b""
        frames = [b"0.5 w"]
        y = self._lay_table(frames, self._lay_head())
        self._lay_bottom(frames, organisation, y - 14)
        self.constant = b"\n".join(frames)

    def values(self, values: Mapping[str, str], facts: Facts) -> bytes:
        """The operators for one document.

        Raises:
            DoesNotFitError: if a value needs more lines than its place has.
            UnprintableTextError: if a character is outside the coverage.
        """
        layout = self.layout
        out = [b"BT"]
        if layout.head:
            out.append(self._centred(self._head_place, values[layout.head]))
        out.append(self._heading)
        if facts.number_line:
            out.append(self._centred(self._number_place, facts.number_line))
        for before, key, place in self._rows:
            out += (before, self._text(place, values[key]))
        out.append(self._stamp_title)
        if facts.doctor is not None and layout.stamp:
            out.append(self._text(self._doctor_place, signer_lines("Врач", facts.doctor)))
        out.append(self._organisation)
        if layout.check_line:
            out.append(self._text(self._check_place, layout.check_line.format(url=facts.url)))
        out += (self._footer, b"ET")
        return b"\n".join(out)

    def _style(self, font: PdfFont, size: float, leading: float) -> _Style:
        name = b"B" if font is self.bold else b"F"
        return _Style(font, b"/%s %.1f Tf %.1f TL" % (name, size, leading), size, leading)

    def _wrapped(self, place: _Place, text: str) -> list[str]:
        font = place.style.font
        if not font.characters.issuperset(text) and (bad := {*text} - font.characters - {"\n"}):
            raise UnprintableTextError("".join(bad))
        lines = wrap(font, text, place.style.size, place.width)
        if len(lines) > place.lines:
            raise DoesNotFitError(place.label)
        return lines

    def _text(self, place: _Place, text: str) -> bytes:
        """A value in its place, one operator a line."""
        shown = [PdfFont.encode(line) for line in self._wrapped(place, text)]
        return b"%s%sTj%s" % (place.head, shown[0], b"".join(b" %s'" % s for s in shown[1:]))

    def _centred(self, place: _Place, text: str) -> bytes:
        """A value in the middle of its place, line by line."""
        style, y, out = place.style, place.y, [place.style.operator]
        for line in self._wrapped(place, text):
            x = place.x + (place.width - style.font.width(line, style.size)) / 2
            out.append(b"1 0 0 1 %.2f %.2f Tm %sTj" % (x, y, style.font.encode(line)))
            y -= style.leading
        return b" ".join(out)

    def _height(self, place: _Place, text: str) -> float:
        return len(self._wrapped(place, text)) * place.style.leading

    def _lay_head(self) -> float:
        """Who issues it and what it is; gives where the table begins."""
        layout, y, heading = self.layout, _TOP, []
        if layout.head:
            head = self._style(self.bold, 13, 16)
            self._head_place = _Place("Заголовок", head, _LEFT, y, _FULL, _HEAD_LINES)
            y -= _HEAD_LINES * head.leading
        for text, font, size, before in (
            (layout.organisation, self.bold, 11.0, 0.0),
            (layout.details, self.regular, _SMALL, 0.0),
            (layout.title, self.bold, 15.0, 16.0),
        ):
            if text:
                style = self._style(font, size, size * 1.25)
                place = _Place(layout.title, style, _LEFT, y - before, _FULL)
                heading.append(self._centred(place, text))
                y = place.y - self._height(place, text)
        self._number_place = _Place("Номер", self._value, _LEFT, y, _FULL, 1)
        self._heading = b"\n".join(heading)
        return y - (14 if layout.number_line else 0)

    def _lay_table(self, frames: list[bytes], y: float) -> float:
        left = _LEFT + _LABEL_WIDTH
        for row in self.layout.rows:
            width = _LABEL_WIDTH - 2 * _PADDING
            label = _Place(row.label, self._label, _LEFT + _PADDING, y - _LEADING, width)
            height = max(row.lines * _LEADING, self._height(label, row.label)) + _ROW_PADDING
            frames.append(
                b"%.2f %.2f %.2f %.2f re %.2f %.2f %.2f %.2f re S"
                % (
                    *(_LEFT, y - height, _LABEL_WIDTH, height),
                    *(left, y - height, _RIGHT - left, height),
                )
            )
            width = _RIGHT - left - 2 * _PADDING
            value = _Place(row.label, self._value, left + _PADDING, label.y, width, row.lines)
            self._rows.append((self._text(label, row.label), row.key, value))
            y -= height
        return y

    def _lay_bottom(self, frames: list[bytes], organisation: CertificateInfo, top: float) -> None:
        """QR code and mark of the signatures below `top`, then the small print."""
        height = self._lay_stamp(organisation, top) if self.layout.stamp else 0.0
        bottom = top - max(height, _QR_SIDE)
        frames.append(
            b"q %.2f 0 0 %.2f %.2f %.2f cm /Q Do Q" % (_QR_SIDE, _QR_SIDE, _LEFT, top - _QR_SIDE)
        )
        if self.layout.stamp:
            frames.append(
                b"q %s RG 1.2 w %.2f %.2f %.2f %.2f re S Q"
                % (_STAMP_COLOUR, _STAMP_LEFT, bottom, _RIGHT - _STAMP_LEFT, top - bottom)
            )
        self._check_place = _Place(
            "Адрес проверки", self._small, _LEFT, bottom - 16, _FULL, _CHECK_LINES
        )
        at = bottom - 18 - _CHECK_LINES * _SMALL_LEADING
        room = max(0, int((at - _BOTTOM) / _SMALL_LEADING))
        footer = _Place(self.layout.title, self._small, _LEFT, at, _FULL, room)
        if at < _BOTTOM:
            raise DoesNotFitError(self.layout.title)
        self._footer = self._text(footer, self.layout.footer) if self.layout.footer else b""

    def _lay_stamp(self, organisation: CertificateInfo, top: float) -> float:
        """The mark of the signatures (C25); gives its height."""
        title = _Place(STAMP_TITLE, self._label, _STAMP_LEFT, top - 13, _RIGHT - _STAMP_LEFT)
        self._stamp_title = b"%s rg %s 0 g" % (_STAMP_COLOUR, self._centred(title, STAMP_TITLE))
        x, width = _STAMP_LEFT + _PADDING, _RIGHT - _STAMP_LEFT - 2 * _PADDING
        y = top - 27
        self._doctor_place = _Place(STAMP_TITLE, self._small, x, y, width, _SIGNER_LINES)
        if self.layout.doctor_signs:
            y -= _SIGNER_LINES * _SMALL_LEADING + 5
        text = signer_lines("Организация", organisation)
        place = _Place(STAMP_TITLE, self._small, x, y, width)
        self._organisation = self._text(place, text)
        return top - y + self._height(place, text) - 2
