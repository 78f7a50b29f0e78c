"""Everything sealed documents say: domain → contract; and who issues, back from one."""

from __future__ import annotations

from contracts.clinics import Issuer
from contracts.documents import DocumentKind, DocumentSealed, SealingFailed, Signature
from services.documents.sealed.domain import Document, Failure, Organisation, Sealed


def sealed(document: Document, pdf: Sealed) -> DocumentSealed:
    """The PDF with its signatures is stored."""
    return DocumentSealed(
        document_id=document.id,
        kind=DocumentKind(document.kind.value),
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
    )


def failed(document: Document, failure: Failure) -> SealingFailed:
    """It cannot be sealed as asked."""
    return SealingFailed(
        document_id=document.id,
        kind=DocumentKind(document.kind.value),
        reference_id=document.reference_id,
        owner_id=document.owner_id,
        number=document.number,
        reason_code=failure.code,
        reason=failure.reason,
    )


def issuer_of(issuer: Issuer | None) -> Organisation | None:
    """Who stands at the top of the paper, as orders name it."""
    if issuer is None:
        return None
    numbers = f"ИНН {issuer.inn}, ОГРН {issuer.ogrn}, лицензия {issuer.licence}"
    return Organisation(issuer.name, f"{issuer.organisation}, {issuer.address}, {numbers}")
