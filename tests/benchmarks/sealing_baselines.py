"""What one would write without this project: an HTML or typst page and pyHanko's SimpleSigner."""

from __future__ import annotations

import html
import io
from typing import Any

import segno
from asn1crypto import tsp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import TimeStamper

from deploy.world.tsa.authority import Authority
from services.sealing import SealRequest
from services.sealing.fonts import Face, font_file
from tests.support.sealing import DemoPki

_END = b"-----END CERTIFICATE-----\n"


class InProcessStamper(TimeStamper):
    """pyHanko's client on an authority of this process: the baseline pays for no network."""

    def __init__(self, authority: Authority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko's has no types
        self._authority = authority

    async def async_request_tsa_response(self, req: Any) -> Any:
        """The parsed answer to a request."""
        return tsp.TimeStampResp.load(self._authority.answer(req.dump()))


class PyHankoPair:
    """Signs twice, as the doctor and as the organisation, B-T each."""

    def __init__(self, pki: DemoPki) -> None:
        self._stamper = InProcessStamper(pki.authority())
        self._signers = [
            (field, self._load(pki, name))
            for field, name in (("Doctor", "doctors/doctor-ivanova"), ("OrgSeal", "organisation"))
        ]

    @staticmethod
    def _load(pki: DemoPki, name: str) -> Any:
        # pyHanko wants the certificate without its chain
        alone = pki.directory / f"{name}.alone.pem"
        alone.write_bytes((pki.directory / f"{name}.pem").read_bytes().split(_END)[0] + _END)
        loaded = signers.SimpleSigner.load(  # type: ignore[no-untyped-call]  # as above
            str(pki.directory / f"{name}.key"),
            str(alone),
            ca_chain_files=[str(pki.directory / "issuing.pem")],
        )
        assert loaded
        return loaded

    async def sign(self, pdf: bytes) -> bytes:
        """The file with both signatures."""
        for field, signer in self._signers:
            metadata = signers.PdfSignatureMetadata(
                field_name=field,
                md_algorithm="sha256",
                subfilter=fields.SigSeedSubFilter.PADES,
            )
            out = await signers.async_sign_pdf(
                IncrementalPdfFileWriter(io.BytesIO(pdf)),
                metadata,
                signer=signer,
                timestamper=self._stamper,
            )
            pdf = out.getvalue()
        return pdf


class WeasyPage:
    """The same page by WeasyPrint.

    Raises:
        OSError: if WeasyPrint's system libraries (Pango) are not there.
    """

    def __init__(self) -> None:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration

        self._weasyprint = weasyprint
        self._fonts = FontConfiguration()

    def print(self, request: SealRequest) -> bytes:
        """PDF/A-3u with table, QR code and attached XML."""
        rows = "".join(
            f"<tr><th>{html.escape(row.label)}</th>"
            f"<td>{html.escape(request.values[row.key])}</td></tr>"
            for row in request.layout.rows
        )
        faces = "".join(
            f"@font-face{{font-family:PT;src:url({font_file(face).as_uri()});font-weight:{weight}}}"
            for face, weight in ((Face.REGULAR, 400), (Face.BOLD, 700))
        )
        qr = segno.make_qr(request.qr_url, error="m").svg_inline(scale=3)
        page = (
            f'<html lang="ru"><head><title>{request.number}</title><style>{faces}'
            "@page{size:A4;margin:20mm}body{font:10.5pt PT}table{width:100%;border-collapse:"
            "collapse}th,td{border:.5pt solid;padding:4pt;text-align:left}</style></head><body>"
            f"<h1>{html.escape(request.layout.title)}</h1><table>{rows}</table>{qr}</body></html>"
        )
        attachment = self._weasyprint.Attachment(
            string=(request.xml or b"").decode(), name="certificate.xml", relationship="Source"
        )
        printed = self._weasyprint.HTML(string=page).write_pdf(
            pdf_variant="pdf/a-3u", attachments=[attachment], font_config=self._fonts
        )
        return bytes(printed)
