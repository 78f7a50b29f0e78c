"""The routes of signing identities: a doctor's own, and what a clinic's administrator may."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict
from starlette.requests import ClientDisconnect

from contracts.roles import Role
from services.chassis.foundation.text import prose
from services.chassis.foundation.typed import Id, Tidied
from services.chassis.http.answers import answered
from services.chassis.http.auth import Principal
from services.chassis.http.door import admitted
from services.chassis.http.facilities import facility
from services.chassis.http.once import LateOnceKey
from services.chassis.http.pages import Cursor
from services.documents.deps import Counted, Limit, bounded_body
from services.documents.signers.api.views import (
    EntryPage,
    EntryView,
    ProofView,
    SignerView,
    StatePage,
    StateView,
)
from services.documents.signers.domain.signer import Holder, Keeping, signer_id
from services.documents.signers.errors import (
    NoSuchClinicError,
    NoSuchSignerError,
    UnreadableCertificateError,
)
from services.documents.signers.usecases.enrolment import Enrolments
from services.documents.signers.usecases.journal import Signatures

_LARGEST_CERTIFICATE = 64 * 1024
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in (
                "application/x-pem-file",
                "application/pkix-cert",
                "application/x-pkcs7-certificates",
            )
        },
    }
}

Doctor = Annotated[Principal, Depends(admitted(Role.DOCTOR))]
Use = Annotated[Enrolments, Depends(facility(Enrolments))]
Journal = Annotated[Signatures, Depends(facility(Signatures))]
After = Annotated[int, Query(ge=0, le=2**31 - 1, description="The last line checked before.")]


Administrator = Annotated[Principal, Depends(admitted(Role.ADMINISTRATOR))]


async def _runs(clinic_id: Id, who: Administrator) -> Principal:
    """Whoever runs this clinic, or the platform; to others it is not there."""
    if not who.everywhere(Role.ADMINISTRATOR) and clinic_id not in who.clinics(Role.ADMINISTRATOR):
        raise NoSuchClinicError
    return who


Runs = Annotated[Principal, Depends(_runs)]
router = APIRouter(prefix="/v1", tags=["signers"])


class KeyWanted(BaseModel):
    """What key is to be made."""

    model_config = ConfigDict(extra="forbid")

    keeping: Keeping = Keeping.SOFTWARE


class Because(BaseModel):
    """Why it ends."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Tidied(prose, longest=500, shortest=3)]


@router.get("/signers/me")
async def my_signer(use: Use, who: Doctor) -> SignerView:
    """My key and certificate, and the request that waits for one."""
    return SignerView.of(await use.one(Holder.DOCTOR, who.subject))


@router.post("/signers/me/requests", status_code=201, response_model=SignerView)
async def request_mine(body: KeyWanted, use: Use, who: Doctor, once: LateOnceKey) -> Response:
    """Make me a key, and give the request to bring to a certification authority.

    403 `not-practising`: only for doctors who work at a clinic. 409 `no-token`. A request that
    waited before is void.
    """
    keyed = once.answering(SignerView.of)
    await use.request(Holder.DOCTOR, who.subject, body.keeping, once=keyed)
    return answered(keyed.given)


@router.put("/signers/me/certificate", openapi_extra=_FILE)
async def bring_mine(request: Request, use: Use, who: Doctor, rates: Counted) -> SignerView:
    """My certificate as the authority gave it: PEM, DER or PKCS#7, alone or with its chain.

    For the key of my request, or for one that the platform's token holds. 422: what is wrong with
    it: `certificate-unreadable`, `-of-another-key`, `-of-another`, `-expired`, `-not-yet-valid`,
    `-revoked`, `-unknown-authority`, `-wrong-usage`; 503 `certificate-status-unknown`. A newer one
    replaces the one before, which signs no more.
    """
    rates.creation(who.subject)
    file = await _file(request)
    return SignerView.of(await use.certify(Holder.DOCTOR, who.subject, file, who.subject))


@router.post("/signers/me/revocation")
async def revoke_mine(body: Because, use: Use, who: Doctor) -> SignerView:
    """End my key at once: it is destroyed. The authority that certified it has to hear it, too."""
    done = await use.revoke(Holder.DOCTOR, who.subject, body.reason, who.subject)
    return SignerView.of(done)


@router.get("/signers/me/journal")
async def my_journal(
    use: Journal, who: Doctor, limit: Limit = 50, cursor: Cursor = None
) -> EntryPage:
    """What was signed with my key: by which act, when, from where."""
    found = await use.of_doctor(who.subject, after=cursor, limit=limit)
    return EntryPage(items=[EntryView.of(e) for e in found.items], next_cursor=found.next_cursor)


