"""From a request to a certificate, and to its end (K5, C30).

Nothing half done: keys are made and certificates judged before the transaction, and of two who do
it at once the second finds that it has changed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from services.chassis.database.idempotency import Once
from services.chassis.database.pages import Page
from services.chassis.work.transactions import Transaction
from services.documents.deps import Deps
from services.documents.signers import events
from services.documents.signers.domain.people import (
    Clinic,
    Member,
    check_doctor,
    check_organisation,
)
from services.documents.signers.domain.signer import (
    Credential,
    Holder,
    Keeping,
    Key,
    Request,
    Signer,
    signer_id,
    warning,
)
from services.documents.signers.errors import (
    AnothersKeyError,
    ClinicClosedError,
    KeyAwayError,
    NoSuchSignerError,
    NotPractisingError,
)
from services.documents.signers.gateways import requests
from services.documents.signers.gateways.judge import Judge
from services.documents.signers.gateways.keys import Vault
from services.documents.signers.store.people import People
from services.documents.signers.store.signers import Signers

log = structlog.get_logger(__name__)

EXPIRY = "signer-expiry"


@dataclass(frozen=True)
class Enrolments:
    """The verbs about a holder's key. Who may use them is asked by the routes."""

    deps: Deps
    signers: Signers
    people: People
    vault: Vault
    judge: Judge

    async def one(self, holder: Holder, holder_id: str) -> Signer:
        """A holder's signer.

        Raises:
            NoSuchSignerError: they have never begun.
        """
        return await self.signers.get(None, signer_id(holder, holder_id), owner=None)

    async def doctors(self, clinic_id: str, *, after: str | None, limit: int) -> Page[Member]:
        """A page of the doctors of a clinic."""
        return await self.people.doctors_of(clinic_id, after=after, limit=limit)

    async def signers_of(self, doctor_ids: Iterable[str]) -> Mapping[str, Signer]:
        """The signers of these doctors, by their ids."""
        return await self.signers.of([signer_id(Holder.DOCTOR, d) for d in doctor_ids])

    async def clinics_of(self, doctor_id: str) -> frozenset[str]:
        """Where a member of staff has a post, or had one when they were dismissed."""
        member = await self.people.members.find(None, doctor_id)
        posts = member.posts if member else ()
        return frozenset(post.clinic_id for post in posts if post.clinic_id)

    async def request(
        self, holder: Holder, holder_id: str, keeping: Keeping, *, once: Once
    ) -> Signer:
        """A new key and the request for its certificate; one that waited before is void.

        Raises:
            NotPractisingError, ClinicClosedError: they may not sign.
            NoTokenError, KeyAwayError: the key should be in a token that is not there.
        """
        owner = await self._owner(holder, holder_id)
        id_ = signer_id(holder, holder_id)
        key = await self.vault.make(id_, keeping)
        name = (
            requests.doctor_name(owner)
            if isinstance(owner, Member)
            else (requests.clinic_name(owner))
        )
        encoded = await requests.request_of(
            name, key, lambda message: self.vault.sign(id_, key, message)
        )
        request = Request(key, encoded, self.deps.now())
        void: list[Key] = []

        async def work(tx: Transaction) -> Signer:
            found = await self.signers.find(tx, id_)
            void[:] = [found.request.key] if found and found.request else []
            if found is None:
                return await self.signers.add(tx, Signer.new(holder, holder_id).requested(request))
            return await self.signers.save(tx, found.requested(request))

        done = await self.deps.transactions.run(work, once=once)
        await self._destroy(void)
        return done

    async def certify(self, holder: Holder, holder_id: str, file: bytes, by: str) -> Signer:
        """Take a certificate: for the key of the request, or for one that the token proves to hold.

        The same again changes nothing.

        Raises:
            CertificateRefusedError: what is wrong with it, by name; a key of another signer's.
            NotPractisingError, ClinicClosedError: they may not sign.
            KeyAwayError, TrustAwayError: it cannot be judged now.
        """
        owner = await self._owner(holder, holder_id)
        id_ = signer_id(holder, holder_id)
        before = await self.signers.find(None, id_)
        brought = requests.certificates_of(file)
        certificate, key = await self._held(id_, before, brought)
        if before and before.credential and before.credential.certificate == _der(certificate):
            return before
        chain = await self.judge.admit(certificate, holder, self.deps.now())
        subject = requests.subject_of(certificate)
        if isinstance(owner, Member):
            check_doctor(subject, owner)
        else:
            check_organisation(subject, owner)
        credential = Credential(
            key=key,
            certificate=_der(certificate),
            chain=tuple(_der(issuer) for issuer in chain),
            serial=f"{certificate.serial_number:X}",
            name=subject.name if holder is Holder.DOCTOR else subject.organisation,
            valid_from=certificate.not_valid_before_utc,
            valid_until=certificate.not_valid_after_utc,
            since=self.deps.now(),
        )
        void: list[Key] = []

        async def work(tx: Transaction) -> Signer:
            found = await self.signers.find(tx, id_)
            void[:] = [c.key for c in (found and found.credential,) if c and c.key.id != key.id]
            after = (found or Signer.new(holder, holder_id)).certified(credential, by)
            end = warning(credential.valid_until, None, self.deps.now())
            at = self.deps.now() if end.before is not None else end.next_at
            if at is not None:
                await tx.set_timer(EXPIRY, id_, at)
            said = events.changed(after, credential.valid_until)
            if found is None:
                return await self.signers.add(tx, after, said)
            return await self.signers.save(tx, after, said)

        done = await self.deps.transactions.run(work)
        await self._destroy(void)
        log.info("a signer has a certificate", signer_id=id_, serial=credential.serial)
        return done

    async def revoke(self, holder: Holder, holder_id: str, reason: str, by: str) -> Signer:
        """End it at once: key, certificate and request are gone.

        Raises:
            NoSuchSignerError: they have never begun.
            NothingToRevokeError: there is nothing any more.
        """
        id_ = signer_id(holder, holder_id)
        void: list[Key] = []

        async def work(tx: Transaction) -> Signer:
            found = await self.signers.find(tx, id_)
            if found is None:
                raise NoSuchSignerError
            void[:] = [part.key for part in (found.request, found.credential) if part]
            after = found.revoked(self.deps.now(), by, reason)
            await tx.cancel_timer(EXPIRY, id_)
            ended = found.credential
            said = [events.changed(after, ended.valid_until)] if ended else []
            return await self.signers.save(tx, after, *said)

        done = await self.deps.transactions.run(work)
        await self._destroy(void)
        log.info("a signer was revoked", signer_id=id_, by=by)
        return done

    async def _owner(self, holder: Holder, holder_id: str) -> Member | Clinic:
        if holder is Holder.DOCTOR:
            member = await self.people.members.find(None, holder_id)
            if member is None or not member.practises_at:
                raise NotPractisingError
            return member
        clinic = await self.people.clinics.find(None, holder_id)
        if clinic is None or not clinic.open_on(self.deps.now().date()):
            raise ClinicClosedError
        return clinic

    async def _held(
        self, id_: str, before: Signer | None, brought: Sequence[x509.Certificate]
    ) -> tuple[x509.Certificate, Key]:
        """The certificate among those brought whose key is here, and that key."""
        own = [
            part.key for part in (before and before.request, before and before.credential) if part
        ]
        found = requests.of_keys(brought, [key.public for key in own])
        if found is not None:
            public = requests.public_of(found)
            return found, next(key for key in own if key.public == public)
        for certificate in brought:
            public_key = certificate.public_key()
            if not isinstance(public_key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
                continue
            key = await self.vault.in_token(public_key)
            if key is not None and await self._proved(id_, key, public_key):
                return certificate, key
        raise AnothersKeyError

    async def _proved(
        self, id_: str, key: Key, public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey
    ) -> bool:
        """Whether the private half is there, too, and signs: shown at something never seen."""
        nonce = secrets.token_bytes(32)
        return requests.signed_by(public, await self.vault.sign(id_, key, nonce), nonce)

    async def _destroy(self, keys: Sequence[Key]) -> None:
        """Take keys out of the token that nobody refers to any more."""
        for key in keys:
            try:
                await self.vault.destroy(key)
            except KeyAwayError:
                log.warning("a key stays in a token that is away", key_id=key.id)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
