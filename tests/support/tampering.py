"""What somebody may do to a finished PDF without breaking a byte that is signed: add to its end."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    NumberObject,
    StreamObject,
    pdf_name,
    pdf_string,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

_BOX = b"q 1 1 1 rg 220 640 300 20 re f Q BT /F1 11 Tf 0 g 1 0 0 1 225 645 Tm (ANOTHER) Tj ET"
_AREA = (220, 640, 520, 660)


def _dictionary(**entries: Any) -> Any:
    named = {pdf_name(f"/{name}"): value for name, value in entries.items()}
    return DictionaryObject(named)  # type: ignore[no-untyped-call]  # pyHanko's own


def _numbers(*numbers: int) -> ArrayObject:
    return ArrayObject([_number(number) for number in numbers])


def _number(value: int) -> Any:
    return NumberObject(value)  # type: ignore[no-untyped-call]  # pyHanko's own


def _first_page(writer: IncrementalPdfFileWriter) -> Any:
    return writer.root["/Pages"]["/Kids"][0].get_object()


def _box(writer: IncrementalPdfFileWriter, kind: str) -> None:
    """A white box with another name over the true one, as an annotation."""
    appearance = StreamObject(
        _dictionary(Type=pdf_name("/XObject"), Subtype=pdf_name("/Form"), BBox=_numbers(*_AREA)),
        stream_data=_BOX,
    )
    annotation = _dictionary(
        Type=pdf_name("/Annot"),
        Subtype=pdf_name(kind),
        Rect=_numbers(*_AREA),
        F=_number(4),
        Contents=pdf_string("Another name"),
        AP=_dictionary(N=writer.add_object(appearance)),
    )
    page = _first_page(writer)
    page["/Annots"].append(writer.add_object(annotation))
    writer.update_container(page["/Annots"])


def free_text(writer: IncrementalPdfFileWriter) -> None:
    """An annotation with text of its own."""
    _box(writer, "/FreeText")


def rubber_stamp(writer: IncrementalPdfFileWriter) -> None:
    """An annotation that looks like a stamp."""
    _box(writer, "/Stamp")


def content(writer: IncrementalPdfFileWriter) -> None:
    """The same box as a part of the page."""
    page = _first_page(writer)
    drawn = writer.add_object(StreamObject(stream_data=_BOX))
    before = page.raw_get("/Contents")
    page[pdf_name("/Contents")] = ArrayObject(
        [*(before if isinstance(before, ArrayObject) else [before]), drawn]
    )
    writer.update_container(page)


def text_field(writer: IncrementalPdfFileWriter) -> None:
    """A field of the form, already filled in."""
    field = _dictionary(
        Type=pdf_name("/Annot"),
        Subtype=pdf_name("/Widget"),
        FT=pdf_name("/Tx"),
        T=pdf_string("Name"),
        V=pdf_string("Another name"),
        Rect=_numbers(*_AREA),
    )
    page, reference = _first_page(writer), writer.add_object(field)
    page["/Annots"].append(reference)
    writer.root["/AcroForm"]["/Fields"].append(reference)
    writer.update_container(page["/Annots"])
    writer.update_container(writer.root["/AcroForm"])


def second_page(writer: IncrementalPdfFileWriter) -> None:
    """One more page behind the signed ones."""
    pages = writer.root["/Pages"]
    page = _dictionary(
        Type=pdf_name("/Page"),
        Parent=writer.root.raw_get("/Pages"),
        MediaBox=_numbers(0, 0, 595, 842),
    )
    pages["/Kids"].append(writer.add_object(page))
    pages[pdf_name("/Count")] = _number(pages["/Count"] + 1)
    writer.update_container(pages)


TAMPERINGS: tuple[Callable[[IncrementalPdfFileWriter], None], ...] = (
    free_text,
    rubber_stamp,
    content,
    text_field,
    second_page,
)


def tampered(pdf: bytes, how: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """The file with an incremental update behind its last signature."""
    writer, out = IncrementalPdfFileWriter(io.BytesIO(pdf)), io.BytesIO()
    how(writer)
    writer.write(out)  # type: ignore[no-untyped-call]  # pyHanko's own
    made = out.getvalue()
    assert made.startswith(pdf)
    return made
