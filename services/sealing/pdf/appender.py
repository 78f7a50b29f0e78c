"""Incremental updates with signature fields for any PDF with a classic cross-reference table.

It reads as much structure as typst's files need: the newest table, catalogue, first page. It
refuses files with cross-reference streams or with fields or annotations of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from services.sealing.errors import MalformedPdfError
from services.sealing.pdf.protection import (
    LOCK,
    Allowed,
    certifying,
    locking,
    permissions,
)
from services.sealing.pdf.slot import Slot, open_slot, trailer, xref_rows

_OBJECT = b"%d 0 obj\n%s\nendobj\n"
# fields of the two kinds of lines in a cross-reference table
_SECTION, _ENTRY = 2, 3
_REFERENCE = rb"\s*(\d+)\s+0\s+R"


def signature_field(
    name: str, page: int, *, value: int | None = None, lock: int | None = None
) -> bytes:
    """An invisible signature field; `value` is its signature, `lock` what closes the file."""
    entries = b"" if lock is None else b"/Lock %d 0 R" % lock
    entries += b"" if value is None else b"/V %d 0 R" % value
    return b"<</Type/Annot/Subtype/Widget/FT/Sig/T(%s)/F 132/Rect[0 0 0 0]/P %d 0 R%s>>" % (
        name.encode(),
        page,
        entries,
    )


def add_fields(pdf: bytes, names: Sequence[str], when: datetime, reserve: int) -> Slot:
    """Add empty signature fields and open the first of them, which certifies the file.

    With a second field filling in stays allowed, and signing the last one locks the file.

    Raises:
        MalformedPdfError: if the file has another structure than expected.
    """
    file = _Structure.read(pdf)
    catalogue = file.body(file.root)
    page = file.first_page(catalogue)
    page_body = file.body(page)
    if b"/AcroForm" in catalogue or b"/Annots" in page_body:
        msg = "В файле уже есть поля или аннотации."
        raise MalformedPdfError(msg)
    numbers = range(file.size, file.size + len(names))
    alone = len(names) == 1
    lock = None if alone else numbers.stop
    signature = numbers.stop + (0 if alone else 1)
    references = b" ".join(b"%d 0 R" % number for number in numbers)
    changed = {
        file.root: _with_entry(
            catalogue,
            b"/AcroForm<</Fields[%s]/SigFlags 3>>%s" % (references, permissions(signature)),
        ),
        page: _with_entry(page_body, b"/Annots[%s]" % references),
    }
    for number, name in zip(numbers, names, strict=True):
        changed[number] = signature_field(
            name,
            page,
            value=signature if number == numbers[0] else None,
            lock=lock if number == numbers[-1] else None,
        )
    if lock is not None:
        changed[lock] = LOCK
    protection = certifying(Allowed.NOTHING if alone else Allowed.FILLING_IN)
    return file.update(changed, signature, when, protection, reserve)


def sign_field(pdf: bytes, name: str, when: datetime, reserve: int) -> Slot:
    """Open an empty signature field with a lock, the last one of its file.

    Raises:
        MalformedPdfError: if there is no such field or it is signed.
    """
    file = _Structure.read(pdf)
    mark = b"/FT/Sig/T(%s)" % name.encode()
    number = next((n for n in sorted(file.offsets, reverse=True) if mark in file.body(n)), None)
    body = b"" if number is None else file.body(number)
    if number is None or b"/V " in body:
        msg = f"В файле нет свободного поля подписи {name}."
        raise MalformedPdfError(msg)
    changed = {number: _with_entry(body, b"/V %d 0 R" % file.size)}
    return file.update(changed, file.size, when, locking(file.root), reserve)


def _with_entry(dictionary: bytes, entry: bytes) -> bytes:
    if not dictionary.endswith(b">>"):
        msg = "Ожидался словарь."
        raise MalformedPdfError(msg)
    return dictionary[:-2] + entry + b">>"


@dataclass(frozen=True)
class _Structure:
    pdf: bytes
    offsets: dict[int, int]
    xref_at: int
    size: int
    root: int
    kept: bytes

    @classmethod
    def read(cls, pdf: bytes) -> _Structure:
        """Follow the chain of cross-reference tables from the newest."""
        try:
            xref_at = int(pdf[pdf.rindex(b"startxref") + 9 : pdf.rindex(b"%%EOF")])
            offsets: dict[int, int] = {}
            newest = dictionary = _read_table(pdf, xref_at, offsets)
            while previous := re.search(rb"/Prev\s+(\d+)", dictionary):
                dictionary = _read_table(pdf, int(previous[1]), offsets)
            kept = [
                found[0]
                for pattern in (rb"/Info" + _REFERENCE, rb"/ID\s*\[.*?\]")
                if (found := re.search(pattern, newest, re.DOTALL))
            ]
            size = int(_group(rb"/Size\s+(\d+)", newest))
            root = int(_group(rb"/Root" + _REFERENCE, newest))
        except (ValueError, IndexError) as error:
            msg = "Таблица ссылок файла не распознана."
            raise MalformedPdfError(msg) from error
        return cls(pdf, offsets, xref_at, size, root, b"".join(kept))

    def body(self, number: int) -> bytes:
        """The object's text between `obj` and `endobj`."""
        start = self.pdf.index(b"obj", self.offsets[number]) + 3
        return self.pdf[start : self.pdf.index(b"endobj", start)].strip()

    def first_page(self, catalogue: bytes) -> int:
        """The first leaf of the page tree."""
        number = int(_group(rb"/Pages" + _REFERENCE, catalogue))
        for _ in range(len(self.offsets)):
            body = self.body(number)
            if not re.search(rb"/Type\s*/Pages\b", body):
                return number
            number = int(_group(rb"/Kids\s*\[" + _REFERENCE, body))
        msg = "Дерево страниц замкнуто."
        raise MalformedPdfError(msg)

    def update(
        self,
        changed: dict[int, bytes],
        signature: int,
        when: datetime,
        protection: bytes,
        reserve: int,
    ) -> Slot:
        """An update with changed or new objects and an open signature dictionary."""
        parts, offsets, at = [], {}, len(self.pdf)
        for number, body in sorted(changed.items()):
            offsets[number] = at
            parts.append(_OBJECT % (number, body))
            at += len(parts[-1])

        def finish(signature_at: int, xref_at: int) -> bytes:
            extra = b"/Prev %d" % self.xref_at
            return b"xref\n%s%s" % (
                _sections({**offsets, signature: signature_at}),
                trailer(signature + 1, self.root, self.kept, xref_at, extra),
            )

        return open_slot(
            self.pdf,
            b"".join(parts),
            known=0,
            number=signature,
            when=when,
            protection=protection,
            finish=finish,
            reserve=reserve,
        )


