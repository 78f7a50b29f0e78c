"""Sealing: PDF/A-3u with embedded XML, QR code, PAdES-B-T signatures of doctor and organisation.

Pure computation and a client of a time-stamp authority; it stores nothing, knows no service and
no HTTP API, and decides nothing medical. The whole of it, for the service that uses it:

    trust = load_trust([root_pem], [issuing_pem], [crl_pem])
    timestamps = HttpTimestamps(timestamp_client(), tsa_url, trust)
    sealer = Sealer(load_signer(key_file, certificate_file), timestamps, trust)
    layout = certificate_layout("086u", title, [(key, label), …], organisation=…, details=…)
    xml = certificate_xml(layout, values, number=…, issued_on=…, doctor=…, verify_url=…)
    sealed = await sealer.seal(SealRequest(layout=layout, values=values, number=number,
        qr_url=url, issued_on=day, when=now, xml=xml, doctor=doctor_signer))
    sealed.pdf, sealed.sha256, sealed.signatures

And of what others signed: `signatory_of(cms, content, TrustedFiles(directory).current(), now)`.

Many documents may wait for their stamps at the same time. Every refusal is a `SealingError` with
`code`, `title`, `detail` (Russian) and `permanent`. Layouts are data, equal ones share a template;
`TALON` is the appointment's. Blocking work of more than a millisecond: the first use of a layout or
of a QR length (tens of milliseconds).
"""

from services.sealing.detached import Signatory, signatory_of
from services.sealing.errors import SealingError
from services.sealing.keys import (
    Algorithm,
    CertificateInfo,
    CertifiedSigner,
    KeySigner,
    PrivateKey,
    PublicKey,
    Signer,
    TimestampSource,
    load_signer,
    raw_signature,
)
from services.sealing.layout import TALON, Layout, Row, certificate_layout
from services.sealing.preview import preview
from services.sealing.requests import Sealed, SealRequest, SignatureInfo
from services.sealing.sealer import Sealer
from services.sealing.tokens import Token, TokenSigner
from services.sealing.trust import Role, TrustStore, load_trust
from services.sealing.trusted import TrustedFiles
from services.sealing.tsa import HttpTimestamps, timestamp_client
from services.sealing.xml import certificate_xml

__all__ = [
    "TALON",
    "Algorithm",
    "CertificateInfo",
    "CertifiedSigner",
    "HttpTimestamps",
    "KeySigner",
    "Layout",
    "PrivateKey",
    "PublicKey",
    "Role",
    "Row",
    "SealRequest",
    "Sealed",
    "Sealer",
    "SealingError",
    "Signatory",
    "SignatureInfo",
    "Signer",
    "TimestampSource",
    "Token",
    "TokenSigner",
    "TrustStore",
    "TrustedFiles",
    "certificate_layout",
    "certificate_xml",
    "load_signer",
    "load_trust",
    "preview",
    "raw_signature",
    "signatory_of",
    "timestamp_client",
]
