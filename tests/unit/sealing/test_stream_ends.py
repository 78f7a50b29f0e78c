"""Streams whose data ends with CR: the length must stay right (PDF/A rule 6.1.7.1, C26)."""

from __future__ import annotations

import pypdfium2

from services.sealing.fonts import stream
from services.sealing.pdf.general import unambiguous


def _file(content: bytes) -> bytes:
    """A small file with classic cross-references, written as typst does: LF before endstream."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content),
        b"<</Producer(x)>>",
    ]
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n"
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size 6/Root 1 0 R/Info 5 0 R>>\nstartxref\n%d\n%%%%EOF" % start
    return bytes(out)


def test_an_ambiguous_end_gets_its_own_line_end_and_every_offset_moves_along() -> None:
    made = unambiguous(_file(b"0 0 1 1 re f\r"))
    assert b"re f\r\r\nendstream" in made
    start = int(made.rpartition(b"startxref")[2].split()[0])
    assert made[start : start + 4] == b"xref"
    rows = made[start:].split(b"\n")[3:8]
    for number, row in enumerate(rows, 1):
        assert made[int(row[:10]) :].startswith(b"%d 0 obj" % number)
    document = pypdfium2.PdfDocument(made)
    assert len(document) == 1
    document.close()


def test_a_clear_file_is_left_alone() -> None:
    plain = _file(b"0 0 1 1 re f")
    assert unambiguous(plain) == plain


def test_our_own_streams_are_clear_whatever_they_end_with() -> None:
    for last in range(256):
        data = b"x" + bytes([last])
        body = stream(data, compress=False)
        assert body.endswith(data + b"\r\nendstream")
        assert b"/Length 2>>" in body
