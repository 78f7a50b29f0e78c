"""C7: what a PDF may do, what is kept of it, and what a signature changes about that."""

from __future__ import annotations

import re
import warnings

import pytest
from pikepdf import Name, ObjectStreamMode, PageCopyWarning, Pdf, Stream, String

from services.documents.uploads.errors import (
    FileBrokenError,
    FileTooComplexError,
    PdfActiveContentError,
    PdfSignedUnclearError,
)
from services.documents.uploads.gateways.inspection.pool import inspect
from services.documents.uploads.gateways.pdf import active
from tests.support import pdfs, scans

SCRIPT = {"S": "/JavaScript", "JS": "app.alert(1)"}
PROGRAM = {"S": "/Launch", "F": "cmd.exe"}
GO = {"S": "/GoTo", "D": "there"}


def script_in_a_stream(pdf: Pdf) -> None:
    made = pdf.make_indirect(Stream(pdf, b"app.alert(1)"))
    pdfs.opening(S="/JavaScript", JS=made)(pdf)


def named_elsewhere(pdf: Pdf) -> None:
    """The kind of the action is an object of its own."""
    kind = pdf.make_indirect(Name.JavaScript)
    pdfs.opening(S=kind, JS=pdf.make_indirect(String("app.alert(1)")))(pdf)


def in_an_outline(pdf: Pdf) -> None:
    item = pdf.make_indirect(pdfs.made({"Title": "x", "A": PROGRAM}))
    pdfs.catalogued(Outlines={"First": item, "Last": item, "Count": 1})(pdf)


def external_stream(pdf: Pdf) -> None:
    made = Stream(pdf, b"")
    made.F = String("\\\\server\\share\\x")
    pdf.pages[0].obj.Thumb = pdf.make_indirect(made)


def reference_form(pdf: Pdf) -> None:
    made = Stream(pdf, b"")
    made.Subtype, made.Ref = Name.Form, pdfs.made({"F": "other.pdf", "Page": 0})
    pdf.pages[0].obj.Resources.XObject.X = pdf.make_indirect(made)


EVIL: dict[str, pdfs.Change] = {
    "a script": pdfs.opening(**SCRIPT),
    "a script in a stream": script_in_a_stream,
    "a script behind jumps": pdfs.opening(**GO, Next=[{**GO, "Next": SCRIPT}]),
    "a script of the file": pdfs.catalogued(Names={"JavaScript": {"Names": ["a", SCRIPT]}}),
    "a script at the end": pdfs.catalogued(AA={"WC": SCRIPT}),
    "a script of a field": pdfs.field(AA={"K": SCRIPT}),
    "a script named elsewhere": named_elsewhere,
    "a rendition": pdfs.opening(S="/Rendition", JS="x"),
    "a program": pdfs.opening(**PROGRAM),
    "a program behind a bookmark": in_an_outline,
    "another file": pdfs.opening(S="/GoToR", F="\\\\server\\a.pdf", D=[0, "/Fit"]),
    "a file in a file": pdfs.opening(S="/GoToE", D="x"),
    "a form that is sent": pdfs.opening(S="/SubmitForm", F="http://x"),
    "a form that is filled from a file": pdfs.opening(S="/ImportData", F="x.fdf"),
    "an action that nobody knows": pdfs.opening(S="/Conquer"),
    "an action without a name": pdfs.opening(S="JavaScript"),
    "a command of the reader": pdfs.opening(S="/Named", N="/Print"),
    "layers that change": pdfs.opening(S="/SetOCGState", State=[]),
    "a path": pdfs.linked("file:///C:/Windows/system32/calc.exe"),
    "a share": pdfs.linked("\\\\server\\share\\x"),
    "a relative path": pdfs.linked("../x.exe"),
    "a script as an address": pdfs.linked("javascript:alert(1)"),
    "an address with a gap": pdfs.linked("http://x\ny"),
    "a base for addresses": pdfs.catalogued(URI={"Base": "file:///C:"}),
    "a file behind a pin": pdfs.attached,
    "a film": pdfs.annotated(Subtype="/Movie", Movie={"F": "x.avi"}),
    "a screen": pdfs.annotated(Subtype="/Screen"),
    "an annotation that nobody knows": pdfs.annotated(Subtype="/Hologram"),
    "an annotation without a kind": pdfs.annotated(),
    "a dynamic form": pdfs.catalogued(AcroForm={"Fields": [], "XFA": ["a", "b"]}),
    "a stream that is elsewhere": external_stream,
    "a page of another file": reference_form,
}


