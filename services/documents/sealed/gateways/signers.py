"""Who signs a document: the doctor who approved it, and the clinic whose it is (C28).

Without a key of that clinic nothing is sealed, never with another's: the document waits.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from cryptography import x509

from services.chassis.telemetry.calls import outbound_call
from services.chassis.telemetry.metrics import Metrics
from services.documents.sealed.domain import Ends, Organisation
from services.documents.sealed.errors import CannotSealError, SealingAwayError
from services.documents.sealed.gateways.ends import NOTHING, ends_of
from services.documents.signers.actions.signing import Signing
from services.documents.signers.domain.signer import Holder
from services.documents.signers.errors import NotPractisingError, TrustAwayError
from services.documents.signers.gateways.requests import subject_of
from services.sealing import (
    HttpTimestamps,
    Sealer,
    SealingError,
    Signer,
    TrustStore,
    timestamp_client,
)
from services.sealing.tsa.client import HttpAnswer
from services.sealing.tsa.connections import Connections

_SEALERS = 64
"""How many clinics' templates are kept: each is some hundred kilobytes."""


class UnknownDoctorError(CannotSealError):
    """There is no key of this doctor, so nobody can sign."""

    def __init__(self) -> None:
        super().__init__(
            "doctor-key-unknown", "Нет ключа электронной подписи врача, одобрившего заявление."
        )


class DismissedDoctorError(CannotSealError):
    """The doctor was dismissed before the document was sealed."""

    def __init__(self) -> None:
        super().__init__(
            "doctor-not-practising", "Врач, одобривший заявление, больше не работает в клинике."
        )


@dataclass(frozen=True)
class Office:
    """What sealing for one clinic needs."""

    organisation: Organisation
    sealer: Sealer
    timestamps: HttpTimestamps


class _Observed:
    """The HTTP client of the time-stamp authority; every call of it is a span."""

    def __init__(self, client: Connections, metrics: Metrics) -> None:
        self._client = client
        self._metrics = metrics

    async def post(
        self, url: str, *, content: bytes, headers: Mapping[str, str], timeout: float
    ) -> HttpAnswer:
        with outbound_call("tsa", self._metrics, "stamp", {"http.request.method": "POST"}) as call:
            answer = await self._client.post(url, content=content, headers=headers, timeout=timeout)
            if answer.status_code != HTTPStatus.OK:
                call.refused(f"status-{answer.status_code}")
            return answer

    async def aclose(self) -> None:
        await self._client.aclose()


class Signers:
    """Enrolled keys. Templates and stamps are kept as long as what is trusted stays the same."""

    def __init__(self, signing: Signing, *, tsa_url: str, metrics: Metrics) -> None:
        self._signing = signing
        self._tsa_url = tsa_url
        self._client = _Observed(timestamp_client(), metrics)
        self._trust: TrustStore | None = None
        self._timestamps: HttpTimestamps | None = None
        self._sealers: OrderedDict[bytes, Sealer] = OrderedDict()

    async def office(self, clinic_id: str | None) -> Office:
        """The clinic's side, as its key, roots and lists are now.

        Raises:
            AccidentError: they are not there (yet).
        """
        trust, timestamps = await self._world()
        signer = await self._seal_of(clinic_id)
        sealer = self._sealers.get(signer.certificate)
        if sealer is None:
            sealer = self._sealers[signer.certificate] = Sealer(signer, timestamps, trust)
            while len(self._sealers) > _SEALERS:
                self._sealers.popitem(last=False)
        self._sealers.move_to_end(signer.certificate)
        return Office(await self._organisation(clinic_id, signer), sealer, timestamps)

    async def doctor(self, doctor_id: str, clinic_id: str | None) -> Signer:
        """The doctor's key.

        Raises:
            UnknownDoctorError: there is none, and nobody can sign for this doctor.
            DismissedDoctorError: they work nowhere any more.
            AccidentError: not now.
        """
        try:
            found = await self._signing.doctor(doctor_id, clinic_id)
        except NotPractisingError as error:
            raise DismissedDoctorError from error
        if found is None:
            raise UnknownDoctorError
        return found

    async def ends(self) -> Ends:
        """When the first certificate of each kind ends, and each list."""
        try:
            trust, timestamps = await self._world()
        except TrustAwayError:
            return NOTHING
        first = {
            holder.value: end
            for holder in Holder
            if (end := await self._signing.first_end(holder)) is not None
        }
        if timestamps.certificate_end is not None:
            first["timestamps"] = timestamps.certificate_end
        return ends_of(trust, first)

    async def close(self) -> None:
        """Drop the connections to the time-stamp authority."""
        await self._client.aclose()

    async def _world(self) -> tuple[TrustStore, HttpTimestamps]:
        """Roots and lists, and the stamps that are judged by them."""
        trust = await self._signing.judge.trust.current()
        if self._trust is not trust or self._timestamps is None:
            self._trust = trust
            self._timestamps = HttpTimestamps(self._client, self._tsa_url, trust)
            self._sealers.clear()
        return trust, self._timestamps

    async def _seal_of(self, clinic_id: str | None) -> Signer:
        """The clinic's key, and nobody else's: without one its documents wait."""
        try:
            found = await self._signing.organisation(clinic_id) if clinic_id else None
        except SealingError as error:  # of the clinic, and no word about the document
            msg = f"{error.code}: {error.detail}"
            raise SealingAwayError(msg) from error
        if found is None:
            msg = f"the clinic {clinic_id} has no key to seal with"
            raise SealingAwayError(msg)
        return found

    async def _organisation(self, clinic_id: str | None, signer: Signer) -> Organisation:
        """Who stands at the top where an order does not say it."""
        clinic = await self._signing.people.clinics.find(None, clinic_id) if clinic_id else None
        if clinic is None:
            said = subject_of(x509.load_der_x509_certificate(signer.certificate))
            return Organisation(signer.info.name, f"ИНН {said.inn}, ОГРН {said.ogrn}")
        numbers = f"ИНН {clinic.inn}, ОГРН {clinic.ogrn}, лицензия {clinic.licence}"
        return Organisation(clinic.name, f"{clinic.address}, {numbers}")
