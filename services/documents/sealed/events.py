"""Everything sealed documents say: domain → contract; and who issues, back from one."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.clinics import Issuer
from contracts.documents import DocumentKind, DocumentSealed, SealingFailed, Signature
from contracts.orders import Paper
from services.documents.sealed.domain import Document, Failure, Kind, Organisation, Sealed

_TOLD: Mapping[Kind, DocumentKind] = {
    Kind.CERTIFICATE: DocumentKind.CERTIFICATE,
    Kind.RECEIPT: DocumentKind.CERTIFICATE,  # v1 of the events has no third kind
    Kind.TALON: DocumentKind.TALON,
}
_PAPERS: Mapping[Kind, Paper] = {
    Kind.CERTIFICATE: Paper.CERTIFICATE,
    Kind.RECEIPT: Paper.RECEIPT,
}


def sealed(document: Document, pdf: Sealed) -> DocumentSealed:
    """The PDF with its signatures is stored."""
    return DocumentSealed(
        document_id=document.id,
        kind=_TOLD[document.kind],
        reference_id=document.reference_id,
        owner_id=document.owner_id,
        number=document.number,
        sha256=pdf.sha256,
        size=pdf.size,
        sealed_at=pdf.sealed_at,
        signatures=tuple(
            Signature(
                field=s.field,
                signer=s.signer,
                certificate_serial=s.certificate_serial,
                signed_at=s.signed_at,
            )
            for s in pdf.signatures
        ),
        paper=_PAPERS.get(document.kind),
    )


def failed(document: Document, failure: Failure) -> SealingFailed:
    """It cannot be sealed as asked."""
    return SealingFailed(
        document_id=document.id,
        kind=_TOLD[document.kind],
        reference_id=document.reference_id,
        owner_id=document.owner_id,
        number=document.number,
        reason_code=failure.code,
        reason=failure.reason,
        paper=_PAPERS.get(document.kind),
    )


def issuer_of(issuer: Issuer | None) -> Organisation | None:
    """Who stands at the top of the paper, as orders name it."""
    if issuer is None:
        return None
    numbers = f"ИНН {issuer.inn}, ОГРН {issuer.ogrn}, лицензия {issuer.licence}"
    return Organisation(issuer.name, f"{issuer.organisation}, {issuer.address}, {numbers}")