@pytest.mark.parametrize("case", EVIL)
@pytest.mark.parametrize("mode", [ObjectStreamMode.disable, ObjectStreamMode.generate])
def test_c7_what_does_more_than_show_pages_is_refused(case: str, mode: ObjectStreamMode) -> None:
    content = pdfs.changed(EVIL[case], object_stream_mode=mode)
    with pytest.raises(PdfActiveContentError):
        inspect(content)
    with pytest.raises(PdfActiveContentError):
        inspect(pdfs.signed(content))


def titled(pdf: Pdf) -> None:
    pdf.docinfo["/Title"] = "Урок /JavaScript /Launch"


HARMLESS: dict[str, pdfs.Change] = {
    "nothing": pdfs.catalogued(),
    "a link": pdfs.linked("https://example.com/a?b=1#c"),
    "a link without a scheme": pdfs.linked("www.example.com"),
    "a letter": pdfs.linked("mailto:clinic@example.com"),
    "a jump": pdfs.opening(**GO),
    "a way to open": pdfs.catalogued(OpenAction=[0, "/Fit"]),
    "a next page": pdfs.opening(S="/Named", N="/NextPage"),
    "a remark": pdfs.annotated(Subtype="/Text", Contents="x"),
    "a stamp": pdfs.annotated(Subtype="/Stamp"),
    "a filled form": pdfs.field(FT="/Tx", V="x"),
    "a field without a form": pdfs.annotated(Subtype="/Widget"),
    "a structure": pdfs.catalogued(StructTreeRoot={"K": {"S": "/P", "A": [{"O": "/Layout"}, 0]}}),
    "the words in a title": titled,
}


@pytest.mark.parametrize("case", HARMLESS)
@pytest.mark.parametrize("mode", [ObjectStreamMode.disable, ObjectStreamMode.generate])
def test_c7_what_office_programs_write_is_taken(case: str, mode: ObjectStreamMode) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PageCopyWarning)  # the test writes it as well
        content = pdfs.changed(HARMLESS[case], object_stream_mode=mode)
    assert inspect(content).pages == 1
    sealed = pdfs.signed(content)
    assert inspect(sealed).content == sealed


LOOSE = {
    2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>",
    5: b"%(first)d",
}
PACKED = {
    1: b"<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>",
    4: b"<< /S /J#61vaScript /JS (app.alert\\(1\\)) >>",
}
USUAL = b"/Type /ObjStm /N %(count)d /First %(first)d /Filter /FlateDecode /Length %(length)d"


@pytest.mark.parametrize(
    "header",
    [
        USUAL,
        USUAL.replace(b"%(first)d", b"5 0 R"),
        b"%%stream\n/X (\\)stream\n) " + USUAL,
        USUAL.replace(b"ObjStm", b"Obj#53tm"),
        USUAL.replace(b"/Type /ObjStm", b""),
        USUAL + b" /Extends 9 0 R",
        USUAL.replace(b"/FlateDecode", b"[/FlateDecode /Crypt]"),
    ],
)
def test_c7_a_script_is_seen_however_its_stream_is_headed(header: bytes) -> None:
    """Or two readers disagree, and the file is broken."""
    with pytest.raises((PdfActiveContentError, FileBrokenError)):
        inspect(pdfs.packed(PACKED, LOOSE, header))


