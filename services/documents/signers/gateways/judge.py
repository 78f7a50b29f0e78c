"""Is a certificate good enough to sign with: on its arrival, and before each release (C30)."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from services.documents.signers.domain.signer import Holder
from services.documents.signers.errors import (
    CertificateRefusedError,
    ExpiredError,
    NotYetValidError,
    RevokedError,
    StatusUnknownError,
    UnknownAuthorityError,
    WrongUsageError,
)
from services.documents.signers.gateways.ocsp import Responders
from services.documents.signers.gateways.trust import TrustFiles
from services.sealing import Role, TrustStore
from services.sealing.errors import (
    CertificateNotTrustedError,
    RevocationListStaleError,
    RevocationUnknownError,
)

_ROLES = {Holder.DOCTOR: Role.DOCTOR, Holder.ORGANISATION: Role.ORGANISATION}
_NAMED: dict[str, type[CertificateRefusedError]] = {
    refused.code: refused
    for refused in (ExpiredError, NotYetValidError, RevokedError, UnknownAuthorityError)
} | {WrongUsageError.code: WrongUsageError}

Chain = tuple[x509.Certificate, ...]


class Judge:
    """The files of trust, and the responders that certificates name."""

    def __init__(self, trust: TrustFiles, responders: Responders) -> None:
        self.trust = trust
        self._responders = responders

    async def admit(self, certificate: x509.Certificate, holder: Holder, now: datetime) -> Chain:
        """The authorities above a certificate that is brought, without the root.

        Raises:
            CertificateRefusedError: what is wrong with it, by name.
            TrustAwayError: roots and lists cannot be read.
        """
        trust = await self.trust.current()
        try:
            trust.check(certificate.public_bytes(Encoding.DER), _ROLES[holder], now)
            return await self.ask(trust, certificate, now)
        except (RevocationUnknownError, RevocationListStaleError) as error:
            raise StatusUnknownError(error.detail) from error
        except CertificateNotTrustedError as error:
            raise _NAMED.get(error.code, CertificateRefusedError)(error.detail) from error

    async def ask(self, trust: TrustStore, certificate: x509.Certificate, now: datetime) -> Chain:
        """Let the responder say that it is not revoked; the authorities above, without the root.

        Raises:
            CertificateRevokedError: it says that it is.
            RevocationUnknownError: it does not say anything that can be believed.
        """
        issuers = trust.issuers(certificate)
        if issuers:
            name = certificate.subject.rfc4514_string()
            await self._responders.check(certificate, issuers[0], name, now)
        return issuers[:-1]

    async def close(self) -> None:
        """Drop the connections."""
        await self._responders.close()
