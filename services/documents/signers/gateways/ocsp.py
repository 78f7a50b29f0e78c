"""Responders (OCSP, RFC 6960): asked where a certificate names one, and nobody else.

An answer counts if the issuer signed it, or whom the issuer named for it, and while it is fresh. It
is asked for again every few minutes; a responder that is away costs nothing while its last answer
still counts by its own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx2
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from services.chassis.telemetry.calls import outbound_call
from services.chassis.telemetry.metrics import Metrics
from services.sealing.errors import CertificateRevokedError, RevocationUnknownError

_SECONDS = 5.0
_LARGEST = 64 * 1024
_ASKED_AGAIN = timedelta(minutes=10)
_SKEW = timedelta(minutes=5)
_REMEMBERED = 10_000
_HEADERS = {"content-type": "application/ocsp-request", "accept": "application/ocsp-response"}
_UNBELIEVABLE = (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm)


@dataclass(frozen=True)
class _Good:
    ask_again: datetime
    counts_until: datetime


class Responders:
    """What responders say of certificates."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._client = httpx2.AsyncClient(timeout=_SECONDS, follow_redirects=False)
        self._good: dict[bytes, _Good] = {}

    async def check(
        self, certificate: x509.Certificate, issuer: x509.Certificate, name: str, now: datetime
    ) -> None:
        """Make sure that a certificate which names a responder is not revoked by its word.

        Raises:
            CertificateRevokedError: it is.
            RevocationUnknownError: nobody says so that it can be believed.
        """
        address = _address(certificate)
        if address is None:
            return
        key = certificate.public_bytes(Encoding.DER)
        known = self._good.get(key)
        if known is not None and now < known.ask_again:
            return
        try:
            answer = await self._ask(address, certificate, issuer)
            said = _believed(answer, certificate, issuer, now)
        except (httpx2.HTTPError, OSError, *_UNBELIEVABLE) as error:
            if known is not None and now < known.counts_until:
                return
            raise RevocationUnknownError(name) from error
        if said.certificate_status is ocsp.OCSPCertStatus.REVOKED:
            self._good.pop(key, None)
            raise CertificateRevokedError(name)
        if said.certificate_status is not ocsp.OCSPCertStatus.GOOD:
            raise RevocationUnknownError(name)
        while len(self._good) >= _REMEMBERED:
            del self._good[next(iter(self._good))]
        until = said.next_update_utc or now + _ASKED_AGAIN
        self._good[key] = _Good(min(until, now + _ASKED_AGAIN), until)

    async def close(self) -> None:
        """Drop the connections."""
        await self._client.aclose()

    async def _ask(
        self, address: str, certificate: x509.Certificate, issuer: x509.Certificate
    ) -> bytes:
        # SHA-1 only names the certificate here, as RFC 5019 has every responder know it
        asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, SHA1()).build()  # noqa: S303
        about = {"http.request.method": "POST"}
        with outbound_call("ocsp", self._metrics, "status", about, patient=True) as call:
            async with self._client.stream(
                "POST", address, content=asked.public_bytes(Encoding.DER), headers=_HEADERS
            ) as answer:
                if answer.status_code != httpx2.codes.OK:
                    call.refused(f"status-{answer.status_code}")
                    msg = f"responder answered {answer.status_code}"
                    raise ValueError(msg)
                body = b""
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > _LARGEST:
                        msg = "the answer is too large"
                        raise ValueError(msg)
                return body


def _address(certificate: x509.Certificate) -> str | None:
    """The first responder over HTTP that the certificate names."""
    try:
        named = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except x509.ExtensionNotFound:
        return None
    for described in named.value:
        location = described.access_location
        if (
            described.access_method == AuthorityInformationAccessOID.OCSP
            and isinstance(location, x509.UniformResourceIdentifier)
            and urlsplit(location.value).scheme in {"http", "https"}
        ):
            return location.value
    return None


def _believed(
    encoded: bytes, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
) -> ocsp.OCSPResponse:
    """The answer, if it is about this certificate, by whom may say so, and of now.

    Raises:
        ValueError, InvalidSignature: it is not.
    """
    answer = ocsp.load_der_ocsp_response(encoded)
    msg = "not an answer that can be believed"
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise ValueError(msg)
    asked = (
        ocsp.OCSPRequestBuilder()
        .add_certificate(certificate, issuer, answer.hash_algorithm)
        .build()
    )
    same = (
        answer.serial_number == certificate.serial_number
        and answer.issuer_key_hash == asked.issuer_key_hash
        and answer.issuer_name_hash == asked.issuer_name_hash
    )
    until = answer.next_update_utc or answer.this_update_utc + _ASKED_AGAIN
    if not same or not answer.this_update_utc - _SKEW <= now <= until + _SKEW:
        raise ValueError(msg)
    _check_signature(answer, _signer(answer, issuer, now))
    return answer


def _signer(answer: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> x509.Certificate:
    """The issuer, or whom it certified for answers (RFC 6960, 4.2.2.2)."""
    for delegate in answer.certificates:
        if delegate == issuer:
            continue
        delegate.verify_directly_issued_by(issuer)
        purposes = delegate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        alive = delegate.not_valid_before_utc <= now <= delegate.not_valid_after_utc
        if ExtendedKeyUsageOID.OCSP_SIGNING in purposes and alive:
            return delegate
    return issuer


def _check_signature(answer: ocsp.OCSPResponse, by: x509.Certificate) -> None:
    key, digest = by.public_key(), answer.signature_hash_algorithm
    if not isinstance(digest, HashAlgorithm):
        msg = "an answer without a digest"
        raise TypeError(msg)
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), digest)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(digest))
    else:
        msg = "an answer by an unknown kind of key"
        raise TypeError(msg)