HIDDEN: dict[str, bytes] = {
    "behind the end": pdfs.scanned(72) + b"<script>app.alert(1)</script>",
    "as another file behind the end": pdfs.scanned(72) + b"PK\x03\x04app.alert(1)",
    "in an object that nobody needs": scans.pdf_of_raw(
        "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
    ),
    "in a comment between objects": scans.pdf_around(
        b"<< >>\nendobj\n%stream app.alert(1)\n9 0 obj << /JS (app.alert\\(1\\)) >>"
    ),
    "in an older revision": pdfs.revised(
        scans.pdf_with_script(), {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
    ),
    "in a stream of objects that nobody needs": scans.pdf_around(
        scans.object_stream(b"4 0 << /S /JavaScript /JS (app.alert\\(1\\)) >>")
    ),
}


@pytest.mark.parametrize("where", HIDDEN)
def test_c7_what_no_page_needs_is_not_kept(where: str) -> None:
    sent = HIDDEN[where]
    assert b"app.alert" in pdfs.everything(sent) or where.startswith("in a")
    stored = inspect(sent).content
    assert stored.startswith(b"%PDF-")
    assert stored.endswith(b"%%EOF\n")
    for word in (b"alert", b"JavaScript", b"PK\x03\x04", b"script>"):
        assert word not in pdfs.everything(stored)


def test_c7_a_signed_file_is_kept_to_the_byte() -> None:
    once = pdfs.signed(pdfs.scanned(300))
    twice = pdfs.signed(once, name="Second")
    for content in (once, twice, once + b"\r\n"):
        assert inspect(content).content == content
        assert inspect(b"\xef\xbb\xbf" + content).content == content


CLEAN = pdfs.signed(pdfs.scanned(72))
_RANGE = re.findall(rb"(/ByteRange \[0 (\d+) )", CLEAN)[0]
UNCLEAR: dict[str, bytes] = {
    "something behind the end": CLEAN + b"PK\x03\x04",
    "a page of the web behind the end": CLEAN + b"\n<html><script>1</script></html>\n%%EOF",
    "a page of the web between two ends": CLEAN + b"<html>" + CLEAN[CLEAN.rfind(b"startxref") :],
    "a table that has to be repaired": CLEAN.replace(b"startxref\n", b"startxref\n1"),
    "a signature that leaves out more than itself": CLEAN.replace(
        _RANGE[0], b"/ByteRange [0 %d " % (int(_RANGE[1]) - 3), 1
    ),
    "a signature that begins later": CLEAN.replace(b"/ByteRange [0 ", b"/ByteRange [1 ", 1),
}


@pytest.mark.parametrize("case", UNCLEAR)
def test_c7_a_signed_file_with_two_readings_is_refused(case: str) -> None:
    content = UNCLEAR[case]
    assert content != CLEAN
    with pytest.raises(PdfSignedUnclearError) as caught:
        inspect(content)
    assert "подписавший" in caught.value.detail


def test_c7_a_script_in_what_was_signed_first_is_seen() -> None:
    """A reader shows every signed revision, not the last one only."""
    first = pdfs.signed(pdfs.changed(pdfs.opening(**SCRIPT)))
    (action,) = re.findall(rb"(\d+) 0 obj\n<< /JS ", first)
    harmless = {int(action): b"<< /S /GoTo /D (there) >>"}
    later = pdfs.signed(pdfs.revised(first, harmless), name="Second")
    with pytest.raises(PdfActiveContentError):
        inspect(later)
    unsigned = pdfs.changed(pdfs.opening(**SCRIPT))
    assert b"alert" not in inspect(pdfs.revised(unsigned, harmless)).content


def test_c7_a_script_that_only_a_searching_reader_finds_is_seen() -> None:
    orphan = b"90 0 obj\n<< /S /JavaScript /JS (app.alert\\(1\\)) >>\nendobj\n"
    base = pdfs.scanned(72)
    content = pdfs.signed(base.replace(b"%%EOF\n", b"%%EOF\n" + orphan))
    with pytest.raises(PdfActiveContentError):
        inspect(content)


def test_c7_a_file_of_objects_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(active, "MOST_OBJECTS", 50)
    with pytest.raises(FileTooComplexError):
        inspect(pdfs.changed(pdfs.catalogued(X=[{"A": {}}] * 50)))


def test_c7_a_stream_that_unpacks_without_end_is_refused() -> None:
    with pytest.raises(FileTooComplexError):
        inspect(scans.pdf_bomb(100 * scans.MEGABYTE))
