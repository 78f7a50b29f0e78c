"""The general engine: typst with the same fonts, for what the fixed page cannot show.

Long texts over several pages, letters outside PT Sans, combining marks. About a twentieth of the
speed of the fixed writer. A character that no embedded font has is refused, never replaced.
"""

from __future__ import annotations

import json
import re
import threading
from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise

import typst

from services.sealing.errors import MalformedPdfError, UnprintableTextError
from services.sealing.fonts import ASSETS
from services.sealing.keys import CertificateInfo, Hash, Signer
from services.sealing.layout import Layout
from services.sealing.pdf.appender import add_fields, sign_field
from services.sealing.pdf.facts import Facts
from services.sealing.pdf.page import STAMP_TITLE, signer_lines
from services.sealing.pdf.pieces import pieces
from services.sealing.pdf.slot import Slot
from services.sealing.pdf.template import DOCTOR_FIELD, ORGANISATION_FIELD
from services.sealing.qr import qr_table

#: letters of the smallest print that surely fit one line
_RUNNING_LINE = 50
#: how many ems of their letters columns are wide: labels, and the narrowest of the others
_LABEL, _TEXT = 16.0, 29.0
_UNDISPLAYABLE = re.compile(r"the text `\"(.+?)\"` could not be displayed", re.DOTALL)
_compilers = threading.local()


class GeneralTemplate:
    """A layout for the general engine, with the same verbs as the fixed `Template`."""

    def __init__(
        self, layout: Layout, organisation: CertificateInfo | None, *, mark: str = ""
    ) -> None:
        """`mark` stands behind the text of each page; without an organisation nobody seals."""
        self.layout = layout
        self._organisation = organisation
        self._mark = mark

    def state(self, signer: Signer) -> Hash:
        """Nothing is known before the file is made."""
        return signer.new_hash()

    def render(self, values: Mapping[str, str], facts: Facts) -> Slot:
        """The document with its fields, the first one open. Slow: call it in a thread.

        Raises:
            UnprintableTextError: if a character is in no embedded font.
        """
        fields = [DOCTOR_FIELD, ORGANISATION_FIELD]
        if not self.layout.doctor_signs:
            fields.remove(DOCTOR_FIELD)
        return add_fields(self.unsigned(values, facts), fields, facts.when, facts.reserve)

    def unsigned(self, values: Mapping[str, str], facts: Facts) -> bytes:
        """The document before any signature field.

        Raises:
            UnprintableTextError: if a character is in no embedded font.
        """
        inputs = {
            "data": json.dumps(self._data(values, facts), ensure_ascii=False),
        }
        if facts.url:
            inputs["qr"] = _svg(facts.url)
        if facts.xml is not None:
            inputs["xml"] = facts.xml.decode()
        return _compile(inputs, facts.when)

    def seal(self, signed: bytes, when: datetime, reserve: int) -> Slot:
        """An update that opens the organisation's field."""
        return sign_field(signed, ORGANISATION_FIELD, when, reserve)

    def _data(self, values: Mapping[str, str], facts: Facts) -> dict[str, object]:
        layout = self.layout
        stamp = []
        if layout.stamp:
            if facts.doctor is not None:
                stamp.append(signer_lines("Врач", facts.doctor))
            if self._organisation is not None:
                stamp.append(signer_lines("Организация", self._organisation))
        title = f"{layout.title} № {facts.number}"
        running = " · ".join(part for part in (title, values.get(layout.person)) if part)
        running = running.replace("\n", " ")
        return {
            "mark": self._mark,
            "title": title,
            "running": pieces(running, _TEXT),
            "top": _top_margin(running),
            "head": pieces(values.get(layout.head, ""), _TEXT),
            "heading": pieces(layout.title, _TEXT),
            "organisation": pieces(layout.organisation, _TEXT),
            "details": pieces(layout.details, _TEXT),
            "number_line": pieces(facts.number_line, _TEXT),
            "rows": [
                [pieces(row.label, _LABEL), pieces(values[row.key], _TEXT)] for row in layout.rows
            ],
            "stamp_title": STAMP_TITLE,
            "stamp": [pieces(text, _TEXT) for text in stamp],
            "url": facts.url,
            "check_line": pieces(layout.check_line.format(url=facts.url), _TEXT),
            "footer": pieces(layout.footer, _TEXT),
            "attachment": layout.attachment or "",
        }


def _top_margin(running: str) -> int:
    """Room for the line that further pages begin with, in points: it may need several lines."""
    return 48 + 11 * (len(running) // _RUNNING_LINE)


def _compile(inputs: dict[str, str], when: datetime) -> bytes:
    compiler = getattr(_compilers, "compiler", None)
    if compiler is None:  # a compiler belongs to one thread
        compiler = typst.Compiler(
            input=str(ASSETS / "general.typ"),
            root=str(ASSETS),
            font_paths=[str(ASSETS)],
            ignore_system_fonts=True,
        )
        _compilers.compiler = compiler
    try:
        made = compiler.compile(
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=["a-3u"],
            timestamp=int(when.timestamp()),
        )
    except typst.TypstError as error:
        undisplayable = _UNDISPLAYABLE.search(str(error))
        if undisplayable:
            raise UnprintableTextError(undisplayable[1]) from error
        msg = f"Общий движок печати отказал: {error}"
        raise MalformedPdfError(msg) from error
    if not isinstance(made, bytes):
        msg = "Общий движок печати не вернул файл."
        raise MalformedPdfError(msg)
    # typst ends without a newline, and an update right behind %%EOF breaks rule 6.1.9 of PDF/A
    return unambiguous(made) + b"\n"


def unambiguous(pdf: bytes) -> bytes:
    """The file with CR LF before each `endstream` whose data ends with CR (see `fonts.stream`).

    typst writes LF; one stream in 256 would break rule 6.1.7.1 of PDF/A. Offsets are moved along.
    """
    places = [found.start() + 1 for found in re.finditer(rb"\r\nendstream", pdf)]
    if not places:
        return pdf

    def moved(offset: bytes) -> int:
        return int(offset) + bisect_right(places, int(offset))

    body, _, end = pdf.rpartition(b"startxref")
    start = int(end.split()[0])
    table = re.sub(rb"(\d{10})(?= \d{5} n)", lambda m: b"%010d" % moved(m[1]), body[start:])
    bounds = [0, *places, start]
    objects = b"\r".join(pdf[a:b] for a, b in pairwise(bounds))
    tail = re.sub(rb"\d+", lambda m: b"%d" % moved(m[0]), end, count=1)
    return objects + table + b"startxref" + tail


def _svg(url: str) -> str:
    """The QR code as an SVG of one path."""
    message = url.encode()
    table = qr_table(len(message))
    bitmap, width = table.bitmap(message), (table.side + 7) // 8
    squares = "".join(
        f"M{x} {y}h1v1h-1z"
        for y in range(table.side)
        for x in range(table.side)
        if bitmap[y * width + x // 8] >> (7 - x % 8) & 1
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {table.side} {table.side}">'
        f'<path d="{squares}"/></svg>'
    )
