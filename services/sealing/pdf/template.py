"""The single-pass writer: a constant prefix per layout, a variable tail per document.

The prefix holds fonts, colour profile, form and labels and is hashed once. The tail holds the
values, metadata, QR code, embedded XML and the first signature, whose place is left open.
The seal is an incremental update to it. One page only; anything else is the general engine's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from xml.sax.saxutils import escape

from services.sealing.fonts import ASSETS, Coverage, stream
from services.sealing.keys import CertificateInfo, Hash, Signer
from services.sealing.layout import Layout
from services.sealing.pdf.appender import signature_field
from services.sealing.pdf.facts import Facts
from services.sealing.pdf.page import HEIGHT, WIDTH, Page
from services.sealing.pdf.protection import (
    LOCK,
    Allowed,
    certifying,
    locking,
    permissions,
)
from services.sealing.pdf.slot import Slot, open_slot, pdf_date, trailer, xref_rows
from services.sealing.qr import qr_table

DOCTOR_FIELD, ORGANISATION_FIELD = "Doctor", "OrgSeal"

_HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_OBJECT = b"%d 0 obj\n%s\nendobj\n"
# object numbers; the two fonts take six each
_CATALOG, _PAGES, _PAGE, _PROFILE, _REGULAR, _BOLD, _STATIC = 1, 2, 3, 4, 5, 11, 17
_DOCTOR, _ORGANISATION, _FILE, _LOCK = 18, 19, 20, 21
_CONTENT, _METADATA, _QR, _XML, _SIGNATURE, _SEAL = 22, 23, 24, 25, 26, 27

_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
    "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>"
    "<dc:format>application/pdf</dc:format>"
    "<dc:language><rdf:Bag><rdf:li>ru-RU</rdf:li></rdf:Bag></dc:language>"
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
    "<xmp:CreateDate>{when}</xmp:CreateDate><xmp:ModifyDate>{when}</xmp:ModifyDate>"
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


class Template:
    """One layout with one coverage of glyphs, ready to print."""

    def __init__(
        self, layout: Layout, organisation: CertificateInfo, coverage: Coverage = Coverage.CORE
    ) -> None:
        """Write the prefix.

        Raises:
            DoesNotFitError: if the form is higher than a page.
            UnprintableTextError: if its own text is outside the coverage.
        """
        self.layout = layout
        self.page = Page(layout, organisation, coverage)
        out, offsets = bytearray(_HEAD), {}
        for number, body in sorted(self._constant_objects().items()):
            offsets[number] = len(out)
            out += _OBJECT % (number, body)
        self._prefix = bytes(out)
        self._rows = b"".join(
            xref_rows([offsets[n]]) if n in offsets else b"0000000000 65535 f \n"
            for n in range(_CONTENT)
        )
        self._states: dict[str, Hash] = {}
        # an organisation that signs alone is the last to change anything
        self._certification = certifying(
            Allowed.FILLING_IN if layout.doctor_signs else Allowed.NOTHING
        )

    def state(self, signer: Signer) -> Hash:
        """The signer's hash after the constant prefix (do not update it, `Slot` copies)."""
        state = self._states.get(signer.hash_name)
        if state is None:
            state = signer.new_hash()
            state.update(self._prefix)
            self._states[signer.hash_name] = state
        return state

    def render(self, values: Mapping[str, str], facts: Facts) -> Slot:
        """The first revision with all fields, open for its signature.

        Raises:
            DoesNotFitError: if a value is too long for its row.
            UnprintableTextError: if a character is outside the coverage.
            QrTooLongError: if the address does not fit the QR code.
        """
        xml, when = facts.xml, facts.when
        address = facts.url.encode()
        code = qr_table(len(address))
        stamp = when.strftime("%Y-%m-%dT%H:%M:%SZ")
        title = escape(f"{self.layout.title} № {facts.number}")
        xmp = _XMP.format(title=title, when=stamp).encode()
        bodies = [
            stream(self.page.values(values, facts), compress=False),
            stream(xmp, b"/Type/Metadata/Subtype/XML", compress=False),
            stream(
                code.bitmap(address),
                b"/Type/XObject/Subtype/Image/Width %d/Height %d/ImageMask true"
                b"/BitsPerComponent 1/Decode[1 0]" % (code.side, code.side),
                compress=False,
            ),
            # this object stays empty in documents without an attachment
            b"null"
            if xml is None
            else stream(
                xml,
                b"/Type/EmbeddedFile/Subtype/application#2Fxml/Params<</Size %d/ModDate(%s)>>"
                % (len(xml), pdf_date(when)),
                compress=False,
            ),
        ]
        offsets, parts, at = [], [], len(self._prefix)
        for index, body in enumerate(bodies):
            offsets.append(at)
            part = _OBJECT % (_CONTENT + index, body)
            parts.append(part)
            at += len(part)
        rows = self._rows + xref_rows(offsets)
        identity = hashlib.sha256(f"{facts.number}\n{stamp}".encode()).hexdigest()[:32].encode()

        def finish(signature_at: int, xref_at: int) -> bytes:
            return b"xref\n0 %d\n%s%s%s" % (
                _SIGNATURE + 1,
                rows,
                xref_rows([signature_at]),
                trailer(_SIGNATURE + 1, _CATALOG, b"/ID[<%s><%s>]" % (identity, identity), xref_at),
            )

        return open_slot(
            self._prefix,
            b"".join(parts),
            known=len(self._prefix),
            number=_SIGNATURE,
            when=when,
            protection=self._certification,
            finish=finish,
            reserve=facts.reserve,
        )

    def seal(self, signed: bytes, when: datetime, reserve: int) -> Slot:
        """An update to the first revision that opens the organisation's field."""
        marker = signed.rindex(b"startxref\n")
        previous = int(signed[marker + 10 : signed.index(b"\n", marker + 10)])
        id_at = signed.rindex(b"/ID[", 0, marker)
        identity = signed[id_at : signed.index(b"]", id_at) + 1]
        field = _OBJECT % (
            _ORGANISATION,
            signature_field(ORGANISATION_FIELD, _PAGE, value=_SEAL, lock=_LOCK),
        )

        def finish(signature_at: int, xref_at: int) -> bytes:
            return b"xref\n%d 1\n%s%d 1\n%s%s" % (
                _ORGANISATION,
                xref_rows([len(signed)]),
                _SEAL,
                xref_rows([signature_at]),
                trailer(_SEAL + 1, _CATALOG, identity, xref_at, b"/Prev %d" % previous),
            )

        return open_slot(
            signed,
            field,
            known=len(self._prefix),
            number=_SEAL,
            when=when,
            protection=locking(_CATALOG),
            finish=finish,
            reserve=reserve,
        )

    def _constant_objects(self) -> dict[int, bytes]:
        layout = self.layout
        fields = [_DOCTOR, _ORGANISATION] if layout.doctor_signs else [_ORGANISATION]
        references = b" ".join(b"%d 0 R" % n for n in fields)
        objects = {
            _CATALOG: b"<</Type/Catalog/Pages %d 0 R/Metadata %d 0 R/Lang(ru-RU)"
            b"/ViewerPreferences<</DisplayDocTitle true>>"
            b"/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)"
            b"/DestOutputProfile %d 0 R>>]%s/AcroForm<</Fields[%s]/SigFlags 3>>%s>>"
            % (
                _PAGES,
                _METADATA,
                _PROFILE,
                self._attachment_entries(),
                references,
                permissions(_SIGNATURE),
            ),
            _PAGES: b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % _PAGE,
            _PAGE: b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.2f %.2f]/Contents[%d 0 R %d 0 R]"
            b"/Resources<</Font<</F %d 0 R/B %d 0 R>>/XObject<</Q %d 0 R>>>>/Annots[%s]>>"
            % (_PAGES, WIDTH, HEIGHT, _STATIC, _CONTENT, _REGULAR, _BOLD, _QR, references),
            _PROFILE: stream((ASSETS / "sRGB.icc").read_bytes(), b"/N 3"),
            _STATIC: stream(self.page.constant),
            **self.page.regular.objects(_REGULAR),
            **self.page.bold.objects(_BOLD),
        }
        if layout.doctor_signs:
            objects[_DOCTOR] = signature_field(DOCTOR_FIELD, _PAGE, value=_SIGNATURE)
            objects[_ORGANISATION] = signature_field(ORGANISATION_FIELD, _PAGE, lock=_LOCK)
            objects[_LOCK] = LOCK
        else:
            objects[_ORGANISATION] = signature_field(ORGANISATION_FIELD, _PAGE, value=_SIGNATURE)
        if layout.attachment:
            name = layout.attachment.encode("ascii")
            objects[_FILE] = (
                b"<</Type/Filespec/F(%s)/UF(%s)/Desc(HL7 CDA)/AFRelationship/Source"
                b"/EF<</F %d 0 R/UF %d 0 R>>>>" % (name, name, _XML, _XML)
            )
        return objects

    def _attachment_entries(self) -> bytes:
        if not self.layout.attachment:
            return b""
        return b"/AF[%d 0 R]/Names<</EmbeddedFiles<</Names[(%s)%d 0 R]>>>>" % (
            _FILE,
            self.layout.attachment.encode("ascii"),
            _FILE,
        )