@router.get("/signers/me/journal/check")
async def check_my_journal(use: Journal, who: Doctor, after: After = 0) -> ProofView:
    """Prove that nothing was changed, taken out or put in; five hundred lines at once."""
    return ProofView.of(await use.check(who.subject, after))


@router.get("/clinics/{clinic_id}/signer")
async def clinic_signer(clinic_id: Id, use: Use, _: Runs) -> SignerView:
    """The clinic's seal: its key and certificate, and the request that waits for one."""
    return SignerView.of(await use.one(Holder.ORGANISATION, clinic_id))


@router.post("/clinics/{clinic_id}/signer/requests", status_code=201, response_model=SignerView)
async def request_for_clinic(
    clinic_id: Id, body: KeyWanted, use: Use, _: Runs, once: LateOnceKey
) -> Response:
    """Make the clinic a key, and give the request to bring to a certification authority.

    409 `clinic-not-open`, `no-token`. A request that waited before is void.
    """
    keyed = once.answering(SignerView.of)
    await use.request(Holder.ORGANISATION, clinic_id, body.keeping, once=keyed)
    return answered(keyed.given)


@router.put("/clinics/{clinic_id}/signer/certificate", openapi_extra=_FILE)
async def bring_for_clinic(
    clinic_id: Id, request: Request, use: Use, who: Runs, rates: Counted
) -> SignerView:
    """The clinic's certificate as the authority gave it; refused as a doctor's is."""
    rates.creation(who.subject)
    file = await _file(request)
    return SignerView.of(await use.certify(Holder.ORGANISATION, clinic_id, file, who.subject))


@router.post("/clinics/{clinic_id}/signer/revocation")
async def revoke_for_clinic(clinic_id: Id, body: Because, use: Use, who: Runs) -> SignerView:
    """End the clinic's key at once: its documents wait for the next one."""
    done = await use.revoke(Holder.ORGANISATION, clinic_id, body.reason, who.subject)
    return SignerView.of(done)


@router.get("/clinics/{clinic_id}/signers")
async def clinic_doctors(
    clinic_id: Id, use: Use, _: Runs, limit: Limit = 50, cursor: Cursor = None
) -> StatePage:
    """Which doctors of the clinic can sign, and until when."""
    found = await use.doctors(clinic_id, after=cursor, limit=limit)
    signers = await use.signers_of(member.id for member in found.items)
    return StatePage(
        items=[
            StateView.of(member, signers.get(signer_id(Holder.DOCTOR, member.id)))
            for member in found.items
        ],
        next_cursor=found.next_cursor,
    )


@router.post("/doctors/{doctor_id}/signer/revocation")
async def revoke_doctors(doctor_id: Id, body: Because, use: Use, who: Administrator) -> SignerView:
    """End the key of a doctor of my clinic at once."""
    await _of_theirs(use, doctor_id, who)
    return SignerView.of(await use.revoke(Holder.DOCTOR, doctor_id, body.reason, who.subject))


@router.get("/clinics/{clinic_id}/journal")
async def clinic_journal(
    clinic_id: Id, use: Journal, _: Runs, limit: Limit = 50, cursor: Cursor = None
) -> EntryPage:
    """What the clinic's doctors signed for it."""
    found = await use.of_clinic(clinic_id, after=cursor, limit=limit)
    return EntryPage(items=[EntryView.of(e) for e in found.items], next_cursor=found.next_cursor)


@router.get("/doctors/{doctor_id}/journal/check")
async def check_doctors_journal(
    doctor_id: Id, use: Use, journal: Journal, who: Administrator, after: After = 0
) -> ProofView:
    """Prove the chain of a doctor of my clinic."""
    await _of_theirs(use, doctor_id, who)
    return ProofView.of(await journal.check(doctor_id, after))


async def _of_theirs(use: Enrolments, doctor_id: str, who: Principal) -> None:
    """Let those go on who run a clinic of this doctor's, or the platform; to others they are not.

    Raises:
        NoSuchSignerError: another clinic's doctor, or nobody.
    """
    if who.everywhere(Role.ADMINISTRATOR):
        return
    if not who.clinics(Role.ADMINISTRATOR) & await use.clinics_of(doctor_id):
        raise NoSuchSignerError


async def _file(request: Request) -> bytes:
    """The file in the body.

    Raises:
        UnreadableCertificateError: too large for a certificate, or it stopped coming.
    """
    body = bounded_body(request, at_most=_LARGEST_CERTIFICATE, too_large=UnreadableCertificateError)
    try:
        return b"".join([chunk async for chunk in body])
    except ClientDisconnect as error:
        raise UnreadableCertificateError from error