def _read_table(pdf: bytes, at: int, offsets: dict[int, int]) -> bytes:
    """Read one table; offsets already known are newer and stay. Gives the trailer dictionary."""
    if pdf[at : at + 4] != b"xref":
        msg = "Поддерживаются только классические таблицы ссылок."
        raise MalformedPdfError(msg)
    end = pdf.index(b"trailer", at)
    number = 0
    for line in pdf[at + 4 : end].splitlines():
        fields = line.split()
        if len(fields) == _SECTION:
            number = int(fields[0])
        elif len(fields) == _ENTRY:
            if fields[2] == b"n":
                offsets.setdefault(number, int(fields[0]))
            number += 1
    return pdf[end + 7 : pdf.index(b"startxref", end)]


def _group(pattern: bytes, text: bytes) -> bytes:
    found = re.search(pattern, text)
    if found is None:
        msg = "В файле нет обязательной записи."
        raise MalformedPdfError(msg)
    return found[1]


def _sections(offsets: dict[int, int]) -> bytes:
    numbered = enumerate(sorted(offsets))
    runs = [[n for _, n in run] for _, run in groupby(numbered, lambda pair: pair[1] - pair[0])]
    return b"".join(
        b"%d %d\n%s" % (run[0], len(run), xref_rows([offsets[n] for n in run])) for run in runs
    )
