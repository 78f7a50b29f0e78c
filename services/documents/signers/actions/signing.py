"""Signers for sealing: whose key it is, held against who they are now (C28, C30).

Keys are unwrapped when they are needed and a few hundred are kept, as what they are then: a new
certificate is another one.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from services import sealing
from services.documents.deps import Deps
from services.documents.signers.domain.people import check_doctor, check_organisation
from services.documents.signers.domain.signer import Credential, Holder, Signer, signer_id
from services.documents.signers.errors import (
    CertificateRefusedError,
    NotPractisingError,
    TrustAwayError,
)
from services.documents.signers.gateways.judge import Judge
from services.documents.signers.gateways.keys import Vault
from services.documents.signers.gateways.requests import subject_of
from services.documents.signers.store.people import People
from services.documents.signers.store.signers import Signers
from services.sealing import CertifiedSigner

_KEPT = 512


class NotAdmittedNowError(TrustAwayError):
    """Who should sign may not as things are known here; the next event may change it."""


@dataclass(frozen=True)
class Signing:
    """What sealing asks."""

    deps: Deps
    signers: Signers
    people: People
    vault: Vault
    judge: Judge
    _ready: OrderedDict[str, CertifiedSigner] = field(default_factory=OrderedDict)

    async def doctor(self, doctor_id: str, clinic_id: str | None) -> sealing.Signer | None:
        """The doctor's key; None: they never enrolled one, or it is revoked.

        Raises:
            NotPractisingError: they were dismissed.
            NotAdmittedNowError: they do not work at this clinic, as far as is known here, or the
                certificate names somebody else since their name has changed.
        """
        signer, credential = await self._of(Holder.DOCTOR, doctor_id)
        if signer is None or credential is None:
            return None
        member = await self.people.members.find(None, doctor_id)
        if member is None:
            msg = "nothing is known of the doctor yet"
            raise NotAdmittedNowError(msg)
        if not member.active:
            raise NotPractisingError
        if clinic_id is not None and clinic_id not in member.practises_at:
            msg = f"the doctor does not work at {clinic_id}"
            raise NotAdmittedNowError(msg)
        try:
            check_doctor(subject_of(_parsed(credential)), member)
        except CertificateRefusedError as error:
            raise NotAdmittedNowError(error.detail) from error
        return await self._prepared(signer, credential)

    async def organisation(self, clinic_id: str) -> sealing.Signer | None:
        """The clinic's key; None: it never had one, or it is revoked.

        Raises:
            NotAdmittedNowError: the certificate is of another organisation than the clinic now is.
        """
        signer, credential = await self._of(Holder.ORGANISATION, clinic_id)
        if signer is None or credential is None:
            return None
        clinic = await self.people.clinics.find(None, clinic_id)
        if clinic is None:
            msg = "nothing is known of the clinic yet"
            raise NotAdmittedNowError(msg)
        try:
            check_organisation(subject_of(_parsed(credential)), clinic)
        except CertificateRefusedError as error:
            raise NotAdmittedNowError(error.detail) from error
        return await self._prepared(signer, credential)

    async def first_end(self, holder: Holder) -> datetime | None:
        """When the first of those who can sign ends."""
        return await self.signers.first_end(holder)

    async def _of(self, holder: Holder, holder_id: str) -> tuple[Signer | None, Credential | None]:
        found = await self.signers.find(None, signer_id(holder, holder_id))
        return found, found.credential if found else None

    async def _prepared(self, signer: Signer, credential: Credential) -> CertifiedSigner:
        certificate = _parsed(credential)
        trust = await self.judge.trust.current()
        await self.judge.ask(trust, certificate, self.deps.now())
        known = self._ready.get(credential.key.id)
        if known is None or known.certificate != credential.certificate:
            chain = [x509.load_der_x509_certificate(c) for c in credential.chain]
            known = self.vault.signer(signer.id, credential.key, certificate, chain)
            self._ready[credential.key.id] = known
            while len(self._ready) > _KEPT:
                self._ready.popitem(last=False)
        self._ready.move_to_end(credential.key.id)
        return known


def _parsed(credential: Credential) -> x509.Certificate:
    return x509.load_der_x509_certificate(credential.certificate)
